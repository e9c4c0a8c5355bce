"""A chart with one row for each variant: a dot for each seed, their median, and the band of the middle half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QWidget

from playground.ui.views.run.contest_chart import run_color
from playground.ui.views.run.dot_picker import Dot, DotPicker
from playground.ui.widgets import drawing
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

Numbers = NDArray[np.float64]

SPREAD = 0.16
"""Height over which the dots of a row are spread, as share of a row."""
BAND = 0.22
NAME = 0.42
"""How far above the middle of its row the name of a variant stands."""
OPACITY = 0.18
FAINT, CHOSEN = 0.1, 0.45
"""Opacity of the field of a row that can be picked, and of the one that is."""
SYMBOL = 10
ROOM = 0.06
LOST = 1.05
"""Where runs without a number stand, from the least number (0) to the greatest (1)."""


@dataclass(frozen=True)
class VariantRow:
    """One variant: its name and the number of each seed, NaN or infinite where there is none."""

    name: str
    values: Numbers
    words: Sequence[str] = ()
    """What is said of each seed's dot; a seed whose words are empty is not done yet."""
    broken: Sequence[bool] = ()
    """Whether the claim fails in a seed, whose dot is hollow then."""

    @property
    def lost(self) -> int:
        """How many runs are done and have no number."""
        finite = np.isfinite(self.values)
        return sum(bool(said) and not there for said, there in zip(self.words, finite, strict=False))


class VariantDots(FittedPlot):
    """Rows from top to bottom; the axis below is what is measured."""

    row_clicked = Signal(int)
    """A row without dots was clicked, by its number from the top."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.item.hideAxis("left")
        self.drawn_items: list[QGraphicsItem] = []
        self._rows: tuple[VariantRow, ...] = ()
        self._span = (0.0, 1.0)
        self._lost = LOST
        self.picker = DotPicker(self)
        self.clicked.connect(self._on_row)

    def draw_rows(self, rows: Sequence[VariantRow], picked: int = -1, mark: str = "") -> None:
        """Draw all variants. Numbers are as measured. `mark` stands beside the name of the row that was picked."""
        for item in self.drawn_items:
            self.removeItem(item)
        self.drawn_items = []
        self._rows = tuple(rows)
        seen = np.concatenate([row.values for row in rows]) if rows else np.zeros(0)
        finite = seen[np.isfinite(seen)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        reach = max(high - low, 1e-4 * max(abs(low), abs(high)), 1e-12)
        if finite.size and high == low:  # one number alone stands in the middle of a usual distance
            reach = 0.1 * abs(low) or 0.1
            low, high = low - reach / 2, high + reach / 2
        self._lost = low + LOST * reach
        lost = any(row.lost for row in rows)
        self._span = low - ROOM * reach, high + (2.0 if lost else 1.0) * ROOM * reach
        self.item.getAxis("bottom").setStyle(showValues=bool(finite.size))
        dots: list[Dot] = []
        for number, row in enumerate(rows):
            dots += self._add_row(number, row, mark if number == picked else "")
        self.picker.show_dots(dots)
        self.fit()

    def _add(self, item: QGraphicsItem, depth: float) -> None:
        item.setZValue(depth)
        self.addItem(item)
        self.drawn_items.append(item)

    def _add_row(self, number: int, row: VariantRow, mark: str) -> list[Dot]:
        height, color = -float(number), run_color(number)
        if not len(row.values):
            self._add_button(height, color, chosen=bool(mark))
        values = row.values[np.isfinite(row.values)]
        if values.size:
            low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
            band = QGraphicsRectItem(QRectF(float(low), height - BAND, float(high - low), 2 * BAND))
            shade = QColor(color)
            shade.setAlphaF(OPACITY)
            band.setBrush(shade)
            band.setPen(QPen(Qt.PenStyle.NoPen))
            self._add(band, 1)
            bar = pg.PlotCurveItem(
                np.array([median, median]), np.array([height - BAND, height + BAND]),
                pen=pg.mkPen(color, width=THEME.px(2)),
            )  # fmt: skip
            self._add(bar, 2)
        name = f"{row.name} · {mark}" if mark else row.name
        lost = row.lost
        words = pg.TextItem(f"{name} · {lost} without a number" if lost and values.size else name,
                            color=THEME.color("accent" if mark else "text"), anchor=(0.0, 0.5))  # fmt: skip
        words.setFont(THEME.font(13, bold=bool(mark)))
        words.setPos(self._span[0], height + NAME)
        self._add(words, 5)
        return self._add_dots(number, row, height, color)

    def _add_button(self, height: float, color: QColor, *, chosen: bool) -> None:
        """What is clicked to pick a row before anything is measured."""
        low, high = self._span
        field = QGraphicsRectItem(QRectF(low, height - BAND, high - low, 2 * BAND))
        shade = QColor(color)
        shade.setAlphaF(CHOSEN if chosen else FAINT)
        field.setBrush(shade)
        field.setPen(QPen(Qt.PenStyle.NoPen))
        field.setCursor(Qt.CursorShape.PointingHandCursor)
        self._add(field, 0)

    def _add_dots(self, number: int, row: VariantRow, height: float, color: QColor) -> list[Dot]:
        # Beside each other in their order, so that equal ones are all seen; the same at every drawing.
        count = len(row.values)
        spread = height + (np.linspace(-SPREAD, SPREAD, count) if count > 1 else np.zeros(count))
        done = np.array([bool(words) for words in row.words] or np.isfinite(row.values), dtype=bool)
        there = done & np.isfinite(row.values)
        broken = np.array(row.broken or [False] * count, dtype=bool)
        for chosen, brush, pen in (
            (there & ~broken, pg.mkBrush(color), pg.mkPen(THEME.tokens.panel, width=1)),
            (there & broken, pg.mkBrush(THEME.tokens.panel), pg.mkPen(color, width=THEME.px(2))),
        ):
            self._add_symbols(row.values[chosen], spread[chosen], drawing.class_symbol(number), brush, pen)
        lost = done & ~there
        self._add_symbols(np.full(int(lost.sum()), self._lost), spread[lost], "x", pg.mkBrush(color), pg.mkPen(None))
        x = np.where(there, row.values, self._lost)
        return [Dot(float(x[seed]), float(spread[seed]), (seed, number, 0), row.words[seed])
                for seed in range(count) if row.words and done[seed]]  # fmt: skip

    def _add_symbols(self, x: Numbers, y: Numbers, symbol: str, brush: object, pen: object) -> None:
        if not len(x):
            return
        dots = pg.ScatterPlotItem(x, y, symbol=symbol, size=THEME.px(SYMBOL), brush=brush, pen=pen)
        dots.opts["useCache"] = False
        self._add(dots, 4)

    @Slot(QPointF)
    def _on_row(self, place: QPointF) -> None:
        row = round(-place.y())
        if not self.picker.dots and 0 <= row < len(self._rows):
            self.row_clicked.emit(row)

    def show_whole(self) -> None:
        """Show all rows."""
        low, high = self._span
        self.box.setRange(xRange=(low, high), yRange=(0.62 - max(1, len(self._rows)), 0.62), padding=0.0)
