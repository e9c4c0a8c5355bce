"""What all rooms of the window share: theme, icons, controls, rows, plots, legends."""
