"""Heat maps of the weights."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.weights import WeightMatrix, Weights, WeightsAnalysis
from playground.analysis.question import Weight
from playground.ui.views.base import View
from playground.ui.widgets.drawing import image, number_words, shades, signed_table
from playground.ui.widgets.heat_map import input_words
from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

TILE = QSize(150, 120)
BAR = 14
GAP = 8
ALL = ""
MARK = "#10151b"
"""Around weights that are followed, with white beside it."""


class HeatmapCanvas(Canvas):
    """One matrix large, or all of them as tiles; the colour bar on the right is theirs together."""

    weight_clicked = Signal(object)
    """A single weight, as (name, index)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrices: tuple[WeightMatrix, ...] = ()
        self.marked: tuple[Weight, ...] = ()
        """Single weights that have a mark."""
        self.limit = 1.0
        self._images: list[tuple[QImage, QImage | None]] = []
        self.setAccessibleName("Weights as heat maps")
        self.setToolTip(
            plain_tip(
                "Click weights to follow them, or go to them with the arrow keys and press Enter: the loss surface "
                "can be seen over the last two"
            )
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._cursor: tuple[int, int, int] | None = None
        """Matrix, unit and input where the keyboard is; the input is -1 in the bias."""

    def show_matrices(self, matrices: tuple[WeightMatrix, ...], pointed: tuple[Weight, ...] = ()) -> None:
        """Show these matrices, with marks; the greatest magnitude among them has the full colour."""
        self.matrices, self.marked = matrices, pointed
        every = [part for matrix in matrices for part in (matrix.values, matrix.bias) if part is not None and part.size]
        limit = max((float(np.nanmax(np.abs(part), initial=0.0)) for part in every), default=0.0)
        self.limit = limit if math.isfinite(limit) and limit > 0 else 1.0
        self._images = [(self._picture(m.values), None if m.bias is None else self._picture(m.bias)) for m in matrices]
        self.changed()

    def _picture(self, values: np.ndarray) -> QImage:
        flat = values if values.ndim == 2 else values[:, None]
        return image(signed_table()[shades(flat, -self.limit, self.limit)])

    def _right(self) -> int:
        words = max(metrics().horizontalAdvance(number_words(value)) for value in (self.limit, -self.limit))
        return THEME.px(BAR + 2 * GAP + 4) + words

    def _columns(self) -> int:
        room = max(1, self.steady_width() - self._right())
        best = max(1, room // THEME.px(TILE.width()))
        return min(len(self.matrices) or 1, best, math.ceil(math.sqrt(len(self.matrices) * 1.6)) or 1)

    def minimumSizeHint(self) -> QSize:
        rows = -(-len(self.matrices) // self._columns())
        return QSize(THEME.px(TILE.width()) + self._right(), rows * THEME.px(TILE.height()))

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def areas(self, number: int) -> tuple[QRectF, QRectF | None]:
        """The rectangles of a matrix and of its bias column."""
        columns = self._columns()
        rows = -(-len(self.matrices) // columns)
        wide, high = (self.width() - self._right()) / columns, self.height() / rows
        row, column = divmod(number, columns)
        line = metrics().height()
        cell = QRectF(column * wide, row * high, wide, high)
        area = cell.adjusted(line + THEME.px(GAP), line + THEME.px(3), -THEME.px(GAP), -line - THEME.px(6))
        if self.matrices[number].bias is None:
            return area, None
        side = max(THEME.px(10), min(area.width() / (self.matrices[number].values.shape[1] + 1), THEME.px(28)))
        beside = QRectF(area.right() - side, area.top(), side, area.height())
        return area.adjusted(0, 0, -side - THEME.px(6), 0), beside

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for number, matrix in enumerate(self.matrices):
            self._paint_matrix(painter, number, matrix)
        if self.matrices:
            self._paint_bar(painter)

    def _paint_matrix(self, painter: QPainter, number: int, matrix: WeightMatrix) -> None:
        area, beside = self.areas(number)
        picture, bias = self._images[number]
        frame = QPen(THEME.color("line"), 1)
        line = metrics().height()
        for box, shown in ((area, picture), (beside, bias)):
            if box is not None and shown is not None:
                painter.drawImage(box, shown)
                painter.setPen(frame)
                painter.drawRect(box)
        self._paint_marks(painter, number)
        painter.setPen(THEME.color("text"))
        whole = area if beside is None else area.united(beside)
        name = matrix.title if matrix.name == "weight" else f"{matrix.title} {matrix.name}"
        sizes = " × ".join(map(str, (len(matrix.values), *(matrix.axes or matrix.values.shape[1:]))))
        heading = elided(metrics(), f"{name} · {sizes}", Qt.TextElideMode.ElideRight, int(whole.width()))
        painter.drawText(QRectF(whole.left(), area.top() - line - 3, whole.width(), line), 0, heading)
        painter.setPen(THEME.color("secondary"))
        centre = Qt.AlignmentFlag.AlignHCenter
        painter.drawText(QRectF(area.left(), area.bottom() + 2, area.width(), line), centre, _columns_word(matrix))
        half = metrics().horizontalAdvance(_rows_word(matrix)) / 2
        paint_upright(painter, _rows_word(matrix), area.left() - line / 2 - THEME.px(3), area.center().y() + half)
        if beside is not None:
            words = metrics().horizontalAdvance("bias")
            right = max(beside.right(), beside.center().x() + words / 2)
            painter.drawText(QRectF(right - words, area.bottom() + 2, words + 2, line), 0, "bias")

    def _paint_marks(self, painter: QPainter, number: int) -> None:
        """Frames around the chosen weights, numbered in the order in which they were chosen."""
        weight = self.cursor_weight if self.hasFocus() else None
        cell = None if weight is None else self.cell_area(number, weight)
        if cell is not None:
            painter.setPen(QPen(THEME.color("accent"), THEME.px(3)))
            painter.drawRect(cell)
        for order, weight in enumerate(self.marked, start=1):
            cell = self.cell_area(number, weight)
            if cell is None:
                continue
            for width, color in ((THEME.px(4), "#ffffff"), (THEME.px(2), MARK)):
                painter.setPen(QPen(QColor(color), width))
                painter.drawRect(cell)
            if min(cell.width(), cell.height()) >= metrics().height():
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(order))

    def cell_area(self, number: int, weight: Weight) -> QRectF | None:
        """Where a single weight is drawn; None when it is not in this matrix."""
        cell = self.matrices[number].cell(weight)
        area, beside = self.areas(number)
        box = area if cell is None or cell[1] >= 0 else beside
        if cell is None or box is None:
            return None
        units, inputs = self.matrices[number].values.shape
        wide, high = box.width() / (inputs if box is area else 1), box.height() / units
        return QRectF(box.left() + max(0, cell[1]) * wide, box.top() + cell[0] * high, wide, high)

    def weight_under(self, place: QPointF) -> Weight | None:
        """The single weight at a place."""
        found = self._cell_under(place)
        return None if found is None else found[0].weight(*found[1:])

    def _cell_under(self, place: QPointF) -> tuple[WeightMatrix, int, int] | None:
        """The matrix, the unit and the input at a place; the input is -1 in the bias."""
        for number, matrix in enumerate(self.matrices):
            area, beside = self.areas(number)
            units, inputs = matrix.values.shape
            unit = min(units - 1, int((place.y() - area.top()) / area.height() * units))
            if area.contains(place):
                return matrix, unit, min(inputs - 1, int((place.x() - area.left()) / area.width() * inputs))
            if beside is not None and beside.contains(place) and matrix.bias is not None:
                return matrix, unit, -1
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        weight = self.weight_under(event.position())
        if weight is not None and event.button() == Qt.MouseButton.LeftButton:
            self.weight_clicked.emit(weight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, tuple[int, int]] = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        if event.key() in steps and self.matrices:
            self._move_cursor(*steps[event.key()])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.cursor_weight:
            self.weight_clicked.emit(self.cursor_weight)
        else:
            super().keyPressEvent(event)

    @property
    def cursor_weight(self) -> Weight | None:
        """The single weight where the keyboard is."""
        if self._cursor is None or self._cursor[0] >= len(self.matrices):
            return None
        number, unit, column = self._cursor
        return self.matrices[number].weight(unit, column)

    def _next_cell(self, down: int, right: int) -> tuple[int, int, int]:
        if self._cursor is None or self._cursor[0] >= len(self.matrices):
            return 0, 0, 0
        number, unit, column = self._cursor
        matrix = self.matrices[number]
        units, inputs = matrix.values.shape
        last = inputs if matrix.bias is not None else inputs - 1  # the place of the bias is behind the inputs
        place, unit = (inputs if column < 0 else column) + right, unit + down
        if place > last or unit >= units:
            return (number + 1) % len(self.matrices), 0, 0
        if place < 0 or unit < 0:
            return (number - 1) % len(self.matrices), 0, 0
        return number, unit, -1 if place == inputs else place

    def _move_cursor(self, down: int, right: int) -> None:
        """Go to the next weight; at the end of a matrix to its bias, and then to the next matrix."""
        number, unit, column = self._next_cell(down, right)
        self._cursor = number, unit, column
        weight = self.cursor_weight
        cell = None if weight is None else self.cell_area(number, weight)
        if cell is not None:
            self.pointed.emit(self.words_at(cell.center()))
        self.update()

    def _paint_bar(self, painter: QPainter) -> None:
        line = metrics().height()
        left = self.width() - self._right() + THEME.px(GAP)
        bar = QRectF(left, line + THEME.px(3), THEME.px(BAR), self.height() - 2 * line - THEME.px(9))
        painter.drawImage(bar, image(signed_table()[::-1][:, None]))
        painter.setPen(THEME.color("secondary"))
        for value, y in ((self.limit, bar.top()), (0.0, bar.center().y()), (-self.limit, bar.bottom())):
            place = QRectF(bar.right() + THEME.px(5), y - line / 2, self._right(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, number_words(value))

    def words_at(self, place: QPointF) -> str:
        found = self._cell_under(place)
        if found is None:
            return ""
        matrix, unit, column = found
        which = f"{matrix.title}, {_rows_word(matrix)} {unit + 1}"
        if column < 0 and matrix.bias is not None:
            return f"{which}, bias: {number_words(float(matrix.bias[unit]))}"
        value = number_words(float(matrix.values[unit, column]))
        return f"{which}, {input_words(matrix.axes, column)}: {value}"


def _rows_word(matrix: WeightMatrix) -> str:
    """What a row stands for."""
    return "filter" if matrix.axes else "unit"


def _columns_word(matrix: WeightMatrix) -> str:
    """What the columns stand for."""
    return "kernel" if matrix.axes else "input"


class WeightsView(View):
    """Weights as signed heat maps, of one block or of all."""

    analysis: ClassVar[type[Analysis]] = WeightsAnalysis
    title: ClassVar[str] = "Weights"
    empty: ClassVar[str] = "Press play to see the weights change."
    pulses: ClassVar[int] = 3
    rank: ClassVar[int] = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Weights | None = None
        self.node_box = combo_box("Block", "Whose weights are shown", [("All blocks", ALL)])
        self.options_layout.addWidget(self.node_box)
        self._followed = ALL
        self._following = False
        self.canvas = HeatmapCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.parameters.bind("node", self.node_box)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.canvas.weight_clicked.connect(self.weight_pointed_at)

    def _follow(self, node: str) -> None:
        """Show the block that was chosen on the canvas; until the next choice there, the box decides."""
        if self.parameters.value("node") != node:
            self._following = True
            self.parameters.choose("node", node)
            self._following = False

    @Slot(str)
    def redraw(self, name: str = "") -> None:
        if not self._following:
            super().redraw(name)

    def draw(self) -> None:
        assert self.result is not None
        self._offer(self.result)
        if self.result.chosen != self._followed:
            self._followed = self.result.chosen
            self._follow(self._followed)
        node = self.node_box.currentData()
        shown = tuple(matrix for matrix in self.result.matrices if node in (ALL, matrix.node))
        self.canvas.show_matrices(shown, self.result.pointed)
        entries = [Entry("positive", "square", POSITIVE), Entry("negative", "square", NEGATIVE)]
        if self.result.pointed:
            entries.append(Entry(f"followed: {len(self.result.pointed)}", "square", MARK))
        self.legend.show_entries(entries)

    def _offer(self, result: Weights) -> None:
        titles = dict.fromkeys((matrix.path or matrix.title, matrix.node) for matrix in result.matrices)
        self.parameters.offer("node", self.node_box, [("All blocks", ALL), *titles])
