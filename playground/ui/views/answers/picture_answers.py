"""Pictures with what the network says about their places, beside what is right."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.picture_answers import SCORES, Floats, PictureAnswers, PictureAnswersAnalysis
from playground.analysis.base import Analysis
from playground.analysis.shared.pictures import SEEN
from playground.ui.views.shared.picture_stacks import SAID, Mark
from playground.ui.views.shared.stacks_view import StacksView
from playground.ui.widgets.drawing import greys, image, magnitude_table, number_words
from playground.ui.widgets.legend import Entry


class PictureAnswersView(StacksView):
    """Answers about places in pictures. A click follows an example in all views."""

    analysis: ClassVar[type[Analysis]] = PictureAnswersAnalysis
    title: ClassVar[str] = "Answers on pictures"
    empty: ClassVar[str] = "Press play to see what the network says about each picture."
    pictures: ClassVar[str] = "Pictures with what the network says about them, and what is right"
    rank: ClassVar[int] = 88

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: PictureAnswers | None = None

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.heading_changed.emit(self.heading)
        names, pictures = rows_of(result)
        marks = marks_of(result) if result.marks is not None else ()
        captions = [caption(result, number) for number in range(len(result.rows))]
        stacks = list(zip(*pictures, strict=True))
        self.canvas.show_stacks(names, stacks, captions, self.place(), lambda number: words(result, number), marks)
        self.legend.show_entries(legend_of(result))


def rows_of(result: PictureAnswers) -> tuple[tuple[str, ...], list[list[QImage]]]:
    """The names of the rows, and their pictures."""
    given = [greys(picture) for picture in result.pictures]
    if result.right is None or result.answers is None:
        return ("picture",), [given]
    paint = depth_image if result.said == "depth" else greys
    return ("picture", "said", "right"), [
        given, [paint(one) for one in result.answers], [paint(one) for one in result.right]
    ]  # fmt: skip


def depth_image(picture: Floats) -> QImage:
    """How far away pixels are, (h, w) from 0 to 1, in the colours of magnitudes."""
    table = magnitude_table()
    return image(table[np.clip(picture * (len(table) - 1), 0, len(table) - 1).astype(int)])


def marks_of(result: PictureAnswers) -> list[tuple[tuple[Mark, ...], ...]]:
    """For every stack the marks on its one picture."""
    assert result.marks is not None
    found: list[tuple[tuple[Mark, ...], ...]] = []
    for right, said in zip(*result.marks, strict=True):
        pair = [(right.tolist(), True), (said.tolist(), False)]
        if result.said == "box":
            marks = tuple(Mark(box=(one[0], one[1], abs(one[2]), abs(one[3])), right=true) for one, true in pair)
        else:
            marks = tuple(Mark(points=tuple((x, y) for x, y in one), right=true) for one, true in pair)
        found.append((marks,))
    return found


def caption(result: PictureAnswers, number: int) -> str:
    value = float(result.scores[number])
    if result.before is not None:
        return f"{result.before[number]:.1f} → {value:.1f} dB"
    if result.said == "points":
        return f"{value:.1f} px"
    return f"IoU {value:.2f}" if result.said in ("regions", "box") else number_words(value)


def words(result: PictureAnswers, number: int) -> str:
    """One example in a sentence."""
    return f"{result.part} example {result.rows[number] + 1}: {SCORES[result.said][0]} {caption(result, number)}"


def legend_of(result: PictureAnswers) -> list[Entry]:
    """The mean, then what the colours stand for."""
    mean = number_words(result.mean_score)
    entries = [Entry(f"{result.part}: mean {SCORES[result.said][0]} {mean} of {result.examples_in_part:,} pictures")]
    if result.said in ("box", "points"):
        # White is not seen on light paper, so words tell of it.
        entries += [Entry(f"white {'dashes' if result.said == 'box' else 'rings'}: right"), Entry("said", "line", SAID)]
    for name, color in zip(result.class_names, SEEN, strict=False):
        entries.append(Entry(name, "square", QColor.fromRgbF(*map(float, color)).name()))
    return entries
