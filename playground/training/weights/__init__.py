"""Weights from elsewhere: which fit which parameters of a network, and taking them over."""
