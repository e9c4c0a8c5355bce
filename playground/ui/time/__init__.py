"""The time machine: looking back over the run, playing it back, and beginning another one from a moment."""
