"""Pictures that belong together, one above the other, with words below; as many stacks in a row as there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.painted import Canvas, metrics, paint_upright
from playground.ui.widgets.theme import THEME

LEAST, MOST = 56, 112
"""Sides of a picture; as large as lets all stacks be seen at once."""
GAP = 8


@dataclass(frozen=True)
class Mark:
    """Something drawn over a picture: a box (middle across and down, width, height) or points, in shares of a side."""

    box: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float], ...] = ()
    right: bool = False
    """Whether it is what is right, and not what the network says."""


class StacksCanvas(Canvas):
    """Stacks of pictures with a line of words below each."""

    picked = Signal(int)
    """The number of a stack that was clicked."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._stacks: list[tuple[QImage, ...]] = []
        self._captions: list[str] = []
        self._marks: list[tuple[tuple[Mark, ...], ...]] = []
        self._chosen = -1
        self._words: Callable[[int], str] = lambda number: ""
        self._widest = 0
        self.setAccessibleName(name)

    def show_stacks(
        self, names: Sequence[str], stacks: Sequence[tuple[QImage, ...]], captions: Sequence[str], chosen: int,
        words: Callable[[int], str], marks: Sequence[tuple[tuple[Mark, ...], ...]] = (),
    ) -> None:  # fmt: skip
        """Show stacks, whose rows have these names; `words` says one in a sentence, `chosen` is under examination."""
        self._names, self._stacks, self._captions = tuple(names), list(stacks), list(captions)
        self._marks, self._chosen, self._words = list(marks), chosen, words
        self._widest = max((metrics().horizontalAdvance(caption) for caption in self._captions), default=0)
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    @property
    def _rows(self) -> int:
        """Pictures in a stack."""
        return max(1, len(self._names))

    @property
    def _left(self) -> int:
        """Room for the names of the rows."""
        return metrics().height() + THEME.px(GAP / 2)

    def _height(self, side: int) -> int:
        """Height of a stack."""
        return self._rows * side + metrics().height() + THEME.px(GAP / 2 * (self._rows - 1) + GAP)

    def _wide(self, side: int) -> int:
        return max(side, self._widest) + THEME.px(GAP)

    def _columns(self, side: int) -> int:
        return max(1, (self.steady_width() - self._left) // self._wide(side))

    def _side(self) -> int:
        """The largest side at which no bar is needed."""
        room = self.height_in_sight()
        for side in range(THEME.px(MOST), THEME.px(LEAST), -2):
            rows = -(-len(self._stacks) // self._columns(side))
            if rows * self._height(side) + THEME.px(GAP) <= room:
                return side
        return THEME.px(LEAST)

    def minimumSizeHint(self) -> QSize:
        side = self._side()
        rows = -(-len(self._stacks) // self._columns(side))
        return QSize(self._left + self._wide(THEME.px(LEAST)), rows * self._height(side))

    def stack(self, number: int) -> tuple[QRectF, ...]:
        """The rectangles of the pictures of a stack, from above."""
        side = self._side()
        row, column = divmod(number, self._columns(side))
        left = self._left + column * self._wide(side) + (self._wide(side) - side) / 2
        first = QRectF(left, row * self._height(side) + 1, side, side)
        return tuple(first.translated(0, place * (side + THEME.px(GAP / 2))) for place in range(self._rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        columns = self._columns(self._side())
        for number in range(len(self._stacks)):
            boxes = self.stack(number)
            if number % columns == 0:
                self._paint_names(painter, boxes)
            if boxes[0].united(boxes[-1]).adjusted(0, 0, 0, metrics().height()).intersects(QRectF(event.rect())):
                self._paint_stack(painter, number, boxes)

    def _paint_names(self, painter: QPainter, boxes: tuple[QRectF, ...]) -> None:
        painter.setPen(THEME.color("secondary"))
        for box, words in zip(boxes, self._names, strict=True):
            half = metrics().horizontalAdvance(words) / 2
            paint_upright(painter, words, metrics().height() / 2, box.center().y() + half)

    def _paint_stack(self, painter: QPainter, number: int, boxes: tuple[QRectF, ...]) -> None:
        chosen = number == self._chosen
        pen = QPen(THEME.color("accent" if chosen else "line"), THEME.px(3) if chosen else 1)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        for place, (box, picture) in enumerate(zip(boxes, self._stacks[number], strict=True)):
            painter.drawImage(box, picture)
            if self._marks:
                paint_marks(painter, box, self._marks[number][place])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
        painter.setPen(THEME.color("text"))
        below = boxes[-1]
        spare = max(0.0, self._wide(int(below.width())) - below.width())
        place_of_words = QRectF(below.left() - spare / 2, below.bottom() + 2, below.width() + spare, metrics().height())
        painter.drawText(
            place_of_words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._captions[number]
        )

    def number_at(self, place: QPointF) -> int:
        """The number of the stack at a place; −1 where there is none."""
        for number in range(len(self._stacks)):
            boxes = self.stack(number)
            if boxes[0].united(boxes[-1]).contains(place):
                return number
        return -1

    def words_at(self, place: QPointF) -> str:
        number = self.number_at(place)
        return self._words(number) if number >= 0 else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.number_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.picked.emit(number)
        else:
            super().mousePressEvent(event)


RIGHT, SAID = "#ffffff", "#f59322"
"""Colours of marks, each with a dark line around it, so that they are seen on every picture."""


def paint_marks(painter: QPainter, frame: QRectF, marks: tuple[Mark, ...]) -> None:
    """Draw marks over a picture: what is right in white and dashed or as rings, what is said in orange."""
    painter.save()
    painter.setClipRect(frame)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for mark in marks:
        for width, color in ((THEME.px(4), "#14181d"), (THEME.px(2), RIGHT if mark.right else SAID)):
            dashed = mark.right and color == RIGHT
            painter.setPen(QPen(QColor(color), width, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
            if mark.box is not None:
                painter.drawRect(_in_frame(frame, *mark.box))
            _paint_points(painter, frame, mark)
    painter.restore()


def _paint_points(painter: QPainter, frame: QRectF, mark: Mark) -> None:
    """Rings for what is right, crosses for what is said; the first point is the larger one."""
    for number, (across, down) in enumerate(mark.points):
        size = THEME.px(5 if number == 0 else 3)
        middle = QPointF(frame.left() + across * frame.width(), frame.top() + down * frame.height())
        if mark.right:
            painter.drawEllipse(middle, size, size)
        else:
            painter.drawLine(middle + QPointF(-size, -size), middle + QPointF(size, size))
            painter.drawLine(middle + QPointF(-size, size), middle + QPointF(size, -size))


def _in_frame(frame: QRectF, across: float, down: float, wide: float, high: float) -> QRectF:
    left, top = frame.left() + (across - wide / 2) * frame.width(), frame.top() + (down - high / 2) * frame.height()
    return QRectF(left, top, wide * frame.width(), high * frame.height())
