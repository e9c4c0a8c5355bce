"""The pictures of one step of slow motion: patch and kernel, rows of matrices that take part, time step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from playground.analysis.inside.slow_motion.notation import written
from playground.analysis.inside.slow_motion.pictures import Picture
from playground.ui.widgets.drawing import (
    DARK_INK,
    LIGHT_INK,
    image,
    ink_on,
    magnitude_table,
    number_words,
    shades,
    signed_table,
)
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

GAP = 14
WRITTEN = QSize(46, 24)
"""Of a cell with its number in it."""
MOST_WRITTEN, MOST_WRITTEN_ACROSS = 49, 7
MOST_SIDE = 132
LARGEST_CELL, LEAST_CELL = 16.0, 1.0
WIDEST = 460
BARS, CHAIN = 84, 46
"""Heights of bars and of a chain of time steps."""
LEAST_WIDTH = 180
ZERO = 1e-30
"""Lengths below count as nothing on a logarithmic scale."""


@dataclass
class Tile:
    """One picture with its place."""

    picture: Picture
    image: QImage | None
    area: QRectF
    """Of the numbers; the title stands above."""


class StepPictures(Canvas):
    """Small pictures in as many rows as the width asks for. A click chooses the number under the mouse."""

    chosen = Signal(str, int)
    """The option of the analysis, and its value, from 0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures: tuple[Picture, ...] = ()
        self._images: list[QImage | None] = []
        self.setAccessibleName("Numbers that took part")

    def show_pictures(self, pictures: tuple[Picture, ...]) -> None:
        """Show these."""
        self.pictures = pictures
        self._images = [None if one.look != "signed" else _colored(one) for one in pictures]
        self.setAccessibleDescription("; ".join(one.title for one in pictures))
        self.changed()

    # Room -------------------------------------------------------------------------------------------------------------

    def _size(self, picture: Picture, width: int) -> QSize:
        """Of the numbers of a picture."""
        rows, columns = picture.values.shape
        wide = min(width, THEME.px(WIDEST))
        if picture.look == "bars":
            return QSize(wide, THEME.px(BARS))
        if picture.look == "chain":
            return QSize(wide, THEME.px(CHAIN))
        if _written(picture):
            return QSize(columns * THEME.px(WRITTEN.width()), rows * THEME.px(WRITTEN.height()))
        most = THEME.px(MOST_SIDE)
        cell = max(LEAST_CELL, min(THEME.px(LARGEST_CELL), most / max(rows, columns)))
        if rows * 3 < columns:  # a row of a few lines may be as wide as there is room
            cell = max(LEAST_CELL, min(THEME.px(LARGEST_CELL), width / columns, most / rows))
        return QSize(max(8, min(width, round(columns * cell))), max(8, min(most, round(rows * cell))))

    def tiles(self) -> list[Tile]:
        """All pictures with their places in this width."""
        width, gap, line = max(THEME.px(LEAST_WIDTH), self.steady_width()), THEME.px(GAP), metrics().height()
        found: list[Tile] = []
        left, top, high = 0, 0, 0
        for picture, shown in zip(self.pictures, self._images, strict=True):
            size = self._size(picture, width)
            wide = max(size.width(), min(width, metrics().horizontalAdvance(picture.title) + 2))
            tall = size.height() + line + THEME.px(3) + (line if picture.look == "bars" else 0)
            if left and left + wide > width:
                left, top, high = 0, top + high + gap // 2, 0
            area = QRectF(left, top + line + THEME.px(3), size.width(), size.height())
            if picture.look == "bars":
                area.adjust(_left_of_bars(picture), 0, 0, 0)
            found.append(Tile(picture, shown, area))
            left, high = left + wide + gap, max(high, tall)
        self._needed = top + high + THEME.px(4)
        return found

    def minimumSizeHint(self) -> QSize:
        self.tiles()
        return QSize(THEME.px(LEAST_WIDTH), self._needed)

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for tile in self.tiles():
            painter.setPen(THEME.color("secondary"))
            left = tile.area.left() - (_left_of_bars(tile.picture) if tile.picture.look == "bars" else 0)
            place = QPointF(left, tile.area.top() - THEME.px(3) - metrics().descent())
            painter.drawText(place, tile.picture.title)
            if tile.picture.look == "bars":
                _paint_bars(painter, tile)
            elif tile.picture.look == "chain":
                _paint_chain(painter, tile)
            else:
                _paint_map(painter, tile)

    # Mouse ------------------------------------------------------------------------------------------------------------

    def _at(self, place: QPointF) -> tuple[Picture, int, int] | None:
        for tile in self.tiles():
            area, (rows, columns) = tile.area, tile.picture.values.shape
            if area.contains(place):
                row = min(rows - 1, int((place.y() - area.top()) / area.height() * rows))
                column = min(columns - 1, int((place.x() - area.left()) / area.width() * columns))
                return tile.picture, row, column
        return None

    def words_at(self, place: QPointF) -> str:
        found = self._at(place)
        if found is None:
            return ""
        picture, row, column = found
        value = number_words(float(picture.values[row, column]))
        rows = f"row {row + 1}, " if len(picture.values) > 1 else ""
        across = "step" if picture.look != "signed" else "column"
        return f"{picture.title}, {rows}{across} {column + 1}: {value}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        picture, row, column = found
        for option, value in zip(picture.options, (row, column), strict=True):
            if option:
                self.chosen.emit(option, value)


