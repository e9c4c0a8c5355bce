"""What was asked of a map of vectors: the nearest ones as bars, or several compared with each other as cells."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from playground.analysis.inside.embedding_map import EmbeddingMap
from playground.ui.widgets.drawing import ink_on, number_words, shades, signed_table
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import Canvas, metrics, paint_upright
from playground.ui.widgets.theme import POSITIVE, THEME

GAP = 4
LEAST_WIDTH, LEAST_ROWS = 150, 4
LONGEST_NAME = 84
MEASURES = {"cosine": "Cosine", "dot": "Dot product", "distance": "Distance"}


class AnswersCanvas(Canvas):
    """The nearest words with how near they are, or a matrix of words; a click asks for the neighbours of a word."""

    word_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: EmbeddingMap | None = None
        self.setAccessibleName("Nearest vectors")

    def show_result(self, result: EmbeddingMap) -> None:
        """Show what was asked."""
        self.result = result
        self.setAccessibleDescription(", ".join(self.lines()))
        self.changed()

    def lines(self) -> list[str]:
        """The answer in words."""
        found = self.result.found if self.result is not None else None
        if found is None or found.values is None:
            return []
        if found.values.ndim == 1:
            return [f"{name} {number_words(value)}" for name, value in zip(found.names, found.values, strict=True)]
        return [
            f"{one}, {other}: {number_words(found.values[row, column])}"
            for row, one in enumerate(found.names)
            for column, other in enumerate(found.names)
            if row < column
        ]

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(LEAST_WIDTH), LEAST_ROWS * self._line())

    def _line(self) -> int:
        return metrics().height() + THEME.px(GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        found = self.result.found
        if found.values is None:
            names = ", ".join(found.unknown)
            painter.setPen(THEME.color("secondary"))
            middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), middle, f"Not known: {names}")
        elif found.values.ndim == 1:
            self._paint_bars(painter)
        else:
            self._paint_matrix(painter)

    # Bars -----------------------------------------------------------------------------------------------------------

    def _names_width(self) -> int:
        assert self.result is not None
        widest = max((metrics().horizontalAdvance(name) for name in self.result.found.names), default=0)
        return min(widest, THEME.px(LONGEST_NAME)) + THEME.px(2 * GAP)

    def _paint_bars(self, painter: QPainter) -> None:
        assert self.result is not None
        found, line = self.result.found, self._line()
        assert found.values is not None
        numbers = [number_words(value) for value in found.values.tolist()]
        left = self._names_width()
        right = max((metrics().horizontalAdvance(number) for number in numbers), default=0) + THEME.px(2 * GAP)
        room = max(1.0, self.width() - left - right)
        largest = float(np.nanmax(np.abs(found.values), initial=1e-9))
        painter.setPen(THEME.color("secondary"))
        heading = MEASURES[self.result.measure]
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignVCenter, heading)
        for row, (name, number) in enumerate(zip(found.names, numbers, strict=True), start=1):
            if (row + 1) * line > self.height() + 1:
                break
            top = row * line
            painter.setPen(THEME.color("accent" if name in found.given else "text"))
            shown = elided(metrics(), name, Qt.TextElideMode.ElideRight, left - THEME.px(GAP))
            painter.drawText(QRectF(0, top, left, line), Qt.AlignmentFlag.AlignVCenter, shown)
            width = room * max(0.0, float(found.values[row - 1])) / largest
            color = THEME.color("accent") if name in found.given else QColor(POSITIVE)
            painter.fillRect(QRectF(left, top + line * 0.25, width, line * 0.5), color)
            painter.setPen(THEME.color("secondary"))
            place = QRectF(self.width() - right, top, right, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)

    # Cells ----------------------------------------------------------------------------------------------------------

    def _cells(self) -> QRectF:
        """The rectangle of the matrix."""
        left = self._names_width()
        return QRectF(left, left, max(1, self.width() - left), max(1, self.height() - left))

    def _paint_matrix(self, painter: QPainter) -> None:
        assert self.result is not None
        found, area = self.result.found, self._cells()
        assert found.values is not None
        count = len(found.names)
        wide, high = area.width() / count, area.height() / count
        limit = 1.0 if self.result.measure == "cosine" else max(1e-9, float(np.abs(found.values).max()))
        table = signed_table()
        places = shades(found.values, -limit, limit)
        written = min(wide, high * 2) >= metrics().horizontalAdvance("−0.88") + THEME.px(GAP)
        for row, name in enumerate(found.names):
            painter.setPen(THEME.color("text"))
            shown = elided(metrics(), name, Qt.TextElideMode.ElideRight, int(area.left()) - THEME.px(GAP))
            if high >= metrics().height():
                middle = QRectF(0, area.top() + row * high, area.left() - THEME.px(GAP), high)
                painter.drawText(middle, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
            if wide >= metrics().height():
                paint_upright(painter, shown, area.left() + (row + 0.5) * wide, area.top() - THEME.px(GAP))
            for column in range(count):
                color = QColor(*(int(part) for part in table[places[row, column]]))
                cell = QRectF(area.left() + column * wide, area.top() + row * high, wide, high)
                painter.fillRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), color)
                if written and high >= metrics().height():
                    painter.setPen(ink_on(color))
                    painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, f"{found.values[row, column]:.2f}")

    # The mouse ------------------------------------------------------------------------------------------------------

    def name_at(self, place: QPointF) -> str:
        """The word at a place; empty where there is none."""
        found = self.result.found if self.result is not None else None
        if found is None or found.values is None:
            return ""
        if found.values.ndim == 1:
            row = int(place.y()) // self._line() - 1
        else:
            area = self._cells()
            row = int((place.y() - area.top()) * len(found.names) / area.height()) if place.y() >= area.top() else -1
        return found.names[row] if 0 <= row < len(found.names) else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        name = self.name_at(event.position())
        if name and event.button() == Qt.MouseButton.LeftButton:
            self.word_chosen.emit(name)
