"""The axes of a landscape: names, ticks and numbers at the edges that face the viewer, wherever the camera stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QFontMetrics

from playground.analysis.loss.loss_surface import LossSurface
from playground.ui.views.shared.contours import HeightScale
from playground.ui.widgets.plots import tick_words
from playground.ui.widgets.theme import THEME

Places = NDArray[np.float64]
Project = Callable[[Places], Places]
"""Points of the landscape (n, 3) to pixels (n, 2)."""
CORNERS = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
TICK = 5
"""Length of a tick, in pixels."""
ACROSS, UPWARDS = 64, 30
"""Least pixels between two numbers side by side, and one above the other."""
APART = 3
FLAT = 12
"""Pixels of an edge that is seen from its end: it has no numbers."""


@dataclass(frozen=True)
class Written:
    """A word and where it stands."""

    rect: QRectF
    text: str
    axis: int
    """0: the loss, 1 and 2: the two directions."""
    title: bool = False


@dataclass(frozen=True)
class Axes:
    """What is painted over the picture."""

    words: tuple[Written, ...]
    ticks: tuple[QLineF, ...]


@dataclass(frozen=True)
class _Edge:
    """One edge of the frame, from `start` to `end`, with the numbers that belong there."""

    start: Places
    end: Places
    low: float
    high: float
    names: tuple[str, ...]
    """The name, and shorter ones for where there is less room."""
    scale: HeightScale | None = None


def axes(result: LossSurface, scale: HeightScale, height: float, project: Project, room: QRectF) -> Axes:
    """The axes of a landscape of this height, whose sides go from -1 to 1, for a picture with this room.

    Each of the two directions is written at the edge of the floor that is lower in the picture, the loss at the corner
    farthest left. No word leaves the room or lies on another; names come before numbers.
    """
    edges = _edges(result, scale, height, project)
    middle = project(np.array([[0.0, 0.0, height / 3]]))[0]
    return _write(edges, middle, project, room)


def _edges(result: LossSurface, scale: HeightScale, height: float, project: Project) -> list[_Edge]:
    floor = project(np.array([(x, y, 0.0) for x, y in CORNERS]))

    def facing(axis: int) -> float:
        """The side, -1 or 1, of the edge along this axis that is lower in the picture."""
        sides = {
            side: float(np.mean([place[1] for place, corner in zip(floor, CORNERS, strict=True)
                                 if corner[1 - axis] == side]))
            for side in (-1.0, 1.0)
        }  # fmt: skip
        return max(sides, key=sides.__getitem__)

    south, east = facing(0), facing(1)
    x, y = CORNERS[int(floor[:, 0].argmin())]
    first, second = result.axes
    loss = ("loss (log scale)", "loss") if scale.logarithmic else ("loss",)
    return [
        _Edge(np.array([x, y, 0.0]), np.array([x, y, height]), scale.low, scale.high, loss, scale),
        _Edge(np.array([-1.0, south, 0.0]), np.array([1.0, south, 0.0]), float(result.alphas[0]),
              float(result.alphas[-1]), _names(first)),
        _Edge(np.array([east, -1.0, 0.0]), np.array([east, 1.0, 0.0]), float(result.betas[0]),
              float(result.betas[-1]), _names(second)),
    ]  # fmt: skip


def _names(name: str) -> tuple[str, ...]:
    return name, name.replace(" of the paths", "").replace(" of the path", ""), name.partition(" (")[0]


def _write(edges: list[_Edge], middle: Places, project: Project, room: QRectF) -> Axes:
    metrics = QFontMetrics(THEME.font(13))
    words: list[Written] = []
    ticks: list[QLineF] = []
    numbers: list[tuple[Places, Places, str, int]] = []
    for axis, edge in enumerate(edges):
        start, end = project(np.stack([edge.start, edge.end]))
        out = _outwards(start, end, middle)
        marked = _ticks(edge, start, end)
        places = project(edge.start + np.array([[share] for _, share in marked]) * (edge.end - edge.start)) \
            if marked else np.zeros((0, 2))  # fmt: skip
        texts = _texts([value for value, _ in marked], edge)
        numbers += [(place, out, text, axis) for place, text in zip(places, texts, strict=True)]
        ticks += [QLineF(QPointF(*place), QPointF(*(place + out * THEME.px(TICK)))) for place in places]
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        behind = THEME.px(TICK) + 2 * APART + abs(out[0]) * widest + abs(out[1]) * metrics.height()
        begin, away = (start + end) / 2 + out * behind, out
        if axis == 0:
            begin, away = end - (0.0, APART), np.array([0.0, -1.0])
        rect, text = _title(edge.names, begin, away, metrics, room)
        title = Written(rect, text, axis, title=True)
        if not any(title.rect.intersects(other.rect) for other in words):
            words.append(title)
    for place, out, text, axis in numbers:
        rect = _beside(place + out * THEME.px(TICK + APART), out, _size(metrics, text))
        near = rect.adjusted(-APART, 0, APART, 0)
        if room.contains(rect) and not any(near.intersects(other.rect) for other in words):
            words.append(Written(rect, text, axis))
    return Axes(tuple(words), tuple(ticks))


def _title(
    names: tuple[str, ...], place: Places, out: Places, metrics: QFontMetrics, room: QRectF
) -> tuple[QRectF, str]:
    """The longest name of an axis that has room outside of a place, and where it stands."""
    tried = [(_beside(place, out, _size(metrics, name)), name) for name in names]
    rect, text = next(((rect, name) for rect, name in tried if room.contains(rect)), tried[-1])
    return _into(rect, room), text


def _outwards(start: Places, end: Places, middle: Places) -> Places:
    """The direction away from the landscape, at right angles to an edge, in the picture."""
    along = end - start
    normal = np.array([along[1], -along[0]])
    length = float(np.hypot(*normal))
    normal = normal / length if length > 1e-6 else np.array([0.0, 1.0])
    return np.asarray(normal if float(normal @ ((start + end) / 2 - middle)) > 0 else -normal)


def _ticks(edge: _Edge, start: Places, end: Places) -> list[tuple[float, float]]:
    """Round numbers of an edge, each with its share of the way."""
    across, up = np.abs(end - start)
    length = float(np.hypot(across, up))
    if length < THEME.px(FLAT):
        return []
    gap = THEME.px(UPWARDS) if up > across else THEME.px(ACROSS)
    scale = edge.scale or HeightScale(edge.low, edge.high, False)
    return scale.ticks(length, min(gap, length / 2))


def _texts(values: list[float], edge: _Edge) -> list[str]:
    if edge.scale is not None and edge.scale.logarithmic:
        return [tick_words(value) for value in values]
    step = min((abs(b - a) for a, b in pairwise(values)), default=abs(edge.high - edge.low))
    digits = max(0, int(np.ceil(-np.log10(step) - 1e-9))) if 0 < step < 1 else 0
    large = max((abs(value) for value in values), default=0.0) >= 1e6 or digits > 5
    return [tick_words(value) if large else f"{value + 0.0:.{digits}f}".replace("-", "−") for value in values]


def _size(metrics: QFontMetrics, text: str) -> QSizeF:
    return QSizeF(metrics.horizontalAdvance(text) + 2, metrics.height())


def _beside(place: Places, out: Places, size: QSizeF) -> QRectF:
    """A rectangle that touches a place from outside."""
    middle = place + out * (abs(out[0]) * size.width() + abs(out[1]) * size.height()) / 2
    return QRectF(QPointF(middle[0] - size.width() / 2, middle[1] - size.height() / 2), size)


def _into(rect: QRectF, room: QRectF) -> QRectF:
    x = max(room.left(), min(rect.left(), room.right() - rect.width()))
    y = max(room.top(), min(rect.top(), room.bottom() - rect.height()))
    return QRectF(QPointF(x, y), rect.size())
