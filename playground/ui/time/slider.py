"""The slider over the whole run, with a tick for every changed setting and a diamond at the best moment."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSlider, QToolTip

from playground.training.history import Mark
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

HANDLE = 7
GROOVE = 4
NEAR = 6
"""Pixels within which a tick says what was changed."""


class TimeSlider(QSlider):
    """From the first moment kept to now. Its value is the step that is shown."""

    chosen = Signal(float)
    """The person wants to see this step."""
    moved = Signal(int)
    """One kept moment back (−1) or on (1)."""
    moved_far = Signal(int)
    """A tenth of the run back or on."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setAccessibleName("Moment of the run")
        self.setToolTip("Look back: drag, or use the arrow keys; Home is the beginning, End is now")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.marks: tuple[Mark, ...] = ()
        self.best: int | None = None
        self.branch: int | None = None
        self._dragged = False

    def show_run(self, first: int, last: int, step: int) -> None:
        """The run goes from one step to another; `step` is shown."""
        if (first, last, step) != (self.minimum(), self.maximum(), self.value()):
            blocked = self.blockSignals(True)
            self.setRange(first, max(first, last))
            self.setValue(step)
            self.blockSignals(blocked)
            self.update()

    def show_signs(self, marks: tuple[Mark, ...], best: int | None, branch: int | None) -> None:
        """What is marked on the way."""
        if (marks, best, branch) != (self.marks, self.best, self.branch):
            self.marks, self.best, self.branch = marks, best, branch
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(240), THEME.px(26))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(90), THEME.px(26))

    def _room(self) -> tuple[float, float]:
        """Left end and length of the way of the handle."""
        side = THEME.px(HANDLE) + 1.0
        return side, max(1.0, self.width() - 2 * side)

    def place_of(self, step: float) -> float:
        """Where a step lies, in pixels."""
        left, length = self._room()
        return left + length * (step - self.minimum()) / max(1, self.maximum() - self.minimum())

    def step_at(self, x: float) -> float:
        """The step at a place."""
        left, length = self._room()
        share = min(1.0, max(0.0, (x - left) / length))
        return self.minimum() + share * (self.maximum() - self.minimum())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, (left, length) = self.height() / 2, self._room()
        groove = QRectF(left, middle - THEME.px(GROOVE) / 2, length, THEME.px(GROOVE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(THEME.color("line"))
        painter.drawRoundedRect(groove, groove.height() / 2, groove.height() / 2)
        done = QRectF(groove)
        done.setRight(self.place_of(self.value()))
        painter.setBrush(THEME.color("accent" if self.isEnabled() else "line"))
        painter.drawRoundedRect(done, groove.height() / 2, groove.height() / 2)
        if self.isEnabled():
            self._paint_signs(painter, middle)
            self._paint_handle(painter, middle)

    def _paint_signs(self, painter: QPainter, middle: float) -> None:
        reach = THEME.px(8)
        painter.setPen(QPen(THEME.color("secondary"), THEME.px(2)))
        for mark in self.marks:
            x = self.place_of(mark.moment.step)
            painter.drawLine(QPointF(x, middle - reach), QPointF(x, middle - THEME.px(3)))
        if self.branch is not None and self.minimum() <= self.branch <= self.maximum():
            x = self.place_of(self.branch)
            painter.setPen(QPen(THEME.color("text"), THEME.px(2)))
            painter.drawLine(QPointF(x, middle - reach), QPointF(x, middle + reach))
        if self.best is not None and self.minimum() <= self.best <= self.maximum():
            x, size = self.place_of(self.best), THEME.px(5)
            painter.setPen(QPen(THEME.color("panel"), 1))
            painter.setBrush(THEME.color("validation"))
            low = middle + THEME.px(6)
            painter.drawPolygon(QPolygonF([QPointF(x, low - size), QPointF(x + size, low), QPointF(x, low + size),
                                           QPointF(x - size, low)]))  # fmt: skip

    def _paint_handle(self, painter: QPainter, middle: float) -> None:
        painter.setPen(QPen(THEME.color("accent"), THEME.px(3) if self.hasFocus() else THEME.px(2)))
        painter.setBrush(THEME.color("panel"))
        painter.drawEllipse(QPointF(self.place_of(self.value()), middle), THEME.px(HANDLE) - 1, THEME.px(HANDLE) - 1)

    # Mouse and keys ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragged = True
            self.chosen.emit(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self.chosen.emit(self.step_at(event.position().x()))
            return
        words = self.words_at(event.position().x())
        QToolTip.showText(event.globalPosition().toPoint(), plain_tip(words) or self.toolTip(), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = False

    def words_at(self, x: float) -> str:
        """What is marked at a place."""
        found = [mark.text for mark in self.marks if abs(self.place_of(mark.moment.step) - x) <= THEME.px(NEAR)]
        if self.best is not None and abs(self.place_of(self.best) - x) <= THEME.px(NEAR):
            found.append(f"best moment, step {self.best:,}")
        if self.branch is not None and abs(self.place_of(self.branch) - x) <= THEME.px(NEAR):
            found.append(f"this run branched off here, at step {self.branch:,}")
        return "\n".join(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self.moved.emit(-1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.moved.emit(1)
        elif key == Qt.Key.Key_PageDown:
            self.moved_far.emit(-1)
        elif key == Qt.Key.Key_PageUp:
            self.moved_far.emit(1)
        elif key == Qt.Key.Key_Home:
            self.chosen.emit(float(self.minimum()))
        elif key == Qt.Key.Key_End:
            self.chosen.emit(float(self.maximum()))
        else:
            event.ignore()
