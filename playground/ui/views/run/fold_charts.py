"""The two charts of a cross-validation, one row for each fold: which rows are in which part, and the scores."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QWidget

from playground.data.base import PARTS
from playground.ui.widgets import drawing
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

Numbers = NDArray[np.float64]

MOST_COLUMNS = 1_500
"""More rows than that are thinned out in the picture."""
FINE = 8
"""Pixels of the picture for each fold, of which one is the gap to the next."""
MOST_APART = 20
"""So many folds have a gap between them."""
STRIP = 0.08
"""Room for the classes below, as a share of all folds; at least that of one fold."""
OPACITY = 0.18
SYMBOL = 11
ROOM = 0.06
MOST_TICKS = 12


def room_below(folds: int) -> float:
    """How much room the classes have below the folds, in rows of the charts."""
    return max(1.0, STRIP * folds)


class FoldPlot(FittedPlot):
    """A plot with a row for each fold; the first is above."""

    fold_chosen = Signal(int)
    """A fold was clicked, counted from 1."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.folds = 0
        self.drawn_items: list[QGraphicsItem] = []
        self._lower = 0.0
        """How far the picture goes below the last fold."""
        self.clicked.connect(self._on_click)

    def begin(self, folds: int, below: float = 0.0) -> None:
        """Take away what was drawn; there are so many folds now, and room below them."""
        for item in self.drawn_items:
            self.removeItem(item)
        self.drawn_items = []
        self.folds, self._lower = folds, below
        stride = max(1, math.ceil(folds / MOST_TICKS))
        self.side.setTicks([[(-float(fold), str(fold + 1)) for fold in range(0, folds, stride)]])

    def add(self, item: QGraphicsItem, depth: float) -> None:
        """Draw an item."""
        item.setZValue(depth)
        self.addItem(item)
        self.drawn_items.append(item)

    @property
    def heights(self) -> tuple[float, float]:
        """The range of the axis at the side."""
        return -(self.folds - 1) - 0.5 - self._lower, 0.5

    @Slot(QPointF)
    def _on_click(self, place: QPointF) -> None:
        fold = round(-place.y())
        if 0 <= fold < self.folds:
            self.fold_chosen.emit(fold + 1)


class FoldRows(FoldPlot):
    """Which rows are learned from, which validate and which are for testing, fold by fold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Rows of every fold", parent)
        self._count = 1

    def draw(self, division: NDArray[np.int8], classes: NDArray[np.int64] | None, *, in_time: bool) -> None:
        """Draw the parts, (folds, rows), and below them the classes of the rows."""
        folds, self._count = division.shape
        below = room_below(folds) if classes is not None else 0.0
        self.begin(folds, below)
        self.name_axes("steps of time" if in_time else "rows in the order of the data", "fold")
        chosen = np.linspace(0, self._count - 1, min(self._count, MOST_COLUMNS)).round().astype(np.int64)
        colors = [QColor(THEME.tokens.part_color(part)) for part in PARTS] + [QColor(THEME.tokens.panel)]
        table = np.array([[c.red(), c.green(), c.blue(), 255] for c in colors], dtype=np.uint8)
        self._add_rows(table[division[:, chosen]], 0.5)
        if classes is not None:
            shades = [drawing.class_color(number) for number in range(int(classes.max(initial=0)) + 1)]
            shades.append(QColor(THEME.tokens.panel))  # −1: of a class that is not known
            row = np.array([[c.red(), c.green(), c.blue(), 255] for c in shades], dtype=np.uint8)[classes[chosen]]
            self._add_rows(row[None], -folds + 0.5 - 0.2 * below, 0.6 * below)
        self.fit()

    def _add_rows(self, colors: NDArray[np.uint8], top: float, height: float = 1.0) -> None:
        """Rows of colours (n, columns, 4) from a height down, each so high, with a gap between them."""
        count = len(colors)
        picture = np.repeat(colors[::-1], FINE, axis=0)  # the last row is below
        if 1 < count <= MOST_APART:
            picture[::FINE, :, 3] = 0
        item = pg.ImageItem(picture, axisOrder="row-major", levels=(0, 255))
        item.setRect(QRectF(-0.5, top - count * height, self._count, count * height))
        self.add(item, 1)

    def show_whole(self) -> None:
        """Show all rows of all folds."""
        self.box.setRange(xRange=(-0.5, self._count - 0.5), yRange=self.heights, padding=0.0)


class FoldScoresPlot(FoldPlot):
    """The score of every fold, its mean and spread, and what was reached on the rows that were learned from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Scores of every fold", parent)
        self._span = (0.0, 1.0)

    def draw(self, scores: Numbers, train: Numbers, mean: float, spread: float, below: float) -> None:
        """Draw scores of validation and training, (repeats, folds)."""
        self.begin(scores.shape[1], below)
        seen = np.concatenate([scores.ravel(), train.ravel()])
        seen = seen[np.isfinite(seen)]
        low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
        reach = max(high - low, 1e-3 * max(abs(low), abs(high)), 1e-9)
        self._span = low - ROOM * reach, high + ROOM * reach
        self.say("" if seen.size else "No fold is done yet.")
        if math.isfinite(mean):
            self._add_mean(mean, spread)
        self._add_links(scores, train)
        self._add_dots(train, "train", "s")
        self._add_dots(scores, "validation", "o")
        self.fit()

    def _add_mean(self, mean: float, spread: float) -> None:
        bottom, top = self.heights
        color = QColor(THEME.tokens.part_color("validation"))
        if math.isfinite(spread) and spread > 0.0:
            band = QGraphicsRectItem(QRectF(mean - spread, bottom, 2 * spread, top - bottom))
            shade = QColor(color)
            shade.setAlphaF(OPACITY)
            band.setBrush(shade)
            band.setPen(QPen(Qt.PenStyle.NoPen))
            self.add(band, 1)
        pen = pg.mkPen(color, width=THEME.px(2))
        self.add(pg.PlotCurveItem(np.array([mean, mean]), np.array([bottom, top]), pen=pen), 2)

    def _places(self, values: Numbers) -> Numbers:
        """The height of every value, (repeats, folds): repetitions of a fold are beside each other."""
        repeats, folds = values.shape
        spread = np.linspace(0.25, -0.25, repeats) if repeats > 1 else np.zeros(1)
        return spread[:, None] - np.arange(folds)[None, :]

    def _add_links(self, scores: Numbers, train: Numbers) -> None:
        heights = self._places(scores)
        both = np.isfinite(scores) & np.isfinite(train)
        x = np.stack([scores[both], train[both]], axis=1).ravel()
        y = np.repeat(heights[both], 2)
        pen = pg.mkPen(THEME.tokens.secondary, width=1)
        self.add(pg.PlotCurveItem(x, y, pen=pen, connect="pairs"), 2)

    def _add_dots(self, values: Numbers, part: str, symbol: str) -> None:
        known = np.isfinite(values)
        size = SYMBOL if values.size <= 40 else SYMBOL * 0.6
        dots = pg.ScatterPlotItem(
            values[known], self._places(values)[known], symbol=symbol, size=THEME.px(size),
            brush=pg.mkBrush(THEME.tokens.part_color(part)), pen=pg.mkPen(THEME.tokens.panel, width=1),
        )  # fmt: skip
        dots.opts["useCache"] = False
        self.add(dots, 4)

    def show_whole(self) -> None:
        """Show all folds."""
        self.box.setRange(xRange=self._span, yRange=self.heights, padding=0.0)
