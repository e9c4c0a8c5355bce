"""Keras files as blocks, without Keras."""
