"""A list of features, each with a slider for its value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.response import Response
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import THEME

LEAST = 130
PAD = 7
KNOB = 5
STEP, STRIDE = 0.02, 0.2
"""How far an arrow key moves a value, and with Shift, as shares of the range of its feature."""


class FeatureSliders(Canvas):
    """One row for each feature: its name, its value, and a track with a knob; a tick marks the value in the data."""

    chosen = Signal(int)
    """Another feature is looked at."""
    changed_to = Signal(int, float)
    """A feature has another value."""
    restored = Signal(int)
    """A feature goes back to its value in the data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Response | None = None
        self._held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Features")
        self.setToolTip(
            plain_tip(
                "Click a feature to sweep it; drag its knob, or use the arrow keys: up and down choose, left and right "
                "change (Shift: further), Home takes the change back"
            )
        )

    def show_result(self, result: Response) -> None:
        """Show the values of a result."""
        before = self.result
        self.result = result
        self.setAccessibleDescription(f"{result.name} {number_words(float(result.values[result.feature]))}")
        if before is None or before.feature_names != result.feature_names:
            self.changed()
        else:
            self.update()

    # Room -------------------------------------------------------------------------------------------------------------

    def row_height(self) -> int:
        """Height of one row."""
        return metrics().height() + THEME.px(2 * KNOB + 8)

    def minimumSizeHint(self) -> QSize:
        count = len(self.result.feature_names) if self.result is not None else 1
        return QSize(THEME.px(LEAST), count * self.row_height())

    def track(self, number: int) -> QRectF:
        """The line on which the knob of a feature moves."""
        inset = THEME.px(PAD + KNOB)
        y = (number + 1) * self.row_height() - THEME.px(KNOB + 4)
        return QRectF(inset, y, self.width() - 2 * inset, 0)

    def knob(self, number: int) -> QPointF:
        """The middle of the knob of a feature."""
        assert self.result is not None
        track = self.track(number)
        return QPointF(track.left() + self._share(number, float(self.result.values[number])) * track.width(), track.y())

    def _share(self, number: int, value: float) -> float:
        assert self.result is not None
        low, high = float(self.result.low[number]), float(self.result.high[number])
        return min(max((value - low) / (high - low), 0.0), 1.0)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(THEME.font(13))
        high = self.row_height()
        for number in range(len(self.result.feature_names)):
            box = QRectF(0, number * high, self.width(), high)
            if box.intersects(QRectF(event.rect())):
                self._paint_row(painter, box, number)

    def _paint_row(self, painter: QPainter, box: QRectF, number: int) -> None:
        assert self.result is not None
        chosen = number == self.result.feature
        if chosen:
            painter.setPen(QPen(THEME.color("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(THEME.color("hover"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), THEME.px(4), THEME.px(4))
        changed = self.result.values[number] != self.result.original[number]
        painter.setFont(THEME.font(13, bold=bool(changed)))
        painter.setPen(THEME.color("accent" if changed else "text"))
        line = QRectF(THEME.px(PAD), box.top() + THEME.px(2), box.width() - THEME.px(2 * PAD), metrics().height())
        value = number_words(float(self.result.values[number]))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, value)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("text" if chosen else "secondary"))
        room = int(line.width()) - metrics(bold=True).horizontalAdvance(value) - THEME.px(6)
        name = elided(metrics(), self.result.feature_names[number], Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, name)
        self._paint_track(painter, number, chosen)

    def _paint_track(self, painter: QPainter, number: int, chosen: bool) -> None:
        assert self.result is not None
        track = self.track(number)
        painter.setPen(QPen(THEME.color("line"), THEME.px(3)))
        painter.drawLine(track.topLeft(), track.topRight())
        first = track.left() + self._share(number, float(self.result.original[number])) * track.width()
        painter.setPen(QPen(THEME.color("secondary"), THEME.px(2)))
        painter.drawLine(QPointF(first, track.y() - THEME.px(4)), QPointF(first, track.y() + THEME.px(4)))
        painter.setPen(QPen(THEME.color("panel"), 1))
        painter.setBrush(THEME.color("accent" if chosen else "secondary"))
        painter.drawEllipse(self.knob(number), THEME.px(KNOB), THEME.px(KNOB))

    # Mouse and keys ---------------------------------------------------------------------------------------------------

    def _number_at(self, place: QPointF) -> int:
        number = int(place.y() // self.row_height())
        return number if self.result is not None and 0 <= number < len(self.result.feature_names) else -1

    def words_at(self, place: QPointF) -> str:
        number = self._number_at(place)
        if self.result is None or number < 0:
            return ""
        low, high = number_words(float(self.result.low[number])), number_words(float(self.result.high[number]))
        first = number_words(float(self.result.original[number]))
        return f"{self.result.feature_names[number]}: {first} in the data, from {low} to {high}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position())
        if self.result is None or number < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        if number != self.result.feature:
            self.chosen.emit(number)
        on_track = event.position().y() >= self.track(number).y() - THEME.px(KNOB + 3)
        self._held = on_track
        self._row = number
        if on_track:
            self._set_from(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held and event.buttons() & Qt.MouseButton.LeftButton:
            self._set_from(event.position().x())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False

    def _set_from(self, x: float) -> None:
        track = self.track(self._row)
        self._set(self._row, min(max((x - track.left()) / max(1.0, track.width()), 0.0), 1.0))

    def _set(self, number: int, share: float) -> None:
        assert self.result is not None
        if self.result.switches[number]:
            share = float(round(share))
        low, high = float(self.result.low[number]), float(self.result.high[number])
        # As exact as single precision, in which the features are.
        self.changed_to.emit(number, float(np.float32(low + share * (high - low))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        result = self.result
        key = Qt.Key(event.key())
        if result is None:
            super().keyPressEvent(event)
            return
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            number = result.feature + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= number < len(result.feature_names):
                self.chosen.emit(number)
                self._bring_into_sight(number)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            way = STRIDE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
            way = 1.0 if result.switches[result.feature] else way
            share = self._share(result.feature, float(result.values[result.feature]))
            self._set(result.feature, min(max(share + (way if key == Qt.Key.Key_Right else -way), 0.0), 1.0))
        elif key == Qt.Key.Key_Home:
            self.restored.emit(result.feature)
        else:
            super().keyPressEvent(event)

    def _bring_into_sight(self, number: int) -> None:
        area = self.scroll_area()
        if area is not None:
            high = self.row_height()
            area.ensureVisible(0, round((number + 0.5) * high), 0, high)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
