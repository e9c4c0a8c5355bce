"""A widget that paints itself, with a readout where the mouse is; in a scroll area when it needs more room."""

from __future__ import annotations

import functools

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from playground.ui.widgets.theme import THEME


class Canvas(QWidget):
    """Base of the painted pictures. Subclasses paint, say how small they can be, and say what is at a place."""

    pointed = Signal(str)
    """The words for the place under the mouse; empty when there is nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def steady_width(self) -> int:
        """The width beside a scroll bar, whether there is one or not.

        What flows into rows counts with this width: a bar that comes and goes would change the rows, and they the bar.
        """
        area = self.scroll_area()
        return self.width() if area is None else area.width() - area.verticalScrollBar().sizeHint().width()

    def height_in_sight(self) -> int:
        """How much of its height is seen at once: that of the scroll area it lies in, else its own."""
        area = self.scroll_area()
        return self.height() if area is None else area.height()

    def scroll_area(self) -> QScrollArea | None:
        """The scroll area in which it lies; None where it has all its room."""
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        return area if isinstance(area, QScrollArea) else None

    def words_at(self, place: QPointF) -> str:
        """What is at a place, in words."""
        return ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self.words_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit("")

    def changed(self) -> None:
        """Something else is to be painted."""
        self.setMinimumSize(self.minimumSizeHint())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


def in_scroll_area(canvas: Canvas) -> QScrollArea:
    """A scroll area that gives the canvas all its room, and scroll bars only when that is too little."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(canvas)
    area.viewport().setAutoFillBackground(False)
    canvas.setAutoFillBackground(False)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return area


def metrics(size: float = 13.0, *, bold: bool = False) -> QFontMetrics:
    """Measures of the house font."""
    return _metrics(size, bold, THEME.scale)


@functools.lru_cache(maxsize=16)
def _metrics(size: float, bold: bool, scale: float) -> QFontMetrics:
    return QFontMetrics(THEME.font(size, bold=bold))


def paint_upright(painter: QPainter, text: str, x: float, bottom: float) -> None:
    """Write upwards: the text starts at (x, bottom), its middle line at x."""
    painter.save()
    painter.translate(x, bottom)
    painter.rotate(-90)
    height = painter.fontMetrics().ascent() - painter.fontMetrics().descent()
    painter.drawText(QPointF(0, height / 2), text)
    painter.restore()
