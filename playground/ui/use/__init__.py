"""Use what was learned: give a trained network an input of one's own and read its answer."""
