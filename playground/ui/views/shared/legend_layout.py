"""How the entries of a legend are set inside a plot, and how that is painted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.legend import GAP, SAMPLE, Entry, paint_sample, paint_symbol
from playground.ui.widgets.theme import THEME

PAD = 6
APART = 12
GROUND = 222
"""How solid the ground is, of 255: what lies under it is still seen."""
LONGEST = 230
"""Pixels after which an entry goes on in the next line."""


@dataclass(frozen=True)
class Piece:
    """One entry in its place."""

    entry: Entry
    rect: QRectF


@dataclass(frozen=True)
class Layout:
    """All entries in their places, from the upper left of the legend."""

    pieces: tuple[Piece, ...]
    size: QSizeF


def layouts(entries: Sequence[Entry], width: float) -> list[Layout]:
    """The ways in which entries may be set in a plot of this width: one below the other, in columns, in rows.

    What has no sample is a note, and stands below the others.
    """
    samples = [entry for entry in entries if entry.sample or entry.symbol]
    notes = [entry for entry in entries if not (entry.sample or entry.symbol)]
    counts = [count for count in (1, 2, 3) if count <= max(1, len(samples))]
    found = [_with_notes(_in_columns(samples, count, width), notes) for count in counts]
    if len(entries) > 1:
        found.append(_in_rows(entries, width))
    return found


def _sizes(entries: Sequence[Entry], width: float) -> list[QSizeF]:
    metrics = QFontMetrics(THEME.font(13))
    beside = THEME.px(SAMPLE + GAP)
    room = max(THEME.px(60), min(THEME.px(LONGEST), round(width - 4 * THEME.px(PAD)) - beside))
    found = []
    for entry in entries:
        words = metrics.boundingRect(QRect(0, 0, room, 10_000), int(Qt.TextFlag.TextWordWrap), entry.text)
        before = beside if entry.sample or entry.symbol else 0
        found.append(QSizeF(words.width() + before + 2, max(words.height(), metrics.height()) + THEME.px(1)))
    return found


def _in_columns(entries: Sequence[Entry], columns: int, width: float) -> Layout:
    sizes = _sizes(entries, width)
    rows = max(1, math.ceil(len(entries) / columns))
    pieces: list[Piece] = []
    pad = float(THEME.px(PAD))
    x = highest = right = pad
    for first in range(0, len(entries), rows):
        y, wide = pad, 0.0
        for entry, size in zip(entries[first : first + rows], sizes[first : first + rows], strict=True):
            pieces.append(Piece(entry, QRectF(QPointF(x, y), size)))
            y += size.height()
            wide = max(wide, size.width())
        highest, right = max(highest, y), x + wide
        x = right + THEME.px(APART)
    return Layout(tuple(pieces), QSizeF(right + pad, highest + pad))


def _with_notes(layout: Layout, notes: Sequence[Entry]) -> Layout:
    """The same with notes below, each as wide as it is, or as the columns are where that is wider."""
    pad = float(THEME.px(PAD))
    y, wide = layout.size.height() - pad, layout.size.width()
    pieces = list(layout.pieces)
    for note, size in zip(notes, _sizes(notes, max(wide, THEME.px(LONGEST))), strict=True):
        pieces.append(Piece(note, QRectF(QPointF(pad, y), size)))
        y += size.height()
        wide = max(wide, size.width() + 2 * pad)
    return Layout(tuple(pieces), QSizeF(wide, y + pad))


def _in_rows(entries: Sequence[Entry], width: float) -> Layout:
    pieces: list[Piece] = []
    pad = float(THEME.px(PAD))
    x, y, high, widest = pad, pad, 0.0, 0.0
    for entry, size in zip(entries, _sizes(entries, width), strict=True):
        if x > pad and x + size.width() > width - 4 * pad:
            x, y, high = pad, y + high, 0.0
        pieces.append(Piece(entry, QRectF(QPointF(x, y), size)))
        x += size.width() + THEME.px(APART)
        high, widest = max(high, size.height()), max(widest, x)
    return Layout(tuple(pieces), QSizeF(widest - THEME.px(APART) + pad, y + high + pad))


def paint_ground(painter: QPainter, rect: QRectF, edge: str) -> None:
    """A panel that lets a little of what lies under it through."""
    ground = THEME.color("panel")
    ground.setAlpha(GROUND)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(THEME.color(edge), 1))
    painter.setBrush(ground)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), THEME.px(5), THEME.px(5))


def paint_pieces(painter: QPainter, layout: Layout) -> None:
    """All entries in their places."""
    painter.setFont(THEME.font(13))
    line = float(QFontMetrics(THEME.font(13)).height())
    for piece in layout.pieces:
        entry, rect = piece.entry, QRectF(piece.rect)
        if entry.sample or entry.symbol:
            box = QRectF(rect.left(), rect.top(), THEME.px(SAMPLE), line)
            if entry.sample:
                paint_sample(painter, entry.sample, box, QColor(entry.color))
            if entry.symbol:
                paint_symbol(painter, entry.symbol, box.center(), QColor(entry.color))
            rect.setLeft(rect.left() + THEME.px(SAMPLE + GAP))
        painter.setPen(THEME.color("text"))
        painter.drawText(rect.adjusted(0, 0, 4, 4), int(Qt.TextFlag.TextWordWrap), entry.text)


class Card(QWidget):
    """The entries on a card of their own, until a click or a key."""

    def __init__(self, entries: Sequence[Entry], below: QPoint, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Legend: " + ", ".join(entry.text for entry in entries))
        self._layout = layouts(entries, 2.0 * THEME.px(LONGEST))[0]
        size = self._layout.size.toSize()
        screen = parent.screen().availableGeometry()
        x = max(screen.left(), min(below.x(), screen.right() - size.width()))
        y = max(screen.top(), min(below.y(), screen.bottom() - size.height()))
        self.setGeometry(QRect(QPoint(x, y), size))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), THEME.color("panel"))
        paint_ground(painter, QRectF(self.rect()), "line")
        paint_pieces(painter, self._layout)
