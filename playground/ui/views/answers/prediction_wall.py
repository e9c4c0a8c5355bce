"""The prediction wall: pictures with what the network takes them for."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.prediction_wall import PredictionWall, PredictionWallAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import greys
from playground.ui.widgets.legend import Entry, Legend, whose
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import THEME

PICTURE = 60
GAP = 8


class WallCanvas(Canvas):
    """Tiles in rows: the picture in a frame, and below it a check or a cross, the prediction, and how sure it is."""

    picked = Signal(int)
    """The row, in its part, of the picture that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wall: PredictionWall | None = None
        self._images: list[QImage] = []
        self._captions: list[str] = []
        self._widest = 0
        self.setAccessibleName("Pictures with predictions")

    def show_wall(self, wall: PredictionWall) -> None:
        self.wall = wall
        self._images = [greys(picture) for picture in wall.pictures]
        self._captions = [caption(wall, number) for number in range(len(self._images))]
        self._widest = max((metrics().horizontalAdvance(words) for words in self._captions), default=0)
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def _tile(self) -> QSize:
        wide = max(THEME.px(PICTURE), self._widest) + THEME.px(GAP)
        return QSize(wide, THEME.px(PICTURE + GAP + 6) + metrics().height())

    def columns(self) -> int:
        """Tiles in a row."""
        return max(1, (self.steady_width() - THEME.px(GAP)) // self._tile().width())

    def minimumSizeHint(self) -> QSize:
        tile = self._tile()
        rows = -(-len(self._images) // self.columns())
        return QSize(tile.width() + THEME.px(GAP), rows * tile.height() + THEME.px(GAP))

    def tile(self, number: int) -> QRectF:
        """The rectangle of one tile."""
        size, columns = self._tile(), self.columns()
        wide = (self.steady_width() - THEME.px(GAP)) / columns
        row, column = divmod(number, columns)
        return QRectF(THEME.px(GAP) / 2 + column * wide, THEME.px(GAP) / 2 + row * size.height(), wide, size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.wall is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for number, words in enumerate(self._captions):
            box = self.tile(number)
            if box.intersects(QRectF(event.rect())):
                self._paint_tile(painter, box, number, words)

    def _paint_tile(self, painter: QPainter, box: QRectF, number: int, words: str) -> None:
        assert self.wall is not None
        side = THEME.px(PICTURE)
        frame = QRectF(box.center().x() - side / 2, box.top() + 2, side, side)
        color = THEME.color("error" if self.wall.wrong[number] else "good")
        painter.drawImage(frame, self._images[number])
        painter.setPen(QPen(color, THEME.px(3), j=Qt.PenJoinStyle.MiterJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(frame)
        painter.setPen(THEME.color("text"))
        below = QRectF(box.left(), frame.bottom() + THEME.px(3), box.width(), metrics().height() + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)

    def _number_at(self, place: QPointF) -> int | None:
        return next((number for number in range(len(self._images)) if self.tile(number).contains(place)), None)

    def words_at(self, place: QPointF) -> str:
        number = self._number_at(place)
        return tile_words(self.wall, number) if self.wall is not None and number is not None else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position())
        if self.wall is not None and number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(int(self.wall.rows[number]))


def caption(wall: PredictionWall, number: int) -> str:
    """Such as “✓ 7 98%”, or “✗ 7, is 3”."""
    predicted = wall.class_names[wall.predicted[number]]
    if wall.wrong[number]:
        return f"✗ {predicted}, is {wall.class_names[wall.actual[number]]}"
    return f"✓ {predicted} {wall.confidence[number]:.0%}"


def tile_words(wall: PredictionWall, number: int) -> str:
    """One tile in a sentence."""
    predicted, actual = wall.class_names[wall.predicted[number]], wall.class_names[wall.actual[number]]
    sure = f"{wall.confidence[number]:.0%} sure"
    verdict = f"wrong, it is {actual}" if wall.wrong[number] else "right"
    return f"{wall.part} example {wall.rows[number] + 1}: predicted {predicted}, {sure}, {verdict}"


class PredictionWallView(View):
    """Right and wrong, picture by picture; a click on one follows it through the network."""

    analysis: ClassVar[type[Analysis]] = PredictionWallAnalysis
    title: ClassVar[str] = "Prediction wall"
    empty: ClassVar[str] = "Press play to see what the network takes each picture for."
    pulses: ClassVar[int] = 9
    rank: ClassVar[int] = 80

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: PredictionWall | None = None
        self.wrong_box = self.parameters.switch("wrong_first", label="✗ first")
        self.part_box = self.parameters.control("part")
        self.options_layout.addWidget(self.wrong_box)
        self.add_more([("Part", self.part_box)])
        self.canvas = WallCanvas()
        self.canvas.setToolTip("Click a test picture to follow it through the network")
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.canvas.picked.connect(self._pick)

    @Slot(int)
    def _pick(self, row: int) -> None:
        """Follow the picture through the network; what is followed is a test example."""
        if self.result is not None and self.result.part == "test":
            self.example_chosen.emit(row)

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    @property
    def heading(self) -> str:
        whose_answers = self.result.title if self.result is not None else ""
        return f"Predictions: {whose_answers}" if whose_answers else self.title

    def draw(self) -> None:
        assert self.result is not None
        self.heading_changed.emit(self.heading)
        self.canvas.show_wall(self.result)
        words = f"{self.result.part}: {self.result.wrong_in_part} of {self.result.examples_in_part} wrong"
        self.legend.show_entries([Entry(whose(self.result.title) + words)])
