"""A series with its rolling mean and deviation, and what two tests say of it."""

from __future__ import annotations

from typing import ClassVar

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.series.stationarity import Stationarity, StationarityAnalysis
from playground.ui.views.base import View
from playground.ui.views.series.plots import CurvesPlot, nearest, words
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import THEME, class_color


class StationarityView(View):
    """The picture above, the tests in words below."""

    analysis: ClassVar[type[Analysis]] = StationarityAnalysis
    title: ClassVar[str] = "Stationarity"
    empty: ClassVar[str] = "What two tests say of the series appears here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Stationarity | None = None
        self.plot = CurvesPlot()
        self.plot.setAccessibleName("The series with its rolling mean and deviation")
        self.plot.bottom.grouped = False
        self.series, self.mean = self.plot.curve(), self.plot.curve()
        self.above, self.below = self.plot.curve(), self.plot.curve()
        self.legend = self.legend_in(self.plot, self.plot)
        self.tests = Label()
        self.tests.setWordWrap(True)
        self.body_layout.addWidget(self.plot, 1)
        self.body_layout.addWidget(self.tests)
        self.difference_box = self.parameters.control("differences")
        self.add_more([
            ("Differences d", self.difference_box),
            ("", self.parameters.control("seasonal_difference")),
            ("", self.parameters.control("logarithm")),
            ("Steady around", self.parameters.control("around")),
        ])  # fmt: skip
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    def restyle(self) -> None:
        self.plot.restyle()

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result, secondary = self.result, THEME.tokens.secondary
        self.series.setPen(pg.mkPen(secondary, width=1))
        self.series.setData(result.times, result.values)
        self.mean.setPen(pg.mkPen(class_color(1), width=THEME.px(2.5)))
        self.mean.setData(result.times, result.mean)
        for curve, sign in ((self.above, 1.0), (self.below, -1.0)):
            curve.setPen(pg.mkPen(class_color(0), width=THEME.px(1.5)))
            curve.setData(result.times, result.mean + sign * result.deviation)
        self.plot.name_axes(result.time_name, result.value_name)
        self.plot.fit_to(
            result.times, result.values, result.mean + result.deviation, result.mean - result.deviation
        )
        self.legend.show_entries([
            Entry("series", "line", secondary),
            Entry(f"mean of {result.window} steps", "line", class_color(1).name()),
            Entry("± their deviation", "line", class_color(0).name()),
        ])  # fmt: skip
        self.tests.setText(f"{result.adf.words}. {result.kpss.words}. {result.verdict}")

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        row = nearest(self.result.times, place.x())
        numbers = (self.result.values, self.result.mean, self.result.deviation)
        value, mean, deviation = (words(float(one[row])) for one in numbers)
        time = f"{self.result.time_name} {self.result.times[row]:.6g}"
        self.legend.show_readout(f"{time}: {value}, mean {mean}, deviation {deviation}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
