"""A sticky note on the canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.document.graph import Note
from playground.editing.geometry import Rect
from playground.ui.canvas.paint import NOTE_LEVEL, card_font, card_metrics
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

NOTE_PADDING = 9.0


TEXT = 13.0
"""Pixels of the screen below which no text gets."""
_NEAR, _FAR = 0.95, 0.36
"""Zooms between which the paper grows with its text, where there is room; farther away words are left out."""
_AIR = 4.0
"""Least room between a paper that has grown and a card."""


class NoteItem(QGraphicsItem):
    """Yellow paper with a few lines of text; it grows downwards until its text has room.

    Its text is never smaller on the screen than it can be read: from a little farther away the paper grows into free
    room, and where there is none the text is cut with an ellipsis; the tooltip has all of it.
    """

    def __init__(self, note: Note) -> None:
        super().__init__()
        self.id = note.id
        self.text = ""
        self.size = (0.0, 0.0)
        self._zoom = 1.0
        self._paper = QRectF()
        self.chosen = False
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(NOTE_LEVEL)
        self.show_note(note)

    def show_note(self, note: Note) -> None:
        """Take the text, size and place of the note."""
        self.text = note.text
        self.setPos(note.position.x, note.position.y)
        self.set_size(note.width, note.height)
        self.setToolTip(plain_tip(note.text))

    def set_size(self, width: float, height: float) -> None:
        """Change the size, also while it is being pulled; never smaller than the text."""
        self.prepareGeometryChange()
        self.size = (width, max(height, _height(self.text, width, TEXT)))
        self._lay(QRectF(0, 0, *self.size))

    def look_from(self, zoom: float, is_free: Callable[[Rect, str], bool]) -> None:
        """Keep the text readable at this zoom; `is_free` says whether a rectangle holds nothing but the named note."""
        self._zoom = zoom
        papers = self._larger() if _FAR <= zoom < _NEAR else iter(())
        x, y = self.pos().x(), self.pos().y()
        free = (paper for paper in papers if is_free(_rect(paper.translated(x, y)).grown(_AIR), self.id))
        paper = next(free, QRectF(0, 0, *self.size))
        if paper != self._paper:
            self.prepareGeometryChange()
        self._lay(paper)

    def _larger(self) -> Iterator[QRectF]:
        """Papers on which the text has room at this zoom: the lowest first, and those that grow upwards."""
        width, height = self.size
        sizes = {
            (max(height, _height(self.text, wide, self.text_size)), wide)
            for wide in (width, width * 1.3, width / self._zoom, width * 2.2)
        }
        for tall, wide in sorted(sizes):
            for top in dict.fromkeys((height - tall, 0.0)):
                for left in dict.fromkeys((0.0, width - wide, (width - wide) / 2)):
                    yield QRectF(left, top, wide, tall)

    @property
    def text_size(self) -> float:
        return TEXT if self._zoom >= _NEAR else TEXT / self._zoom

    @property
    def enlarged(self) -> bool:
        """Whether the paper is drawn larger than it is, as one looks from farther away."""
        return self._paper != QRectF(0, 0, *self.size)

    def _lay(self, paper: QRectF) -> None:
        self._paper = paper
        lines = _wrapped(self.text, paper.width() - 2 * NOTE_PADDING, self.text_size)
        room = int((paper.height() - 2 * NOTE_PADDING + 1.0) / card_metrics(self.text_size).lineSpacing())
        if len(lines) > room:
            kept = lines[:room]
            lines = (*kept[:-1], f"{kept[-1].removesuffix('…')}…") if kept else ()
        self.lines = lines
        self.update()

    def set_chosen(self, chosen: bool) -> None:
        """Draw the border of a selected note."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()

    def rect(self) -> Rect:
        """The paper in scene units, as the document has it."""
        return Rect(self.pos().x(), self.pos().y(), *self.size)

    def shown_rect(self) -> Rect:
        """The paper in scene units, as it is drawn."""
        return _rect(self._paper.translated(self.pos()))

    def boundingRect(self) -> QRectF:
        return self._paper.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens, paper = THEME.tokens, self._paper
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        border = QPen(QColor(tokens.accent), 2.2) if self.chosen else QPen(QColor(tokens.note_line), 1)
        painter.setPen(border)
        painter.setBrush(QColor(tokens.note))
        painter.drawRoundedRect(paper, 5, 5)
        if not self.enlarged:
            painter.setPen(QPen(QColor(tokens.note_line), 1.2))
            corner = paper.bottomRight() - QPointF(3, 3)
            for step in (4.0, 8.0):
                painter.drawLine(corner - QPointF(step, 0), corner - QPointF(0, step))
        painter.setPen(QColor(tokens.note_text))
        painter.setFont(card_font(self.text_size))
        metrics = card_metrics(self.text_size)
        place = paper.topLeft() + QPointF(NOTE_PADDING, NOTE_PADDING + metrics.ascent())
        for number, line in enumerate(self.lines):
            painter.drawText(place + QPointF(0, number * metrics.lineSpacing()), line)


def _rect(rect: QRectF) -> Rect:
    return Rect(rect.x(), rect.y(), rect.width(), rect.height())


def _height(text: str, width: float, size: float) -> float:
    """How high a paper of this width is, that has room for a text of this size."""
    lines = len(_wrapped(text, width - 2 * NOTE_PADDING, size))
    return lines * card_metrics(size).lineSpacing() + 2 * NOTE_PADDING


def _wrapped(text: str, width: float, size: float) -> tuple[str, ...]:
    """The lines of a text, broken between words; a word that is wider than the paper is elided."""
    metrics = card_metrics(size)
    lines: list[str] = []
    for paragraph in (text or "Double-click to write").split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and metrics.horizontalAdvance(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return tuple(metrics.elidedText(line, Qt.TextElideMode.ElideRight, max(1.0, width)) for line in lines)
