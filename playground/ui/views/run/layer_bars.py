"""One bar for every layer, from the data to the loss: a profile over the depth on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.network.naming import brief_title
from playground.ui.widgets.drawing import magnitude_table
from playground.ui.widgets.labels import elided
from playground.ui.widgets.legend import line_pen
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import THEME

ROW = 20
GAP = 6
LONGEST_NAME = 110
SHORTEST_BAR = 40
DASHES = ("line", "dash", "dot")
"""Neighbouring layers differ by more than colour."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One layer: its name, its number (NaN where it is not known) and how it is said."""

    name: str
    value: float
    words: str
    chosen: bool = False
    faulty: bool = False
    """Whether something is wrong with the layer; its name gets a mark."""


def depth_color(number: int, count: int) -> QColor:
    """Viridis from the first layer to the last, without its end that is lost on the background."""
    low, high = (0.0, 0.8) if THEME.tokens.name == "light" else (0.3, 1.0)
    place = low + (high - low) * (number / max(1, count - 1))
    return QColor(*magnitude_table()[round(255 * place)].tolist())


def depth_dash(number: int) -> str:
    """The dashes of a layer's line."""
    return DASHES[number % len(DASHES)]


class LayerBars(Canvas):
    """Rows of name, bar and number; a bar has the colour of the layer's line in the plot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self._limit = math.nan
        self.setAccessibleName("Layers from the data to the loss")

    def show_bars(self, bars: Sequence[Bar], limit: float = math.nan) -> None:
        """Show these layers, with a dashed line at a limit where it lies among them."""
        if (tuple(bars), str(limit)) == (self.bars, str(self._limit)):
            return
        self.bars, self._limit = tuple(bars), limit
        self.setAccessibleDescription("; ".join(f"{bar.name}: {bar.words}" for bar in self.bars))
        self.changed()

    def range(self) -> tuple[float, float]:
        """The logarithms at both ends of the bars: the smallest still has a stump, and a near limit is inside."""
        values = [math.log10(bar.value) for bar in self.bars if 0.0 < bar.value < math.inf]
        if not values:
            return -1.0, 0.0
        low, high = min(values), max(values)
        low = low - max(0.4, 0.08 * (high - low))
        return low, max(high, low + 1.0)

    def _name_width(self) -> int:
        words = metrics(bold=True)
        widest = max((words.horizontalAdvance(self._name(bar)) for bar in self.bars), default=0)
        room = self.width() - self._words_width() - THEME.px(SHORTEST_BAR + 2 * GAP)
        return min(widest + 1, THEME.px(LONGEST_NAME), max(THEME.px(40), room))

    def _words_width(self) -> int:
        return max((metrics().horizontalAdvance(bar.words) for bar in self.bars), default=0)

    @staticmethod
    def _name(bar: Bar) -> str:
        return f"{bar.name} !" if bar.faulty else bar.name

    def minimumSizeHint(self) -> QSize:
        wide = THEME.px(40 + SHORTEST_BAR + 2 * GAP) + self._words_width()
        return QSize(wide, max(1, len(self.bars)) * THEME.px(ROW))

    def row_at(self, y: float) -> int:
        """The number of the layer at a height; -1 outside."""
        row = int(y // THEME.px(ROW))
        return row if 0 <= row < len(self.bars) else -1

    def words_at(self, place: QPointF) -> str:
        row = self.row_at(place.y())
        return f"{self.bars[row].name}: {self.bars[row].words}" if row >= 0 else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = self._name_width() + THEME.px(GAP)
        room = QRectF(left, 0, max(1.0, self.width() - left - self._words_width() - THEME.px(GAP)), self.height())
        low, high = self.range()
        if self._limit > 0.0 and low < math.log10(self._limit) < high:
            x = room.left() + room.width() * (math.log10(self._limit) - low) / (high - low)
            painter.setPen(line_pen("dash", THEME.color("warning"), 1.5))
            painter.drawLine(QPointF(x, 0), QPointF(x, len(self.bars) * THEME.px(ROW)))
        for number, bar in enumerate(self.bars):
            self._paint_row(painter, number, bar, room, (low, high))

    def _paint_row(self, painter: QPainter, number: int, bar: Bar, room: QRectF, ends: tuple[float, float]) -> None:
        high, top = THEME.px(ROW), number * THEME.px(ROW)
        words = metrics(bold=bar.chosen)
        painter.setFont(THEME.font(13, bold=bar.chosen))
        painter.setPen(THEME.color("warning" if bar.faulty else "text"))
        centred = Qt.AlignmentFlag.AlignVCenter
        name, long = self._name(bar), int(room.left()) - THEME.px(GAP)
        if words.horizontalAdvance(name) > long:
            name = elided(words, brief_title(name), Qt.TextElideMode.ElideMiddle, long)
        painter.drawText(QRectF(0, top, room.left(), high), centred, name)
        painter.setFont(THEME.font(13))
        right = room.left()
        if 0.0 < bar.value < math.inf:
            share = (math.log10(bar.value) - ends[0]) / (ends[1] - ends[0])
            length = max(2.0, room.width() * min(1.0, share))
            color = depth_color(number, len(self.bars))
            thick = THEME.px(10 if bar.chosen else 8)
            painter.setPen(QPen(THEME.color("text"), 1) if bar.chosen else Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(room.left(), top + (high - thick) / 2, length, thick), 2, 2)
            right += length
        painter.setPen(THEME.color("secondary"))
        words_room = QRectF(right + THEME.px(GAP), top, metrics().horizontalAdvance(bar.words) + 1, high)
        painter.fillRect(words_room, THEME.color("panel"))  # over the line of the limit
        painter.drawText(words_room, centred, bar.words)
