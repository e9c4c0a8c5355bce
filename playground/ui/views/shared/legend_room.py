"""Where a legend lies inside a plot: the corner that is free of what is drawn, above all of what is newest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

Places = NDArray[np.float64]
"""Pixels from the upper left of a widget, (n, 2)."""

SPOTS = (
    (1.0, 0.0, 0.0), (0.0, 0.0, 0.01), (1.0, 1.0, 0.02), (0.0, 1.0, 0.03),
    (1.0, 0.5, 0.06), (0.0, 0.5, 0.07), (0.5, 0.0, 0.08), (0.5, 1.0, 0.09), (0.5, 0.5, 0.14),
)  # fmt: skip
"""Shares of the free width and height on the left and above, and what a spot costs by itself: corners come first."""
EDGE = 6
"""Pixels between a legend and the edge of the plot."""
CLEAR = 8
"""Pixels between a legend and the newest data when a place is chosen; it stays until the data reach it."""
FEW = 4
"""So many points mark something, such as the present; more are a cloud."""
CELL = 8
"""Pixels: how finely it is counted what is drawn under a legend."""
FAR = 1e5
LITTLE = 0.03
"""Share of all that is drawn that a legend may cover: where it would be more everywhere, a small button is better."""
FAINT = 0.6
"""Lines more transparent than this are ground, such as contours; they may be covered."""
GROUND = "ground"
"""Property of a line that is ground though it is solid."""
GROUND_COST = 0.25
"""Of a rectangle all on ground: a corner free of it is the better one."""
WORDS_COST = 0.5
"""Of one lettering under a legend, beside the share of its ground that is drawn on."""


class Area(Protocol):
    """A picture that a legend may lie in."""

    def room(self) -> QRectF:
        """Where in the host it lies; empty while it is not shown."""
        ...

    def newest(self) -> Places:
        """What was drawn last: ends of lines, marks of the present."""
        ...

    def cloud(self) -> Places:
        """Points of which none is newer than another."""
        ...

    def marks(self) -> Places:
        """Everything that is drawn, as points a few pixels apart, but for the ground."""
        ...

    def ground(self) -> Places:
        """What is drawn behind, and may be covered: contours, a landscape, the restless raw curve."""
        ...

    def words(self) -> list[QRectF]:
        """Lettering in the picture."""
        ...


@dataclass(frozen=True)
class Spot:
    """A place for a legend: which area, which layout of its entries, and shares of the free room left and above."""

    area: int
    layout: int
    u: float
    v: float


def rect_at(room: QRectF, size: QSizeF, u: float, v: float) -> QRectF:
    """The rectangle of a legend at shares of the free room, an edge away from the sides."""
    edge = THEME.px(EDGE)
    free_x, free_y = room.width() - 2 * edge - size.width(), room.height() - 2 * edge - size.height()
    return QRectF(QPointF(room.left() + edge + u * free_x, room.top() + edge + v * free_y), size)


def inside(places: Places, rect: QRectF, margin: float = 0.0) -> NDArray[np.bool_]:
    """Which places lie in a rectangle, (n,)."""
    if not len(places):
        return np.zeros(0, dtype=bool)
    x, y = places[:, 0], places[:, 1]
    wide = rect.adjusted(-margin, -margin, margin, margin)
    return np.asarray((x >= wide.left()) & (x <= wide.right()) & (y >= wide.top()) & (y <= wide.bottom()))


def choose(
    areas: Sequence[Area], layouts: Sequence[QSizeF], most: float, stays: Spot | None = None, *,
    covering: float = LITTLE, anyhow: bool = False,
) -> Spot | None:  # fmt: skip
    """The best spot of all, or None where each would cover the newest data or too much of what is drawn.

    `layouts` are the sizes that the legend may have, the best first; it takes at most the share `most` of an area.
    `stays` is where it lies: it goes elsewhere only for a better one. It covers at most the share `covering` of what is
    drawn; from 1 on it may lie on the newest data, too. `anyhow` takes the least evil, even where there is no room.
    """
    found: list[tuple[float, Spot]] = []
    for number, area in enumerate(areas):
        room = area.room()
        if room.isEmpty():
            continue
        drawn = Drawn(area)
        newest, words = area.newest(), area.words()
        for layout, size in enumerate(layouts):
            if not anyhow and not _fits(room, size, most):
                continue
            for u, v, cost in SPOTS:
                rect = rect_at(room, size, u, v)
                hidden, hides = int(inside(newest, rect, THEME.px(CLEAR)).sum()), drawn.hides(rect)
                if not anyhow and covering < 1.0 and (hidden or hides > covering):
                    continue
                covered = sum(WORDS_COST for lettering in words if lettering.intersects(rect))
                spot = Spot(number, layout, u, v)
                kept = -0.05 if stays is not None and (stays.area, stays.u, stays.v) == (number, u, v) else 0.0
                cost = cost + kept + covered + 0.03 * layout + drawn.share(rect) + 3.0 * hides + 10.0 * hidden
                found.append((cost, spot))
    return min(found, key=lambda one: one[0])[1] if found else None


def _fits(room: QRectF, size: QSizeF, most: float) -> bool:
    edge = 2 * THEME.px(EDGE)
    fits = size.width() <= room.width() - edge and size.height() <= room.height() - edge
    return fits and size.width() * size.height() <= most * room.width() * room.height()


class Drawn:
    """What is drawn in an area, counted in cells of a picture; of points each one."""

    def __init__(self, area: Area) -> None:
        self._room, self._cloud = area.room(), area.cloud()
        self._cells, self._ground = self._counted(area.marks()), self._counted(area.ground())
        self._filled = max(1, int(self._cells.sum()))

    def _counted(self, marks: Places) -> NDArray[np.bool_]:
        columns, rows = int(self._room.width() // CELL) + 1, int(self._room.height() // CELL) + 1
        cells = np.zeros((rows, columns), dtype=bool)
        there = marks[inside(marks, self._room)]
        row, column = (there[:, 1] - self._room.top()) // CELL, (there[:, 0] - self._room.left()) // CELL
        cells[row.astype(int), column.astype(int)] = True
        return cells

    def share(self, rect: QRectF) -> float:
        """How much of a rectangle is drawn on, from 0 to 1; ground counts a little."""
        cells, ground = self._under(self._cells, rect), self._under(self._ground, rect)
        return float(cells.mean() + GROUND_COST * ground.mean()) if cells.size else 1.0

    def hides(self, rect: QRectF) -> float:
        """How much of all that is drawn, or of all points, lies in a rectangle, from 0 to 1: the larger of the two."""
        points = float(inside(self._cloud, rect).mean()) if len(self._cloud) else 0.0
        return max(points, float(self._under(self._cells, rect).sum()) / self._filled)

    def _under(self, cells: NDArray[np.bool_], rect: QRectF) -> NDArray[np.bool_]:
        left, top = int((rect.left() - self._room.left()) // CELL), int((rect.top() - self._room.top()) // CELL)
        right, bottom = int((rect.right() - self._room.left()) // CELL), int((rect.bottom() - self._room.top()) // CELL)
        return cells[max(0, top) : bottom + 1, max(0, left) : right + 1]


class PlotArea:
    """What a plot has drawn, in pixels of a widget around it."""

    def __init__(self, plot: Plot, host: QWidget) -> None:
        self.plot = plot
        self._host = host

    def room(self) -> QRectF:
        if not self.plot.isVisibleTo(self._host):
            return QRectF()
        inner = self.plot.mapFromScene(self.plot.box.sceneBoundingRect()).boundingRect()
        return QRectF(inner.translated(self._offset()))

    def newest(self) -> Places:
        places = [points[-1:] for points, joined in self._lines() if joined != "pairs"]
        places += [points for points in self._clouds() if len(points) <= FEW]
        return self._pixels(places)

    def cloud(self) -> Places:
        return self._pixels([points for points in self._clouds() if len(points) > FEW])

    def marks(self) -> Places:
        dots = self._pixels(self._clouds())
        lines = (self._along(points, joined) for points, joined in self._lines(ground=False))
        return np.concatenate([dots, *lines])

    def ground(self) -> Places:
        lines = (self._along(points, joined) for points, joined in self._lines(ground=True))
        return np.concatenate([np.zeros((0, 2)), *lines])

    def words(self) -> list[QRectF]:
        shown = [item for item in self.plot.item.items if isinstance(item, pg.TextItem) and item.isVisible()]
        offset = QPointF(self._offset())
        rects = [self.plot.mapFromScene(item.sceneBoundingRect()).boundingRect() for item in shown]
        return [QRectF(rect).translated(offset) for rect in rects if not rect.isEmpty()]

    def _offset(self) -> QPoint:
        return self.plot.mapTo(self._host, QPoint(0, 0)) if self.plot is not self._host else QPoint(0, 0)

    def _pixels(self, places: Sequence[Places]) -> Places:
        """Numbers of the axes as pixels; what is no number is left out."""
        every = np.concatenate([np.zeros((0, 2)), *places])
        every = every[np.isfinite(every).all(axis=1)]
        room = self.room()
        (left, right), (bottom, top) = self.plot.box.viewRange()
        if right <= left or top <= bottom:
            return np.zeros((0, 2))
        x = room.left() + (every[:, 0] - left) / (right - left) * room.width()
        y = room.bottom() - (every[:, 1] - bottom) / (top - bottom) * room.height()
        pixels: Places = np.clip(np.column_stack([x, y]), -FAR, FAR)
        return pixels

    def _along(self, points: Places, joined: str) -> Places:
        """Places along a line, about half a cell apart; outside the picture only its corners."""
        corners = self._pixels([points])
        if len(corners) < 2:
            return corners
        starts, ends = (corners[0::2], corners[1::2]) if joined == "pairs" else (corners[:-1], corners[1:])
        starts = starts[: len(ends)]
        seen = self.room().adjusted(-CELL, -CELL, CELL, CELL)
        low, high = np.minimum(starts, ends), np.maximum(starts, ends)
        near = (
            (high[:, 0] >= seen.left()) & (low[:, 0] <= seen.right())
            & (high[:, 1] >= seen.top()) & (low[:, 1] <= seen.bottom())
        )  # fmt: skip
        starts, ends = starts[near], ends[near]
        longest = 2 * (seen.width() + seen.height())
        steps = np.ceil(np.minimum(np.hypot(*(ends - starts).T), longest) / (CELL / 2)).astype(int).clip(1)
        number = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)
        share = ((number + 0.5) / np.repeat(steps, steps))[:, None]
        return np.asarray(np.repeat(starts, steps, axis=0) * (1 - share) + np.repeat(ends, steps, axis=0) * share)

    def _lines(self, *, ground: bool | None = None) -> Iterator[tuple[Places, str]]:
        """All lines, or those that are ground, or those that are not; and how their points are joined."""
        for item in _shown(self.plot):
            if isinstance(item, pg.PlotCurveItem):
                if ground is not None and ground != _is_ground(item):
                    continue
                x, y = item.getData()
                if x is not None and len(x):
                    points = np.column_stack([x, y]).astype(np.float64)
                    joined = item.opts["connect"]
                    points = points if joined == "pairs" else points[np.isfinite(points).all(axis=1)]
                    if len(points):
                        yield points, joined if isinstance(joined, str) else "all"
            elif isinstance(item, pg.InfiniteLine) and not ground:
                (left, right), (bottom, top) = self.plot.box.viewRange()
                x, y = item.value(), item.value()
                ends = [(x, bottom), (x, top)] if item.angle % 180 else [(left, y), (right, y)]
                yield np.array(ends, dtype=np.float64), "pairs"

    def _clouds(self) -> list[Places]:
        found = []
        for item in _shown(self.plot):
            if isinstance(item, pg.ScatterPlotItem):
                x, y = item.getData()
                found.append(np.column_stack([x, y]).astype(np.float64))
        return found


def _is_ground(curve: pg.PlotCurveItem) -> bool:
    return bool(curve.property(GROUND)) or pg.mkPen(curve.opts["pen"]).color().alphaF() < FAINT


def _shown(plot: Plot) -> Iterator[object]:
    """All lines and points that are seen; a line with symbols has both inside."""
    for item in plot.item.items:
        if not item.isVisible():
            continue
        if isinstance(item, pg.PlotDataItem):
            yield from (part for part in (item.curve, item.scatter) if part.isVisible())
        else:
            yield item
