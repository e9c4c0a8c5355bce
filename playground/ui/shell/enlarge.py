"""Enlarges one view to the place of the canvas, and puts it back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from playground.ui.shell.view_dock import ViewDock
from playground.ui.shell.view_docks import ViewDocks


class Enlarger(QObject):
    """At most one view is enlarged."""

    def __init__(self, pages: QStackedWidget, canvas: QWidget, views: ViewDocks) -> None:
        super().__init__(pages)
        self._pages = pages
        self._canvas = canvas
        self._views = views
        self._page = QWidget()
        self._layout = QVBoxLayout(self._page)
        self._layout.setContentsMargins(8, 8, 8, 8)
        pages.addWidget(self._page)
        self._dock: ViewDock | None = None
        views.enlarge_wanted.connect(self.toggle)
        views.changed.connect(self._forget_closed)

    @property
    def enlarged(self) -> str:
        """Id of the enlarged view; empty when there is none."""
        return "" if self._dock is None else self._dock.identifier

    @Slot(object)
    def toggle(self, dock: ViewDock) -> None:
        """Enlarge a view, or put it back."""
        if self._dock is dock:
            self.leave()
            return
        self.leave()
        self._dock = dock
        panel = dock.give()
        self._layout.addWidget(panel)
        panel.show()
        self._pages.setCurrentWidget(self._page)

    def leave(self) -> bool:
        """Put the enlarged view back. Returns whether there was one."""
        dock, self._dock = self._dock, None
        if dock is None:
            return False
        self._layout.removeWidget(dock.panel)
        dock.take_back()
        self._pages.setCurrentWidget(self._canvas)
        self._views.layout.arrange()
        return True

    @Slot()
    def _forget_closed(self) -> None:
        if self._dock is not None and self._dock.identifier not in self._views.open_ids():
            dock, self._dock = self._dock, None
            self._layout.removeWidget(dock.panel)
            dock.take_back()
            self._pages.setCurrentWidget(self._canvas)
