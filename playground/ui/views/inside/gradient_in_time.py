"""The gradient of a recurrent block over time, on a scale of powers of ten, with a slider that scales its weights."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.gradient_in_time import GradientInTime, GradientInTimeAnalysis
from playground.ui.views.base import View
from playground.ui.views.shared.curve_lines import bounds, to_scale
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import POSITIVE, THEME

SCALE_STEPS = 50
"""Places of the slider for each 1 of the scale."""
LOWEST = 1e-30
"""Under this nothing is drawn: single precision ends soon."""
OF = {"state": "gradient of the state", "weights": "share of the gradient of W"}


class TimePlot(FittedPlot):
    """Norms against time, and above them what they cannot pass."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side.logarithmic = True
        self.line = pg.PlotDataItem(connect="finite", symbol="o")
        self.limit = pg.PlotCurveItem(connect="finite")
        for item in (self.limit, self.line):
            self.addItem(item)
        self.places = np.zeros(0)
        self.heights = np.zeros(0)
        self.setAccessibleName("Gradient against time")

    def show_norms(self, places: np.ndarray, norms: np.ndarray, bound: np.ndarray | None) -> None:
        """Draw norms (time,) at these places, and their bound where one is known."""
        known = np.where(np.isfinite(norms) & (norms > LOWEST), norms, np.nan)
        self.places, self.heights = places.astype(np.float64), to_scale(known, True)
        drawn = np.isfinite(self.heights)  # pyqtgraph warns of points that are all no numbers
        self.line.setData(self.places[drawn], self.heights[drawn])
        self.limit.setVisible(bound is not None)
        if bound is not None:
            self.limit.setData(self.places, to_scale(bound, True))
        self.say("" if np.isfinite(self.heights).any() else "Nothing of the gradient is left, or it is no number.")
        self.fit()

    def show_whole(self) -> None:
        """All norms; the bound may leave the picture."""
        if not len(self.places):
            return
        low, high = bounds([self.heights])
        room = max(0.15, 0.06 * (high - low))
        first, last = float(self.places.min()), float(self.places.max())
        side = max(0.5, 0.02 * (last - first))
        self.box.setRange(xRange=(first - side, last + side), yRange=(low - room, high + room), padding=0.0)


class GradientInTimeView(View):
    """How much of the gradient is left at each step, and what the recurrent weights have to do with it."""

    analysis: ClassVar[type[Analysis]] = GradientInTimeAnalysis
    title: ClassVar[str] = "Gradient in time"
    empty: ClassVar[str] = "Press play to see how far back the gradient reaches."
    pulses: ClassVar[int] = 4

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: GradientInTime | None = None
        self.of_box = self.parameters.choice("of", [("State", "state"), ("Weights", "weights")])
        self.against_box = self.parameters.choice("against", [("By distance", "lag"), ("By step", "step")])
        self.options_layout.addWidget(self.of_box)
        self.add_more([("Against", self.against_box)])
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setAccessibleName("Spectral norm and radius")
        self.plot = TimePlot()
        self.legend = self.legend_in(self.plot, self.plot)
        self.scale_words = Label()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 3 * SCALE_STEPS)
        self.slider.setAccessibleName("Scale of the recurrent weights")
        self.slider.setToolTip("What the recurrent weights are multiplied by, for this picture alone")
        self.parameters.bind("scale", self.slider, scale=SCALE_STEPS)
        line = QHBoxLayout()
        line.addWidget(self.scale_words)
        line.addWidget(self.slider, 1)
        self.body_layout.addWidget(self.words)
        self.body_layout.addWidget(self.plot, 1)
        self.body_layout.addLayout(line)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.restyle()

    def restyle(self) -> None:
        self.plot.restyle()
        self.words.setFont(THEME.font(13))
        color = QColor(POSITIVE)
        self.plot.line.setPen(line_pen("line", color, THEME.px(2)))
        self.plot.line.setSymbolBrush(color)
        self.plot.line.setSymbolPen(None)
        self.plot.line.setSymbolSize(THEME.px(6))
        self.plot.limit.setPen(line_pen("dash", THEME.color("warning"), THEME.px(1)))

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.words.setText(in_words(result))
        self.scale_words.setText(f"W × {result.scale:.2f}")
        self.plot.name_axes("steps before the last" if result.lag else "step", f"{OF[result.of]} (log scale)")
        self.plot.show_norms(result.distances, result.norms, result.bound)
        entries = [Entry(OF[result.of], "line", POSITIVE)]
        if result.bound is not None:
            entries.append(Entry("spectral norm to the power of the distance", "dash", THEME.tokens.warning))
        self.legend.show_entries([*entries, Entry(f"{result.title}, {result.examples} {result.part} examples")])

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None or not len(self.plot.places):
            return
        index = int(np.abs(self.plot.places - place.x()).argmin())
        distance, norm = int(self.result.distances[index]), float(self.result.norms[index])
        where = f"{distance} steps before the last" if self.result.lag else f"step {distance}"
        self.legend.show_readout(f"{where}: {norm:.3g}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")


def in_words(result: GradientInTime) -> str:
    """How the gradient changes from step to step, and what the weights are like."""
    words = []
    if not math.isnan(result.factor):
        words.append(f"One step back multiplies it by {result.factor:.3g}.")
    if result.of == "weights":
        words.append(f"The gradients of all steps add up to one of norm {number_words(result.total)}.")
    if result.matrix is not None:
        words.append(f"W: spectral norm {result.matrix.norm:.3g}, spectral radius {result.matrix.radius:.3g}.")
    return " ".join(words)
