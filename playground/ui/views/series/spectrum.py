"""The power of a series over the period or the frequency."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.series.spectrum import Spectrum, SpectrumAnalysis
from playground.ui.views.base import View
from playground.ui.views.series.plots import CurvesPlot, Floats, nearest, words
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import THEME, class_color


class SpectrumView(View):
    """One curve, with its peaks marked."""

    analysis: ClassVar[type[Analysis]] = SpectrumAnalysis
    title: ClassVar[str] = "Spectrum"
    empty: ClassVar[str] = "The power of the series appears here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Spectrum | None = None
        self.plot = CurvesPlot()
        self.plot.setAccessibleName("Power of the series")
        self.curve = self.plot.curve()
        self.peaks = pg.ScatterPlotItem(symbol="d", pxMode=True)
        self.plot.addItem(self.peaks)
        self.legend = self.legend_in(self.plot, self.plot)
        self.body_layout.addWidget(self.plot, 1)
        self.along_box = self.parameters.control("along")
        self.options_layout.addWidget(self.along_box)
        self.add_more([("Axis", self.along_box), ("Method", self.parameters.control("method"))])
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    def restyle(self) -> None:
        self.plot.restyle()

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def places(self) -> Floats:
        """Where the powers stand on the axis: logarithms of the periods, or the frequencies."""
        assert self.result is not None
        by_period = self.parameters.value("along") == "period"
        return np.asarray(np.log10(self.result.periods) if by_period else self.result.frequencies)

    def draw(self) -> None:
        assert self.result is not None
        result, x = self.result, self.places()
        by_period = self.parameters.value("along") == "period"
        order = np.argsort(x)
        self.plot.bottom.logarithmic = by_period
        self.curve.setPen(pg.mkPen(class_color(1), width=THEME.px(2)))
        self.curve.setData(x[order], result.power[order])
        peaks = list(result.peaks)
        self.peaks.setData(
            x=x[peaks], y=result.power[peaks], size=THEME.px(10), brush=pg.mkBrush(class_color(0)),
            pen=pg.mkPen(THEME.tokens.panel),
        )  # fmt: skip
        name = f"period ({result.step_name})" if by_period else f"frequency (turns in one of the {result.step_name})"
        self.plot.name_axes(name, "share of the power")
        self.plot.fit_to(x[order], result.power, np.zeros(1))
        entries = [
            Entry(f"period {words(period)}: {share:.0%}", "", class_color(0).name(), "d")
            for period, share in zip(result.periods[peaks].tolist(), result.power[peaks].tolist(), strict=True)
        ]
        if result.lag_peak:
            entries.append(Entry(f"hill of the ACF at lag {result.lag_peak}"))
        self.legend.show_entries(entries)

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        row = nearest(self.places(), place.x())
        period, frequency = words(float(self.result.periods[row])), words(float(self.result.frequencies[row]))
        share = f"{self.result.power[row]:.1%} of the power"
        self.legend.show_readout(f"period {period}, frequency {frequency}: {share}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
