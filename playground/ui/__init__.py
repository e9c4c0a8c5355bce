"""Everything Qt: the window, the canvas, the inspector, the views, the gallery, and the two worker threads."""
