"""The confusion matrix, with counts and shares in words a person can read."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.confusion import ConfusionAnalysis, ConfusionMatrix
from playground.ui.theme import THEME
from playground.ui.views.base import View
from playground.ui.views.canvas import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.views.drawing import ink_on, magnitude_table
from playground.ui.views.legend import Entry, Legend
from playground.ui.views.options import part_box

PAD = 6


class MatrixCanvas(Canvas):
    """Rows are actual classes, columns predicted ones. The colour is the share of the row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix: ConfusionMatrix | None = None
        self.setAccessibleName("Confusion matrix: rows are actual classes, columns predicted ones")

    def show_matrix(self, matrix: ConfusionMatrix) -> None:
        self.matrix = matrix
        self.changed()

    def _names(self) -> tuple[str, ...]:
        return self.matrix.class_names if self.matrix is not None else ()

    def _upright(self) -> bool:
        """Whether column labels are written upwards, because they are wider than their cells."""
        widest = max((metrics().horizontalAdvance(name) for name in self._names()), default=0)
        count = max(1, len(self._names()))
        return widest + THEME.px(PAD) > max((self.width() - self._left()) / count, self._least_cell().width())

    def _least_cell(self) -> QSize:
        words = metrics()
        digits = len(str(int(self.matrix.counts.max(initial=0)))) if self.matrix is not None else 1
        return QSize(
            max(THEME.px(26), words.horizontalAdvance("0" * digits) + THEME.px(8)), words.height() + THEME.px(1)
        )

    def _left(self) -> int:
        widest = max((metrics().horizontalAdvance(name) for name in self._names()), default=0)
        return widest + metrics().height() + THEME.px(3 * PAD)

    def _top(self) -> int:
        labels = metrics().height()
        if self._upright():
            labels = max(metrics().horizontalAdvance(name) for name in self._names())
        return labels + metrics().height() + THEME.px(3 * PAD)

    def minimumSizeHint(self) -> QSize:
        cell, count = self._least_cell(), len(self._names())
        width, height = self._left() + count * cell.width(), self._top() + count * cell.height()
        return QSize(width + THEME.px(PAD), height + THEME.px(PAD))

    def grid(self) -> QRectF:
        """The rectangle of the cells."""
        left, top = self._left(), self._top()
        return QRectF(left, top, self.width() - left - THEME.px(PAD), self.height() - top - THEME.px(PAD))

    def cell(self, row: int, column: int) -> QRectF:
        """The rectangle of one cell."""
        grid, count = self.grid(), len(self._names())
        width, height = grid.width() / count, grid.height() / count
        return QRectF(grid.left() + column * width, grid.top() + row * height, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.matrix is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        self._paint_names(painter)
        shares = row_shares(self.matrix)
        table = magnitude_table()
        for row in range(len(shares)):
            for column in range(len(shares)):
                color = QColor(*table[round(float(shares[row, column]) * 255)].tolist())
                self._paint_cell(painter, row, column, color, float(shares[row, column]))

    def _paint_cell(self, painter: QPainter, row: int, column: int, color: QColor, share: float) -> None:
        assert self.matrix is not None
        box = self.cell(row, column).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.fillRect(box, color)
        count = int(self.matrix.counts[row, column])
        text = f"{count}\n{share:.0%}"
        wide = metrics().horizontalAdvance("100%") + THEME.px(4)
        if count == 0 or box.width() < wide or box.height() < 2 * metrics().height():
            text = str(count)
        painter.setFont(THEME.font(13, bold=row == column))
        painter.setPen(ink_on(color))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_names(self, painter: QPainter) -> None:
        grid, names = self.grid(), self._names()
        upright = self._upright()
        painter.setPen(QPen(THEME.color("text")))
        for number, name in enumerate(names):
            row, column = self.cell(number, 0), self.cell(0, number)
            beside = QRectF(0, row.top(), grid.left() - THEME.px(PAD), row.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            if upright:
                paint_upright(painter, name, column.center().x(), grid.top() - THEME.px(PAD))
            else:
                above = QRectF(column.left() - 50, 0, column.width() + 100, grid.top() - THEME.px(PAD))
                painter.drawText(above, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, name)
        painter.setPen(THEME.color("secondary"))
        heading = QRectF(grid.left(), 0, grid.width(), metrics().height() + THEME.px(PAD))
        painter.drawText(heading, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, "predicted")
        half = metrics().horizontalAdvance("actual") / 2
        paint_upright(painter, "actual", metrics().height() / 2, grid.center().y() + half)

    def words_at(self, place: QPointF) -> str:
        if self.matrix is None or not self.grid().contains(place):
            return ""
        grid, count = self.grid(), len(self._names())
        row = min(count - 1, int((place.y() - grid.top()) / grid.height() * count))
        column = min(count - 1, int((place.x() - grid.left()) / grid.width() * count))
        return cell_words(self.matrix, row, column)


def row_shares(matrix: ConfusionMatrix) -> np.ndarray:
    """Each count as a share of its row, (k, k)."""
    return matrix.counts / np.maximum(matrix.counts.sum(axis=1, keepdims=True), 1)


def cell_words(matrix: ConfusionMatrix, row: int, column: int) -> str:
    """One cell in a sentence."""
    count, whole = int(matrix.counts[row, column]), int(matrix.counts[row].sum())
    actual, predicted = matrix.class_names[row], matrix.class_names[column]
    return f"{count} of {whole} that are {actual} were predicted as {predicted} ({count / max(1, whole):.0%})"


class ConfusionView(View):
    """Which class is taken for which."""

    analysis: ClassVar[type[Analysis]] = ConfusionAnalysis
    title: ClassVar[str] = "Confusion matrix"
    empty: ClassVar[str] = "Press play to see which classes the network confuses."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ConfusionMatrix | None = None
        self.part_box = part_box("Which examples are counted")
        self.options_layout.addWidget(self.part_box)
        self.canvas = MatrixCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.part_box.currentIndexChanged.connect(self._part_changed)
        self.canvas.pointed.connect(self.legend.show_readout)

    def wanted(self) -> Analysis:
        return ConfusionAnalysis(part=self.part_box.currentData())

    @Slot()
    def _part_changed(self) -> None:
        self.wanted_changed.emit()

    def draw(self) -> None:
        assert self.result is not None
        self.canvas.show_matrix(self.result)
        right = int(np.trace(self.result.counts))
        words = f"{self.result.part}: {right} of {self.result.total} right ({self.result.accuracy:.1%})"
        self.legend.show_entries([Entry(words)])