def _written(picture: Picture) -> bool:
    """Whether its numbers are written into it."""
    return picture.values.size <= MOST_WRITTEN and picture.values.shape[1] <= MOST_WRITTEN_ACROSS


def _limit(picture: Picture) -> float:
    finite = picture.values[np.isfinite(picture.values)]
    return float(np.abs(finite).max(initial=0.0)) or 1.0


def _colored(picture: Picture) -> QImage:
    limit = _limit(picture)
    colors = signed_table()[shades(picture.values, -limit, limit)]
    panel = THEME.color("line")
    colors = np.where(np.isneginf(picture.values)[..., None], (panel.red(), panel.green(), panel.blue()), colors)
    return image(colors.astype(np.uint8))


def _paint_map(painter: QPainter, tile: Tile) -> None:
    area, picture = tile.area, tile.picture
    assert tile.image is not None
    painter.drawImage(area, tile.image)
    rows, columns = picture.values.shape
    wide, high = area.width() / columns, area.height() / rows
    if _written(picture):
        _write_numbers(painter, tile, wide, high)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(THEME.color("line"), 1))
    painter.drawRect(area)
    if picture.mark is not None:
        top, left, down, across = picture.mark
        marked = QRectF(area.left() + left * wide, area.top() + top * high, across * wide, down * high)
        for width, color in ((4, LIGHT_INK), (2, DARK_INK)):  # seen on dark and on light colours
            painter.setPen(QPen(QColor(color), width))
            painter.drawRect(marked.adjusted(0.5, 0.5, -0.5, -0.5))


def _write_numbers(painter: QPainter, tile: Tile, wide: float, high: float) -> None:
    area, picture = tile.area, tile.picture
    limit = _limit(picture)
    table = signed_table()
    for (row, column), value in np.ndenumerate(picture.values):
        color = QColor(*(int(one) for one in table[shades(np.array(value), -limit, limit)]))
        painter.setPen(THEME.color("text") if np.isneginf(value) else ink_on(color))
        cell = QRectF(area.left() + column * wide, area.top() + row * high, wide, high)
        painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, _short(float(value)))


def _short(value: float) -> str:
    if not math.isfinite(value):
        return number_words(value)
    size = abs(value)
    if size and size < 0.005:
        return f"{value:.0e}".replace("-", "−").replace("e−0", "e−").replace("e+0", "e")
    return "0" if not value else f"{value:.2f}".replace("-", "−") if size < 9.995 else f"{value:.0f}".replace("-", "−")


def _paint_bars(painter: QPainter, tile: Tile) -> None:
    """Bars from left to right; on a logarithmic scale from the smallest power of ten that is there."""
    area, values = tile.area, tile.picture.values[0].astype(np.float64)
    wide = area.width() / len(values)
    low, high = _scale(tile.picture)
    heights = _heights(tile.picture, low, high)
    base = area.bottom() - (0.0 if tile.picture.logarithmic or low >= 0.0 else area.height() * -low / (high - low))
    painter.setPen(QPen(THEME.color("line"), 1))
    painter.drawLine(QPointF(area.left(), base), QPointF(area.right(), base))
    for number, (value, height) in enumerate(zip(values, heights, strict=True)):
        if tile.picture.mark is not None and tile.picture.mark[1] == number:
            painter.fillRect(QRectF(area.left() + number * wide, area.top(), wide, area.height()), THEME.color("line"))
        color = THEME.color("backward") if tile.picture.logarithmic else QColor(POSITIVE if value >= 0 else NEGATIVE)
        top = base - height * area.height()
        bar = QRectF(area.left() + number * wide + min(1.0, wide / 6), min(top, base), max(1.0, wide - 2), 0.0)
        bar.setBottom(max(top, base))
        painter.fillRect(bar, color)
    _paint_ends(painter, tile)


