"""Graphs of nodes and edges."""
