"""The ground of the canvas: a calm grid of dots."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

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
