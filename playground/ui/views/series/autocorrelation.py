"""Autocorrelation and partial autocorrelation as bars, with the band of white noise."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.series.autocorrelation import Autocorrelation, AutocorrelationAnalysis
from playground.analysis.series.look import strength_words
from playground.ui.views.base import View
from playground.ui.views.series.plots import BarsPlot, nearest, words
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import THEME, class_color


class AutocorrelationView(View):
    """Two rows of bars over the lag."""

    analysis: ClassVar[type[Analysis]] = AutocorrelationAnalysis
    title: ClassVar[str] = "Autocorrelation"
    empty: ClassVar[str] = "The autocorrelation of the series appears here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Autocorrelation | None = None
        self.whole, self.partial = BarsPlot(), BarsPlot()
        self.whole.setAccessibleName("Autocorrelation by lag")
        self.partial.setAccessibleName("Partial autocorrelation by lag")
        self.legend = self.legend_in(self.whole, self.whole)
        for plot in (self.whole, self.partial):
            self.body_layout.addWidget(plot, 1)
            plot.hovered.connect(self._read)
            plot.left.connect(self._forget)
        self.definition_box = self.parameters.control("definition")
        self.options_layout.addWidget(self.definition_box)
        self.add_more([
            ("Definition", self.definition_box),
            ("Lags", self.parameters.control("lags")),
            ("Differences d", self.parameters.control("differences")),
            ("", self.parameters.control("seasonal_difference")),
            ("PACF by", self.parameters.control("estimator")),
        ])  # fmt: skip

    def restyle(self) -> None:
        self.whole.restyle()
        self.partial.restyle()

    def settle(self) -> None:
        super().settle()
        self.whole.fit()
        self.partial.fit()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        lag = f"lag ({result.step_name})"
        self.whole.name_axes(lag, "ACF")
        self.partial.name_axes(lag, "PACF")
        self.whole.show_bars(result.lags, result.acf[result.shown], result.band, class_color(1).name())
        padded = np.concatenate([result.pacf, np.full(len(result.lags) - len(result.pacf), np.nan)])
        self.partial.show_bars(result.lags, padded, result.band, class_color(0).name())
        self.legend.show_entries([
            Entry(f"ACF, {result.shown}", "square", class_color(1).name()),
            Entry(f"PACF by {result.estimator}", "square", class_color(0).name()),
            Entry(f"95 % of noise: ±{words(result.band)}", "square", THEME.tokens.secondary),
        ])  # fmt: skip

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        row = nearest(self.result.lags, place.x())
        lag, r = int(self.result.lags[row]), float(self.result.acf[self.result.shown][row])
        partial = f", PACF {words(float(self.result.pacf[row]))}" if row < len(self.result.pacf) else ""
        strength = f" ({strength_words(r)})" if np.isfinite(r) else ""
        self.legend.show_readout(f"lag {lag}: {self.result.count - lag} pairs, r {words(r)}{strength}{partial}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
