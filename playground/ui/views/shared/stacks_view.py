"""The base of views that show examples of a part as stacks of pictures, one of which is under examination."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from playground.ui.views.base import View
from playground.ui.views.shared.picture_stacks import StacksCanvas
from playground.ui.widgets.legend import Legend
from playground.ui.widgets.painted import in_scroll_area


class StacksView(View):
    """Stacks over a legend. A click, or the arrow keys, examine another example in all views.

    Its analysis has the parameters `part` and `worst_first`, its result `rows`, the row `chosen` and a `title`.
    """

    pulses: ClassVar[int] = 6
    pictures: ClassVar[str]
    """What the stacks are, for those who hear them."""
    worst: ClassVar[str] = "worst first"
    """The words beside the tick that brings the worst to the front."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.worst_box = self.parameters.switch("worst_first", label=self.worst)
        self.part_box = self.parameters.control("part")
        self.options_layout.addWidget(self.worst_box)
        self.add_more([("Part", self.part_box)])
        self.canvas = StacksCanvas(self.pictures)
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.canvas.picked.connect(self.choose)
        for key, slot in (("Left", self.choose_previous), ("Right", self.choose_next)):
            shortcut = QShortcut(QKeySequence(key), self)
            # Not as an argument: beside a slot, PySide6 6.10 drops it and the key works everywhere.
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    @Slot(int)
    def choose(self, number: int) -> None:
        """Examine the example of a stack in all views; one can examine those of a single part only."""
        if self.result is not None and self.result.chosen >= 0 and 0 <= number < len(self.result.rows):
            self.example_chosen.emit(int(self.result.rows[number]))

    @Slot()
    def choose_previous(self) -> None:
        """Examine the example before."""
        self.choose(self.place() - 1)

    @Slot()
    def choose_next(self) -> None:
        """Examine the example behind."""
        self.choose(self.place() + 1)

    def place(self) -> int:
        """The number of the stack under examination; −1 where it is none of them."""
        rows = self.result.rows.tolist() if self.result is not None else []
        chosen = self.result.chosen if self.result is not None else -1
        return rows.index(chosen) if chosen in rows else -1

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")
