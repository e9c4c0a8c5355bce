"""A series and its parts, one below the other over the same time."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.series.decomposition import Decomposition, DecompositionAnalysis
from playground.ui.views.base import View
from playground.ui.views.series.plots import CurvesPlot, nearest, words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.theme import THEME, class_color

ROWS = ("series", "trend", "season", "rest")


class DecompositionView(View):
    """Four plots, whose times move together."""

    analysis: ClassVar[type[Analysis]] = DecompositionAnalysis
    title: ClassVar[str] = "Decomposition"
    empty: ClassVar[str] = "The parts of the series appear here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Decomposition | None = None
        self.plots = {name: CurvesPlot() for name in ROWS}
        self.curves = {name: plot.curve() for name, plot in self.plots.items()}
        self.second_season = self.plots["season"].curve()
        for name, plot in self.plots.items():
            plot.setAccessibleName(f"The {name} over time")
            plot.bottom.grouped = False
            plot.hovered.connect(self._read)
            plot.left.connect(self._forget)
            if name != "rest":
                plot.bottom.setStyle(showValues=False)
            if name != "series":
                plot.box.setXLink(self.plots["series"].box)
            self.body_layout.addWidget(plot, 4 if name == "rest" else 3)
        self.legend = Legend()
        self.body_layout.addWidget(self.legend)
        self.method_box = self.parameters.control("method")
        self.options_layout.addWidget(self.method_box)
        self.add_more([("Method", self.method_box), ("Season", self.parameters.control("period"))])

    def restyle(self) -> None:
        for plot in self.plots.values():
            plot.restyle()

    def settle(self) -> None:
        super().settle()
        for plot in self.plots.values():
            plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        parts = {"series": result.values, "trend": result.trend, "season": result.seasons[0], "rest": result.rest}
        self.second_season.setPen(pg.mkPen(class_color(0), width=THEME.px(1.5)))
        self.second_season.setData(*((result.times, result.seasons[1]) if len(result.seasons) > 1 else ([], [])))
        widest = max(plot.side.width() for plot in self.plots.values())
        for name, values in parts.items():
            self.curves[name].setPen(pg.mkPen(THEME.tokens.text if name == "series" else class_color(1), width=1.5))
            self.curves[name].setData(result.times, values)
            shown = (values, result.seasons[1]) if name == "season" and len(result.seasons) > 1 else (values,)
            self.plots[name].fit_to(result.times, *shown)
            self.plots[name].side.setWidth(max(widest, THEME.px(70)))
            self.plots[name].name_axes(result.time_name if name == "rest" else "", name)
        periods = " and ".join(map(str, result.periods))
        self.legend.show_entries([
            Entry(f"{result.method}, season of {periods} {result.step_name}"),
            Entry(f"strength of trend {words(result.trend_strength)}"),
            Entry(f"of season {words(result.season_strength)}"),
        ])  # fmt: skip

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        row = nearest(self.result.times, place.x())
        season = [float(one[row]) for one in self.result.seasons]
        sign = " × " if self.result.multiplied else " + "
        parts = (float(self.result.trend[row]), *season, float(self.result.rest[row]))
        known = np.isfinite(parts).all()
        sum_words = f" = {sign.join(words(one) for one in parts)}" if known else ""
        time = f"{self.result.time_name} {self.result.times[row]:.6g}"
        self.legend.show_readout(f"{time}: {words(float(self.result.values[row]))}{sum_words}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
