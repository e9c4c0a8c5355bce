"""The weighted links into the neurons of an unfolded block: all of them in one item and a few painter calls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.neuron_geometry import Points, link_curves, nearest_link, pieces_for, strongest
from playground.ui.widgets.colors import mixed
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

_LEVELS = 8
"""Links are drawn in so many steps of width for each sign, each step in one call."""
_MOST_DRAWN = 450
"""More would only be a felt: the strongest are shown. Opaque colours and thin pens keep them under 8 ms a frame."""
_FAINT = 0.04
"""Where links are many, those weaker than this share of the strongest are left out."""
_THINNEST, _THICKEST, _THICKEST_OF_MANY = 0.8, 6.0, 2.0


@dataclass(frozen=True)
class _Batch:
    """Links that share a pen: straight ones as lines, curved ones as one path."""

    pen: QPen
    lines: list[QLineF]
    path: QPainterPath

    def paint(self, painter: QPainter) -> None:
        painter.setPen(self.pen)
        if self.lines:
            painter.drawLines(self.lines)
        else:
            painter.drawPath(self.path)


_BatchKey = tuple[int, bool, bytes]
"""Level and sign, whether the links fade, and their numbers."""


class NeuronLinks(QGraphicsItem):
    """Draws links in the coordinates of its parent. Width and colour tell size and sign; a zero weight is dashed."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.begin: Points = np.empty((0, 2))
        self._finish: Points = np.empty((0, 2))
        self._curves: Points = np.empty((0, 2, 2))
        self._strengths: NDArray[np.float64] | None = None
        self._signed = True
        self._drawn: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self.batches: list[_Batch] = []
        self._chosen: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._known: dict[_BatchKey, _Batch] = {}
        """The batches as they are, by what they are made of."""
        self._bounds = QRectF()
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemStacksBehindParent)

    def lay(self, begin: Points, finish: Points) -> None:
        """Place the links; both are (links, 2)."""
        if begin.shape == self.begin.shape and np.array_equal(begin, self.begin) and np.array_equal(
            finish, self._finish
        ):
            return
        self.prepareGeometryChange()
        self.begin, self._finish = begin, finish
        self._curves = link_curves(begin, finish, pieces_for(len(begin)))
        if self._strengths is not None and len(self._strengths) != len(begin):
            self._strengths = None
        self._bounds = _bounds(begin, finish)
        self._chosen = self._chosen[:0]
        self._known = {}
        self._sort()

    def show_strengths(self, strengths: NDArray[np.float64] | None, *, signed: bool = True) -> None:
        """Take new weights relative to the largest, (links,); None while no weights are known."""
        self._strengths = strengths if strengths is not None and len(strengths) == len(self.begin) else None
        if signed != self._signed:
            self._known = {}
        self._signed = signed
        self._sort()

    def light(self, numbers: NDArray[np.intp]) -> None:
        """Bring out some links and let the others fade; none brings all back."""
        self._chosen = numbers
        self._sort()

    def restyle(self) -> None:
        """Take the colours of another theme."""
        self._known = {}
        self._sort()

    def nearest(self, point: tuple[float, float]) -> int | None:
        """The link under a point; only links that are drawn count."""
        found = nearest_link(point, self._curves[self._drawn])
        return None if found is None else int(self._drawn[found])

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for batch in self.batches:
            batch.paint(painter)

    def _sort(self) -> None:
        """Put the links into batches, the strongest last; where there are very many, the faintest are left out."""
        count = len(self.begin)
        strengths = self._strengths if self._strengths is not None else np.full(count, np.nan)
        chosen = strongest(np.nan_to_num(strengths), _MOST_DRAWN)
        if count > _MOST_DRAWN and self._strengths is not None:
            largest = float(np.abs(strengths).max(initial=0.0))
            chosen = chosen[np.abs(strengths[chosen]) >= _FAINT * largest]
        self._drawn = np.union1d(chosen, self._chosen)
        faint = len(self._chosen) > 0
        before, kept = self.batches, self._known
        self._known = {}
        self.batches = self._batched(np.sort(chosen), faint, kept)
        if faint:
            self.batches += self._batched(self._chosen, False, kept)
        if len(self.batches) != len(before) or any(a is not b for a, b in zip(self.batches, before, strict=True)):
            self.update()

    def _batched(self, numbers: NDArray[np.intp], faint: bool, kept: dict[_BatchKey, _Batch]) -> list[_Batch]:
        """The links with these numbers in batches; those of which nothing has changed are taken from the ones kept."""
        if not len(numbers):
            return []
        if self._strengths is None:
            return [self._batch(numbers, self._plain_pen())]
        strengths = self._strengths[numbers]
        levels = np.ceil(np.abs(strengths) * _LEVELS).astype(np.intp).clip(0, _LEVELS)
        ranks = 2 * levels + ((strengths > 0) & (levels > 0))  # of each level the negative ones, then the positive
        batches = []
        for rank in np.flatnonzero(np.bincount(ranks)).tolist():
            members = numbers[ranks == rank]
            key = rank, faint, members.tobytes()
            batch = kept.get(key)
            if batch is None:
                level = rank // 2
                batch = self._batch(members, self.pen_of(level, (1 if rank % 2 else -1) if level else 0, faint))
            self._known[key] = batch
            batches.append(batch)
        return batches

    def _batch(self, numbers: NDArray[np.intp], pen: QPen) -> _Batch:
        begin, finish = self.begin[numbers].tolist(), self._finish[numbers].tolist()
        path = QPainterPath()
        if self._curves.shape[1] == 2:
            return _Batch(pen, [QLineF(*a, *b) for a, b in zip(begin, finish, strict=True)], path)
        for (ax, ay), (bx, by) in zip(begin, finish, strict=True):
            middle = (ax + bx) / 2
            path.moveTo(ax, ay)
            path.cubicTo(QPointF(middle, ay), QPointF(middle, by), QPointF(bx, by))
        return _Batch(pen, [], path)

    def pen_of(self, level: int, sign: int, faint: bool) -> QPen:
        if sign == 0:
            pen = self._plain_pen()
            pen.setDashPattern([4.0, 4.0])
            return pen
        share = (level - 0.5) / _LEVELS
        thickest = _THICKEST if len(self.begin) <= 256 else _THICKEST_OF_MANY
        color = QColor(POSITIVE if sign > 0 else NEGATIVE) if self._signed else THEME.color("secondary")
        pen = QPen(_faded(color, 0.15 if faint else 0.4 + 0.6 * share), _THINNEST + (thickest - _THINNEST) * share)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def _plain_pen(self) -> QPen:
        return QPen(_faded(THEME.color("secondary"), 0.5), 1.0)


def _faded(color: QColor, share: float) -> QColor:
    """Mixed with the colour of the card: opaque lines are painted ten times faster than translucent ones."""
    return mixed(color, THEME.color("panel"), share)


def _bounds(begin: Points, finish: Points) -> QRectF:
    if not len(begin):
        return QRectF()
    points = np.concatenate([begin, finish])
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return QRectF(left, top, right - left, bottom - top).adjusted(-4, -4, 4, 4)
