"""The tabs of a column of views: the title bar of the view in front."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget


class ColumnTabs(QWidget):
    """Names the views of a column; without a second one it takes no room."""

    chosen = Signal(str)
    """Id of the view whose tab was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QTabBar()
        self.bar.setAccessibleName("Views of this column")
        self.bar.setDocumentMode(True)
        self.bar.setExpanding(False)
        self.bar.setDrawBase(False)
        self._ids: tuple[str, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar)
        self.bar.currentChanged.connect(self._on_changed)
        self.bar.hide()

    def show_tabs(self, titles: Mapping[str, str], current: str) -> None:
        """Show a tab for each view, by id; `current` is that in front."""
        with QSignalBlocker(self.bar):
            if tuple(titles) != self._ids:
                self._ids = tuple(titles)
                while self.bar.count():
                    self.bar.removeTab(0)
                for title in titles.values():
                    self.bar.addTab(title.replace("&", "&&"))
            self.bar.setCurrentIndex(self._ids.index(current))
        self.bar.setVisible(len(self._ids) > 1)

    @Slot(int)
    def _on_changed(self, index: int) -> None:
        if 0 <= index < len(self._ids):
            self.chosen.emit(self._ids[index])
