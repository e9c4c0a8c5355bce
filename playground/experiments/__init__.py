"""Experiments: variants of a project under many seeds, run beside each other, measured and judged. No Qt."""
