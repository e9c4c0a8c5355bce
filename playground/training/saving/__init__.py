"""Runs in files: the present one, its way, and the runs before it."""
