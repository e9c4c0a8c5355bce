"""The head of the window: the menus and, below, the bar with play and the numbers. Both lie flush with the frame."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QMenuBar, QVBoxLayout, QWidget

MENUS = ("&File", "&Edit", "&Train", "T&ime", "&View", "&Help")
"""The menus in their order."""


class MenuBar(QMenuBar):
    """Has its menus from the start, disabled until they are filled, so that nothing moves when their actions come."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menus = {title: self._made(title) for title in MENUS}

    def _made(self, title: str) -> QMenu:
        menu = self.addMenu(title)
        menu.setToolTipsVisible(True)
        menu.menuAction().setEnabled(False)
        return menu

    def menu(self, title: str) -> QMenu:
        """The menu with that title, ready to be filled; made when it is not one of the usual ones."""
        if title not in self._menus:
            self._menus[title] = self._made(title)
        self._menus[title].menuAction().setEnabled(True)
        return self._menus[title]


class Head(QWidget):
    """Takes the place of a window's menu bar, so that it spans the whole width above all docks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.menus = MenuBar()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.menus)

    def add(self, bar: QWidget) -> None:
        """Put a bar below the menus."""
        self._layout.addWidget(bar)
