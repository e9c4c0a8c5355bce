"""A sticky note on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.document.graph import Note
from playground.editing.geometry import Rect
from playground.ui.canvas.paint import NOTE_LEVEL, card_font, plain_tip
from playground.ui.widgets.theme import THEME

NOTE_PADDING = 9.0


class NoteItem(QGraphicsItem):
    """Yellow paper with a few lines of text; it grows downwards until its text has room."""

    def __init__(self, note: Note) -> None:
        super().__init__()
        self.id = note.id
        self.text = ""
        self.size = (0.0, 0.0)
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
        self._lines = _wrapped(self.text, width - 2 * NOTE_PADDING)
        needed = len(self._lines) * QFontMetricsF(card_font()).lineSpacing() + 2 * NOTE_PADDING
        self.size = (width, max(height, needed))
        self.update()

    def set_chosen(self, chosen: bool) -> None:
        """Draw the border of a selected note."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()

    def rect(self) -> Rect:
        """The paper in scene units."""
        return Rect(self.pos().x(), self.pos().y(), *self.size)

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, *self.size).adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens, (width, height) = THEME.tokens, self.size
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        border = QPen(QColor(tokens.accent), 2.2) if self.chosen else QPen(QColor(tokens.note_line), 1)
        painter.setPen(border)
        painter.setBrush(QColor(tokens.note))
        painter.drawRoundedRect(QRectF(0, 0, width, height), 5, 5)
        painter.setPen(QPen(QColor(tokens.note_line), 1.2))
        for step in (4.0, 8.0):
            painter.drawLine(QPointF(width - 3 - step, height - 3), QPointF(width - 3, height - 3 - step))
        painter.setPen(QColor(tokens.note_text))
        font = card_font()
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        top = NOTE_PADDING + metrics.ascent()
        for number, line in enumerate(self._lines):
            painter.drawText(QPointF(NOTE_PADDING, top + number * metrics.lineSpacing()), line)


def _wrapped(text: str, width: float) -> tuple[str, ...]:
    """The lines of a text, broken between words; a word that is wider than the paper is elided."""
    metrics = QFontMetricsF(card_font())
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
