"""Trained networks written in the formats of others."""
