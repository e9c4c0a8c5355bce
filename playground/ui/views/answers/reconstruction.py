"""Originals in one row, and below each what the network makes of it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.reconstruction import Reconstruction, ReconstructionAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.views.shared.picture_stacks import StacksCanvas
from playground.ui.widgets.drawing import greys, number_words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import in_scroll_area

ABOVE, BELOW = "original", "redrawn"


def pair_words(result: Reconstruction, number: int) -> str:
    """One pair in a sentence."""
    what = f" ({result.class_names[result.classes[number]]})" if result.classes is not None else ""
    error = number_words(float(result.errors[number]))
    return f"{result.part} example {result.rows[number] + 1}{what}: mean squared error {error}"


class ReconstructionView(View):
    """What an autoencoder keeps of its pictures. A click follows an example in all views."""

    analysis: ClassVar[type[Analysis]] = ReconstructionAnalysis
    title: ClassVar[str] = "Reconstruction"
    empty: ClassVar[str] = "Press play to see what the network makes of each picture."
    pulses: ClassVar[int] = 6
    rank: ClassVar[int] = 85

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Reconstruction | None = None
        self.worst_box = self.parameters.switch("worst_first", label="by error")
        self.part_box = self.parameters.control("part")
        self.options_layout.addWidget(self.worst_box)
        self.add_more([("Part", self.part_box)])
        self.canvas = StacksCanvas("Pictures, and below each what the network makes of it")
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
        """Examine the example of a pair in all views; one can examine those of a single part only."""
        if self.result is not None and self.result.chosen >= 0 and 0 <= number < len(self.result.rows):
            self.example_chosen.emit(int(self.result.rows[number]))

    @Slot()
    def choose_previous(self) -> None:
        """Examine the example of the pair before."""
        self.choose(self._place() - 1)

    @Slot()
    def choose_next(self) -> None:
        """Examine the example of the pair behind."""
        self.choose(self._place() + 1)

    def _place(self) -> int:
        """The number of the pair under examination."""
        rows = self.result.rows.tolist() if self.result is not None else []
        chosen = self.result.chosen if self.result is not None else -1
        return rows.index(chosen) if chosen in rows else -1

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.heading_changed.emit(self.heading)
        both = zip(result.originals, result.reconstructions, strict=True)
        stacks = [(greys(original), greys(redrawn)) for original, redrawn in both]
        captions = [number_words(error) for error in result.errors.tolist()]
        sentences = [pair_words(result, number) for number in range(len(stacks))]
        self.canvas.show_stacks((ABOVE, BELOW), stacks, captions, self._place(), sentences.__getitem__)
        words = f"{result.part}: mean squared error {number_words(result.mean_error)}"
        self.legend.show_entries([Entry(f"{words} of {result.examples_in_part:,} pictures")])
