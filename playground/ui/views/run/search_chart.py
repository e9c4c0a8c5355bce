"""The pictures of a search: its history, how much settings matter, trials as lines, and two settings as a map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QWidget

from playground.analysis.run.search import Scale, SearchResult
from playground.ui.views.run.contest import as_title
from playground.ui.views.shared import curve_lines
from playground.ui.widgets import drawing
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

DOT, BEST = 9, 15
BAR, NAME = 0.2, 0.42
ROOM = 0.05
CELLS = 10
"""Cells along a side of the map that is a range; a choice has one for each value."""
WORST = 0.8
"""What is worse than so large a share of the trials has the last colour, or the others would be told apart no more."""
MOST_TICKS = 6

Numbers = NDArray[np.float64]


class SearchChart(FittedPlot):
    """Draws one picture of a search at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Trials of the search")
        self.drawn_items: list[QGraphicsItem] = []
        self.words: list[str] = []
        """What is written in the picture."""
        self._extent = (0.0, 1.0, 0.0, 1.0)
        self.picture = ""

    def draw_picture(self, result: SearchResult, picture: str, across: int = 0, up: int = 1) -> None:
        """Draw a result as history, importances, parallel or heat-map; the last with two settings by their places."""
        for item in self.drawn_items:
            self.removeItem(item)
        self.drawn_items, self.words = [], []
        for axis in (self.bottom, self.side):
            axis.setTicks(None)
            axis.logarithmic = False
        self.item.showAxis("left", picture in ("history", "heat-map"))
        self.item.showAxis("bottom", picture in ("history", "heat-map", "importances"))
        if picture != self.picture:
            self.picture, self.moved = picture, False
        self.say("" if np.isfinite(result.values).any() else "No trial has a number yet.")
        {
            "history": self._history, "importances": self._importances, "parallel": self._parallel,
        }.get(picture, lambda one: self._map(one, across, up))(result)  # fmt: skip
        self.fit()

    def show_whole(self) -> None:
        """Show everything that is drawn."""
        left, right, bottom, top = self._extent
        self.box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)

    def _add(self, item: QGraphicsItem, depth: float) -> None:
        item.setZValue(depth)
        self.addItem(item)
        self.drawn_items.append(item)

    def _write(self, words: str, x: float, y: float, anchor: tuple[float, float] = (0.0, 0.5)) -> None:
        text = pg.TextItem(words, color=THEME.color("text"), anchor=anchor)
        text.setFont(THEME.font(13))
        text.setPos(x, y)
        self.words.append(words)
        self._add(text, 6)

    def _dots(self, x: Numbers, y: Numbers, symbol: str, color: QColor, size: float = DOT, depth: float = 4) -> None:
        dots = pg.ScatterPlotItem(
            x, y, symbol=symbol, size=THEME.px(size), brush=pg.mkBrush(color), pen=pg.mkPen(THEME.tokens.panel, width=1)
        )
        dots.opts["useCache"] = False
        self._add(dots, depth)

    def _line(self, x: Numbers, y: Numbers, color: QColor, width: float = 1.0, depth: float = 2, *,
              dashed: bool = False) -> None:  # fmt: skip
        pen = QPen(color, THEME.px(width))
        pen.setCosmetic(True)
        if dashed:
            pen.setDashPattern([6, 4])
        self._add(pg.PlotCurveItem(x, y, pen=pen, connect="finite"), depth)

    # History --------------------------------------------------------------------------------------------------------

    def _history(self, result: SearchResult) -> None:
        self.name_axes("Trial", as_title(result.measure))
        numbers = np.arange(1.0, len(result.values) + 1.0)
        states = np.array(result.states)
        seen = np.isfinite(result.values)
        done, pruned = seen & (states == "done"), seen & (states == "pruned")
        # A few very bad trials would press all others together.
        usual = result.values[done] if done.any() else result.values[seen]
        bottom, top = curve_lines.bounds([_without_worst(usual, result.maximizes), np.array([result.start])])
        inside = np.clip(result.values, bottom, top)
        self._dots(numbers[pruned], inside[pruned], "x", THEME.color("secondary"))
        self._dots(numbers[done], inside[done], "o", THEME.color("accent"))
        self._line(numbers, np.clip(result.so_far, bottom, top), THEME.color("accent"), 2.0, 3)
        if np.isfinite(result.start):
            ends = np.array([0.5, max(1, result.trials) + 0.5])
            self._line(ends, np.full(2, result.start), THEME.color("text"), 1.0, dashed=True)
        if result.best is not None:
            self._ring(numbers[result.best], inside[result.best])
        reach = ROOM * (top - bottom)
        self._extent = (0.5, max(1, result.trials) + 0.5, bottom - reach, top + reach)

    def _ring(self, x: float, y: float) -> None:
        ring = pg.ScatterPlotItem(
            [x], [y], symbol="o", size=THEME.px(BEST), brush=pg.mkBrush(None),
            pen=pg.mkPen(THEME.color("text"), width=THEME.px(2)),
        )  # fmt: skip
        ring.opts["useCache"] = False
        self._add(ring, 5)

    # Importances ----------------------------------------------------------------------------------------------------

    def _importances(self, result: SearchResult) -> None:
        self.name_axes("Share of what the settings explain", "")
        if not result.importances:
            self.say("It takes two settings and a few finished trials to tell which matters.")
        accent = QColor(THEME.color("accent"))
        for place, (title, share) in enumerate(result.importances):
            bar = QGraphicsRectItem(QRectF(0.0, -place - BAR, share, 2 * BAR))
            bar.setBrush(accent)
            bar.setPen(QPen(Qt.PenStyle.NoPen))
            self._add(bar, 1)
            self._write(f"{title} · {share:.0%}", 0.0, -place + NAME)
        self._extent = (0.0, 1.0, 0.62 - max(1, len(result.importances)), 0.7)

    # Parallel coordinates -------------------------------------------------------------------------------------------

    def _parallel(self, result: SearchResult) -> None:
        self.name_axes("", "")
        count = len(result.scales)
        done = [place for place, state in enumerate(result.states) if state == "done"]
        goodness = _goodness(result)
        values = result.values[np.isfinite(result.values)]
        low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
        heights = np.array(
            [(scale.values - scale.low) / max(scale.high - scale.low, 1e-12) for scale in result.scales]
            + [(result.values - low) / max(high - low, 1e-12)]
        )  # (settings and measure, trials)
        x = np.arange(count + 1.0)
        for place in sorted(done, key=lambda one: goodness[one]):
            color = QColor(THEME.color("accent"))
            color.setAlphaF(0.1 + 0.75 * goodness[place])
            self._line(x, heights[:, place], color, 1.0, 1.0 + goodness[place])
        if result.best is not None:
            self._line(x, heights[:, result.best], THEME.color("text"), 2.5, 4)
        for place in range(count + 1):
            self._line(np.full(2, float(place)), np.array([0.0, 1.0]), THEME.color("secondary"), 1.0, 3)
            scale = result.scales[place] if place < count else None
            side = 0.0 if place == 0 else 1.0 if place == count else 0.5
            title = scale.title if scale is not None else as_title(result.measure)
            ends = _end_words(scale) if scale is not None else (_number(low), _number(high))
            self._write(_short(title, count), place, 1.17 if place % 2 else 1.10, (side, 0.5))
            self._write(ends[0], place, -0.04, (side, 0.0))
            self._write(ends[1], place, 1.035, (side, 0.5))
            labels = scale.labels if scale is not None else ()
            for between, label in enumerate(labels[1:-1], 1):
                self._write(label, place, between / (len(labels) - 1), (0.0, 0.5))
        self._extent = (-0.05 * count, count + 0.05 * count, -0.13, 1.23)

    # Heat map -------------------------------------------------------------------------------------------------------

    def _map(self, result: SearchResult, across: int, up: int) -> None:
        if len(result.scales) < 2:
            self.say("A map needs two settings; this search has one.")
            return
        count = len(result.scales)
        first = result.scales[min(across, count - 1)]
        second = result.scales[min(up, count - 1)]
        self.name_axes(first.title, second.title)
        for axis, scale in ((self.bottom, first), (self.side, second)):
            axis.logarithmic = scale.logarithmic
            if scale.labels:
                axis.setTicks([[(float(place), label) for place, label in enumerate(scale.labels)]])
        known = [place for place, state in enumerate(result.states) if state in ("done", "pruned")]
        goodness, table = _goodness(result), drawing.magnitude_table()
        cells: dict[tuple[int, int], list[int]] = {}
        sides = [_cells(scale) for scale in (first, second)]
        for place in known:
            where = [_cell(scale.values[place], edges) for scale, edges in zip((first, second), sides, strict=True)]
            cells.setdefault((where[0], where[1]), []).append(place)
        for (column, row), members in cells.items():
            left, right = sides[0][column : column + 2]
            bottom, top = sides[1][row : row + 2]
            shade = table[round(255 * float(np.median([goodness[one] for one in members])))][:3]
            cell = QGraphicsRectItem(QRectF(left, bottom, right - left, top - bottom))
            cell.setBrush(QColor(*(int(part) for part in shade)))
            cell.setPen(QPen(Qt.PenStyle.NoPen))
            self._add(cell, 1)
        self._dots(first.values[known], second.values[known], "o", THEME.color("text"), 5)
        if result.best is not None:
            self._ring(float(first.values[result.best]), float(second.values[result.best]))
        self._extent = (float(sides[0][0]), float(sides[0][-1]), float(sides[1][0]), float(sides[1][-1]))


