"""The number of copies on the card of a closed group: “× 6”, with a sign where all copies share their weights."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QApplication

from playground.ui.canvas.face import CardFace
from playground.ui.canvas.paint import card_font, card_metrics
from playground.ui.widgets.icons import pixmap
from playground.ui.widgets.theme import THEME

HEIGHT = 19.0
_PAD = 6.0
_SIGN = 15.0
"""Room for the sign of shared weights."""


def badge_width(face: CardFace) -> float:
    """How wide the badge is; 0 for a card that has none."""
    if not face.repeat:
        return 0.0
    width = card_metrics(bold=True).horizontalAdvance(badge_words(face)) + 2 * _PAD
    return float(width + (_SIGN if face.shared and face.repeat > 1 else 0.0))


def badge_words(face: CardFace) -> str:
    """Such as “× 6”."""
    return f"×\N{NO-BREAK SPACE}{face.repeat}"


def badge_rect(face: CardFace, width: float, margin: float, top: float) -> QRectF:
    """Where the badge lies on a card of that width, in item coordinates; empty without one."""
    wide = badge_width(face)
    return QRectF(width - margin - wide, top, wide, HEIGHT) if wide else QRectF()


def paint_badge(painter: QPainter, face: CardFace, rect: QRectF, *, hovered: bool) -> None:
    """Draw the badge; a single copy is told in pale, as an offer."""
    repeated = face.repeat > 1
    color = THEME.color("accent" if repeated or hovered else "secondary")
    fill = QColor(color)
    fill.setAlpha(44 if hovered else 26 if repeated else 0)
    border = QColor(color)
    border.setAlpha(200 if repeated or hovered else 90)
    painter.setPen(QPen(border, 1.0))
    painter.setBrush(fill)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), HEIGHT / 2, HEIGHT / 2)
    painter.setPen(color)
    painter.setFont(card_font(bold=repeated))
    text = rect.adjusted(0, 0, -_SIGN if face.shared and repeated else 0, 0)
    painter.drawText(text, Qt.AlignmentFlag.AlignCenter, badge_words(face))
    if face.shared and repeated:
        app = QApplication.instance()
        ratio = app.devicePixelRatio() * 2.0 if isinstance(app, QApplication) else 2.0
        painter.drawPixmap(QPointF(rect.right() - _SIGN - 3, rect.top() + 3), pixmap("link", "accent", 13, ratio))
