"""Playground: build a neural network by dragging blocks and see it learn from inside."""

__version__ = "0.1.0"
