"""The ground of the canvas: a calm grid of dots."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.kept_picture import on_screen
from playground.ui.widgets.theme import THEME

_GAP = 24.0
_CLOSEST = 15.0
"""Pixels between two dots below which every other dot is left out."""
_MOST_DOTS = 6_000


def paint_background(painter: QPainter, rect: QRectF) -> None:
    """Paint the part of the ground that lies in `rect` of the scene."""
    painter.fillRect(rect, THEME.color("canvas"))
    zoom = painter.worldTransform().m11()
    gap = _GAP
    while gap * zoom < _CLOSEST:
        gap *= 2.0
    left, top = int(rect.left() // gap), int(rect.top() // gap)
    across, down = int(rect.width() // gap) + 2, int(rect.height() // gap) + 2
    if across * down > _MOST_DOTS:
        return
    pen = QPen(THEME.color("line"), 2.0)
    pen.setCosmetic(True)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(pen)
    points = [QPointF((left + x) * gap, (top + y) * gap) for y in range(down) for x in range(across)]
    painter.drawPoints(QPolygonF(points))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


class Background:
    """The ground on a screen. While one looks at the same part of it, what was painted is only copied."""

    def __init__(self) -> None:
        self._seen: tuple[object, ...] = ()
        """What was looked at last: place, zoom, size and theme."""
        self._painted: QPixmap | None = None

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the part of the ground that lies in `rect` of the scene."""
        screen = painter.device()
        if not (isinstance(screen, QWidget) and on_screen(painter, screen)):
            paint_background(painter, rect)
            return
        view = painter.worldTransform()
        seen = screen.size(), screen.devicePixelRatioF(), view.m11(), view.dx(), view.dy(), THEME.tokens.name
        if seen != self._seen:
            # While it moves there is nothing to copy.
            self._seen, self._painted = seen, None
            paint_background(painter, rect)
            return
        if self._painted is None:
            self._painted = _painted(screen, view)
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(QPoint(), self._painted)
        painter.restore()


def _painted(screen: QWidget, view: QTransform) -> QPixmap:
    """The ground of a whole widget."""
    ratio = screen.devicePixelRatioF()
    pixmap = QPixmap(math.ceil(screen.width() * ratio), math.ceil(screen.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    painter = QPainter(pixmap)
    painter.setWorldTransform(view)
    paint_background(painter, view.inverted()[0].mapRect(QRectF(screen.rect())))
    painter.end()
    return pixmap
