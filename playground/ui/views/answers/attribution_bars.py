"""Attributions of a table or a series: bars with names and values, or steps of a line in colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.attribution import AttributionMap, Attributions, Method
from playground.ui.views.answers.attribution_pictures import limit_of, map_colors, signed_words, title_within
from playground.ui.widgets.drawing import magnitude_table, number_words
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

ROW = 22
GAP = 8
LEAST_NAME, MOST_NAME = 120, 260
NAME_SHARE = 0.44
"""Of the width, what the names may take."""
LEAST_BAR = 62
FIRST: tuple[Method, ...] = ("integrated-gradients", "occlusion", "gradient-input", "saliency", "smooth-gradient")
"""Which methods are shown where there is no room for all."""
NUMBER = "−0.0000"
LEAST_TRACE = 64
TOLD = 5
"""Rows that are told to a screen reader."""


class BarsCanvas(Canvas):
    """One row for each column of the table, the largest on top; one column of bars for each method."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Attributions | None = None
        self.order: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.setAccessibleName("How much each column speaks for the answer")

    def show_result(self, result: Attributions) -> None:
        """Show the bars of a result, sorted by the sizes that the methods agree on."""
        self.result = result
        shares = [np.abs(np.nan_to_num(shown.shown)) / limit_of(shown) for shown in result.maps]
        self.order = np.argsort(-np.mean(shares, axis=0), kind="stable")
        self.setAccessibleDescription("; ".join(self.row_words(int(place)) for place in self.order[:TOLD]))
        self.changed()

    def name(self, place: int) -> str:
        """A column with its value, such as “hue = 0.86”; a category of one-hot columns has a value in its name."""
        assert self.result is not None
        name = self.result.name(place)
        if self.result.averaged:
            return name
        value = number_words(float(self.result.raw[place]))
        return f"{name} ({value})" if " = " in name else f"{name} = {value}"

    # Room -------------------------------------------------------------------------------------------------------------

    @property
    def maps(self) -> tuple[AttributionMap, ...]:
        """The methods that fit beside each other."""
        if self.result is None:
            return ()
        every = self.result.maps
        count = max(1, int((self.width() - self.name_width()) // THEME.px(LEAST_BAR + GAP)))
        kept = sorted(every, key=lambda shown: FIRST.index(shown.method))[:count]
        return tuple(shown for shown in every if shown in kept)

    def _head(self) -> int:
        return metrics().height() + THEME.px(6) if self.result is not None and len(self.result.maps) > 1 else 0

    def _number_width(self) -> int:
        return metrics().horizontalAdvance(NUMBER) + THEME.px(4)

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(LEAST_NAME + LEAST_BAR + GAP), self._head() + len(self.order) * THEME.px(ROW))

    def name_width(self) -> float:
        widest = max((metrics().horizontalAdvance(self.name(int(place))) for place in self.order), default=0)
        room = max(THEME.px(LEAST_NAME), min(self.width() * NAME_SHARE, THEME.px(MOST_NAME)))
        return min(widest + THEME.px(4), room)

    def bar_box(self, row: int, number: int) -> QRectF:
        """The room for the bar of a row, with its number, of one method."""
        assert self.result is not None
        left, gap = self.name_width(), THEME.px(GAP)
        wide = (self.width() - left) / len(self.maps)
        return QRectF(left + number * wide + gap, self._head() + row * THEME.px(ROW), wide - gap, THEME.px(ROW))

    # Painting and pointing --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        if self._head() and len(self.maps) < len(self.result.maps):
            hidden = f"{len(self.maps)} of {len(self.result.maps)} methods"
            hidden = elided(metrics(), hidden, Qt.TextElideMode.ElideRight, int(self.name_width()))
            painter.setPen(THEME.color("secondary"))
            painter.drawText(QPointF(0, metrics().ascent()), hidden)
        for number, shown in enumerate(self.maps):
            if self._head():
                box = self.bar_box(0, number)
                painter.setPen(THEME.color("text"))
                words = title_within(shown.title, box.width() + THEME.px(GAP) - 2)
                painter.drawText(QRectF(box.left(), 0, box.width() + THEME.px(GAP), metrics().height()), 0, words)
        for row, place in enumerate(self.order.tolist()):
            line = QRectF(0, self._head() + row * THEME.px(ROW), self.width(), THEME.px(ROW))
            if line.intersects(QRectF(event.rect())):
                self._paint_row(painter, row, place)

    def _paint_row(self, painter: QPainter, row: int, place: int) -> None:
        assert self.result is not None
        left = self.name_width()
        box = QRectF(0, self._head() + row * THEME.px(ROW), left, THEME.px(ROW))
        painter.setPen(THEME.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.short_name(place, left))
        for number, shown in enumerate(self.maps):
            self._paint_bar(painter, self.bar_box(row, number), shown, float(shown.shown[place]))

    def short_name(self, place: int, width: float) -> str:
        """The name and the value; of both too long, the name is shortened and the value stays."""
        assert self.result is not None
        whole = self.name(place)
        if metrics().horizontalAdvance(whole) <= width:
            return whole
        value = whole[len(self.result.name(place)) :]
        room = int(width) - metrics().horizontalAdvance(value)
        return elided(metrics(), self.result.name(place), Qt.TextElideMode.ElideMiddle, max(room, 0)) + value

    def _paint_bar(self, painter: QPainter, box: QRectF, shown: AttributionMap, value: float) -> None:
        numbers = box.width() >= self._number_width() + THEME.px(2 * LEAST_BAR)
        bar = box.adjusted(0, THEME.px(4), -self._number_width() if numbers else 0, -THEME.px(4))
        share = float(np.nan_to_num(value)) / limit_of(shown)
        zero = bar.center().x() if shown.signed else bar.left()
        reach = bar.width() / 2 if shown.signed else bar.width()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(NEGATIVE if value < 0 else POSITIVE) if shown.signed else size_color(share))
        painter.drawRect(QRectF(zero, bar.top(), reach * share, bar.height()).normalized())
        painter.setPen(QPen(THEME.color("secondary"), 1))
        painter.drawLine(QPointF(zero, box.top()), QPointF(zero, box.bottom()))
        if numbers:
            painter.setPen(THEME.color("text"))
            right = QRectF(bar.right(), box.top(), box.right() - bar.right(), box.height())
            painter.drawText(
                right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, signed_words(value, shown.signed)
            )

    def words_at(self, place: QPointF) -> str:
        row = int((place.y() - self._head()) // THEME.px(ROW))
        if self.result is None or not 0 <= row < len(self.order):
            return ""
        return self.row_words(int(self.order[row]))

    def row_words(self, place: int) -> str:
        """A column with what every method says of it."""
        assert self.result is not None
        said = [f"{m.title.lower()} {signed_words(float(m.shown[place]), m.signed)}" for m in self.result.maps]
        return f"{self.name(place)}: {', '.join(said)}"


def size_color(share: float) -> QColor:
    """The colour of a size from 0 to 1; viridis, without its brightest end, which is pale on white."""
    return QColor(*magnitude_table()[int(np.clip(share, 0.0, 1.0) * 200)].tolist())


class TraceCanvas(Canvas):
    """A series as a line, each step on the colour of what it says; one strip for each method."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Attributions | None = None
        self.setAccessibleName("How much each step speaks for the answer")

    def show_result(self, result: Attributions) -> None:
        """Show the strips of a result."""
        self.result = result
        self.changed()

    def minimumSizeHint(self) -> QSize:
        count = len(self.result.maps) if self.result is not None else 1
        return QSize(THEME.px(120), count * THEME.px(LEAST_TRACE))

    def strip(self, number: int) -> QRectF:
        """The room of one method, without its name."""
        assert self.result is not None
        high = self.height() / len(self.result.maps)
        top = number * high + metrics().height() + 2
        return QRectF(1, top, self.width() - 2, high - metrics().height() - THEME.px(8))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for number, shown in enumerate(self.result.maps):
            box = self.strip(number)
            painter.setPen(THEME.color("text"))
            name = QRectF(box.left(), box.top() - metrics().height() - 2, box.width(), metrics().height())
            painter.drawText(name, 0, shown.title)
            self._paint_strip(painter, box, shown)

    def _paint_strip(self, painter: QPainter, box: QRectF, shown: AttributionMap) -> None:
        assert self.result is not None
        colors = map_colors(shown).tolist()
        steps = len(colors)
        wide = box.width() / steps
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for step, color in enumerate(colors):
            painter.setBrush(QColor(*color))
            painter.drawRect(QRectF(box.left() + step * wide, box.top(), wide + 1, box.height()).intersected(box))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        values = self.result.raw.astype(np.float64)  # (time, features)
        low, high = float(values.min()), float(values.max())
        span = high - low if high > low else 1.0
        ink = QColor("#10151b") if shown.signed else QColor("#ffffff")
        for column in range(min(values.shape[1], 4)):
            ys = box.bottom() - THEME.px(5) - (values[:, column] - low) / span * (box.height() - THEME.px(10))
            line = QPolygonF([QPointF(box.left() + (step + 0.5) * wide, y) for step, y in enumerate(ys.tolist())])
            painter.setPen(QPen(ink, THEME.px(1.6)))
            painter.drawPolyline(line)

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        steps = len(self.result.raw)
        for number, shown in enumerate(self.result.maps):
            box = self.strip(number)
            if box.contains(place):
                step = min(steps - 1, int((place.x() - box.left()) / box.width() * steps))
                raw = ", ".join(number_words(value) for value in self.result.raw[step].tolist())
                value = signed_words(float(shown.shown[step]), shown.signed)
                return f"step {step + 1} of {steps}, {raw}: {shown.title.lower()} {value}"
        return ""
