"""The curve of an activation and its slope."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.widgets.theme import THEME

MARGIN = 8.0
Curve = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


class CurvePlot(QWidget):
    """Draws f as a solid and its slope as a dashed line, and tells both values under the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self._curve: Curve | None = None
        self._hover: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Curve of the activation and its slope")

    def set_curve(self, curve: Curve) -> None:
        """Show x, f(x) and f'(x), each (n,)."""
        self._curve = curve
        self._hover = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), THEME.px(128))

    def legend(self) -> str:
        """What the lines are, with the values under the mouse."""
        if self._curve is None or self._hover is None:
            return "f(x) solid,  slope f ′(x) dashed"
        x, f, slope = (float(part[self._hover]) for part in self._curve)
        return f"x = {x:.2f}:  f = {f:.3f},  slope {slope:.3f}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._curve is None:
            return
        count = len(self._curve[0])
        part = (event.position().x() - MARGIN) / max(1.0, self.width() - 2 * MARGIN)
        self._hover = min(max(round(part * (count - 1)), 0), count - 1)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._curve is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(THEME.color("field"))
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        x, f, slope = self._curve
        top = THEME.px(20)
        plot = QRectF(MARGIN, top, self.width() - 2 * MARGIN, self.height() - top - MARGIN)
        low, high = _range(f, slope)
        self._axes(painter, plot, x, low, high)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(THEME.color("secondary"), 1.6, Qt.PenStyle.DashLine))
        painter.drawPolyline(_line(plot, x, slope, low, high))
        painter.setPen(QPen(THEME.color("accent"), 2.0))
        painter.drawPolyline(_line(plot, x, f, low, high))
        if self._hover is not None:
            across = plot.left() + plot.width() * self._hover / (len(x) - 1)
            painter.setPen(QPen(THEME.color("secondary"), 1.0, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(across, plot.top()), QPointF(across, plot.bottom()))
        painter.setPen(THEME.color("secondary"))
        painter.setFont(THEME.font(11))
        painter.drawText(QRectF(MARGIN, 2, plot.width(), top), Qt.AlignmentFlag.AlignVCenter, self.legend())

    def _axes(self, painter: QPainter, plot: QRectF, x: NDArray[np.float64], low: float, high: float) -> None:
        painter.setPen(QPen(THEME.color("line"), 1.0))
        zero = _place(plot.bottom(), plot.top(), 0.0, low, high)
        middle = _place(plot.left(), plot.right(), 0.0, float(x[0]), float(x[-1]))
        painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero))
        painter.drawLine(QPointF(middle, plot.top()), QPointF(middle, plot.bottom()))
        painter.setPen(THEME.color("secondary"))
        painter.setFont(THEME.font(11))
        for value in _round_values(low, high):
            height = _place(plot.bottom(), plot.top(), value, low, high)
            across = plot.left() + 2 if value > 0.0 else plot.right() - THEME.px(16)  # where rising curves are not
            painter.drawText(QPointF(across, height + 4), f"{value:g}")


def _range(f: NDArray[np.float64], slope: NDArray[np.float64]) -> tuple[float, float]:
    both = np.concatenate([f, slope, [0.0]])
    finite = both[np.isfinite(both)]
    low, high = float(finite.min()), float(finite.max())
    pad = 0.06 * max(high - low, 1e-6)
    return low - pad, high + pad


def _round_values(low: float, high: float) -> list[float]:
    """One or two round numbers other than zero, to read the height by."""
    step = 10.0 ** math.floor(math.log10(max(abs(low), abs(high), 1e-9)))
    return [value for value in (-step, step) if low <= value <= high]


def _place(start: float, stop: float, value: float, low: float, high: float) -> float:
    return start + (stop - start) * (value - low) / (high - low)


def _line(plot: QRectF, x: NDArray[np.float64], y: NDArray[np.float64], low: float, high: float) -> QPolygonF:
    across = np.linspace(plot.left(), plot.right(), len(x))
    heights = plot.bottom() - (y - low) / (high - low) * plot.height()
    return QPolygonF([QPointF(a, h) for a, h in zip(across, heights, strict=True) if math.isfinite(h)])
