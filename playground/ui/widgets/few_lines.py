"""Wrapped text in a few lines: what does not fit ends in an ellipsis, and is said in the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.theme import THEME


def draw_lines(painter: QPainter, place: QRect, text: str, lines: int, font: QFont | None = None) -> None:
    """Wrapped text in at most so many lines; the last one is elided if there is more."""
    font = font or THEME.font(13)
    metrics = QFontMetrics(font)
    painter.setFont(font)
    layout = _laid(text, font, place.width())
    top = place.y()
    for number in range(min(lines, layout.lineCount())):
        line = layout.lineAt(number)
        start, length = line.textStart(), line.textLength()
        rest = text[start:] if number == lines - 1 else text[start : start + length]
        shown = elided(metrics, rest.strip(), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place.x(), top + metrics.ascent(), shown)
        top += metrics.height()


def _laid(text: str, font: QFont, width: float) -> QTextLayout:
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
    layout.endLayout()
    return layout


_COUNTED: dict[tuple[str, str, int], int] = {}
"""By text, font and width: a layout asks for each many times before it rests."""
_MOST_COUNTED = 8_192


def count_lines(text: str, font: QFont, width: float) -> int:
    """How many lines a wrapped text takes."""
    key = text, font.key(), int(width)
    if key not in _COUNTED:
        if len(_COUNTED) >= _MOST_COUNTED:
            _COUNTED.clear()
        _COUNTED[key] = _laid(text, font, int(width)).lineCount() if text else 0
    return _COUNTED[key]


class FewLines(QWidget):
    """A text that takes as many lines as it needs, at most `most`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._most = 100
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def text(self) -> str:
        """The whole text, also what is not seen."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self._changed()

    def set_most(self, lines: int) -> None:
        """Take at most so many lines."""
        if lines != self._most:
            self._most = lines
            self._changed()

    def _changed(self) -> None:
        cut = self._lines(self.width()) > self._most
        self.setToolTip(plain_tip(self._text if cut else ""))
        self.updateGeometry()
        self.update()

    def _lines(self, width: int) -> int:
        return count_lines(self._text, self.font(), width)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(self._most, self._lines(width)) * QFontMetrics(self.font()).height()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), self.heightForWidth(max(self.width(), THEME.px(200))))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(60), QFontMetrics(self.font()).height() if self._text else 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        metrics = QFontMetrics(self.font())
        lines = max(1, min(self._most, self.height() // max(1, metrics.height())))
        draw_lines(painter, self.rect(), self._text, lines, self.font())
