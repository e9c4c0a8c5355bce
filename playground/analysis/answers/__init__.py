"""Analyses of what the network answers."""
