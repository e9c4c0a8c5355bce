"""One attention matrix as a picture: colours, tokens on both axes, numbers where there is room, and a colour bar."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from playground.ui.widgets.drawing import (
    Colors,
    image,
    ink_on,
    magnitude_table,
    number_words,
    rgb,
    shades,
    signed_table,
)
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import metrics, paint_upright
from playground.ui.widgets.theme import THEME

BAR, GAP = 12, 5
WIDEST_CELL, HIGHEST_CELL = 2.2, 1.2
"""Cells may be so many times as wide as high, or as high as wide."""
MOST_DIGITS = {3: 8, 2: 1_000}
"""With so many digits numbers are written into matrices of so many steps at most."""
LONGEST_WORD = 84
LOOKS, LOOKED_AT = "looks from", "looks at"


@dataclass(frozen=True, eq=False)
class Shown:
    """A matrix of one head: weights, coloured from 0 to 1, or scores, coloured from −limit to limit."""

    title: str
    head: int
    """From 0; negative for no single one."""
    values: NDArray[np.float32]
    """(looking, looked at)."""
    words: tuple[str, ...]
    """The tokens that look; empty where they have no names."""
    kind: str
    limit: float
    seen: tuple[str, ...] | None = None
    """The tokens that are looked at, where they are those of another sequence."""
    looks: str = LOOKS
    """What stands beside the rows."""

    @property
    def name(self) -> str:
        """Such as “Multi-head attention, head 2”."""
        return f"{self.title}, head {self.head + 1}" if self.head >= 0 else self.title

    @property
    def steps(self) -> int:
        """Rows."""
        return len(self.values)

    @property
    def columns(self) -> int:
        """Columns: steps that are looked at."""
        return int(self.values.shape[1])

    @property
    def seen_words(self) -> tuple[str, ...]:
        """The tokens of the columns."""
        return self.words if self.seen is None else self.seen

    def label(self, step: int) -> str:
        """The token of a row, else its number."""
        return self.words[step] if self.words else str(step + 1)

    def seen_label(self, step: int) -> str:
        """The token of a column, else its number."""
        return self.seen_words[step] if self.seen_words else str(step + 1)

    def colors(self) -> Colors:
        """(rows, columns, 3); what must not be looked at has no score and the colour of the ground."""
        if self.kind == "weights":
            return magnitude_table()[shades(self.values, 0.0, 1.0)]
        colors = signed_table()[shades(self.values, -self.limit, self.limit)].copy()
        colors[np.isneginf(self.values)] = rgb(THEME.tokens.canvas).astype(np.uint8)
        return colors

    def number(self, value: float, digits: int) -> str:
        """A value as it is written into its cell."""
        if math.isinf(value):
            return ""
        return f"{value:.{digits}f}".replace("-", "−")

    # Room -------------------------------------------------------------------------------------------------------------

    def widest(self) -> int:
        """Pixels of the longest token, within reason."""
        labels = [*map(self.label, range(self.steps)), *map(self.seen_label, range(self.columns))]
        return min(max(map(metrics().horizontalAdvance, labels)), THEME.px(LONGEST_WORD))

    def right(self) -> int:
        """Room for the colour bar."""
        ticks = max(metrics().horizontalAdvance(words) for _, words in self.ticks())
        return THEME.px(BAR + 3 * GAP) + max(ticks, metrics().horizontalAdvance(self.kind[:-1]) - THEME.px(BAR))

    def area(self, room: QRectF) -> QRectF:
        """The rectangle of the cells within the room for title, axes and bar."""
        line, gap = metrics().height(), THEME.px(GAP)
        left = line + gap + self.widest() + gap
        below = line + gap
        area = room.adjusted(left, line + gap, -self.right(), -below - line - gap)
        if self.upright(area):
            area.setBottom(room.bottom() - below - self.widest() - gap)
        longer = self.columns / self.steps
        width = min(area.width(), WIDEST_CELL * longer * area.height())
        height = min(area.height(), HIGHEST_CELL * width / longer)
        return QRectF(area.left(), area.top(), max(1.0, width), max(1.0, height))

    def upright(self, area: QRectF) -> bool:
        """Whether the words of the columns are too long to be written level."""
        width = min(area.width(), WIDEST_CELL * self.columns / self.steps * area.height())
        return self.widest() + THEME.px(4) > width / self.columns and self.widest() > metrics().horizontalAdvance("00")

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Places on the colour bar from 0 (below) to 1, and what stands there."""
        if self.kind == "weights":
            return ((1.0, "1"), (0.5, "0.5"), (0.0, "0"))
        return ((1.0, number_words(self.limit)), (0.5, "0"), (0.0, number_words(-self.limit)))


def picture(shown: Shown) -> QImage:
    """One pixel for each cell."""
    return image(shown.colors())


def paint_matrix(painter: QPainter, room: QRectF, shown: Shown, cells: QImage) -> None:
    """Title, cells, axes and colour bar."""
    area = shown.area(room)
    line = metrics().height()
    painter.drawImage(area, cells)
    painter.setPen(QPen(THEME.color("line"), 1))
    painter.drawRect(area)
    painter.setPen(THEME.color("text"))
    end = area.right() + THEME.px(GAP)  # there the name of the bar begins
    title = elided(metrics(), shown.name, Qt.TextElideMode.ElideRight, int(end - room.left()))
    left = max(room.left(), min(area.left(), end - metrics().horizontalAdvance(title) - 1))
    painter.drawText(QRectF(left, room.top(), end - left + 2, line), 0, title)
    _paint_numbers(painter, area, shown)
    _paint_rows(painter, room, area, shown)
    _paint_columns(painter, room, area, shown)
    _paint_bar(painter, area, shown)


