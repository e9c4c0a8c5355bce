"""One head as arcs over the sentence: from each token to those that it looks at, the stronger the more."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from playground.ui.views.inside.attention_matrix import Shown
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import metrics, paint_upright
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

LEAST = 0.05
"""Weights below this are not drawn."""
WIDEST = 4.0
LONGEST_WORD = 84
FLATTEST = 0.55
"""An arc is at most this share of its width high, and never higher than the room."""


def paint_arcs(painter: QPainter, room: QRectF, shown: Shown) -> None:
    """Title, arcs to the left above the tokens in one colour and to the right in another, and the tokens."""
    line, gap = metrics().height(), THEME.px(4)
    painter.setPen(THEME.color("text"))
    title = elided(metrics(), shown.name, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(QRectF(room.left(), room.top(), room.width(), line), 0, title)
    wide = room.width() / shown.steps
    upright = shown.widest() + gap > wide
    below = min(shown.widest(), THEME.px(LONGEST_WORD)) if upright else line
    ground = room.bottom() - below - gap
    middles = [room.left() + (step + 0.5) * wide for step in range(shown.steps)]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(room.adjusted(0, line, 0, 0))
    _paint_lines(painter, shown, middles, ground, ground - room.top() - line - gap)
    painter.restore()
    _paint_words(painter, shown, middles, wide, ground + gap, upright=upright)


def _paint_lines(painter: QPainter, shown: Shown, middles: list[float], ground: float, most: float) -> None:
    """The weak ones first, so that the strong ones lie above them."""
    looking, seen = np.nonzero(shown.values >= LEAST)
    order = np.argsort(shown.values[looking, seen], kind="stable")
    for row, column in zip(looking[order].tolist(), seen[order].tolist(), strict=True):
        weight = min(1.0, float(shown.values[row, column]))
        color = QColor(POSITIVE if column <= row else NEGATIVE)
        color.setAlphaF(0.15 + 0.85 * weight)
        painter.setPen(QPen(color, THEME.px(1) * (0.5 + WIDEST * weight)))
        start, end = middles[row], middles[column]
        high = max(THEME.px(6), min(most, FLATTEST * abs(end - start)))
        if row == column:
            painter.drawEllipse(QPointF(start, ground - high / 2), high / 3, high / 2)
            continue
        path = QPainterPath(QPointF(start, ground))
        path.cubicTo(QPointF(start, ground - 1.33 * high), QPointF(end, ground - 1.33 * high), QPointF(end, ground))
        painter.drawPath(path)


def _paint_words(
    painter: QPainter, shown: Shown, middles: list[float], wide: float, top: float, *, upright: bool
) -> None:
    painter.setPen(THEME.color("text"))
    line = metrics().height()
    stride = max(1, int(np.ceil(metrics().ascent() / wide))) if upright else 1
    for step in range(0, shown.steps, stride):
        words = elided(metrics(), shown.label(step), Qt.TextElideMode.ElideRight, THEME.px(LONGEST_WORD))
        if upright:
            paint_upright(painter, words, middles[step], top + metrics().horizontalAdvance(words))
        else:
            place = QRectF(middles[step] - wide / 2, top, wide, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)
