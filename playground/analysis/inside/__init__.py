"""Analyses of what happens inside the network."""
