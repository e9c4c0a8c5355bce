"""Small controls: they never change by the wheel unless they have the focus, so that a panel can be scrolled safely."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionSpinBox,
    QStylePainter,
    QWidget,
)

from playground.ui.widgets.labels import elided
from playground.ui.widgets.theme import THEME


class QuietSpinBox(QSpinBox):
    """A spin box that applies what is typed when it is finished, and draws its own arrows in the theme's colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setCorrectionMode(QSpinBox.CorrectionMode.CorrectToNearestValue)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        return QSize(max(THEME.px(88), self._words()), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(max(THEME.px(64), self._words()), super().minimumSizeHint().height())

    def _words(self) -> int:
        """What the words for its least number take, with the arrows beside them."""
        words = self.specialValueText()
        return self.fontMetrics().horizontalAdvance(words) + THEME.px(34) if words else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        control = QStyle.ComplexControl.CC_SpinBox
        painter = QPainter(self)
        for part, up in ((QStyle.SubControl.SC_SpinBoxUp, True), (QStyle.SubControl.SC_SpinBoxDown, False)):
            rect = self.style().subControlRect(control, option, part, self)
            draw_arrow(painter, QRectF(rect).center(), up=up, size=THEME.px(3))


class QuietComboBox(QComboBox):
    """A drop-down list that shrinks with its panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setMaxVisibleItems(24)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        control = QStyle.ComplexControl.CC_ComboBox
        room = self.style().subControlRect(control, option, QStyle.SubControl.SC_ComboBoxEditField, self)
        option.currentText = elided(
            self.fontMetrics(), option.currentText, Qt.TextElideMode.ElideRight, room.width() - 2
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(control, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        arrow = self.style().subControlRect(control, option, QStyle.SubControl.SC_ComboBoxArrow, self)
        draw_arrow(painter, QRectF(arrow).center(), up=False, size=THEME.px(4))


def draw_arrow(painter: QPainter, center: QPointF, *, up: bool, size: float) -> None:
    """A small open arrow."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(THEME.color("secondary"), 1.5))
    tip = -size / 2 if up else size / 2
    painter.drawPolyline(
        [center + QPointF(-size, -tip), center + QPointF(0, tip), center + QPointF(size, -tip)]  # a flat V
    )


class QuietSlider(QSlider):
    """A horizontal slider that jumps to where it is pressed. `gesture_started` comes before each drag."""

    gesture_started = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(40), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(84), THEME.px(22))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.gesture_started.emit()
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.gesture_started.emit()
        self.setSliderDown(True)
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def _follow(self, event: QMouseEvent) -> None:
        handle = THEME.px(16)
        place = round(event.position().x() - handle / 2)
        span = max(1, self.width() - handle)
        self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), place, span))
        event.accept()


class Toggle(QAbstractButton):
    """An on/off switch with its state in words beside it."""

    def __init__(self, on: str = "on", off: str = "off", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = (off, on)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(80), THEME.px(24))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        self.update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = THEME.px(32), THEME.px(18)
        track = QRectF(1.0, (self.height() - height) / 2, width, height)
        enabled = self.isEnabled()
        on = self.isChecked()
        fill = THEME.color("accent") if on and enabled else THEME.color("line")
        painter.setPen(QPen(THEME.color("accent"), 2.0) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(track, height / 2, height / 2)
        knob = height - THEME.px(6)
        left = track.right() - knob - THEME.px(3) if on else track.left() + THEME.px(3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#ffffff") if on else THEME.color("secondary"))
        painter.drawEllipse(QRectF(left, track.center().y() - knob / 2, knob, knob))
        painter.setPen(THEME.color("text" if enabled else "secondary"))
        words = QRectF(track.right() + THEME.px(8), 0, self.width(), self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._words[on])


class Tick(QAbstractButton):
    """A small box to tick, visible on every background."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(18), THEME.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = THEME.px(15)
        box = QRectF(1.5, (self.height() - side) / 2, side, side)
        on = self.isChecked()
        rim = "accent" if on or self.hasFocus() or self.underMouse() else "secondary"
        painter.setPen(QPen(THEME.color(rim), 2.0 if self.hasFocus() else 1.2))
        painter.setBrush(THEME.color("accent" if on else "field"))
        painter.drawRoundedRect(box, 3, 3)
        if on:
            painter.setPen(QPen(THEME.color("accent_text"), 2.0))
            places = ((0.22, 0.52), (0.43, 0.72), (0.78, 0.30))
            painter.drawPolyline([QPointF(box.x() + x * side, box.y() + y * side) for x, y in places])
