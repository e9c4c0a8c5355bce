"""What the views of a series share: plots that fit their curves, bars, and a table whose columns are numbers."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

Floats = NDArray[np.float64]
ROOM = 0.06
"""Above and below what is drawn, as a share of its height."""


class CurvesPlot(FittedPlot):
    """Curves over one axis; its range fits all that is given to `fit_to`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.area = (0.0, 1.0, 0.0, 1.0)
        """Left, right, bottom and top."""
        super().__init__(parent)

    def curve(self) -> pg.PlotDataItem:
        """A new curve, broken where numbers are missing."""
        item = pg.PlotDataItem(connect="finite")
        self.addItem(item)
        return item

    def fit_to(self, x: Floats, *values: Floats) -> None:
        """Show all of these, unless a person has chosen the range."""
        every = np.concatenate([one[np.isfinite(one)] for one in values])
        low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
        room = ROOM * (high - low) or 1.0
        self.area = float(x[0]), float(x[-1]), low - room, high + room
        self.fit()

    def show_whole(self) -> None:
        left, right, bottom, top = self.area
        self.box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)


class BarsPlot(CurvesPlot):
    """Bars from 0 at whole numbers, with a band around 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.band = pg.LinearRegionItem(orientation="horizontal", movable=False)
        self.bars = pg.BarGraphItem(x=[0.0], height=[0.0], width=0.7)
        self.zero = pg.InfiniteLine(pos=0.0, angle=0)
        for depth, item in enumerate((self.band, self.bars, self.zero)):
            item.setZValue(depth - 10)
            self.addItem(item, ignoreBounds=True)

    def show_bars(self, x: Floats, heights: Floats, band: float, color: str) -> None:
        """Bars of these heights; NaN has none."""
        known = np.isfinite(heights)
        shade = pg.mkColor(THEME.tokens.secondary)
        shade.setAlpha(45)
        self.band.setRegion((-band, band))
        self.band.setBrush(shade)
        for line in self.band.lines:
            line.setPen(pg.mkPen(None))
        self.bars.setOpts(
            x=x[known], height=heights[known], width=0.7, brush=pg.mkBrush(color), pen=pg.mkPen(None)
        )
        self.zero.setPen(pg.mkPen(THEME.tokens.line))
        self.fit_to(np.array([0.3, x[-1] + 0.7]), heights[known], np.array([-band, band, 0.0]))


def nearest(x: Floats, place: float) -> int:
    """The row whose number is nearest to a place."""
    return int(np.abs(x - place).argmin())


def words(value: float) -> str:
    """A number in few digits; “none” where there is none."""
    return number_words(value) if np.isfinite(value) else "none"
