"""One line of a menu that is made anew each time it opens."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu


class Choice(QAction):
    """One line of a menu with what it does."""

    def __init__(self, text: str, act: Callable[[], object], menu: QMenu, keys: str = "", enabled: bool = True) -> None:
        super().__init__(text.replace("&", "&&"), menu)
        self._act = act
        self.setEnabled(enabled)
        if keys:
            # Only shown: the keys themselves are handled by the canvas.
            self.setShortcut(QKeySequence(keys))
            self.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.setShortcutVisibleInContextMenu(True)
        self.triggered.connect(self.run)

    @Slot()
    def run(self) -> None:
        """Do it."""
        self._act()
