"""The lock on a card: closed on a frozen block, open on a selected one that learns; a click turns it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from playground.ui.canvas.face import CardFace
from playground.ui.canvas.paint import FAR
from playground.ui.widgets.icons import pixmap
from playground.ui.widgets.theme import THEME

NEAR = 0.95
"""Zoom from which the lock stands beside the title; farther away it keeps its size on the screen."""
SIDE = 16.0
LARGEST = 30.0
INSET, TOP = 11.0, 10.0


def shows_lock(face: CardFace, chosen: bool) -> bool:
    """Whether a card has a lock: a frozen block always, one that learns while it is selected."""
    return face.frozen or (chosen and face.learns)


def lock_rect(width: float, zoom: float, *, beside: float = 0.0) -> QRectF:
    """Where the lock stands on a card of this width, in its own coordinates; `beside` is what stands right of it."""
    side = SIDE if zoom >= NEAR else min(SIDE * 0.9 / max(zoom, FAR), LARGEST)
    return QRectF(width - INSET - beside - side, TOP, side, side)


def paint_lock(painter: QPainter, frozen: bool, rect: QRectF, ratio: float) -> None:
    """Draw it over whatever reaches so far of the title."""
    painter.setPen(QPen(Qt.PenStyle.NoPen))
    painter.setBrush(QColor(THEME.tokens.panel))
    painter.drawRoundedRect(rect.adjusted(-3, -2, 3, 2), 4, 4)
    size = round(rect.width())
    sign = pixmap("lock" if frozen else "unlock", "text" if frozen else "secondary", size, ratio)
    painter.drawPixmap(QPointF(rect.x(), rect.y()), sign)
