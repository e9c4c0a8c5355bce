"""Positions as a picture: a row for each step, a column for each number, or step against step."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.positions import Positions, PositionsAnalysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import image, number_words, shades, signed_table
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, metrics, paint_upright
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

GAP = 5


class PositionsCanvas(Canvas):
    """One coloured cell for each number, orange below 0 and blue above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self.across = "number"
        self.limit = 1.0
        self._image = QImage()
        self.setAccessibleName("Positions")

    def show_values(self, values: NDArray[np.float32], across: str) -> None:
        """Show these (steps, columns); `across` is what the columns count."""
        self.values, self.across = values, across
        self.limit = float(np.abs(values).max(initial=0.0)) or 1.0
        self._image = image(signed_table()[shades(values, -self.limit, self.limit)])
        self.changed()

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(180), THEME.px(120))

    def area(self) -> QRectF:
        """Where the cells are."""
        line = metrics().height()
        left = 2 * line + metrics().horizontalAdvance(str(len(self.values)))
        return QRectF(self.rect()).adjusted(left, 2, -THEME.px(GAP), -2 * line - THEME.px(GAP))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.values.size:
            return
        painter, area, line = QPainter(self), self.area(), metrics().height()
        painter.setFont(THEME.font(13))
        painter.drawImage(area, self._image)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.drawRect(area)
        rows, columns = self.values.shape
        painter.setPen(THEME.color("text"))
        right = Qt.AlignmentFlag.AlignRight
        for step, top in ((1, area.top()), (rows, area.bottom() - line)):
            painter.drawText(QRectF(0, top, area.left() - THEME.px(GAP), line), right, str(step))
        below = QRectF(area.left(), area.bottom() + THEME.px(2), area.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "1")
        painter.drawText(below, right, str(columns))
        painter.setPen(THEME.color("secondary"))
        for y in (area.top(), area.bottom()):
            painter.drawLine(QPointF(area.left() - THEME.px(3), y), QPointF(area.left(), y))
        for x in (area.left(), area.right()):
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + THEME.px(3)))
        painter.drawText(below.translated(0, line), Qt.AlignmentFlag.AlignHCenter, self.across)
        half = metrics().horizontalAdvance("step") / 2
        paint_upright(painter, "step", line / 2, area.center().y() + half)

    def words_at(self, place: QPointF) -> str:
        area = self.area()
        if not self.values.size or not area.contains(place):
            return ""
        rows, columns = self.values.shape
        row = min(rows - 1, int((place.y() - area.top()) / area.height() * rows))
        column = min(columns - 1, int((place.x() - area.left()) / area.width() * columns))
        return f"step {row + 1}, {self.across} {column + 1}: {number_words(float(self.values[row, column]))}"


class PositionsView(View):
    """What positions add, without the tokens."""

    analysis: ClassVar[type[Analysis]] = PositionsAnalysis
    title: ClassVar[str] = "Positions"
    empty: ClassVar[str] = "The numbers that tell each step where it stands appear here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Positions | None = None
        self.likeness_box = self.parameters.switch("likeness", label="likeness")
        self.options_layout.addWidget(self.likeness_box)
        self.canvas = PositionsCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(self.canvas, 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title) if self.result is not None else self.title

    def draw(self) -> None:
        assert self.result is not None
        if self.likeness_box.isChecked():
            self.canvas.show_values(self.result.likeness(), "step")
        else:
            self.canvas.show_values(self.result.values, "number")
        limit = number_words(self.canvas.limit)
        what = "cosine of two positions" if self.likeness_box.isChecked() else "what is added to each step"
        self.legend.show_entries([
            Entry(f"−{limit}", "square", NEGATIVE), Entry(limit, "square", POSITIVE), Entry(what),
        ])  # fmt: skip
