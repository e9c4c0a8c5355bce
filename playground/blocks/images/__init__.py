"""Blocks of networks that look at pictures, and at signals and volumes with the same means."""
