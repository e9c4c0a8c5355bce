"""The curves of an experiment along its axis: medians, bands, seeds, and the curve that a person drew before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from playground.ui.views.run.contest_chart import ChartBand, ChartLine, ContestChart, run_color
from playground.ui.views.run.dot_picker import Dot, DotPicker
from playground.ui.widgets import drawing
from playground.ui.widgets.theme import THEME

Numbers = NDArray[np.float64]
Heights = tuple[float | None, ...]

SYMBOL = 7
GUESS_SYMBOL = 10
MOST_DOTS = 1_500
"""Of more runs the bands alone are drawn."""
KEY_STEP = 0.05
"""How far an arrow key moves the drawn curve, as share of the height."""


@dataclass(frozen=True)
class SeedDot:
    """One run: its place among the lines and whether the claim fails in its seed."""

    dot: Dot
    number: int
    broken: bool = False

    @property
    def lost(self) -> bool:
        """Whether the run has no number: it stands at the upper edge."""
        return not np.isfinite(self.dot.y)


class ExperimentCurves(ContestChart):
    """A chart of medians over the axis; before there are any, a sheet of paper to draw on.

    While `pencil` names a variant, a drag with the left button draws its expected curve: what is passed over is drawn
    anew, all else stays. With the keys, Left and Right choose the place and Up and Down move the curve there.
    """

    drawn = Signal(int, object)
    """(number of the variant, heights): a person has drawn, heights from 0 to 1, None where nothing is."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.pencil: int | None = None
        """The variant whose curve is drawn; None where one cannot draw."""
        self.guesses: dict[int, Heights] = {}
        """By the number of the variant."""
        self.edges = (0.0, 1.0)
        """The numbers for which the heights 0 and 1 stand."""
        self.bottom.setStyle(hideOverlappingLabels=THEME.px(40))  # the first value stands at the very edge
        self._x: Numbers = np.zeros(0)
        self._guess_items: list[pg.GraphicsObject] = []
        self._dot_items: list[pg.GraphicsObject] = []
        self._last: tuple[float, float] | None = None
        self._cursor = 0
        self.picker = DotPicker(self)

    def set_axis(self, x: Numbers) -> None:
        """The places of the axis, as drawn, (places,)."""
        self._x = x

    def show_paper(self) -> None:
        """Show nothing but the axis and what is drawn."""
        self.draw_lines(left=float(self._x[0]))
        low, high = self.edges
        right = float(self._x[-1])
        self._extent = (float(self._x[0]), right if right > self._x[0] else float(self._x[0]) + 1.0, low, high)
        self.show_dots(())
        self.fit()

    def show_guesses(self, guesses: Mapping[int, Heights], edges: tuple[float, float]) -> None:
        """Lay the drawn curves over what is shown; edges are the numbers for which the heights 0 and 1 stand."""
        for item in self._guess_items:
            self.removeItem(item)
        self._guess_items = []
        self.guesses, self.edges = dict(guesses), edges
        low, high = edges
        for number, heights in guesses.items():
            y = np.array([np.nan if one is None else low + one * (high - low) for one in heights])
            color = run_color(number)
            line = pg.PlotCurveItem(
                self._x, y, pen=pg.mkPen(color, width=THEME.px(1.5), dash=[3, 4]), connect="finite"
            )
            there = np.isfinite(y)
            points = pg.ScatterPlotItem(
                self._x[there], y[there], symbol="d", size=THEME.px(GUESS_SYMBOL),
                brush=pg.mkBrush(THEME.tokens.panel), pen=pg.mkPen(color, width=THEME.px(1.5)),
            )  # fmt: skip
            points.opts["useCache"] = False
            for item, depth in ((line, 6), (points, 7)):
                item.setZValue(depth)
                self.addItem(item, ignoreBounds=True)
                self._guess_items.append(item)

    def show_dots(self, dots: Sequence[SeedDot]) -> None:
        """A small dot for each run, which can be chosen."""
        for item in self._dot_items:
            self.removeItem(item)
        self._dot_items = []
        kept = dots if len(dots) <= MOST_DOTS else ()
        self._show_lost([one for one in kept if one.lost])
        for number in sorted({one.number for one in kept}):
            color = run_color(number)
            for broken in (False, True):
                of = [one.dot for one in kept if one.number == number and one.broken == broken and not one.lost]
                if not of:
                    continue
                points = pg.ScatterPlotItem(
                    [dot.x for dot in of], [dot.y for dot in of], symbol=drawing.class_symbol(number),
                    size=THEME.px(SYMBOL), brush=pg.mkBrush(THEME.tokens.panel if broken else color),
                    pen=pg.mkPen(color if broken else THEME.tokens.panel, width=1.5 if broken else 1),
                )  # fmt: skip
                points.opts["useCache"] = False
                points.setZValue(3.5)
                self.addItem(points, ignoreBounds=True)
                self._dot_items.append(points)
        top = self._extent[3]
        self.picker.show_dots([replace(one.dot, y=top) if one.lost else one.dot for one in kept])

    def _show_lost(self, dots: Sequence[SeedDot]) -> None:
        """Runs without a number, at the upper edge."""
        if not dots:
            return
        points = pg.ScatterPlotItem(
            [one.dot.x for one in dots], [self._extent[3]] * len(dots), symbol="x", size=THEME.px(SYMBOL + 2),
            brush=[pg.mkBrush(run_color(one.number)) for one in dots], pen=pg.mkPen(None),
        )  # fmt: skip
        points.opts["useCache"] = False
        points.setZValue(3.5)
        self.addItem(points, ignoreBounds=True)
        self._dot_items.append(points)

    def draw_measured(
        self, lines: Sequence[ChartLine], bands: Sequence[ChartBand], dots: Sequence[SeedDot], left: float
    ) -> None:
        """Draw what came out so far, with room for what was drawn by hand."""
        self.draw_lines(lines, bands, left=left)
        begin, end, bottom, top = self._extent
        low, high = self.edges
        drawn = [height for heights in self.guesses.values() for height in heights if height is not None]
        if drawn:
            bottom, top = min(bottom, low + min(drawn) * (high - low)), max(top, low + max(drawn) * (high - low))
        seen = [one.dot.y for one in dots if not one.lost]
        if seen:
            bottom, top = min(bottom, *seen), max(top, *seen)
        self._extent = begin, end, bottom, top
        self.show_dots(dots)
        self.fit()

    # Drawing --------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.pencil is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._last = self._spot(event)
        self._draw_to(self._last)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is None:
            super().mouseMoveEvent(event)
            return
        self._draw_to(self._spot(event))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._last is None:
            super().mouseReleaseEvent(event)
            return
        self._last = None
        event.accept()

    def _spot(self, event: QMouseEvent) -> tuple[float, float]:
        """Where the mouse is: on the axis, and the height."""
        place: QPointF = self.box.mapSceneToView(self.mapToScene(event.position().toPoint()))
        low, high = self.edges
        return float(place.x()), min(1.0, max(0.0, (float(place.y()) - low) / (high - low)))

    def _draw_to(self, spot: tuple[float, float]) -> None:
        """Draw from where the mouse was to where it is: every place of the axis that lies between."""
        if self.pencil is None or self._last is None or not self._x.size:
            return
        heights = list(self.guesses.get(self.pencil, (None,) * len(self._x)))
        (x0, h0), (x1, h1) = self._last, spot
        nearest = int(np.argmin(np.abs(self._x - x1)))
        for place, x in enumerate(self._x):
            if min(x0, x1) <= x <= max(x0, x1) and x0 != x1:
                heights[place] = float(h0 + (h1 - h0) * (x - x0) / (x1 - x0))
        heights[nearest] = h1
        self._last, self._cursor = spot, nearest
        self._take(heights)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (-1, 0.0), Qt.Key.Key_Right: (1, 0.0),
                 Qt.Key.Key_Up: (0, KEY_STEP), Qt.Key.Key_Down: (0, -KEY_STEP)}  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if self.pencil is None or step is None or not self._x.size:
            super().keyPressEvent(event)
            return
        begins = self.pencil not in self.guesses
        self._cursor = 0 if begins else min(len(self._x) - 1, max(0, self._cursor + step[0]))
        heights = list(self.guesses.get(self.pencil, (None,) * len(self._x)))
        before = heights[self._cursor]
        near = [one for one in heights[: self._cursor] if one is not None]
        start = before if before is not None else near[-1] if near else 0.5
        heights[self._cursor] = min(1.0, max(0.0, start + step[1]))
        self._take(heights)
        event.accept()

    def _take(self, heights: Sequence[float | None]) -> None:
        assert self.pencil is not None
        self.show_guesses({**self.guesses, self.pencil: tuple(heights)}, self.edges)
        self.drawn.emit(self.pencil, tuple(heights))
