"""Using what was learned: an example of one's own, and the answers to it."""
