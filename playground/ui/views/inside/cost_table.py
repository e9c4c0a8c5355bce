"""The cost table: a row for each layer, and below what all of them cost and what a dense layer would cost instead."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHeaderView, QPushButton, QTableWidget, QTableWidgetItem, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.cost_table import MEGABYTE, NUMBER, CostTable, CostTableAnalysis, LayerCost
from playground.ui.views.base import View
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.theme import THEME

COLUMNS = (
    ("Layer", "The block, or the group with all blocks in it"),
    ("Output", "The shape that comes out for one example"),
    ("Parameters", "Numbers that are learned"),
    ("MB", "Of the parameters in single precision"),
    ("Products", "Multiplications for one example, of convolutions, dense layers and attention"),
    ("Kept", "Memory of what comes out, which is kept for the way back, for one example"),
    ("ms", "Milliseconds forward, for the batch"),
    ("ms learning", "Milliseconds forward and back, for the batch"),
    ("Sees", "How much of the input a unit in the middle sees through all layers: its receptive field"),
    ("As dense", "Parameters of a dense layer with the same inputs and outputs"),
)
WIDEST = 200
WORDS = ("Layer", "Output")
"""Columns of words, which begin at the left; numbers end at the right."""
GAP = 6
"""Between two columns, beside what Qt leaves."""


class CostTableView(View):
    """What each layer costs; choose a row to compare it with a dense layer."""

    analysis: ClassVar[type[Analysis]] = CostTableAnalysis
    title: ClassVar[str] = "Cost table"
    empty: ClassVar[str] = "The costs appear here."
    pulses: ClassVar[int] = 6
    momentary: ClassVar[frozenset[str]] = frozenset({"again"})
    by_gesture: ClassVar[frozenset[str]] = frozenset({"again"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: CostTable | None = None
        self.rows_box = self.parameters.choice("rows", [("Blocks", "blocks"), ("Groups", "groups")])
        self.options_layout.addWidget(self.rows_box)
        self.again = QPushButton("Measure again")
        self.again.setToolTip("Take the milliseconds again")
        self.again.clicked.connect(self.measure_again)
        self.add_more([
            ("Height of the input", self.parameters.control("height")),
            ("Width of the input", self.parameters.control("width")),
            ("Examples in a batch", self.parameters.control("batch")),
            ("Units to compare with", self.parameters.control("units")),
            ("Milliseconds", self.parameters.control("timed")),
            ("Measure", self.again),
        ])  # fmt: skip
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName("Costs of the layers")
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setFrameShape(QTableWidget.Shape.NoFrame)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for number, (name, tip) in enumerate(COLUMNS):
            item = QTableWidgetItem(name)
            item.setToolTip(plain_tip(tip))
            item.setTextAlignment(_side(number))
            self.table.setHorizontalHeaderItem(number, item)
        self.legend = Legend()
        self.body_layout.addWidget(self.table, 1)
        self.body_layout.addWidget(self.legend)
        self.table.itemSelectionChanged.connect(self._compare)
        self.restyle()

    @Slot()
    def measure_again(self) -> None:
        """Take the milliseconds again."""
        self.parameters.choose("again", self.parameters.value("again") + 1)

    def restyle(self) -> None:
        self.table.setFont(THEME.font(13))
        self.table.horizontalHeader().setFont(THEME.font(13))
        self.table.verticalHeader().setDefaultSectionSize(THEME.px(24))

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        shown = (*result.layers, result.total)
        fresh = self.table.rowCount() != len(shown) or result.share in (0.0, 1.0)
        self.table.setRowCount(len(shown))
        for row, cost in enumerate(shown):
            for column, words in enumerate(cells(cost)):
                self._put(row, column, words, bold=row == len(result.layers))
        if fresh:
            self.table.resizeColumnsToContents()
            for column in range(len(COLUMNS)):
                self.table.setColumnWidth(column, self.table.columnWidth(column) + THEME.px(GAP))
            self.table.setColumnWidth(0, min(self.table.columnWidth(0), THEME.px(WIDEST)))
        total = result.total
        self.legend.show_entries([
            Entry(f"{total.parameters:,} parameters, {size_words(total.megabytes)}"),
            Entry(f"{total.multiplications:,} multiplications"),
            Entry(f"depth {result.depth}"),
            Entry(f"{result.units:,} dense units on {result.inputs:,} inputs:"),
            Entry(f"{result.dense_first:,} weights, {size_words(result.dense_first * NUMBER / MEGABYTE)}"),
        ])  # fmt: skip
        self._compare()

    def _put(self, row: int, column: int, words: str, *, bold: bool) -> None:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            item.setTextAlignment(_side(column))
            self.table.setItem(row, column, item)
        if item.text() != words:
            item.setText(words)
            item.setToolTip(plain_tip(words))
        item.setFont(THEME.font(13, bold=bold))

    @Slot()
    def _compare(self) -> None:
        row = self.table.currentRow()
        if self.result is None or not 0 <= row < len(self.result.layers) or not self.table.selectedItems():
            self.legend.show_readout("")
            return
        self.legend.show_readout(compared_words(self.result.layers[row]))


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if COLUMNS[column][0] in WORDS else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def size_words(megabytes: float) -> str:
    """Memory in words: “528 MB”, “24.9 GB”."""
    if megabytes >= 1_024:
        return f"{megabytes / 1_024:,.1f} GB"
    if megabytes >= 10:
        return f"{megabytes:,.0f} MB"
    return f"{megabytes:.2f} MB" if megabytes >= 0.1 else f"{1_024 * megabytes:.1f} kB"


def cells(cost: LayerCost) -> tuple[str, ...]:
    """A row of the table."""
    return (
        cost.title, cost.output, f"{cost.parameters:,}" if cost.parameters else "–",
        size_words(cost.megabytes) if cost.parameters else "–",
        f"{cost.multiplications:,}" if cost.multiplications else "–", size_words(cost.memory),
        _milliseconds(cost.forward), _milliseconds(cost.learning), cost.field_words or "–",
        f"{cost.dense:,}" if cost.dense else "–",
    )  # fmt: skip


def _milliseconds(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}" if value < 1_000 else f"{value:,.0f}"


def compared_words(cost: LayerCost) -> str:
    """A layer beside a dense one that does the same, in a sentence."""
    if not cost.dense:
        return f"{cost.title}: {cost.parameters:,} parameters, {cost.multiplications:,} multiplications"
    groups = f"; without groups {cost.ungrouped:,}" if cost.ungrouped else ""
    return (
        f"{cost.title}: a unit weighs {cost.unit:,} numbers, in a dense layer {cost.dense_unit:,}; the layer has "
        f"{cost.parameters:,} parameters{groups}, as a dense layer {cost.dense:,} "
        f"({size_words(cost.dense * NUMBER / MEGABYTE)}, {cost.dense / max(1, cost.parameters):,.0f} times)"
    )
