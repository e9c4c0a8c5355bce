"""The picture that learns, large, beside the pictures of the data."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.learned_picture import LearnedPictureAnalysis, LearnedPictures
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import greys, number_words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import THEME

LEAST, MOST = 64, 420
"""Sides of a picture; as large as lets all be seen at once."""
GAP = 10


class PicturesCanvas(Canvas):
    """Pictures in rows, each with its name above; those that learn are framed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LearnedPictures | None = None
        self._images: list[QImage] = []
        self.setAccessibleName("Pictures of the data, and the picture that learns")

    def show_pictures(self, result: LearnedPictures) -> None:
        self.result = result
        self._images = [greys(picture) for picture in result.pictures]
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    @property
    def _above(self) -> int:
        """Room for a name."""
        return metrics().height() + THEME.px(4)

    def _columns(self, side: int) -> int:
        return max(1, self.steady_width() // (side + THEME.px(GAP)))

    def _height(self, side: int) -> int:
        """Height of all rows."""
        rows = math.ceil(len(self._images) / self._columns(side))
        return rows * (self._above + side + THEME.px(GAP))

    def _side(self) -> int:
        """The largest side at which all pictures are seen."""
        widest = self.steady_width() - THEME.px(GAP)
        for side in range(min(THEME.px(MOST), max(widest, THEME.px(LEAST))), THEME.px(LEAST), -4):
            if self._height(side) <= self.height_in_sight():
                return side
        return THEME.px(LEAST)

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(LEAST + GAP), self._height(self._side()) if self._images else 0)

    def box(self, number: int) -> QRectF:
        """Where a picture is drawn."""
        side, gap = self._side(), THEME.px(GAP)
        row, column = divmod(number, self._columns(side))
        return QRectF(column * (side + gap) + 1, row * (self._above + side + gap) + self._above, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, (name, picture) in enumerate(zip(self.result.names, self._images, strict=True)):
            box, learns = self.box(number), self.learns(number)
            painter.setPen(THEME.color("text" if learns else "secondary"))
            words = metrics().elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()))
            painter.drawText(QPointF(box.left(), box.top() - THEME.px(4)), words)
            painter.drawImage(box, picture)
            painter.setPen(QPen(THEME.color("accent" if learns else "line"), 1))
            painter.drawRect(box)

    def learns(self, number: int) -> bool:
        """Whether the pixels of a picture learn."""
        return self.result is not None and number >= len(self.result.names) - self.result.learned

    def words_at(self, place: QPointF) -> str:
        for number in range(len(self._images)):
            if self.result is not None and self.box(number).contains(place):
                return picture_words(self.result, number)
        return ""


def picture_words(result: LearnedPictures, number: int) -> str:
    """One picture in a sentence: what it is, and how far it is from those of the data."""
    others = len(result.names) - result.learned
    if number < others:
        return f"{result.names[number]}, as it is in the data"
    known = [
        f"{number_words(float(value))} from {name}"
        for name, value in zip(result.names[:others], result.differences[number - others], strict=True)
        if math.isfinite(value)
    ]
    far = f": {' and '.join(known)} (root mean square over pixels)" if known else ""
    return f"{result.names[number]} learns{far}"


class LearnedPictureView(View):
    """What becomes of a picture while its pixels learn."""

    analysis: ClassVar[type[Analysis]] = LearnedPictureAnalysis
    title: ClassVar[str] = "Learned picture"
    empty: ClassVar[str] = "Press play to see what becomes of the picture."
    rank: ClassVar[int] = 92

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LearnedPictures | None = None
        self.canvas = PicturesCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        self.canvas.show_pictures(self.result)
        last = range(len(self.result.names) - self.result.learned, len(self.result.names))
        self.legend.show_entries([Entry(picture_words(self.result, number)) for number in last])
