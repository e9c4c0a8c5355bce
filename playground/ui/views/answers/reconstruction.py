"""Originals in one row, and below each what the network makes of it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from playground.analysis.answers.reconstruction import Reconstruction, ReconstructionAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.shared.stacks_view import StacksView
from playground.ui.widgets.drawing import greys, number_words
from playground.ui.widgets.legend import Entry

ABOVE, BELOW = "original", "redrawn"


def pair_words(result: Reconstruction, number: int) -> str:
    """One pair in a sentence."""
    what = f" ({result.class_names[result.classes[number]]})" if result.classes is not None else ""
    error = number_words(float(result.errors[number]))
    return f"{result.part} example {result.rows[number] + 1}{what}: mean squared error {error}"


class ReconstructionView(StacksView):
    """What an autoencoder keeps of its pictures. A click follows an example in all views."""

    analysis: ClassVar[type[Analysis]] = ReconstructionAnalysis
    title: ClassVar[str] = "Reconstruction"
    empty: ClassVar[str] = "Press play to see what the network makes of each picture."
    pictures: ClassVar[str] = "Pictures, and below each what the network makes of it"
    worst: ClassVar[str] = "by error"
    rank: ClassVar[int] = 85

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Reconstruction | None = None

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.heading_changed.emit(self.heading)
        both = zip(result.originals, result.reconstructions, strict=True)
        stacks = [(greys(original), greys(redrawn)) for original, redrawn in both]
        captions = [number_words(error) for error in result.errors.tolist()]
        sentences = [pair_words(result, number) for number in range(len(stacks))]
        self.canvas.show_stacks((ABOVE, BELOW), stacks, captions, self.place(), sentences.__getitem__)
        words = f"{result.part}: mean squared error {number_words(result.mean_error)}"
        self.legend.show_entries([Entry(f"{words} of {result.examples_in_part:,} pictures")])
