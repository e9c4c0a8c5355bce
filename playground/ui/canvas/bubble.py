"""A bubble with a sentence and buttons: what is wrong and, one click away, the remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.ui.widgets.labels import on_button
from playground.ui.widgets.qt_access import parent_of, widgets_in
from playground.ui.widgets.rows import clear
from playground.ui.widgets.theme import THEME

_TIP = 9


class Remedy(QPushButton):
    """A button that carries what it does."""

    def __init__(self, label: str, action: Callable[[], None], parent: QWidget) -> None:
        super().__init__(on_button(label), parent)
        self.setAccessibleName(label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._action = action
        self.clicked.connect(self._act)

    @Slot()
    def _act(self) -> None:
        self._action()


class Bubble(QWidget):
    """A small panel over the canvas with a tip that points at what it speaks of. It keeps its size at every zoom."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons = QHBoxLayout()
        self._tone = "error"
        self._tip_x = 40
        self._upwards = True
        self._outer = QVBoxLayout(self)
        self._outer.addWidget(self.text)
        self._outer.addLayout(self._buttons)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()

    def speak(self, sentence: str, remedies: Sequence[tuple[str, Callable[[], None]]], tone: str = "error") -> None:
        """Show a sentence with its remedies; call `point_at` to place it."""
        self._tone = tone
        self.text.setText(sentence)
        self.setAccessibleName(sentence)
        self.text.setFont(THEME.font(13))
        clear(self._buttons)
        for label, action in remedies:
            remedy = Remedy(label, action, self)
            self._buttons.addWidget(remedy)
            # The layout leaves out what is hidden, as new children of a visible widget are until the next event.
            remedy.show()
        self._buttons.addStretch(1)
        margin = THEME.px(11)
        self._outer.setContentsMargins(margin, margin - 2 + _TIP, margin, margin - 1)
        self._outer.setSpacing(THEME.px(8) if remedies else 0)
        self.text.setFixedWidth(THEME.px(290))
        self.adjustSize()

    def buttons(self) -> list[QPushButton]:
        """The remedies, in order."""
        return [widget for widget in widgets_in(self._buttons) if isinstance(widget, QPushButton)]

    def point_at(self, below: QPointF, above: QPointF) -> None:
        """Stand under the point `below`, or over the point `above` where there is no room. Viewport coordinates."""
        room = parent_of(self).rect()
        size = self.sizeHint().expandedTo(self.minimumSizeHint())
        self._upwards = below.y() + size.height() + 4 <= room.height() or above.y() - size.height() < 0
        margin = THEME.px(11)
        top = _TIP if self._upwards else 0
        self._outer.setContentsMargins(margin, margin - 2 + top, margin, margin - 1 + (_TIP - top))
        x = min(max(4.0, below.x() - size.width() / 2), max(4.0, room.width() - size.width() - 4.0))
        y = below.y() + 2 if self._upwards else above.y() - size.height() - 2
        self._tip_x = round(min(max(20.0, below.x() - x), size.width() - 20.0))
        self.setGeometry(round(x), round(y), size.width(), size.height())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(getattr(THEME.tokens, self._tone)), 1.4))
        painter.setBrush(THEME.color("panel"))
        painter.drawPath(self._outline())

    def _outline(self) -> QPainterPath:
        top, bottom = (_TIP, self.height() - 1) if self._upwards else (1, self.height() - _TIP)
        panel, tip = QPainterPath(), QPainterPath()
        panel.addRoundedRect(1, top, self.width() - 2, bottom - top, 8, 8)
        base, point = (top, 1) if self._upwards else (bottom, self.height() - 1)
        tip.moveTo(self._tip_x - _TIP, base)
        tip.lineTo(self._tip_x, point)
        tip.lineTo(self._tip_x + _TIP, base)
        tip.closeSubpath()
        return panel.united(tip)
