"""Editing a graph without a window: fixes, adding, connecting, room, layout, names. No Qt."""
