"""A recurrent block unfolded over time: a box for each step, joined by arrows with the same weights."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.unrolled_graph import Chain, UnrolledGraph, UnrolledGraphAnalysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import image, number_words, shades, signed_table
from playground.ui.widgets.labels import elided
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ExampleBox
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

LEAST_COLUMN, LEAST_BOX, ARROW, GAP = 44, 40, 26, 6
WIDEST_COLUMN, WIDEST_BOX, HIGHEST_BOX = 120, 60, 220
WIDEST_WORD = 84
HEAD = 4
"""Half the width of the head of an arrow."""
FOLDED = 150
"""Width of the picture when it is folded, apart from the titles."""


class UnrolledCanvas(Canvas):
    """Steps from left to right; upwards what is read, the states, and what is said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: UnrolledGraph | None = None
        self.folded = False
        self.setAccessibleName("The block over time")

    def show_graph(self, result: UnrolledGraph, folded: bool) -> None:
        """Show this block; folded as one box with a loop."""
        self.result, self.folded = result, folded
        self.changed()

    # Room -------------------------------------------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        """Steps that are drawn."""
        return 0 if self.result is None else 1 if self.folded else self.result.steps

    def _left(self) -> int:
        assert self.result is not None
        return max(metrics().horizontalAdvance(chain.title) for chain in self.result.chains) + THEME.px(2 * GAP + 4)

    def _column(self) -> float:
        """Width of a step."""
        assert self.result is not None
        words = [*self.result.inputs, *self.result.answers]
        widest = max(metrics().horizontalAdvance(word) for word in words) + THEME.px(GAP)
        least = max(THEME.px(LEAST_COLUMN), min(widest, THEME.px(WIDEST_WORD)))
        if self.folded:
            return max(least, THEME.px(FOLDED))
        return min(max(least, (self.steady_width() - self._left()) / self.columns), max(least, THEME.px(WIDEST_COLUMN)))

    def minimumSizeHint(self) -> QSize:
        if self.result is None:
            return QSize(THEME.px(160), THEME.px(100))
        words = [*self.result.inputs, *self.result.answers]
        widest = max(metrics().horizontalAdvance(word) for word in words) + THEME.px(GAP)
        least = THEME.px(FOLDED) if self.folded else max(THEME.px(LEAST_COLUMN), min(widest, THEME.px(WIDEST_WORD)))
        rows = len(self.result.chains)
        arrows = rows + 1 + self.folded
        high = 2 * metrics().height() + rows * THEME.px(LEAST_BOX) + arrows * THEME.px(ARROW) + THEME.px(2 * GAP)
        return QSize(self._left() + self.columns * least + THEME.px(GAP), high)

    def _room(self) -> float:
        """Height that is left for the boxes."""
        assert self.result is not None
        arrows = len(self.result.chains) + 1 + self.folded
        return self.height() - 2 * metrics().height() - arrows * THEME.px(ARROW) - THEME.px(2 * GAP)

    def _high(self) -> float:
        """Height of a box."""
        assert self.result is not None
        return min(max(THEME.px(LEAST_BOX), self._room() / len(self.result.chains)), THEME.px(HIGHEST_BOX))

    def _foot(self) -> float:
        """The lower end of the words below, so that the picture stands in the middle."""
        assert self.result is not None
        return self.height() - max(0.0, self._room() - self._high() * len(self.result.chains)) / 2

    def box(self, row: int, column: int) -> QRectF:
        """The box of a state; row 0 is the lowest."""
        assert self.result is not None
        high, arrow = self._high(), THEME.px(ARROW)
        wide = min(self._column() - THEME.px(18), THEME.px(WIDEST_BOX))
        bottom = self._foot() - metrics().height() - THEME.px(GAP) - arrow - row * (high + arrow)
        middle = self._left() + (column + 0.5) * self._column()
        return QRectF(middle - wide / 2, bottom - high, wide, high)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(THEME.font(13))
        for row, chain in enumerate(self.result.chains):
            self._paint_title(painter, row, chain)
            for column in range(self.columns):
                self._paint_state(painter, row, column, chain)
                if not self.folded:
                    self._paint_way_on(painter, row, column, chain)
            if self.folded:
                self._paint_loop(painter, self.box(row, 0))
        for column in range(self.columns):
            self._paint_way_up(painter, column)

    def _paint_title(self, painter: QPainter, row: int, chain: Chain) -> None:
        box = self.box(row, 0)
        painter.setPen(THEME.color("secondary"))
        place = QRectF(THEME.px(GAP), box.top(), self._left() - THEME.px(2 * GAP), box.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, chain.title)

    def _step(self, column: int) -> int:
        """The step of a column; folded, the last one."""
        assert self.result is not None
        return self.result.steps - 1 if self.folded else column

    def _paint_state(self, painter: QPainter, row: int, column: int, chain: Chain) -> None:
        box, limit = self.box(row, column), _limit(chain)
        colors = signed_table()[shades(chain.values[:, self._step(column), None], -limit, limit)]
        painter.drawImage(box, image(np.ascontiguousarray(colors)))
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)

    def _paint_way_on(self, painter: QPainter, row: int, column: int, chain: Chain) -> None:
        """The arrow to the next step, or of a chain that goes backward to the one before."""
        if column + 1 == self.columns:
            return
        box, after = self.box(row, column), self.box(row, column + 1)
        start, end = QPointF(box.right(), box.center().y()), QPointF(after.left(), box.center().y())
        self._arrow(painter, *((end, start) if chain.backward else (start, end)))
        self._name(painter, "U", QPointF((start.x() + end.x()) / 2, start.y() - THEME.px(3)), centred=True)

    def _paint_loop(self, painter: QPainter, box: QRectF) -> None:
        """From the right side of the box around and back into its left side."""
        out, above = THEME.px(18), THEME.px(ARROW) * 0.55
        right, left, high = box.right() + out, box.left() - out, box.top() - above
        path = QPainterPath(QPointF(box.right(), box.center().y()))
        for x, y in ((right, box.center().y()), (right, high), (left, high), (left, box.center().y())):
            path.lineTo(x, y)
        painter.setPen(QPen(THEME.color("text"), 1))
        painter.drawPath(path)
        self._arrow(painter, QPointF(box.left() - out, box.center().y()), QPointF(box.left(), box.center().y()))
        self._name(painter, "U", QPointF(box.right() + out + THEME.px(3), box.center().y() - THEME.px(3)))

    def _paint_way_up(self, painter: QPainter, column: int) -> None:
        """What is read, the arrows upwards, and what is said."""
        assert self.result is not None
        result, step = self.result, self._step(column)
        boxes = [self.box(row, column) for row in range(len(result.chains))]
        middle, line, gap = boxes[0].center().x(), metrics().height(), THEME.px(3)
        self._word(painter, result.inputs[step], middle, self._foot() - line - gap, THEME.color("text"))
        start = QPointF(middle, self._foot() - line - 2 * gap)
        for box in boxes:
            self._arrow(painter, start, QPointF(middle, box.bottom()))
            start = QPointF(middle, box.top())
        self._name(painter, "W", QPointF(middle + 2 * gap, self._foot() - line - 2 * gap))
        if not result.answers[step]:
            return
        top = boxes[-1].top() - THEME.px(ARROW) * (1.6 if self.folded else 1.0)
        self._arrow(painter, start, QPointF(middle, top))
        asked = result.right[step]
        color = THEME.color("secondary" if not asked else "good" if result.answers[step] == asked else "warning")
        self._word(painter, result.answers[step], middle, top - line, color)

    def _word(self, painter: QPainter, word: str, middle: float, top: float, color: QColor) -> None:
        painter.setPen(color)
        wide = self._column()
        shown = elided(metrics(), word, Qt.TextElideMode.ElideRight, int(wide))
        painter.drawText(QRectF(middle - wide / 2, top, wide, metrics().height()), Qt.AlignmentFlag.AlignCenter, shown)

    def _name(self, painter: QPainter, name: str, place: QPointF, *, centred: bool = False) -> None:
        """What the weights of an arrow are called."""
        painter.setPen(THEME.color("secondary"))
        half = metrics().horizontalAdvance(name) / 2 if centred else 0.0
        painter.drawText(QPointF(place.x() - half, place.y()), name)

    def _arrow(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        color, head = THEME.color("text"), THEME.px(HEAD)
        painter.setPen(QPen(color, 1))
        painter.drawLine(start, end)
        turn = math.atan2(end.y() - start.y(), end.x() - start.x())
        sides = [QPointF(end.x() - 1.6 * head * math.cos(turn + side), end.y() - 1.6 * head * math.sin(turn + side))
                 for side in (0.45, -0.45)]  # fmt: skip
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([end, *sides]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        for row, chain in enumerate(self.result.chains):
            for column in range(self.columns):
                box = self.box(row, column)
                if box.contains(place):
                    units = len(chain.values)
                    unit = min(units - 1, int((place.y() - box.top()) / box.height() * units))
                    step = self._step(column)
                    value = number_words(float(chain.values[unit, step]))
                    return f"{chain.title}, step {step + 1} ({self.result.inputs[step]}), unit {unit + 1}: {value}"
        return ""


def _limit(chain: Chain) -> float:
    """The magnitude that has the full colour: 1, or more where a state holds more."""
    return max(1.0, float(np.nan_to_num(np.abs(chain.values), posinf=0.0).max(initial=0.0)))


class UnrolledGraphView(View):
    """A recurrent block folded, or unfolded over the steps of one example."""

    analysis: ClassVar[type[Analysis]] = UnrolledGraphAnalysis
    title: ClassVar[str] = "Unrolled graph"
    empty: ClassVar[str] = "Press play to see the recurrent block over time."
    pulses: ClassVar[int] = 3

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: UnrolledGraph | None = None
        self.example_box = ExampleBox()
        self.folded_box = self.parameters.switch("folded")
        self.options_layout.addWidget(self.folded_box)
        self.options_layout.addWidget(self.example_box)
        self.canvas = UnrolledCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.example_box.row_chosen.connect(self.example_chosen)
        self.canvas.pointed.connect(self.legend.show_readout)

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.width() > self.width() else self

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.example_box.show_example(result.row, result.count, result.part)
        self.canvas.show_graph(result, self.folded_box.isChecked())
        self.legend.show_entries([
            Entry(result.title),
            Entry("positive", "square", POSITIVE),
            Entry("negative", "square", NEGATIVE),
            Entry(f"{result.shared:,} weights, the same at all {result.steps} steps"),
        ])  # fmt: skip
