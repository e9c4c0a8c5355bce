"""A list of names to tick."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.ui.widgets.controls import Tick
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import clear, label
from playground.ui.widgets.theme import THEME


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it stands for, its name, and what the tooltip adds."""

    id: str
    title: str
    tip: str = ""


class TickRow(QWidget):
    """A box and its name; a click on the name counts too."""

    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item
        self.box = Tick()
        self.box.setAccessibleName(item.title)
        self.name: QLabel = label(item.title)
        self.name.setBuddy(self.box)
        self.setToolTip(plain_tip(item.tip))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(THEME.px(6))
        line.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.name, 1, Qt.AlignmentFlag.AlignVCenter)

    def show_state(self, ticked: bool, implied: bool) -> None:
        """Ticked or not; what is implied by another tick cannot be changed by itself."""
        with QSignalBlocker(self.box):
            self.box.setChecked(ticked or implied)
        self.box.setEnabled(not implied)
        self.name.setEnabled(not implied)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.box.isEnabled():
            self.box.toggle()


class CheckList(QWidget):
    """Names to tick, one on each line."""

    ticked = Signal(str, bool)
    """(id, on): a person has ticked a line, or taken the tick away."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, TickRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_items(self, items: Sequence[Item], ticked: Collection[str], implied: Collection[str] = ()) -> None:
        """Show these lines without emitting."""
        if [row.item for row in self.rows.values()] != list(items):
            clear(self._column)
            self.rows = {item.id: TickRow(item) for item in items}
            for row in self.rows.values():
                row.box.toggled.connect(self._toggled)
                self._column.addWidget(row)
        for name, row in self.rows.items():
            row.show_state(name in ticked, name in implied)

    @Slot(bool)
    def _toggled(self, on: bool) -> None:
        row = self.sender().parent()
        assert isinstance(row, TickRow)
        self.ticked.emit(row.item.id, on)
