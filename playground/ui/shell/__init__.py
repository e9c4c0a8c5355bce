"""The frame: window, workplace, docks, menus, files; it knows all other rooms of the window."""
