"""Block by block: the maps that a moved picture should give, those that it gives, and how near they are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.use.move_picture import MovedLayer
from playground.ui.widgets.heat_map import signed_image
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import Canvas, metrics, paint_upright
from playground.ui.widgets.theme import THEME

SIDE = 38
"""Of a map."""
GAP = 3
NUMBER = 42
"""Room of a number, with the bar below it."""
ROWS = ("T f(x)", "f(T x)")
"""The map moved by T, as it should be; the map of the picture that T has moved."""
NUMBERS = ("equivariance", "invariance")
HEADING = ", ".join(NUMBERS)


class MovedLayers(Canvas):
    """A block for each: its name, two numbers with bars, and where it has maps two rows of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers: tuple[MovedLayer, ...] = ()
        self._images: list[tuple[list[QImage], list[QImage]]] = []
        self.setAccessibleName("The maps before and after the move")

    def show_layers(self, layers: tuple[MovedLayer, ...]) -> None:
        """Show what the blocks make of the picture."""
        self.layers = layers
        self._images = [(_pictures(one.expected, one.limit), _pictures(one.found, one.limit)) for one in layers]
        self.setAccessibleDescription("; ".join(map(words_of, layers)))
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    @property
    def _line(self) -> int:
        return metrics().height() + THEME.px(2)

    @property
    def _left(self) -> int:
        return self._line

    @property
    def _narrow(self) -> bool:
        """Whether each number stands in a line of its own, with its name, and not beside the name of the block."""
        return self.steady_width() < metrics().horizontalAdvance(HEADING) + THEME.px(30)

    def _headings(self, layer: MovedLayer) -> int:
        """Height of the lines above the maps of a block."""
        return self._line * (1 + (1 + bool(layer.found.size) if self._narrow else 0))

    def _height(self, layer: MovedLayer) -> int:
        maps = 2 * THEME.px(SIDE + GAP) if layer.found.size else 0
        return self._headings(layer) + maps + THEME.px(2 * GAP)

    def _top(self) -> float:
        return 0.0 if self._narrow else float(self._line)

    def _columns(self) -> int:
        return max(1, (self.steady_width() - self._left) // THEME.px(SIDE + GAP))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(130), round(self._top()) + sum(map(self._height, self.layers)))

    def _places(self) -> list[float]:
        """Where the blocks begin, below the names of the numbers."""
        tops, top = [], self._top()
        for layer in self.layers:
            tops.append(top)
            top += self._height(layer)
        return tops

    def _number_boxes(self, top: float) -> tuple[QRectF, QRectF]:
        """Where the two numbers of a block stand."""
        wide, right = THEME.px(NUMBER), self.steady_width() - 2
        first = QRectF(right - (wide if self._narrow else 2 * wide + THEME.px(8)), top, wide, self._line)
        return first, QRectF(right - wide, top, wide, self._line)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("secondary"))
        if not self._narrow:
            room = QRectF(0, 0, self.steady_width() - 2, self._line)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, HEADING)
        for layer, images, top in zip(self.layers, self._images, self._places(), strict=True):
            self._paint_heading(painter, layer, top)
            for row, pictures in enumerate(images):
                self._paint_maps(painter, row, pictures, top + self._headings(layer))

    def _paint_heading(self, painter: QPainter, layer: MovedLayer, top: float) -> None:
        boxes, numbers = self._number_boxes(top), (layer.equivariance, layer.invariance)
        wide = self.steady_width() if self._narrow else boxes[0].left() - THEME.px(4)
        room = QRectF(0, top, wide, self._line)
        painter.setPen(THEME.color("text"))
        words = elided(metrics(), layer.title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        shown = [one for one in zip(NUMBERS, boxes, numbers, strict=True) if layer.found.size or one[0] == NUMBERS[1]]
        for row, (name, box, number) in enumerate(shown, start=1):
            if self._narrow:
                line = QRectF(0, top + row * self._line, self.steady_width() - THEME.px(NUMBER), self._line)
                painter.setPen(THEME.color("secondary"))
                painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
                box.moveTop(line.top())
            self._paint_number(painter, box, number)

    def _paint_number(self, painter: QPainter, box: QRectF, number: float) -> None:
        known = not math.isnan(number)
        if known:
            bar = QRectF(box.left(), box.bottom() - THEME.px(3), box.width(), THEME.px(2))
            painter.fillRect(bar, THEME.color("line"))
            bar.setWidth(bar.width() * min(max(number, 0.0), 1.0))
            painter.fillRect(bar, THEME.color("accent"))
        painter.setPen(THEME.color("text" if known else "secondary"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number_of(number))

    def _paint_maps(self, painter: QPainter, row: int, pictures: list[QImage], top: float) -> None:
        if not pictures:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, picture in enumerate(pictures[: self._columns()]):
            box = self._box(number, row, top)
            painter.drawImage(box, picture)
            painter.setPen(QPen(THEME.color("line"), 1))
            painter.drawRect(box)
        painter.setPen(THEME.color("secondary"))
        middle = self._box(0, row, top).center().y()
        paint_upright(painter, ROWS[row], self._left / 2 - 1, middle + metrics().horizontalAdvance(ROWS[row]) / 2)

    def _box(self, number: int, row: int, top: float) -> QRectF:
        side, step = THEME.px(SIDE), THEME.px(SIDE + GAP)
        return QRectF(self._left + number * step, top + row * step, side, side)

    def words_at(self, place: QPointF) -> str:
        for layer, top in zip(self.layers, self._places(), strict=True):
            if top <= place.y() < top + self._height(layer):
                return words_of(layer)
        return ""


def number_of(number: float) -> str:
    """To two digits; a dash where nothing can be said."""
    return "–" if math.isnan(number) else f"{number:.2f}".replace("-", "−")


def words_of(layer: MovedLayer) -> str:
    """Both numbers of a block in a sentence."""
    same = f"invariance {number_of(layer.invariance)} (its values before and after)"
    if not layer.found.size:
        return f"{layer.title}, {layer.count} values without a place: {same}"
    both = "map of the moved picture, f(T x), against the moved map, T f(x)"
    follow = f"equivariance {number_of(layer.equivariance)} ({both})"
    return f"{layer.title}, {layer.count} maps: {follow}, {same}"


def _pictures(maps: NDArray[np.float32], limit: float) -> list[QImage]:
    return [signed_image(one, limit) for one in maps]
