"""Hidden states and gates as heat maps over time, with the tokens that were read below them."""

from __future__ import annotations

import math
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.hidden_states import HiddenStates, HiddenStatesAnalysis, StateMap
from playground.ui.views.base import View
from playground.ui.widgets.drawing import image, magnitude_table, number_words, shades, signed_table
from playground.ui.widgets.labels import elided
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ExampleBox, combo_box
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

BAR, GAP, TICK = 10, 5, 4
LEAST_HEIGHT = 56
LEAST_WIDTH = 200
LEAST_ROW, LEAST_STEP, LEAST_OF_MANY = 4, 8, 2
MANY = 60
"""From so many steps on they are narrower, rather than to be scrolled through for ever."""
LONGEST_WORD = 84
ALL = ""


class HiddenCanvas(Canvas):
    """Heat maps in a grid, each with its name above, its units on the left, time below and its colours on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.maps: tuple[StateMap, ...] = ()
        self.labels: tuple[str, ...] = ()
        self._numbered = True
        self._images: list[QImage] = []
        self.setAccessibleName("States and gates over time")

    def show_maps(self, maps: tuple[StateMap, ...], tokens: tuple[str, ...]) -> None:
        """Show these maps; without tokens the steps are numbered."""
        self.maps = maps
        steps = maps[0].values.shape[1] if maps else 0
        self._numbered = not tokens
        self.labels = tokens or tuple(str(step) for step in range(1, steps + 1))
        self._images = [_picture(shown) for shown in maps]
        self.changed()

    # Room -------------------------------------------------------------------------------------------------------------

    def _words_upright(self) -> bool:
        return self._widest_label() > 2 * metrics().height()

    def _widest_label(self) -> int:
        return max((metrics().horizontalAdvance(label) for label in self.labels), default=0) + THEME.px(2)

    def _label_room(self) -> tuple[int, int]:
        """Width and height that the label of a step takes; words are written upright."""
        line = metrics().height()
        if self._words_upright():
            return line, min(self._widest_label(), THEME.px(LONGEST_WORD))
        return self._widest_label(), line

    def _left(self) -> int:
        most = max((len(shown.values) for shown in self.maps), default=1)
        return metrics().height() + metrics().horizontalAdvance(str(most)) + THEME.px(TICK + 4)

    def _right(self) -> int:
        ends = [word for shown in self.maps for word in _ends(shown)]
        return THEME.px(BAR + 2 * GAP + 4) + max((metrics().horizontalAdvance(word) for word in ends), default=0)

    def _least(self) -> QSize:
        """The smallest tile."""
        units, steps = self.maps[0].values.shape
        across, down = self._label_room()
        step = LEAST_OF_MANY if steps >= MANY else LEAST_STEP
        least = across if self._words_upright() and steps < MANY else THEME.px(step)
        wide = max(THEME.px(LEAST_WIDTH), steps * least)
        high = max(THEME.px(LEAST_HEIGHT), units * THEME.px(LEAST_ROW))
        return QSize(self._left() + wide + self._right(), high + metrics().height() + down + THEME.px(GAP + 8))

    def _columns(self) -> int:
        if not self.maps:
            return 1
        fitting = max(1, self.steady_width() // self._least().width())
        rows = math.ceil(len(self.maps) / fitting)
        return math.ceil(len(self.maps) / rows)

    def minimumSizeHint(self) -> QSize:
        if not self.maps:
            return QSize(THEME.px(LEAST_WIDTH), THEME.px(LEAST_HEIGHT))
        rows = math.ceil(len(self.maps) / self._columns())
        return QSize(self._least().width(), rows * self._least().height())

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def area(self, number: int) -> QRectF:
        """The rectangle of a heat map itself."""
        columns = self._columns()
        rows = math.ceil(len(self.maps) / columns)
        wide, high = self.width() / columns, self.height() / rows
        row, column = divmod(number, columns)
        line = metrics().height()
        cell = QRectF(column * wide, row * high, wide, high)
        below = self._label_room()[1] + THEME.px(GAP + 5)
        return cell.adjusted(self._left(), line + THEME.px(3), -self._right(), -below)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for number, shown in enumerate(self.maps):
            area = self.area(number)
            self._paint_map(painter, area, shown, self._images[number])
            self._paint_units(painter, area, len(shown.values))
            self._paint_time(painter, area)
            self._paint_bar(painter, area, shown)

    def _paint_map(self, painter: QPainter, area: QRectF, shown: StateMap, picture: QImage) -> None:
        painter.drawImage(area, picture)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.drawRect(area)
        painter.setPen(THEME.color("text"))
        line = metrics().height()
        painter.drawText(QRectF(area.left(), area.top() - line - 2, area.width(), line), 0, shown.title)

    def _paint_units(self, painter: QPainter, area: QRectF, units: int) -> None:
        painter.setPen(THEME.color("secondary"))
        line, row = metrics().height(), area.height() / units
        for unit in _labelled(units, line / row):
            middle = min(max(area.top() + (unit - 0.5) * row, area.top() + line / 2), area.bottom() - line / 2)
            place = QRectF(area.left() - self._left(), middle - line / 2, self._left() - THEME.px(TICK), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(unit))
        half = metrics().horizontalAdvance("unit") / 2
        paint_upright(painter, "unit", area.left() - self._left() + line / 2, area.center().y() + half)

    def _paint_time(self, painter: QPainter, area: QRectF) -> None:
        steps, top = len(self.labels), area.bottom() + THEME.px(2)
        painter.setPen(THEME.color("secondary"))
        painter.drawText(QPointF(area.left() - self._left() + THEME.px(2), top + metrics().ascent()), "time")
        across, down = self._label_room()
        step, upright = area.width() / steps, self._words_upright()
        painter.setPen(THEME.color("text"))
        for number in _labelled(steps, across / max(step, 1e-9), from_first=not self._numbered):
            middle, word = area.left() + (number - 0.5) * step, self.labels[number - 1]
            if upright:
                word = elided(metrics(), word, Qt.TextElideMode.ElideRight, down)
                paint_upright(painter, word, middle, top + metrics().horizontalAdvance(word))
            else:
                place = QRectF(middle - across / 2, top, across, down)
                painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, word)

    def _paint_bar(self, painter: QPainter, area: QRectF, shown: StateMap) -> None:
        bar = QRectF(area.right() + THEME.px(GAP), area.top(), THEME.px(BAR), area.height())
        table = magnitude_table() if shown.gate else signed_table()
        painter.drawImage(bar, image(table[::-1][:, None]))
        painter.setPen(THEME.color("secondary"))
        line = metrics().height()
        high, low = _ends(shown)
        for word, y in ((high, bar.top()), (low, bar.bottom() - line)):
            painter.drawText(QRectF(bar.right() + THEME.px(4), y, self._right(), line), 0, word)

    def words_at(self, place: QPointF) -> str:
        for number, shown in enumerate(self.maps):
            area = self.area(number)
            if area.contains(place):
                units, steps = shown.values.shape
                unit = min(units - 1, int((place.y() - area.top()) / area.height() * units))
                step = min(steps - 1, int((place.x() - area.left()) / area.width() * steps))
                token = "" if self._numbered else f" ({self.labels[step]})"
                value = number_words(float(shown.values[unit, step]))
                return f"{shown.title}, unit {unit + 1}, step {step + 1}{token}: {value}"
        return ""


def _picture(shown: StateMap) -> QImage:
    if shown.gate:
        return image(magnitude_table()[shades(shown.values, 0.0, 1.0)])
    return image(signed_table()[shades(shown.values, -shown.limit, shown.limit)])


def _ends(shown: StateMap) -> tuple[str, str]:
    """What the colours at the top and the bottom of the bar stand for."""
    if shown.gate:
        return "1", "0"
    return _short(shown.limit), _short(-shown.limit)


def _short(value: float) -> str:
    return str(round(value)).replace("-", "−") if value == round(value) else number_words(value)


def _labelled(count: int, room: float, *, from_first: bool = False) -> list[int]:
    """Which of the numbers from 1 to `count` are written where each takes the room of so many: all, or round ones.

    `from_first` begins with 1, as the first token must be read and its number need not be round.
    """
    power = 1
    while True:
        for every in (power, 2 * power, 5 * power):
            if every >= room:
                return list(range(1 if from_first else every, count + 1, every)) or [1]
        power *= 10


class HiddenStatesView(View):
    """The states of a recurrent block while it reads one example, and its gates."""

    analysis: ClassVar[type[Analysis]] = HiddenStatesAnalysis
    title: ClassVar[str] = "Hidden states"
    empty: ClassVar[str] = "Press play to see what the recurrent block remembers."
    pulses: ClassVar[int] = 3
    rank: ClassVar[int] = 90

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: HiddenStates | None = None
        self.example_box = ExampleBox()
        self.map_box = combo_box("Values", "Which values are shown", [("All", ALL)])
        self.options_layout.addWidget(self.example_box)
        self.add_more([("Show", self.map_box)])
        self.canvas = HiddenCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.example_box.row_chosen.connect(self.example_chosen)
        self.parameters.bind("shown", self.map_box)
        self.canvas.pointed.connect(self.legend.show_readout)

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.example_box.show_example(result.row, result.count, result.part)
        self._offer(result)
        wanted = self.map_box.currentData()
        self.canvas.show_maps(tuple(shown for shown in result.maps if wanted in (ALL, shown.name)), result.tokens)
        gated = any(shown.gate for shown in self.canvas.maps)
        self.legend.show_entries([
            Entry(result.title),
            *([Entry(result.answer.words())] if result.answer is not None else []),
            Entry("positive", "square", POSITIVE),
            Entry("negative", "square", NEGATIVE),
            *([Entry("gates: 0 shut, 1 open")] if gated else []),
        ])  # fmt: skip

    def _offer(self, result: HiddenStates) -> None:
        offered = [("All", ALL), *((shown.title, shown.name) for shown in result.maps)]
        self.parameters.offer("shown", self.map_box, offered)
