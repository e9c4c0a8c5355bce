"""The split into train, validation and test, as a bar whose two borders can be dragged."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.data.base import PARTS
from playground.ui.widgets.theme import THEME

LEAST_TRAIN, MOST_VALIDATION = 0.05, 0.9
GRIP = 10
_GESTURES = itertools.count(1)


class ShareBar(QWidget):
    """Left and Right move the border of train and validation, with Shift the border of validation and test."""

    changed = Signal(float, float)
    """(train share, validation share), in steps of one percent."""

    def __init__(self) -> None:
        super().__init__()
        self._borders = (70, 85)
        self._held: int | None = None
        self.gesture = next(_GESTURES)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Shares of train, validation and test")
        self.setToolTip("Drag a border, or use the arrow keys; with Shift they move the second border.")
        self._describe()

    def set_shares(self, train: float, validation: float) -> None:
        """Show shares from 0 to 1 without emitting; what is left is test."""
        first = min(max(round(train * 100), 0), 100)
        self._borders = (first, min(100, first + max(0, round(validation * 100))))
        self._describe()
        self.update()

    def percents(self) -> tuple[int, int, int]:
        """Percent of train, validation and test."""
        first, second = self._borders
        return first, second - first, 100 - second

    def _describe(self) -> None:
        words = ", ".join(f"{part} {percent} %" for part, percent in zip(PARTS, self.percents(), strict=True))
        self.setAccessibleDescription(words)

    def _move(self, border: int, percent: int) -> None:
        first, second = self._borders
        if border == 0:
            first = min(max(percent, round(LEAST_TRAIN * 100), second - round(MOST_VALIDATION * 100)), second)
        else:
            second = min(max(percent, first), 100, first + round(MOST_VALIDATION * 100))
        if (first, second) != self._borders:
            self._borders = (first, second)
            self._describe()
            self.update()
            self.changed.emit(first / 100, (second - first) / 100)

    def _track(self) -> QRectF:
        return QRectF(GRIP / 2, THEME.px(2), self.width() - GRIP, self.height() - THEME.px(4))

    def border_x(self, border: int) -> float:
        """Where a border lies, in pixels of the widget."""
        track = self._track()
        return track.left() + track.width() * self._borders[border] / 100

    def _percent_at(self, x: float) -> int:
        track = self._track()
        return round(100 * (x - track.left()) / max(1.0, track.width()))

    def _border_at(self, x: float) -> int:
        """The nearer border; where both lie together, the one on the side of the mouse."""
        first, second = (abs(x - self.border_x(border)) for border in (0, 1))
        if first == second:
            return 1 if x > self.border_x(0) or self._borders[0] <= 5 else 0
        return 0 if first < second else 1

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.gesture = next(_GESTURES)
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.gesture = next(_GESTURES)
            self._held = self._border_at(event.position().x())
            self._move(self._held, self._percent_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._move(self._held, self._percent_at(event.position().x()))
        else:
            near = min(abs(event.position().x() - self.border_x(border)) for border in (0, 1)) < GRIP
            self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        border = 1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        self._move(border, self._borders[border] + step)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), THEME.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(THEME.font(11, bold=True))
        track = self._track()
        left = track.left()
        for part, percent in zip(PARTS, self.percents(), strict=True):
            piece = QRectF(left, track.top(), track.width() * percent / 100, track.height())
            color = QColor(THEME.tokens.part_color(part))
            painter.fillRect(piece, color)
            painter.setPen(QColor("#ffffff") if color.lightnessF() < 0.55 else QColor("#10161d"))
            for words in (f"{part} {percent} %", f"{percent} %", f"{percent}"):
                if painter.fontMetrics().horizontalAdvance(words) + 6 <= piece.width():
                    painter.drawText(piece, Qt.AlignmentFlag.AlignCenter, words)
                    break
            left = piece.right()
        painter.setBrush(THEME.color("panel"))
        painter.setPen(QPen(THEME.color("accent" if self.hasFocus() else "secondary"), 1.5))
        for border in (0, 1):
            grip = QRectF(0, 0, THEME.px(6), self.height() - 2)
            grip.moveCenter(QPointF(self.border_x(border), self.height() / 2))
            painter.drawRoundedRect(grip, 3, 3)
