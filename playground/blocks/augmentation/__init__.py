"""Augmentation: blocks that change the pictures a little at every training step and let them be outside training."""
