"""Histograms of many moments as a landscape of ridges: the oldest at the back, the newest in front."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from playground.analysis.run.distributions import Distributions
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.plots import tick_words
from playground.ui.widgets.theme import THEME

GAP = 6
OVERLAP = 0.34
"""Part of the height that the ridge at the back may rise above its base."""
PEAK = 1.25
"""How far above the usual height a peak is still drawn; what is higher is cut off flat."""
SPIKE = 0.05
"""From this share on zeros stand out from the other values of their bin."""
STEP_LABELS = 5


class RidgeCanvas(Canvas):
    """Outlines over a common scale of values; the moment looked at stands out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Distributions | None = None
        self.setAccessibleName("Histograms over time")

    def show_result(self, result: Distributions) -> None:
        """Show these histograms."""
        self.result = result
        low, high = tick_words(_round(result.edges[0])), tick_words(_round(result.edges[-1]))
        self.setAccessibleDescription(f"{len(result.steps)} moments, values from {low} to {high}")
        self.changed()

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(140), THEME.px(90))

    # Geometry -------------------------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """Where the ridges stand: steps have room on the right, values below."""
        right = self._label_width() + THEME.px(2 * GAP)
        below = metrics().height() + THEME.px(GAP)
        return QRectF(THEME.px(GAP), THEME.px(2), max(1.0, self.width() - right - THEME.px(GAP)),
                      max(1.0, self.height() - below - THEME.px(2)))  # fmt: skip

    def _label_width(self) -> int:
        if self.result is None:
            return 0
        words = [*(self.label_of(row) for row in self._labelled()), self.label_of(self.result.now)]
        return max(metrics(bold=True).horizontalAdvance(text) for text in words)

    def label_of(self, row: int) -> str:
        assert self.result is not None
        step = f"{int(self.result.steps[row]):,}"
        return f"now {step}" if row == self.result.now else step

    def _labelled(self) -> list[int]:
        """Rows whose step is written: a few, evenly."""
        assert self.result is not None
        count = len(self.result.steps)
        return sorted(set(np.linspace(0, count - 1, min(count, STEP_LABELS)).round().astype(int).tolist()))

    def base(self, row: int) -> float:
        """The height at which a ridge stands."""
        assert self.result is not None
        area, count = self.area(), len(self.result.steps)
        rise = OVERLAP * area.height()
        return area.bottom() if count < 2 else area.top() + rise + (area.height() - rise) * row / (count - 1)

    def heights(self) -> NDArray[np.float64]:
        """Heights of all ridges in pixels, (moments, bins): one scale for all, cut off above the usual peak."""
        assert self.result is not None
        counts = self.result.counts.astype(np.float64)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
        usual = usual_peak(shares, self._zero_bins())
        heights: NDArray[np.float64] = np.minimum(shares / usual, PEAK) / PEAK * OVERLAP * self.area().height()
        return heights

    def _zero_bins(self) -> NDArray[np.bool_]:
        """Which bins, (moments, bins), hold many values that are exactly 0, such as those of a ReLU."""
        assert self.result is not None
        place = int(np.searchsorted(self.result.edges, 0.0, side="right")) - 1
        bins: NDArray[np.bool_] = np.zeros(self.result.counts.shape, dtype=bool)
        if 0 <= place < bins.shape[1]:
            bins[:, place] = self.result.zero > SPIKE
        return bins

    def row_at(self, y: float) -> int:
        """The moment whose base is nearest to a height."""
        assert self.result is not None
        return min(range(len(self.result.steps)), key=lambda row: abs(self.base(row) - y))

    # Painting -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(THEME.font(13))
        area, heights = self.area(), self.heights()
        self._paint_values(painter, area)
        for row in range(len(heights)):
            self._paint_ridge(painter, row, heights[row], area)
        self._paint_steps(painter, area)

    def _paint_values(self, painter: QPainter, area: QRectF) -> None:
        assert self.result is not None
        low, high = float(self.result.edges[0]), float(self.result.edges[-1])
        line = metrics().height()
        for value in value_ticks(low, high, area.width(), THEME.px(64)):
            x = area.left() + area.width() * (value - low) / (high - low)
            painter.setPen(QPen(THEME.color("line"), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(THEME.color("secondary"))
            wide = metrics().horizontalAdvance(tick_words(value)) + 2
            left = min(max(0.0, x - wide / 2), self.width() - wide)
            painter.drawText(QRectF(left, area.bottom() + THEME.px(GAP) - 2, wide, line), 0, tick_words(value))

    def _paint_ridge(self, painter: QPainter, row: int, heights: NDArray[np.float64], area: QRectF) -> None:
        assert self.result is not None
        base, wide = self.base(row), area.width() / len(heights)
        points = [QPointF(area.left(), base)]
        points += [QPointF(area.left() + (n + 0.5) * wide, base - float(h)) for n, h in enumerate(heights)]
        points.append(QPointF(area.right(), base))
        fill, outline = self.colors_of(row)
        now = row == self.result.now
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(points))
        painter.setPen(QPen(outline, THEME.px(2) if now else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))

    def colors_of(self, row: int) -> tuple[QColor, QColor]:
        """Fill and outline: the younger the stronger; grey for what comes after the moment looked at."""
        assert self.result is not None
        panel, now = THEME.color("panel"), self.result.now
        if row == now:
            return _mixed(panel, THEME.color("accent"), 0.85), THEME.color("text")
        later = row > now
        color = THEME.color("secondary" if later else "accent")
        age = 0.5 if later else (row + 1) / (now + 1)
        return _mixed(panel, color, 0.12 + 0.45 * age), _mixed(panel, color, 0.45 + 0.55 * age)

    def _paint_steps(self, painter: QPainter, area: QRectF) -> None:
        assert self.result is not None
        line, now = metrics().height(), self.result.now
        taken: list[float] = []
        for row in [now, *(row for row in reversed(self._labelled()) if row != now)]:
            y = self.base(row)
            top = max(0.0, min(y - line * 0.7, self.height() - line))
            if any(abs(top - other) < line for other in taken):
                continue
            taken.append(top)
            painter.setFont(THEME.font(13, bold=row == now))
            painter.setPen(THEME.color("text" if row == now else "secondary"))
            painter.drawText(QRectF(area.right() + THEME.px(GAP), top, self.width(), line), 0, self.label_of(row))

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        area, result = self.area(), self.result
        if not area.contains(place):
            return ""
        row = self.row_at(place.y())
        column = min(len(result.edges) - 2, int((place.x() - area.left()) / area.width() * (len(result.edges) - 1)))
        low, high = (tick_words(_round(value)) for value in result.edges[column : column + 2])
        share = result.counts[row, column] / max(1, result.counts[row].sum())
        return f"step {result.steps[row]:,}: {share:.1%} between {low} and {high}"


def usual_peak(shares: NDArray[np.float64], zeros: NDArray[np.bool_]) -> float:
    """The height that most peaks (moments, bins) reach: the median over moments, bins of many zeros apart.

    Of a ReLU half of all values may be exactly 0; on the scale of that bin nothing else would be seen.
    """
    if not shares.size:
        return 1.0
    peaks = np.where(zeros, 0.0, shares).max(axis=1)
    peaks = np.where(peaks > 0.0, peaks, shares.max(axis=1))
    return float(max(np.median(peaks), 1e-9))


def value_ticks(low: float, high: float, size: float, apart: float) -> list[float]:
    """Round values between two ends, at least so many pixels apart."""
    step = (high - low) * apart / max(size, 1.0)
    unit = 10.0 ** math.floor(math.log10(step))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= step * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _round(value: float) -> float:
    return float(f"{value:.3g}")


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    parts = ((one.redF(), other.redF()), (one.greenF(), other.greenF()), (one.blueF(), other.blueF()))
    return QColor.fromRgbF(*(a + (b - a) * share for a, b in parts))
