"""A table of networks that can be sorted, and their accuracy against their size."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.network_table import NetworkTable, NetworkTableAnalysis
from playground.document.network_table import Published
from playground.ui.views.base import View
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

COLUMNS = (
    ("Network", "Those that the menu File opens at full size stand bold"),
    ("MB", "Of the parameters in single precision"),
    ("Top-1", "Share of the pictures whose class is the first answer"),
    ("Top-5", "Share of the pictures whose class is among the first five answers"),
    ("Parameters", "Running statistics count, too"),
    ("Depth", "As published, where some layers without weights count; on the canvas, layers with weights"),
    ("ms CPU", "For one picture on a processor, as published"),
    ("ms GPU", "For one picture on a graphics card, as published"),
)
LOW = 420
"""Below this height there is no room under the table."""
NARROW = 960
"""Below this width the plot stands under the table."""


class SizePlot(FittedPlot):
    """Accuracy against megabytes, on a logarithmic axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dots = pg.ScatterPlotItem(symbol="o")
        self.addItem(self.dots)

    def show_whole(self) -> None:
        self.box.setRange(xRange=(1.0, 2.9), yRange=(0.68, 0.84), padding=0.0)


class NetworkTableView(View):
    """Eighteen networks as published, and the one on the canvas."""

    analysis: ClassVar[type[Analysis]] = NetworkTableAnalysis
    title: ClassVar[str] = "Networks compared"
    empty: ClassVar[str] = "The networks appear here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: NetworkTable | None = None
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName("Networks")
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
            self.table.setHorizontalHeaderItem(number, item)
        self.plot = SizePlot()
        self.plot.setAccessibleName("Accuracy against size")
        self.plot.name_axes("log10 of MB", "top-1 accuracy")
        self.legend = Legend()
        self.halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.halves.addWidget(self.table, 5)
        self.halves.addWidget(self.plot, 2)
        self.body_layout.addLayout(self.halves, 1)
        self.body_layout.addWidget(self.legend)
        self.table.itemSelectionChanged.connect(self._chosen)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._chosen)
        self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= THEME.px(NARROW)
        ways = QBoxLayout.Direction
        self.halves.setDirection(ways.LeftToRight if beside else ways.TopToBottom)
        self.plot.setVisible(beside or self.height() >= THEME.px(LOW))

    def restyle(self) -> None:
        self.table.setFont(THEME.font(13))
        self.table.horizontalHeader().setFont(THEME.font(13))
        self.table.verticalHeader().setDefaultSectionSize(THEME.px(24))
        self.plot.restyle()

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.table.setSortingEnabled(False)
        self.table.setRowCount(len(result.rows) + 1)
        for row, one in enumerate(result.rows):
            values = (
                round(one.megabytes), one.top1, one.top5, one.parameters, one.depth, one.processor, one.graphics
            )  # fmt: skip
            self._fill(row, one.title, values, bold=bool(one.known))
        own = (round(result.megabytes, 2), None, None, result.parameters, result.depth, None, None)
        self._fill(len(result.rows), "on the canvas", own, bold=True)
        self.table.resizeColumnsToContents()
        self.table.setColumnWidth(1, self.table.columnWidth(1) + THEME.px(14))  # the arrow of the order
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        self._draw_dots(result.rows)
        self.legend.show_entries([Entry("published at keras.io/api/applications"), Entry("bold: opened at full size")])

    def _fill(self, row: int, title: str, values: tuple[float | None, ...], *, bold: bool) -> None:
        for column, value in enumerate((title, *values)):
            item = QTableWidgetItem()
            if value is None:
                item.setText("–")
            else:  # numbers, so that they are sorted as such
                item.setData(Qt.ItemDataRole.DisplayRole, value)
            item.setFont(THEME.font(13, bold=bold))
            self.table.setItem(row, column, item)

    def _draw_dots(self, rows: tuple[Published, ...]) -> None:
        self.plot.dots.setData(
            [float(np.log10(one.megabytes)) for one in rows], [one.top1 for one in rows], size=THEME.px(9),
            pen=pg.mkPen(THEME.tokens.panel), brush=[pg.mkBrush(self._color(one)) for one in rows],
        )  # fmt: skip
        self.plot.fit()

    def _color(self, one: Published) -> str:
        return str(THEME.tokens.accent if one.known else THEME.tokens.secondary)

    @Slot()
    def _chosen(self) -> None:
        items = self.table.selectedItems()
        rows = self.result.rows if self.result is not None else ()
        one = next((row for row in rows if items and row.title == items[0].text()), None)
        self.legend.show_readout(row_words(one) if one is not None else "")

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        far = [
            ((np.log10(one.megabytes) - place.x()) / 1.9) ** 2 + ((one.top1 - place.y()) / 0.16) ** 2
            for one in self.result.rows
        ]
        self.legend.show_readout(row_words(self.result.rows[int(np.argmin(far))]))


def row_words(one: Published) -> str:
    """A network in a sentence."""
    return (
        f"{one.title}: {one.parameters:,} parameters, {one.megabytes:,.0f} MB, depth {one.depth}, "
        f"top-1 {one.top1:.1%}, top-5 {one.top5:.1%}, {one.processor:g} ms on a CPU, {one.graphics:g} ms on a GPU"
    )
