"""Views of the loss around and along the way of a run."""
