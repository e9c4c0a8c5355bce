"""The training thread, the analysis thread, and what brings their news to the window."""
