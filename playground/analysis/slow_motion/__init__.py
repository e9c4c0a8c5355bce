"""Backpropagation in slow motion: a network taken apart into operations, with the chain rule written out."""
