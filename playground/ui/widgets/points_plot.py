"""Points in the plane: every class has its own colour and its own marker."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.data.points.shapes import EXTENT
from playground.ui.widgets.heat_map import signed_colors
from playground.ui.widgets.theme import THEME, class_color, class_symbol

RADIUS = 3.2


def draw_marker(painter: QPainter, number: int, center: QPointF, radius: float) -> None:
    """The marker of a class, the same shape as in the views."""
    whole = QTransform(2 * radius, 0, 0, 2 * radius, center.x(), center.y())
    painter.drawPath(whole.map(Symbols[class_symbol(number)]))


class PointsPlot(QWidget):
    """A square picture of points (N, 3): x1, x2 and the class number, or for regression the value."""

    def __init__(self) -> None:
        super().__init__()
        self.points: NDArray[np.floating] = np.zeros((0, 3), dtype=np.float32)
        self._has_classes = True
        self._extent = (-EXTENT, EXTENT, -EXTENT, EXTENT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The examples as points")

    def set_points(self, points: NDArray[np.floating], *, has_classes: bool) -> None:
        """Show other points; the picture grows where they reach beyond ±6, and shrinks around small data."""
        self.points = points
        self._has_classes = has_classes
        self._extent = _extent(points)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(240), THEME.px(240))

    def area(self) -> QRectF:
        """The square in which points lie."""
        side = min(self.width(), self.height()) - 2.0
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def to_pixels(self, x: float, y: float) -> QPointF:
        """From coordinates to the widget; y grows upwards."""
        area = self.area()
        left, right, bottom, top = self._extent
        return QPointF(
            area.left() + (x - left) / (right - left) * area.width(),
            area.bottom() - (y - bottom) / (top - bottom) * area.height(),
        )

    def to_coordinates(self, place: QPointF) -> tuple[float, float]:
        """From a place in the widget to coordinates."""
        area = self.area()
        left, right, bottom, top = self._extent
        return (
            left + (place.x() - area.left()) / area.width() * (right - left),
            bottom + (area.bottom() - place.y()) / area.height() * (top - bottom),
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.area()
        painter.setPen(QPen(THEME.color("line"), 1.0))
        painter.setBrush(THEME.color("field"))
        painter.drawRoundedRect(area, 5, 5)
        painter.setClipRect(area)
        zero = self.to_pixels(0.0, 0.0)
        painter.drawLine(QPointF(area.left(), zero.y()), QPointF(area.right(), zero.y()))
        painter.drawLine(QPointF(zero.x(), area.top()), QPointF(zero.x(), area.bottom()))
        self._corner_words(painter, area)
        painter.setPen(QPen(THEME.color("panel" if self._has_classes else "secondary"), 0.8))
        limit = float(np.abs(self.points[:, 2]).max(initial=1e-9))
        for x, y, value in self.points.tolist():
            if self._has_classes:
                painter.setBrush(class_color(int(value)))
                draw_marker(painter, int(value), self.to_pixels(x, y), THEME.px(RADIUS))
            else:
                painter.setBrush(QColor(int(signed_colors()[round(127 + 127 * value / limit)])))
                painter.drawEllipse(self.to_pixels(x, y), THEME.px(RADIUS), THEME.px(RADIUS))

    def _corner_words(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(THEME.color("secondary"))
        painter.setFont(THEME.font(11))
        left, right, bottom, top = self._extent
        inner = area.adjusted(5, 3, -5, -3)
        align = Qt.AlignmentFlag
        painter.drawText(inner, align.AlignBottom | align.AlignLeft, f"{left:.3g}, {bottom:.3g}")
        painter.drawText(inner, align.AlignTop | align.AlignRight, f"{right:.3g}, {top:.3g}")


def _extent(points: NDArray[np.floating]) -> tuple[float, float, float, float]:
    if not len(points):
        return (-EXTENT, EXTENT, -EXTENT, EXTENT)
    reach = float(np.abs(points[:, :2]).max())
    if EXTENT / 3.0 <= reach <= EXTENT:
        return (-EXTENT, EXTENT, -EXTENT, EXTENT)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    middle, half = (low + high) / 2.0, np.maximum((high - low) * 0.56, 1e-6)
    return (
        float(middle[0] - half[0]), float(middle[0] + half[0]), float(middle[1] - half[1]), float(middle[1] + half[1])
    )  # fmt: skip