def _scale(picture: Picture) -> tuple[float, float]:
    """The ends of the scale; of a logarithmic one as powers of ten."""
    values = np.nan_to_num(picture.values[0].astype(np.float64), posinf=0.0, neginf=0.0)
    if picture.logarithmic:
        positive = values[values > ZERO]
        if not len(positive):
            return -1.0, 0.0
        first, last = math.floor(math.log10(positive.min())), math.ceil(math.log10(positive.max()))
        return float(min(first, last - 1)), float(last)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    return (low, high) if high > low else (0.0, 1.0)


def _heights(picture: Picture, low: float, high: float) -> list[float]:
    """Each bar's length as a share of the height."""
    values = np.nan_to_num(picture.values[0].astype(np.float64), posinf=0.0, neginf=0.0)
    if picture.logarithmic:
        return [max(0.0, (math.log10(one) - low) / (high - low)) if one > ZERO else 0.0 for one in values.tolist()]
    return [one / (high - low) for one in values.tolist()]


def _end_words(picture: Picture) -> tuple[str, str]:
    """What stands beside the top and the bottom of bars."""
    low, high = _scale(picture)
    if picture.logarithmic:
        return written(10.0**high, 1), written(10.0**low, 1)
    return number_words(high), number_words(low) if low < 0 else "0"


def _left_of_bars(picture: Picture) -> int:
    return THEME.px(6) + max(metrics().horizontalAdvance(word) for word in _end_words(picture))


def _paint_ends(painter: QPainter, tile: Tile) -> None:
    area = tile.area
    painter.setPen(THEME.color("secondary"))
    beside = area.adjusted(-_left_of_bars(tile.picture), 0, 0, 0)
    beside.setRight(area.left() - THEME.px(4))
    right = Qt.AlignmentFlag.AlignRight
    for words, edge in zip(_end_words(tile.picture), (Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom),
                           strict=True):  # fmt: skip
        painter.drawText(beside, right | edge, words)
    below = QRectF(area.left(), area.bottom() + 1, area.width(), metrics().height())
    count = tile.picture.values.shape[1]
    by_lag = not any(tile.picture.options)
    first, last, name = ("0", str(count - 1), "lag") if by_lag else ("1", str(count), "time step")
    painter.drawText(below, Qt.AlignmentFlag.AlignLeft, first)
    painter.drawText(below, Qt.AlignmentFlag.AlignRight, last)
    painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, name)


def _paint_chain(painter: QPainter, tile: Tile) -> None:
    """Time steps as boxes in a row, the brighter the longer the state or its gradient, with arrows between them."""
    area, picture = tile.area, tile.picture
    lengths = picture.values[0]
    count = len(lengths)
    wide = area.width() / count
    side = min(THEME.px(22), wide * 0.66)
    middle = area.top() + THEME.px(14)
    top = float(np.nan_to_num(lengths, posinf=0.0).max(initial=0.0)) or 1.0
    table = magnitude_table()
    marked = picture.mark[1] if picture.mark is not None else -1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, length in enumerate(lengths):
        centre = area.left() + (number + 0.5) * wide
        if number + 1 < count:
            _arrow(painter, centre + side / 2 + 1, centre + wide - side / 2 - 1, middle, picture.backward)
        shade = table[shades(np.array(length), 0.0, top)]
        box = QRectF(centre - side / 2, middle - side / 2, side, side)
        painter.fillRect(box, QColor(*(int(one) for one in shade)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(THEME.color("text" if number == marked else "line"), 2.5 if number == marked else 1))
        painter.drawRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(THEME.color("secondary"))
    below = QRectF(area.left(), area.bottom() - metrics().height() + THEME.px(2), area.width(), metrics().height())
    room = metrics().horizontalAdvance(f" {count} ")
    every = max(1, math.ceil(room / wide))
    for number in range(count):
        if number == marked or (number % every == 0 and abs(number - marked) * wide > room) or wide > room:
            words = metrics().horizontalAdvance(str(number + 1)) / 2 + 1
            middle = min(max(area.left() + (number + 0.5) * wide, area.left() + words), area.right() - words)
            place = QRectF(middle - room, below.top(), 2 * room, below.height())
            painter.setPen(THEME.color("text" if number == marked else "secondary"))
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, str(number + 1))


def _arrow(painter: QPainter, left: float, right: float, y: float, backward: bool) -> None:
    color = THEME.color("backward" if backward else "accent")
    painter.setPen(QPen(color, 1.2))
    painter.drawLine(QPointF(left, y), QPointF(right, y))
    if right - left < THEME.px(6):
        return
    tip, back = (left, 4.0) if backward else (right, -4.0)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([QPointF(tip, y), QPointF(tip + back, y - 3), QPointF(tip + back, y + 3)]))