def _paint_numbers(painter: QPainter, area: QRectF, shown: Shown) -> None:
    """The value of every cell, with as many digits as there is room for."""
    wide, high = area.width() / shown.columns, area.height() / shown.steps
    finite = shown.values[np.isfinite(shown.values)]
    extremes = (float(finite.min(initial=0.0)), float(finite.max(initial=0.0)))
    for digits, most in MOST_DIGITS.items():
        needed = max(metrics().horizontalAdvance(shown.number(value, digits)) for value in extremes)
        if max(shown.steps, shown.columns) <= most and needed + THEME.px(4) <= wide and metrics().height() <= high + 2:
            break
    else:
        return
    colors = shown.colors()
    for row in range(shown.steps):
        for column in range(shown.columns):
            place = QRectF(area.left() + column * wide, area.top() + row * high, wide, high)
            painter.setPen(ink_on(QColor(*(int(part) for part in colors[row, column]))))
            words = shown.number(float(shown.values[row, column]), digits)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)


def _labelled(count: int, named: bool, room: float, needed: float) -> range:
    """Which of so many steps are named where each has so much room and needs so much: all, or round numbers."""
    stride = max(1, math.ceil(needed / max(room, 1e-9)))
    if not named:
        power = 10 ** math.floor(math.log10(stride))
        stride = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= stride)
        return range(stride - 1, count, stride)
    return range(0, count, stride)


def _paint_rows(painter: QPainter, room: QRectF, area: QRectF, shown: Shown) -> None:
    line, high = metrics().height(), area.height() / shown.steps
    right = area.left() - THEME.px(GAP)
    left = room.left() + line + THEME.px(GAP)
    painter.setPen(THEME.color("text"))
    for step in _labelled(shown.steps, bool(shown.words), high, metrics().ascent()):
        place = QRectF(left, area.top() + (step + 0.5) * high - line / 2, right - left, line)
        words = elided(metrics(), shown.label(step), Qt.TextElideMode.ElideRight, int(place.width()) + 1)
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
    painter.setPen(THEME.color("secondary"))
    half = metrics().horizontalAdvance(shown.looks) / 2
    paint_upright(painter, shown.looks, room.left() + line / 2, area.center().y() + half)


def _paint_columns(painter: QPainter, room: QRectF, area: QRectF, shown: Shown) -> None:
    line, wide = metrics().height(), area.width() / shown.columns
    top = area.bottom() + THEME.px(GAP) - 2
    upright = shown.upright(area)
    painter.setPen(THEME.color("text"))
    widest = max(metrics().horizontalAdvance(shown.seen_label(step)) for step in range(shown.columns))
    needed = metrics().ascent() if upright else widest + THEME.px(3)
    for step in _labelled(shown.columns, bool(shown.seen_words), wide, needed):
        middle = area.left() + (step + 0.5) * wide
        words = elided(metrics(), shown.seen_label(step), Qt.TextElideMode.ElideRight, THEME.px(LONGEST_WORD))
        if upright:
            paint_upright(painter, words, middle, top + metrics().horizontalAdvance(words))
        else:
            place = QRectF(middle - widest / 2 - 2, top, widest + 4, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)
    painter.setPen(THEME.color("secondary"))
    high = line if not upright else min(widest, THEME.px(LONGEST_WORD))
    below = QRectF(area.left(), top + high + 2, area.width(), line)
    painter.drawText(below, Qt.AlignmentFlag.AlignCenter, LOOKED_AT)


def _paint_bar(painter: QPainter, area: QRectF, shown: Shown) -> None:
    line = metrics().height()
    bar = QRectF(area.right() + THEME.px(2 * GAP), area.top(), THEME.px(BAR), area.height())
    table = magnitude_table() if shown.kind == "weights" else signed_table()
    painter.drawImage(bar, image(table[::-1][:, None]))
    painter.setPen(QPen(THEME.color("line"), 1))
    painter.drawRect(bar)
    painter.setPen(THEME.color("secondary"))
    for place, words in shown.ticks():
        at = bar.bottom() - place * bar.height()
        painter.drawLine(QPointF(bar.right(), at), QPointF(bar.right() + THEME.px(3), at))
        y = bar.bottom() - place * (bar.height() - line) - line
        painter.drawText(QRectF(bar.right() + THEME.px(GAP), y, shown.right(), line), 0, words)
    painter.drawText(QRectF(bar.left(), bar.top() - line - 3, shown.right(), line), 0, shown.kind[:-1])


def words_of(shown: Shown, area: QRectF, place: QPointF) -> str:
    """What the cell at a place says, such as “head 2: “C” (1) looks at “K” (12): 0.83”; empty beside the cells."""
    if not area.contains(place):
        return ""
    row = min(shown.steps - 1, int((place.y() - area.top()) / area.height() * shown.steps))
    column = min(shown.columns - 1, int((place.x() - area.left()) / area.width() * shown.columns))
    value = float(shown.values[row, column])
    if shown.kind == "weights":
        looking, seen = _step(shown.words, row), _step(shown.seen_words, column)
        return f"{shown.name}: {looking} looks at {seen}: {number_words(value)}"
    said = "must not look" if math.isinf(value) else f"score {number_words(value)}"
    return f"{shown.name}: {_step(shown.words, row)} at {_step(shown.seen_words, column)}: {said}"


def _step(words: tuple[str, ...], step: int) -> str:
    return f"“{words[step]}” ({step + 1})" if words else f"step {step + 1}"
