"""A whole time series as a line, in the colours of its parts."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.data.preview import SeriesPreview
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

ROOM = 0.06
"""Empty height above and below the line, as a share."""


class SeriesPlot(QWidget):
    """What was measured over time; dashed lines and words tell where it is cut into train, validation and test."""

    def __init__(self) -> None:
        super().__init__()
        self._series: SeriesPreview | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The series over time")

    def set_series(self, series: SeriesPreview) -> None:
        """Show another series."""
        self._series = series
        first, last = series.ends
        self.setAccessibleDescription(f"{series.value_name} from {first} to {last}")
        self.setToolTip(plain_tip(f"{series.value_name}, {len(series.values):,} values from {first} to {last}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(240), THEME.px(190))

    def area(self) -> QRectF:
        """Where the line is drawn: below its name, and above the ends of the time."""
        line = self.fontMetrics().height() + THEME.px(2)
        return QRectF(0.5, line, self.width() - 1.0, max(1.0, self.height() - 2.0 * line))

    def parts(self) -> list[tuple[str, int, int]]:
        """The parts that have any time: name, first step, first step behind it."""
        if self._series is None:
            return []
        return [(part, *span) for part, span in self._series.spans.items() if span[1] > span[0]]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._series is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(THEME.font(13))
        area, places = self.area(), self.places()
        painter.setPen(QPen(THEME.color("line"), 1.0))
        painter.setBrush(THEME.color("field"))
        painter.drawRoundedRect(area, 5, 5)
        self._frame_words(painter, self._series, area)
        for part, start, stop in self.parts():
            color = QColor(THEME.tokens.part_color(part))
            painter.setPen(QPen(color, THEME.px(1.4)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF([QPointF(*place) for place in places[max(0, start - 1) : stop]]))
            left, right = float(places[start, 0]), float(places[stop - 1, 0])
            if start:
                painter.setPen(QPen(THEME.color("secondary"), 1.0, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(left, area.top()), QPointF(left, area.bottom()))
            if painter.fontMetrics().horizontalAdvance(part) + THEME.px(6) <= right - left:
                painter.setPen(color)
                box = QRectF(left, area.top(), right - left, painter.fontMetrics().height() + THEME.px(4))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, part)

    def places(self) -> np.ndarray:
        """Pixels of all values, (n, 2)."""
        assert self._series is not None
        area, values, times = self.area(), self._series.values, self._series.times
        low, high = float(values.min()), float(values.max())
        wide, tall = float(times[-1] - times[0]) or 1.0, (high - low) or 1.0
        head = self.fontMetrics().height() + THEME.px(4)  # the names of the parts
        floor, ceiling = area.bottom() - ROOM * area.height(), area.top() + head
        return np.column_stack([
            area.left() + (times - times[0]) / wide * area.width(), floor - (values - low) / tall * (floor - ceiling)
        ])  # fmt: skip

    def _frame_words(self, painter: QPainter, series: SeriesPreview, area: QRectF) -> None:
        painter.setPen(THEME.color("secondary"))
        low, high = (f"{value:.4g}" for value in (series.values.min(), series.values.max()))
        flags = Qt.AlignmentFlag
        above = QRectF(0.0, 0.0, self.width(), area.top())
        painter.drawText(above, flags.AlignLeft | flags.AlignVCenter, f"{series.value_name}: {low} to {high}")
        below = QRectF(0.0, area.bottom(), self.width(), self.height() - area.bottom())
        painter.drawText(below, flags.AlignLeft | flags.AlignVCenter, series.ends[0])
        painter.drawText(below, flags.AlignRight | flags.AlignVCenter, series.ends[1])
