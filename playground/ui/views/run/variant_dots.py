"""A chart with one row for each variant: a dot for each seed, their median, and the band of the middle half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QWidget

from playground.ui.views.run.contest_chart import run_color
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
SYMBOL = 10
ROOM = 0.06


@dataclass(frozen=True)
class VariantRow:
    """One variant: its name and the number of each seed, NaN or infinite where there is none."""

    name: str
    values: Numbers


class VariantDots(FittedPlot):
    """Rows from top to bottom; the axis below is what is measured."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.item.hideAxis("left")
        self.drawn_items: list[QGraphicsItem] = []
        self._rows: tuple[VariantRow, ...] = ()
        self._span = (0.0, 1.0)

    def draw_rows(self, rows: Sequence[VariantRow]) -> None:
        """Draw all variants. Numbers are as measured."""
        for item in self.drawn_items:
            self.removeItem(item)
        self.drawn_items = []
        self._rows = tuple(rows)
        seen = np.concatenate([row.values for row in rows]) if rows else np.zeros(0)
        seen = seen[np.isfinite(seen)]
        low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
        reach = max(high - low, 1e-6 * max(abs(low), abs(high)), 1e-12)
        self._span = low - ROOM * reach, high + ROOM * reach
        self.say("" if seen.size else "No run has a number yet.")
        for number, row in enumerate(rows):
            self._add_row(number, row)
        self.fit()

    def _add(self, item: QGraphicsItem, depth: float) -> None:
        item.setZValue(depth)
        self.addItem(item)
        self.drawn_items.append(item)

    def _add_row(self, number: int, row: VariantRow) -> None:
        height, color = -float(number), run_color(number)
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
            self._add_dots(number, values, height, color)
        lost = len(row.values) - len(values)
        words = pg.TextItem(f"{row.name} · {lost} without a number" if lost and values.size else row.name,
                            color=THEME.color("text"), anchor=(0.0, 0.5))  # fmt: skip
        words.setFont(THEME.font(13))
        words.setPos(self._span[0], height + NAME)
        self._add(words, 5)

    def _add_dots(self, number: int, values: Numbers, height: float, color: QColor) -> None:
        # Beside each other in their order, so that equal ones are all seen; the same at every drawing.
        spread = np.linspace(-SPREAD, SPREAD, len(values)) if len(values) > 1 else np.zeros(1)
        dots = pg.ScatterPlotItem(
            values, height + spread, symbol=drawing.class_symbol(number), size=THEME.px(SYMBOL),
            brush=pg.mkBrush(color), pen=pg.mkPen(THEME.tokens.panel, width=1),
        )  # fmt: skip
        dots.opts["useCache"] = False
        self._add(dots, 4)

    def show_whole(self) -> None:
        """Show all rows."""
        low, high = self._span
        self.box.setRange(xRange=(low, high), yRange=(0.62 - max(1, len(self._rows)), 0.62), padding=0.0)