def _without_worst(values: Numbers, maximizes: bool) -> Numbers:
    """Values without the few that are far worse than all others."""
    if len(values) < 8:
        return values
    bound = float(np.quantile(values, 0.05 if maximizes else 0.95))
    kept: Numbers = values[values >= bound] if maximizes else values[values <= bound]
    return kept


def _goodness(result: SearchResult) -> Numbers:
    """How good each trial is among all, from 0 to 1; 0 without a number."""
    values = result.values if result.maximizes else -result.values
    finite = np.isfinite(values)
    found = np.zeros(len(values))
    if finite.any():
        low, high = np.quantile(values[finite], 1.0 - WORST), values[finite].max()
        found[finite] = np.clip((values[finite] - low) / max(float(high - low), 1e-12), 0.0, 1.0)
    return found


def _cells(scale: Scale) -> Numbers:
    """The edges of the cells along a side of the map."""
    if scale.labels:
        return np.arange(len(scale.labels) + 1.0) - 0.5
    reach = (scale.high - scale.low) / CELLS / 2
    edges: Numbers = np.linspace(scale.low - reach, scale.high + reach, CELLS + 2)
    return edges


def _cell(value: float, edges: Numbers) -> int:
    return int(np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(edges) - 2))


def _end_words(scale: Scale) -> Sequence[str]:
    if scale.labels:
        return scale.labels[0], scale.labels[-1]
    ends = (10**scale.low, 10**scale.high) if scale.logarithmic else (scale.low, scale.high)
    return _number(ends[0]), _number(ends[1])


def _number(value: float) -> str:
    return f"{value:.3g}"


def _short(title: str, count: int) -> str:
    """A title that leaves room for those of the other axes."""
    most = max(10, 72 // (count + 1))
    return title if len(title) <= most else f"{title[: most - 1]}…"
