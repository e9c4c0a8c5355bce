"""Originals in one row, and below each what the network makes of it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QScrollArea, QWidget

from playground.analysis.answers.reconstruction import Reconstruction, ReconstructionAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import greys, number_words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.widgets.theme import THEME

LEAST, MOST = 56, 112
"""Sides of a picture; as large as lets all pairs be seen at once."""
GAP = 8
ABOVE, BELOW = "original", "redrawn"


class PairsCanvas(Canvas):
    """Pairs of pictures, one above the other, with the error below; in as many double rows as are needed."""

    picked = Signal(int)
    """The number of a pair that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Reconstruction | None = None
        self._images: list[tuple[QImage, QImage]] = []
        self._captions: list[str] = []
        self._widest = 0
        self.setAccessibleName("Pictures, and below each what the network makes of it")

    def show_pairs(self, result: Reconstruction) -> None:
        self.result = result
        both = zip(result.originals, result.reconstructions, strict=True)
        self._images = [(greys(original), greys(redrawn)) for original, redrawn in both]
        self._captions = [number_words(error) for error in result.errors.tolist()]
        self._widest = max((metrics().horizontalAdvance(words) for words in self._captions), default=0)
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    @property
    def _left(self) -> int:
        """Room for the names of the rows."""
        return metrics().height() + THEME.px(GAP / 2)

    def _height(self, side: int) -> int:
        """Height of a double row."""
        return 2 * side + metrics().height() + THEME.px(GAP / 2 + GAP)

    def _wide(self, side: int) -> int:
        return max(side, self._widest) + THEME.px(GAP)

    def _columns(self, side: int) -> int:
        return max(1, (self.steady_width() - self._left) // self._wide(side))

    def _side(self) -> int:
        """The largest side at which no bar is needed."""
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        room = area.height() if isinstance(area, QScrollArea) else self.height()
        for side in range(THEME.px(MOST), THEME.px(LEAST), -2):
            rows = -(-len(self._images) // self._columns(side))
            if rows * self._height(side) + THEME.px(GAP) <= room:
                return side
        return THEME.px(LEAST)

    def minimumSizeHint(self) -> QSize:
        side = self._side()
        rows = -(-len(self._images) // self._columns(side))
        return QSize(self._left + self._wide(THEME.px(LEAST)), rows * self._height(side))

    def pair(self, number: int) -> tuple[QRectF, QRectF]:
        """The rectangles of an original and of its reconstruction."""
        side = self._side()
        row, column = divmod(number, self._columns(side))
        left = self._left + column * self._wide(side) + (self._wide(side) - side) / 2
        above = QRectF(left, row * self._height(side) + 1, side, side)
        return above, above.translated(0, side + THEME.px(GAP / 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        columns = self._columns(self._side())
        for number in range(len(self._images)):
            above, below = self.pair(number)
            if number % columns == 0:
                self._paint_names(painter, above, below)
            if above.united(below).adjusted(0, 0, 0, metrics().height()).intersects(QRectF(event.rect())):
                self._paint_pair(painter, number, above, below)

    def _paint_names(self, painter: QPainter, above: QRectF, below: QRectF) -> None:
        painter.setPen(THEME.color("secondary"))
        for box, words in ((above, ABOVE), (below, BELOW)):
            half = metrics().horizontalAdvance(words) / 2
            paint_upright(painter, words, metrics().height() / 2, box.center().y() + half)

    def _paint_pair(self, painter: QPainter, number: int, above: QRectF, below: QRectF) -> None:
        assert self.result is not None
        chosen = int(self.result.rows[number]) == self.result.chosen
        pen = QPen(THEME.color("accent" if chosen else "line"), THEME.px(3) if chosen else 1)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        for box, picture in zip((above, below), self._images[number], strict=True):
            painter.drawImage(box, picture)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
        painter.setPen(THEME.color("text"))
        place = QRectF(below.left() - GAP, below.bottom() + 2, below.width() + 2 * GAP, metrics().height())
        painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._captions[number])

    def number_at(self, place: QPointF) -> int:
        """The number of the pair at a place; -1 where there is none."""
        for number in range(len(self._images)):
            above, below = self.pair(number)
            if above.united(below).contains(place):
                return number
        return -1

    def words_at(self, place: QPointF) -> str:
        number = self.number_at(place)
        return pair_words(self.result, number) if self.result is not None and number >= 0 else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.number_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.picked.emit(number)
        else:
            super().mousePressEvent(event)


def pair_words(result: Reconstruction, number: int) -> str:
    """One pair in a sentence."""
    what = f" ({result.class_names[result.classes[number]]})" if result.classes is not None else ""
    error = number_words(float(result.errors[number]))
    return f"{result.part} example {result.rows[number] + 1}{what}: mean squared error {error}"


class ReconstructionView(View):
    """What an autoencoder keeps of its pictures. A click follows an example in all views."""

    analysis: ClassVar[type[Analysis]] = ReconstructionAnalysis
    title: ClassVar[str] = "Reconstruction"
    empty: ClassVar[str] = "Press play to see what the network makes of each picture."
    pulses: ClassVar[int] = 6
    rank: ClassVar[int] = 85

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Reconstruction | None = None
        self.worst_box = self.parameters.switch("worst_first", label="by error")
        self.part_box = self.parameters.control("part")
        self.options_layout.addWidget(self.worst_box)
        self.add_more([("Part", self.part_box)])
        self.canvas = PairsCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.canvas.picked.connect(self.choose)
        for key, slot in (("Left", self.choose_previous), ("Right", self.choose_next)):
            shortcut = QShortcut(QKeySequence(key), self)
            # Not as an argument: beside a slot, PySide6 6.10 drops it and the key works everywhere.
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    @Slot(int)
    def choose(self, number: int) -> None:
        """Examine the example of a pair in all views; one can examine those of a single part only."""
        if self.result is not None and self.result.chosen >= 0 and 0 <= number < len(self.result.rows):
            self.example_chosen.emit(int(self.result.rows[number]))

    @Slot()
    def choose_previous(self) -> None:
        """Examine the example of the pair before."""
        self.choose(self._place() - 1)

    @Slot()
    def choose_next(self) -> None:
        """Examine the example of the pair behind."""
        self.choose(self._place() + 1)

    def _place(self) -> int:
        """The number of the pair under examination."""
        rows = self.result.rows.tolist() if self.result is not None else []
        chosen = self.result.chosen if self.result is not None else -1
        return rows.index(chosen) if chosen in rows else -1

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.heading_changed.emit(self.heading)
        self.canvas.show_pairs(result)
        words = f"{result.part}: mean squared error {number_words(result.mean_error)}"
        self.legend.show_entries([Entry(f"{words} of {result.examples_in_part:,} pictures")])
