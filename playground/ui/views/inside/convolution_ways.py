"""Milliseconds against the size of the kernel, for each way to compute one convolution."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.convolution_ways import SIZES, WAYS, ConvolutionWays, ConvolutionWaysAnalysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME, class_color, class_symbol


class TimesPlot(FittedPlot):
    """A line for each way; the times as powers of ten."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.span = (-3.0, 2.0)
        super().__init__(parent)
        self.lines = {way: pg.PlotDataItem(connect="finite") for way in WAYS}
        for line in self.lines.values():
            self.addItem(line)

    def show_whole(self) -> None:
        low, high = self.span
        self.box.setRange(xRange=(SIZES[0] - 0.5, SIZES[-1] + 0.5), yRange=(low - 0.2, high + 0.2), padding=0.0)


class ConvolutionWaysView(View):
    """The same convolution in several ways."""

    analysis: ClassVar[type[Analysis]] = ConvolutionWaysAnalysis
    title: ClassVar[str] = "Ways to convolve"
    empty: ClassVar[str] = "The times appear here."
    momentary: ClassVar[frozenset[str]] = frozenset({"again"})
    by_gesture: ClassVar[frozenset[str]] = frozenset({"again"})

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ConvolutionWays | None = None
        self.again = QPushButton("Measure again")
        self.again.setToolTip("Take the milliseconds again")
        self.again.clicked.connect(self.measure_again)
        self.add_more([
            ("Pixels", self.parameters.control("side")),
            ("Channels", self.parameters.control("channels")),
            ("Filters", self.parameters.control("filters")),
            ("Measure", self.again),
        ])  # fmt: skip
        self.plot = TimesPlot()
        self.plot.setAccessibleName("Milliseconds against the size of the kernel")
        self.plot.name_axes("kernel size", "log10 of ms")
        self.legend = Legend()
        self.body_layout.addWidget(self.plot, 1)
        self.body_layout.addWidget(self.legend)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    @Slot()
    def measure_again(self) -> None:
        """Take the milliseconds again."""
        self.parameters.choose("again", self.parameters.value("again") + 1)

    def restyle(self) -> None:
        self.plot.restyle()

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result, entries = self.result, []
        for number, (way, times) in enumerate(result.times.items()):
            color, line = class_color(number), self.plot.lines[way]
            known = np.isfinite(times)
            line.setData(result.sizes[known].astype(float), np.log10(times[known]))
            line.setPen(pg.mkPen(color, width=THEME.px(2)))
            line.setSymbol(class_symbol(number))
            line.setSymbolBrush(pg.mkBrush(color))
            line.setSymbolPen(None)
            line.setSymbolSize(THEME.px(8))
            entries.append(Entry(way, "line", color.name(), class_symbol(number)))
        measured = np.concatenate([times[np.isfinite(times)] for times in result.times.values()])
        if measured.size:
            self.plot.span = float(np.log10(measured.min())), float(np.log10(measured.max()))
        self.plot.fit()
        equal = f"equal to {result.difference:.0e}"
        self.legend.show_entries([*entries, Entry(result.words), Entry(equal)])

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        index = int(np.abs(self.result.sizes - place.x()).argmin())
        times = ((way, float(values[index])) for way, values in self.result.times.items())
        words = ", ".join(f"{way} {number_words(one)} ms" for way, one in times if np.isfinite(one))
        self.legend.show_readout(f"kernel {self.result.sizes[index]} × {self.result.sizes[index]}: {words}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
