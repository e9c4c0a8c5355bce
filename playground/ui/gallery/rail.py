"""The list of chapters beside the cards: says where one is, and goes there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListWidget, QWidget

from playground.ui.widgets.theme import THEME

WIDTH = 176
"""In pixels at 100 %."""


class ChapterRail(QListWidget):
    """Chapters by title; a click, or the arrow keys, choose one."""

    chapter_wanted = Signal(str)
    """The person wants to see the chapter with this title."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self.setAccessibleName("Chapters")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.currentTextChanged.connect(self._on_changed)
        self.itemClicked.connect(self._on_clicked)
        THEME.changed.connect(self.renew)
        self.renew()

    def titles(self) -> list[str]:
        """What is listed."""
        return [self.item(row).text() for row in range(self.count())]

    def show_titles(self, titles: Sequence[str]) -> None:
        """List these chapters."""
        if self.titles() != list(titles):
            with QSignalBlocker(self):
                self.clear()
                self.addItems(list(titles))

    def mark(self, title: str) -> None:
        """Say where one is, without going there."""
        row = self.titles().index(title) if title in self.titles() else -1
        if row != self.currentRow():
            with QSignalBlocker(self):
                self.setCurrentRow(row)

    @Slot()
    def renew(self) -> None:
        """Take over the sizes of the theme."""
        self.setFixedWidth(THEME.px(WIDTH))

    @Slot(str)
    def _on_changed(self, title: str) -> None:
        if title:
            self.chapter_wanted.emit(title)

    @Slot()
    def _on_clicked(self) -> None:
        # The chapter one is in already may have been scrolled half out of sight.
        self.chapter_wanted.emit(self.currentItem().text())
