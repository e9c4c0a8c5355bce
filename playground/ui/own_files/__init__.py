"""A person's own files: dropped on the window or chosen, looked at, and put on the canvas."""
