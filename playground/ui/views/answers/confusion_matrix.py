"""The confusion matrix, with counts and shares in words a person can read."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.confusion_matrix import ConfusionMatrix, ConfusionMatrixAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import ink_on, magnitude_table
from playground.ui.widgets.legend import Entry, Legend, whose
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.widgets.theme import THEME

PAD = 6


class MatrixCanvas(Canvas):
    """Rows are actual classes, columns predicted ones. The colour is the share of the row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix: ConfusionMatrix | None = None
        self._widest = 0
        self.setAccessibleName("Confusion matrix: rows are actual classes, columns predicted ones")

    def show_matrix(self, matrix: ConfusionMatrix) -> None:
        self.matrix = matrix
        self._widest = max(metrics().horizontalAdvance(name) for name in matrix.class_names)
        self.changed()

    def _names(self) -> tuple[str, ...]:
        return self.matrix.class_names if self.matrix is not None else ()

    def upright(self) -> bool:
        """Whether column labels are written upwards, because they are wider than their cells."""
        count = max(1, len(self._names()))
        return self._widest + THEME.px(PAD) > max((self.width() - self._left()) / count, self._least_cell().width())

    def _least_cell(self) -> QSize:
        words = metrics()
        digits = len(str(int(self.matrix.counts.max(initial=0)))) if self.matrix is not None else 1
        return QSize(
            max(THEME.px(26), words.horizontalAdvance("0" * digits) + THEME.px(8)), words.height() + THEME.px(1)
        )

    def _left(self) -> int:
        return self._widest + metrics().height() + THEME.px(3 * PAD)

    def _top(self) -> int:
        labels = self._widest if self.upright() else metrics().height()
        return labels + metrics().height() + THEME.px(3 * PAD)

    def minimumSizeHint(self) -> QSize:
        cell, count = self._least_cell(), len(self._names())
        width, height = self._left() + count * cell.width(), self._top() + count * cell.height()
        return QSize(width + THEME.px(PAD), height + THEME.px(PAD))

    def grid(self) -> QRectF:
        """The rectangle of the cells."""
        left, top = self._left(), self._top()
        return QRectF(left, top, self.width() - left - THEME.px(PAD), self.height() - top - THEME.px(PAD))

    def cell(self, row: int, column: int, grid: QRectF | None = None) -> QRectF:
        """The rectangle of one cell; whoever asks for many gives the grid."""
        grid, count = grid or self.grid(), len(self._names())
        width, height = grid.width() / count, grid.height() / count
        return QRectF(grid.left() + column * width, grid.top() + row * height, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.matrix is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        grid = self.grid()
        self._paint_names(painter, grid)
        shares = row_shares(self.matrix)
        table = magnitude_table()
        fonts = THEME.font(13), THEME.font(13, bold=True)
        for row in range(len(shares)):
            for column in range(len(shares)):
                color = QColor(*table[round(float(shares[row, column]) * 255)].tolist())
                box = self.cell(row, column, grid).adjusted(0.5, 0.5, -0.5, -0.5)
                painter.fillRect(box, color)
                painter.setPen(ink_on(color))
                painter.setFont(fonts[row == column])
                count = int(self.matrix.counts[row, column])
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words_in(box, count, float(shares[row, column])))

    def _paint_names(self, painter: QPainter, grid: QRectF) -> None:
        names = self._names()
        upright = self.upright()
        painter.setPen(QPen(THEME.color("text")))
        for number, name in enumerate(names):
            row, column = self.cell(number, 0, grid), self.cell(0, number, grid)
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


def words_in(box: QRectF, count: int, share: float) -> str:
    """The count, and below it the share of the row where there is room and something to share."""
    wide = metrics().horizontalAdvance("100%") + THEME.px(4)
    if count == 0 or box.width() < wide or box.height() < 2 * metrics().height():
        return str(count)
    return f"{count}\n{share:.0%}"


def row_shares(matrix: ConfusionMatrix) -> np.ndarray:
    """Each count as a share of its row, (k, k)."""
    shares: np.ndarray = matrix.counts / np.maximum(matrix.counts.sum(axis=1, keepdims=True), 1)
    return shares


def cell_words(matrix: ConfusionMatrix, row: int, column: int) -> str:
    """One cell in a sentence."""
    count, whole = int(matrix.counts[row, column]), int(matrix.counts[row].sum())
    actual, predicted = matrix.class_names[row], matrix.class_names[column]
    return f"{count} of {whole} that are {actual} were predicted as {predicted} ({count / max(1, whole):.0%})"


class ConfusionMatrixView(View):
    """Which class is taken for which."""

    analysis: ClassVar[type[Analysis]] = ConfusionMatrixAnalysis
    title: ClassVar[str] = "Confusion matrix"
    empty: ClassVar[str] = "Press play to see which classes the network confuses."
    pulses: ClassVar[int] = 6
    rank: ClassVar[int] = 70

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ConfusionMatrix | None = None
        self.part_box = self.parameters.control("part")
        self.add_more([("Part", self.part_box)])
        self.canvas = MatrixCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def draw(self) -> None:
        assert self.result is not None
        self.heading_changed.emit(self.heading)
        result = self.result
        self.canvas.show_matrix(result)
        right = int(np.trace(result.counts))
        words = f"{result.part}: {right} of {result.total} right ({result.accuracy:.1%})"
        self.legend.show_entries([Entry(whose(result.title) + words)])
