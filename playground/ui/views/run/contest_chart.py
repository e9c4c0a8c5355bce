"""The chart of a contest: lines that differ in colour, dashes and shape of points, each with its name at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPolygonItem, QWidget

from playground.ui.views.shared import curve_lines
from playground.ui.widgets import drawing
from playground.ui.widgets.painted import metrics
from playground.ui.widgets.plots import NO_LOGARITHM, FittedPlot
from playground.ui.widgets.theme import THEME

Numbers = NDArray[np.float64]
DASHES: tuple[list[float], ...] = ([], [6, 2], [2, 2], [8, 2, 2, 2], [12, 3], [4, 4], [1, 3], [10, 2, 2, 2, 2, 2])
"""Strokes and gaps in widths of the pen: eight patterns that are told apart without colour."""
MARKS = 8
"""Points with a shape on each line."""
SYMBOL = 9
ROOM = 0.04
MOST_NAMES = 0.4
"""Share of the width that names at the ends of lines may take."""


@dataclass(frozen=True)
class ChartLine:
    """One line; `number` decides its colour, dashes and points."""

    name: str
    x: Numbers
    y: Numbers
    number: int
    counts: bool = True
    """Whether the axes make room for it; a run that runs away would leave none for the others."""


@dataclass(frozen=True)
class ChartBand:
    """A filled band between two lines, such as between quartiles."""

    x: Numbers
    low: Numbers
    high: Numbers
    opacity: float
    number: int | None = None
    """The run whose colour it has; None for the accent."""


def run_color(number: int) -> QColor:
    """The colour of a run; brighter on a dark page."""
    color = drawing.class_color(number)
    return color.lighter(130) if THEME.tokens.name == "dark" else color


def run_pen(number: int, width: float = 2.0) -> QPen:
    """The pen of a run, as wide on the screen whatever the zoom."""
    pen = QPen(run_color(number), THEME.px(width))
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if DASHES[number % len(DASHES)]:
        pen.setDashPattern(DASHES[number % len(DASHES)])
    return pen


class ContestChart(FittedPlot):
    """Draws lines and bands over epochs."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.drawn_items: list[QGraphicsItem] = []
        self.name_items: list[pg.TextItem] = []
        self._ends: list[tuple[float, float]] = []
        self._extent = (0.0, 1.0, 0.0, 1.0)

    @property
    def line_names(self) -> list[str]:
        """The names at the ends of the lines."""
        return [one.toPlainText() for one in self.name_items]

    def draw_lines(
        self, lines: Sequence[ChartLine] = (), bands: Sequence[ChartBand] = (), thin: Sequence[ChartLine] = (),
        *, logarithmic: bool = False, left: float = 0.0,
    ) -> None:  # fmt: skip
        """Draw bands, thin lines without names, and lines with them, from `left` on. The numbers are as measured."""
        for item in (*self.drawn_items, *self.name_items):
            self.removeItem(item)
        self.drawn_items, self.name_items, self._ends = [], [], []
        self.side.logarithmic = logarithmic
        heights: list[Numbers] = []
        for band in bands:
            low, high = (curve_lines.to_scale(part, logarithmic) for part in (band.low, band.high))
            self._add_band(band, low, high)
            heights += [low, high]
        for line in thin:
            y = curve_lines.to_scale(line.y, logarithmic)
            color = QColor(THEME.color("secondary"))
            color.setAlphaF(0.45)
            self._add(pg.PlotCurveItem(line.x, y, pen=pg.mkPen(color, width=1), connect="finite"), 2)
            heights.append(y)
        scaled = [curve_lines.to_scale(line.y, logarithmic) for line in lines]
        heights += [y for line, y in zip(lines, scaled, strict=True) if line.counts] or ([] if heights else scaled)
        longest = max((float(line.x[-1]) for line in (*lines, *thin) if len(line.x)), default=left + 1.0)
        bottom, top = curve_lines.bounds(heights)
        drawn = any(np.isfinite(part).any() for part in heights)
        self.say(NO_LOGARITHM if logarithmic and heights and not drawn else "")
        for line, y in zip(lines, scaled, strict=True):
            self._add_line(line, y, bottom, top)
        self._extent = (left, longest if longest > left else left + 1.0, bottom, top)
        self.fit()

    def _add(self, item: QGraphicsItem, depth: float) -> None:
        item.setZValue(depth)
        self.addItem(item)
        self.drawn_items.append(item)

    def _add_band(self, band: ChartBand, low: Numbers, high: Numbers) -> None:
        there = np.isfinite(low) & np.isfinite(high)
        color = QColor(THEME.color("accent")) if band.number is None else run_color(band.number)
        color.setAlphaF(band.opacity)
        x = np.concatenate([band.x[there], band.x[there][::-1]])
        y = np.concatenate([low[there], high[there][::-1]])
        corners = QPolygonF([QPointF(*place) for place in zip(x.tolist(), y.tolist(), strict=True)])
        outline = QGraphicsPolygonItem(corners)
        outline.setPen(QPen(Qt.PenStyle.NoPen))
        outline.setBrush(color)
        self._add(outline, 1)

    def _add_line(self, line: ChartLine, y: Numbers, bottom: float, top: float) -> None:
        color = run_color(line.number)
        # Painters do not draw numbers without end; a line that leaves the picture leaves it all the same.
        y = np.clip(y, bottom - 2.0 * (top - bottom), top + 2.0 * (top - bottom))
        self._add(pg.PlotCurveItem(line.x, y, pen=run_pen(line.number), connect="finite"), 3)
        there = np.flatnonzero(np.isfinite(y))
        if not there.size:
            self._ends.append((float("nan"), float("nan")))
        else:
            marked = there[curve_lines.spread(line.x[there], MARKS)]
            dots = pg.ScatterPlotItem(
                line.x[marked], y[marked], symbol=drawing.class_symbol(line.number), size=THEME.px(SYMBOL),
                brush=pg.mkBrush(color), pen=pg.mkPen(THEME.tokens.panel, width=1),
            )  # fmt: skip
            dots.opts["useCache"] = False
            self._add(dots, 4)
            seen = there[(y[there] >= bottom) & (y[there] <= top)]
            last = int(seen[-1]) if seen.size else int(there[-1])
            self._ends.append((float(line.x[last]), float(np.clip(y[last], bottom, top))))
        words = pg.TextItem(line.name, color=THEME.color("text"), anchor=(0.0, 0.5))
        words.setFont(THEME.font(13))
        words.setZValue(5)
        words.setVisible(bool(there.size))
        self.addItem(words)
        self.name_items.append(words)

    def show_whole(self) -> None:
        """Show all lines, with room for their names on the right."""
        left, right, bottom, top = self._extent
        wide = max(60.0, self.box.width())
        longest = max((metrics().horizontalAdvance(name) for name in self.line_names), default=0)
        room = longest + THEME.px(14)
        shown = bool(self.name_items) and room <= MOST_NAMES * wide
        reach = (right - left) * (wide / (wide - room) if shown else 1.02)
        before, above = reach * THEME.px(SYMBOL) / wide, (top - bottom) * ROOM
        self.box.setRange(xRange=(left - before, left + reach), yRange=(bottom - above, top + above), padding=0.0)
        self._place_names(shown)

    def _place_names(self, shown: bool) -> None:
        """Names beside the ends of their lines, moved apart where they would lie upon each other."""
        gap = metrics().height() * self.box.viewPixelSize()[1]
        side = THEME.px(6) * self.box.viewPixelSize()[0]
        there = [number for number, end in enumerate(self._ends) if np.isfinite(end[1])]
        for last in {self._ends[number][0] for number in there}:  # a run that ran away ends before the others
            order = sorted((number for number in there if self._ends[number][0] == last),
                           key=lambda number: self._ends[number][1])  # fmt: skip
            heights = _apart([self._ends[number][1] for number in order], gap, self.box.viewRange()[1])
            for number, height in zip(order, heights, strict=True):
                self.name_items[number].setVisible(shown)
                self.name_items[number].setPos(last + side, height)


def _apart(heights: list[float], gap: float, limits: Sequence[float]) -> list[float]:
    """Ascending heights moved apart to at least `gap`, kept inside the limits where there is room."""
    found: list[float] = []
    for height in heights:
        found.append(max(height, found[-1] + gap) if found else max(height, limits[0] + gap / 2))
    over = found[-1] - (limits[1] - gap / 2) if found else 0.0
    for place in range(len(found) - 1, -1, -1):
        if over <= 0:
            break
        found[place] = min(found[place], limits[1] - gap / 2 - (len(found) - 1 - place) * gap)
    return found
