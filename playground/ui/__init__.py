"""Everything Qt: the window, the canvas, the inspector, the views, the gallery, and the two worker threads."""

from playground.ui.widgets.qt_imports import leave_sources_unread

leave_sources_unread()
