"""One quantity of a few weights over the steps, small enough to stand beside others."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.analysis.run.optimizer_xray import MOST, OptimizerXray
from playground.ui.widgets.drawing import class_color
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.legend import line_pen
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

SAMPLES = ("line", "dash", "dot", "line")
"""How the line of each weight is drawn; the last is wide."""
SIDE = 56
WIDTH, HEIGHT = 180, 128
"""What a plot wants at least, in pixels."""
ROOM = 0.08
DECADES = 2.0
"""Positive numbers over more powers of ten than this are drawn on a logarithmic scale."""
OUTLIERS = (2.0, 98.0)
"""Percentiles between which an effective rate is drawn: it has no bound where the gradient goes through zero."""


def weight_color(number: int) -> QColor:
    """The colour of the line of a weight."""
    return class_color(number)


class XrayPlot(Plot):
    """The lines of one quantity, and where the network stands now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = [pg.PlotCurveItem(connect="finite") for _ in range(MOST)]
        self.points = [pg.ScatterPlotItem(symbol="o", pxMode=True) for _ in range(MOST)]
        self.zero = pg.PlotCurveItem()
        self.now = pg.PlotCurveItem()
        for item in (self.zero, self.now, *self.lines, *self.points):
            self.addItem(item)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.reset_wanted.connect(self.fit)
        self.quantity = ""
        self._title = ""
        self._extent = (0.0, 1.0, 0.0, 1.0)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(WIDTH), THEME.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(WIDTH) // 2, THEME.px(HEIGHT))

    def restyle(self) -> None:
        super().restyle()
        self.side.setWidth(THEME.px(SIDE))

    def show_quantity(self, result: OptimizerXray, quantity: str, *, last: bool) -> None:
        """Draw a quantity of all weights; only the plots in the last row name the steps."""
        self.quantity = quantity
        self.setAccessibleName(f"{result.title(quantity)} over the steps".capitalize())
        self.setToolTip(
            plain_tip(TIPS.get(quantity, "What the optimizer remembers of earlier gradients, this one taken in"))
        )
        self._title = result.title(quantity)
        self.item.setTitle(self._title, color=THEME.tokens.secondary, size=f"{THEME.px(13)}px")
        self.name_axes("step" if last else "", "")
        self.bottom.showLabel(last)
        rows = [traced.series[quantity] for traced in result.weights]
        self.side.logarithmic = _many_decades(rows)
        shown = [np.log10(np.where(row > 0.0, row, np.nan)) if self.side.logarithmic else row for row in rows]
        steps = result.moments.astype(float)
        for number in range(MOST):
            there = number < len(shown)
            values = shown[number] if there else np.full(len(steps), np.nan)
            color = weight_color(number)
            pen = line_pen(SAMPLES[number], color, THEME.px(2) if number == MOST - 1 else 1)
            self.lines[number].setData(steps, values, pen=pen)
            known = np.isfinite(values) & (steps == result.step)
            self.points[number].setData(
                steps[known], values[known], size=THEME.px(7), brush=pg.mkBrush(color), pen=pg.mkPen(None)
            )
        left, right = float(steps[0]), float(steps[-1])
        if left == right:
            left, right = left - 1.0, right + 1.0
        low, high = _range(shown, quantity == "rate")
        room, beside = ROOM * (high - low), 0.03 * (right - left)
        self._extent = left - beside, right + beside, low - room, high + room
        quiet = line_pen("line", THEME.color("line"))
        self.zero.setData([left - beside, right + beside], [0.0, 0.0], pen=quiet)
        self.zero.setVisible(not self.side.logarithmic)
        here = [float(result.step)] * 2
        self.now.setData(here, [low - room, high + room], pen=line_pen("dot", THEME.color("secondary")))
        self.side.picture = None
        self.fit()

    def draw_shapes(self, shapes: bool) -> None:
        """Draw points as shapes instead of small pictures: right in a vector picture."""
        for item in self.points:
            item.opts["useCache"] = not shapes

    @Slot()
    def fit(self) -> None:
        """Show everything."""
        left, right, low, high = self._extent
        self.box.setRange(xRange=(left, right), yRange=(low, high), padding=0.0)


TIPS = {
    "weight": "The weight itself",
    "gradient": "The slope of the loss along this weight, with penalty and clipping",
    "step": "What the optimizer would add to the weight at this moment",
    "rate": "The step for each unit of gradient: −Δw / g. Below zero, momentum carries the weight uphill",
}


def _many_decades(rows: list[NDArray[np.float64]]) -> bool:
    values = np.concatenate(rows)
    values = values[np.isfinite(values)]
    if not len(values) or values.min() < 0.0 or not (values > 0.0).any():
        return False
    there = values[values > 0.0]
    return bool(np.log10(there.max() / there.min()) > DECADES)


def _range(rows: list[NDArray[np.float64]], robust: bool) -> tuple[float, float]:
    values = np.concatenate(rows)
    values = values[np.isfinite(values)]
    if not len(values):
        return 0.0, 1.0
    low, high = np.percentile(values, OUTLIERS) if robust else (values.min(), values.max())
    if low == high:
        apart = abs(low) * 0.1 or 1.0
        return float(low - apart), float(high + apart)
    return float(low), float(high)
