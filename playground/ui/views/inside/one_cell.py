"""One cell of an attention matrix, written out: query times key, softmax, and the values that are taken."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.one_cell import OneCell, OneCellAnalysis
from playground.ui.views.base import View
from playground.ui.views.shared.number_sheet import Cell, NumberSheet, Row, Section, number_cell
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import in_scroll_area

MOST_EXPONENT = 80.0
"""Scores beyond this are written without their power of e, which would be too long to read."""


def score_words(cell: OneCell) -> str:
    """From the sum of the products to the score, in words."""
    total = float(cell.products.sum())
    score = number_words(float(cell.scores[cell.seen]))
    added = f"added up {number_words(total)}"
    if not math.isfinite(float(cell.scores[cell.seen])):
        return f"{added}, but {cell.label(cell.looking)} must not look there: the score is {score}."
    if cell.scaling == "root":
        return f"{added}, divided by √{len(cell.query)}: the score is {score}."
    if cell.scaling == "logarithm":
        return f"{added}; the score is its logarithm, {score}, so that e to the score is the product again."
    return f"{added}: that is the score."


def fit_section(cell: OneCell) -> Section:
    """Query times key."""
    rows = (("q", cell.query), ("k", cell.keys[cell.seen]), ("q · k", cell.products))
    largest = max(float(np.abs(numbers).max()) for _, numbers in rows)
    return Section(
        f"1  {cell.label(cell.looking)} asks, {cell.label(cell.seen)} offers: does the key fit the query?",
        [str(number + 1) for number in range(len(cell.query))],
        [Row(name, [number_cell(float(one), largest) for one in numbers]) for name, numbers in rows],
        score_words(cell),
    )  # fmt: skip


def row_section(cell: OneCell) -> Section:
    """Softmax over the row, and the values times their weights."""
    shares = cell.weights[:, None] * cell.values
    largest = max(float(np.abs(shares).max()), float(np.abs(cell.mixed).max()))
    powers = np.exp(cell.scores) if float(cell.scores.max()) <= MOST_EXPONENT else None

    def line(step: int) -> Row:
        cells = [number_cell(float(cell.scores[step]))]
        if powers is not None:
            cells.append(number_cell(float(powers[step])))
        cells.append(number_cell(float(cell.weights[step]), 1.0))
        cells += [number_cell(float(one), largest) for one in shares[step]]
        return Row(cell.label(step), cells, step, step == cell.seen)

    total = [Cell("")] + ([number_cell(float(powers.sum()), bold=True)] if powers is not None else [])
    total.append(number_cell(float(cell.weights.sum()), bold=True))
    total += [number_cell(float(one), largest, bold=True) for one in cell.mixed]
    shown = [step for step in range(len(cell.scores)) if step == cell.seen or np.isfinite(cell.scores[step])]
    unseen = len(cell.scores) - int(np.isfinite(cell.scores).sum())
    masked = f" {unseen} steps must not be seen: their score is −∞ and their weight 0." if unseen else ""
    return Section(
        f"2  Softmax over all that {cell.label(cell.looking)} may see, and what it takes of each value",
        ["score", *(["e^score"] if powers is not None else []), "weight",
         *(f"weight · v{number + 1}" for number in range(len(cell.query)))],
        [*(line(step) for step in shown), Row("together", total)],
        f"The last row is what head {cell.head + 1} gives {cell.label(cell.looking)}.{masked}",
        "looks at",
    )  # fmt: skip


class OneCellView(View):
    """The arithmetic behind one cell."""

    analysis: ClassVar[type[Analysis]] = OneCellAnalysis
    title: ClassVar[str] = "One cell of attention"
    empty: ClassVar[str] = "Press play to see how one step looks at another."
    by_gesture: ClassVar[frozenset[str]] = frozenset({"seen"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: OneCell | None = None
        self.sheet = NumberSheet()
        self.sheet.setAccessibleName("Arithmetic of one cell")
        self.legend = Legend()
        self.add_more([
            ("Layer", self.parameters.control("layer")),
            ("Head", self.parameters.control("head")),
            ("Looks from", self.parameters.control("looking")),
            ("Looks at", self.parameters.control("seen")),
        ])  # fmt: skip
        self.body_layout.addWidget(in_scroll_area(self.sheet), 1)
        self.body_layout.addWidget(self.legend)
        self.sheet.pointed.connect(self.legend.show_readout)
        self.sheet.row_clicked.connect(self.look_at)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title) if self.result is not None else self.title

    @Slot(int)
    def look_at(self, step: int) -> None:
        """Write out the cell of another step that is looked at, from 0."""
        self.parameters.choose("seen", step + 1)

    def picture_widget(self) -> QWidget:
        return self.sheet if self.sheet.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        cell = self.result
        self.sheet.show_sections([fit_section(cell), row_section(cell)])
        self.legend.show_entries([
            Entry(f"head {cell.head + 1} of {cell.heads}"),
            Entry(f"step {cell.looking + 1} looks at step {cell.seen + 1}"),
            Entry("click a row to look at another step"),
        ])  # fmt: skip
