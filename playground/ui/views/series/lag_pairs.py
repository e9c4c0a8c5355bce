"""The lag table and its scatter: each value against the one k steps before."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from playground.analysis.base import Analysis
from playground.analysis.series.lag_pairs import LagPairs, LagPairsAnalysis
from playground.analysis.series.look import strength_words
from playground.ui.views.base import View
from playground.ui.views.series.plots import CurvesPlot, words
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import THEME, class_color

MOST_ROWS = 200
NEAR = 14
"""Pixels within which a pair is read."""


class LagPairsView(View):
    """A table whose second column is the first one, shifted down, and the picture of its pairs."""

    analysis: ClassVar[type[Analysis]] = LagPairsAnalysis
    title: ClassVar[str] = "Lags"
    empty: ClassVar[str] = "The pairs of the series appear here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LagPairs | None = None
        self.plot = CurvesPlot()
        self.plot.setAccessibleName("Each value against an earlier one")
        self.points = pg.ScatterPlotItem(pxMode=True)
        self.plot.addItem(self.points)
        self.line = self.plot.curve()
        self.legend = self.legend_in(self.plot, self.plot)
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName("Lag table")
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setFrameShape(QTableWidget.Shape.NoFrame)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        row = QWidget()
        beside = QHBoxLayout(row)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.plot, 3)
        beside.addWidget(self.table, 2)
        self.body_layout.addWidget(row, 1)
        self.lag_box = self.parameters.control("lag")
        self.add_more([("Lag k", self.lag_box), ("Differences d", self.parameters.control("differences"))])
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.restyle()

    def restyle(self) -> None:
        self.plot.restyle()
        self.table.setFont(THEME.font(13))
        self.table.horizontalHeader().setFont(THEME.font(13))
        self.table.verticalHeader().setDefaultSectionSize(THEME.px(24))

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.points.setData(
            x=result.early, y=result.late, size=THEME.px(7), brush=pg.mkBrush(class_color(1)),
            pen=pg.mkPen(THEME.tokens.panel),
        )  # fmt: skip
        ends = np.array([result.early.min(), result.early.max()])
        self.line.setPen(pg.mkPen(class_color(0), width=THEME.px(2)))
        fitted = result.offset + result.slope * ends
        self.line.setData(ends, fitted)
        room = 0.05 * float(np.ptp(ends)) or 1.0
        self.plot.name_axes(f"{result.value_name}, lag {result.lag}", result.value_name)
        self.plot.fit_to(ends + np.array([-room, room]), result.late, fitted)
        pairs = f"{len(result.late)} pairs of {len(result.values)} steps"
        strength = f" ({strength_words(result.r)})" if np.isfinite(result.r) else ""
        self.legend.show_entries([
            Entry(pairs, "", class_color(1).name(), "o"),
            Entry(f"r {words(result.r)}{strength}"),
            Entry(f"slope {words(result.slope)}", "line", class_color(0).name()),
        ])  # fmt: skip
        self._fill(result)

    def _fill(self, result: LagPairs) -> None:
        columns, rows = result.table()
        self.table.setHorizontalHeaderLabels(columns)
        self.table.setRowCount(min(len(rows), MOST_ROWS))
        for number, row in enumerate(rows[:MOST_ROWS]):
            for column, value in enumerate(row):
                text = value if isinstance(value, str) else f"{value:.6g}"
                self.table.setItem(number, column, QTableWidgetItem(text))

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        pixel = self.plot.box.viewPixelSize()
        away = np.hypot((self.result.early - place.x()) / pixel[0], (self.result.late - place.y()) / pixel[1])
        row = int(away.argmin())
        if away[row] > NEAR:
            self._forget()
            return
        time = self.result.times[self.result.lag + row]
        early, late = words(float(self.result.early[row])), words(float(self.result.late[row]))
        self.legend.show_readout(f"{self.result.time_name} {time:.6g}: {late}, lag {self.result.lag} {early}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
