"""The engine of array operations: the training step of a small network as a plan of numpy calls."""
