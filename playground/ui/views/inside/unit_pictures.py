"""A row for each unit: the picture made to excite it, the gradient, and the examples that excite it most."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.unit_pictures import UnitPictures, UnitPicturesAnalysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import greys, image, number_words, shades, signed_table
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

LEAST, MOST = 30, 120
GAP, APART = 6, 16
HEADS = ("made", "gradient", "strongest examples")


class UnitsCanvas(Canvas):
    """The pictures; what a unit sees of an example is framed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: UnitPictures | None = None
        self._images: list[list[QImage]] = []
        self.setAccessibleName("What units look for")

    def show_units(self, result: UnitPictures) -> None:
        self.result = result
        self._images = []
        for made, slope, examples in zip(result.made, result.gradients, result.examples, strict=True):
            limit = float(np.abs(slope).max()) or 1.0
            gradient = image(signed_table()[shades(slope, -limit, limit)])
            self._images.append([greys(made), gradient, *map(greys, examples)])
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    @property
    def _left(self) -> int:
        return metrics().horizontalAdvance("000") + THEME.px(GAP)

    @property
    def _above(self) -> int:
        return metrics().height() + THEME.px(4)

    def _side(self) -> int:
        columns = len(self._images[0]) if self._images else 1
        wide = (self.steady_width() - self._left - 2 * THEME.px(APART)) // columns - THEME.px(GAP)
        high = (self.height_in_sight() - self._above - 4) // max(1, len(self._images)) - THEME.px(GAP)
        return max(THEME.px(LEAST), min(THEME.px(MOST), wide, high))

    def minimumSizeHint(self) -> QSize:
        columns = len(self._images[0]) if self._images else 1
        wide = self._left + columns * (THEME.px(LEAST) + THEME.px(GAP)) + 2 * THEME.px(APART)
        return QSize(wide, self._above + len(self._images) * (self._side() + THEME.px(GAP)))

    def box(self, row: int, column: int) -> QRectF:
        """Where a picture is drawn: column 0 is made, 1 the gradient, the others examples."""
        side = self._side()
        left = self._left + column * (side + THEME.px(GAP)) + THEME.px(APART) * min(column, 2)
        return QRectF(left, self._above + row * (side + THEME.px(GAP)), side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None or not self._images:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("secondary"))
        for column, words in enumerate(HEADS):
            left = self.box(0, column).left()
            room = self.width() - left if column == 2 else self._side() + THEME.px(APART)
            painter.drawText(
                QPointF(left, metrics().ascent()), metrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room))
            )
        for row, images in enumerate(self._images):
            self._paint_row(painter, self.result, row, images)

    def _paint_row(self, painter: QPainter, result: UnitPictures, row: int, images: list[QImage]) -> None:
        first = self.box(row, 0)
        painter.setPen(THEME.color("secondary"))
        place = QRectF(0, first.top(), self._left - THEME.px(GAP), first.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(result.units[row] + 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for column, picture in enumerate(images):
            box = self.box(row, column)
            painter.drawImage(box, picture)
            painter.setPen(QPen(THEME.color("line"), 1))
            painter.drawRect(box)
            if column >= 2:
                painter.setPen(QPen(THEME.color("accent"), THEME.px(2)))
                painter.drawRect(_framed(box, picture, result.frames[row, column - 2]).intersected(box))

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        for row, images in enumerate(self._images):
            for column in range(len(images)):
                if self.box(row, column).contains(place):
                    return picture_words(self.result, row, column)
        return ""


def _framed(box: QRectF, picture: QImage, frame: NDArray[np.int64]) -> QRectF:
    top, left, bottom, right = frame.tolist()
    wide, high = box.width() / picture.width(), box.height() / picture.height()
    return QRectF(
        box.left() + left * wide, box.top() + top * high, (right - left + 1) * wide, (bottom - top + 1) * high
    )


def picture_words(result: UnitPictures, row: int, column: int) -> str:
    """One picture in a sentence."""
    unit = f"unit {result.units[row] + 1}"
    if column == 0:
        return f"{unit}: a picture made to excite it, {number_words(float(result.reached[row]))}"
    if column == 1:
        return f"{unit}: how it grows (blue) or shrinks (orange) with each pixel of its strongest example"
    value = number_words(float(result.values[row, column - 2]))
    return f"{unit} says {value} of {result.part} example {result.rows[row, column - 2] + 1}; framed is what it sees"


class UnitPicturesView(View):
    """What the units of the layer that is chosen on the canvas look for."""

    analysis: ClassVar[type[Analysis]] = UnitPicturesAnalysis
    title: ClassVar[str] = "Unit pictures"
    empty: ClassVar[str] = "Press play to see what each unit looks for."
    pulses: ClassVar[int] = 15

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: UnitPictures | None = None
        self.add_more([
            ("First unit", self.parameters.control("first")),
            ("Units", self.parameters.control("shown")),
            ("Examples", self.parameters.control("examples")),
            ("Steps of the ascent", self.parameters.control("ascent")),
        ])  # fmt: skip
        self.canvas = UnitsCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        self.heading_changed.emit(self.heading)
        self.canvas.show_units(self.result)
        units = self.result.units
        self.legend.show_entries([
            Entry(f"units {units[0] + 1} to {units[-1] + 1} of {self.result.count:,}"),
            Entry(f"among {self.result.searched:,} {self.result.part} examples"),
            Entry("grows", "square", POSITIVE),
            Entry("shrinks", "square", NEGATIVE),
        ])  # fmt: skip
