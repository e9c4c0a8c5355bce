"""Attributions of a sequence of tokens: its words, each on the colour of what it says."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.attribution import AttributionMap, Attributions
from playground.ui.views.answers.attribution_pictures import map_colors, signed_words
from playground.ui.widgets.drawing import ink_on
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import THEME

CELL = 22
GAP = 8
LEAST_CELL = 14


class WordsCanvas(Canvas):
    """The words in rows, once for each method."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Attributions | None = None
        self.setAccessibleName("How much each token speaks for the answer")

    def show_result(self, result: Attributions) -> None:
        """Show the words of a result."""
        self.result = result
        self.changed()

    def word(self, step: int) -> str:
        """What stands in a cell: the token, or on average over many examples the number of the step."""
        assert self.result is not None
        return self.result.tokens[step] if self.result.tokens else str(step + 1)

    # Room -------------------------------------------------------------------------------------------------------------

    def _steps(self) -> int:
        return len(self.result.features) if self.result is not None else 0

    def _cell_width(self) -> int:
        widest = max((metrics().horizontalAdvance(self.word(step)) for step in range(self._steps())), default=0)
        return max(THEME.px(LEAST_CELL), widest + THEME.px(6))

    def _columns(self) -> int:
        return max(1, min(self._steps(), int(self.steady_width() // self._cell_width())))

    def _block_height(self) -> int:
        rows = math.ceil(self._steps() / self._columns()) if self._steps() else 1
        return metrics().height() + 2 + rows * THEME.px(CELL) + THEME.px(GAP)

    def minimumSizeHint(self) -> QSize:
        count = len(self.result.maps) if self.result is not None else 1
        return QSize(THEME.px(120), count * self._block_height())

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def cell(self, number: int, step: int) -> QRectF:
        """The rectangle of a token of a method."""
        row, column = divmod(step, self._columns())
        wide = min(self.steady_width() / self._columns(), 2.0 * self._cell_width())
        top = number * self._block_height() + metrics().height() + 2
        return QRectF(column * wide, top + row * THEME.px(CELL), wide, THEME.px(CELL))

    # Painting and pointing --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for number, shown in enumerate(self.result.maps):
            painter.setPen(THEME.color("text"))
            title = QRectF(0, number * self._block_height(), self.width(), metrics().height())
            painter.drawText(title, 0, shown.title)
            self._paint_words(painter, number, shown)

    def _paint_words(self, painter: QPainter, number: int, shown: AttributionMap) -> None:
        for step, color in enumerate(map_colors(shown).tolist()):
            box, fill = self.cell(number, step), QColor(*color)
            painter.fillRect(box, fill)
            painter.setPen(QPen(THEME.color("panel"), 1))
            painter.drawRect(box)
            painter.setPen(ink_on(fill))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.word(step))

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        for number, shown in enumerate(self.result.maps):
            for step in range(self._steps()):
                if self.cell(number, step).contains(place):
                    value = signed_words(float(shown.shown[step]), shown.signed)
                    return f"{self.result.name(step)}: {shown.title.lower()} {value}"
        return ""
