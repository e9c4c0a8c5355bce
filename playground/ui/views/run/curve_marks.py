"""What stands on the curves: the changes made while the run went on, and the best moment."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from playground.analysis.run.curves import Best
from playground.training.history import Mark
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

MOST_LINES = 60
MOST_WORDS = 8
"""Only the newest changes are worded; the lines of older ones stay."""
ROWS = 4

PLATE = 225
"""How solid the ground of the best value is, of 255: lines do not run through it."""
APART = 1.4
"""Room that the words of the best value need, in their height."""

class MarkLines:
    """Dashed lines with the words of a change."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self.lines: list[pg.InfiniteLine] = []
        self._words: list[tuple[pg.TextItem, float]] = []
        self._shown: tuple[tuple[Mark, ...], str] = ((), "")

    @property
    def texts(self) -> list[str]:
        """The words on the plot."""
        return [item.toPlainText() for item, _ in self._words]

    def show(self, marks: tuple[Mark, ...], axis: str) -> None:
        """Show the newest marks at their places on an axis."""
        if (marks, axis) == self._shown:
            return
        self._shown = (marks, axis)
        self._rebuild()

    def restyle(self) -> None:
        """Take over colours and sizes."""
        self._rebuild()

    def _rebuild(self) -> None:
        for item in [*self.lines, *(words for words, _ in self._words)]:
            self._plot.removeItem(item)
        self.lines, self._words = [], []
        marks, axis = self._shown
        pen = pg.mkPen(THEME.tokens.secondary, width=1, style=Qt.PenStyle.DashLine)
        for mark in marks[-MOST_LINES:]:
            line = pg.InfiniteLine(float(getattr(mark.moment, axis)), angle=90, pen=pen)
            self._plot.addItem(line, ignoreBounds=True)
            self.lines.append(line)
        for mark in marks[-MOST_WORDS:]:
            words = pg.TextItem(mark.text, color=THEME.tokens.secondary, fill=veil())
            words.setFont(THEME.font(13))
            words.setZValue(5)
            self._plot.addItem(words, ignoreBounds=True)
            self._words.append((words, float(getattr(mark.moment, axis))))
        self.arrange()

    def arrange(self) -> None:
        """Put the words at the top, one row lower where they would cover others, and on the side with room."""
        (left, right), (bottom, top) = self._plot.box.viewRange()
        size = self._plot.box.size()
        if right <= left or size.width() <= 0 or size.height() <= 0:
            return
        metrics = QFontMetrics(THEME.font(13))
        per_pixel = (right - left) / size.width()
        row_height = (top - bottom) / size.height() * (metrics.height() + THEME.px(4))
        ends = [-math.inf] * ROWS
        for words, x in self._words:
            width = (metrics.horizontalAdvance(words.toPlainText()) + THEME.px(10)) * per_pixel
            leftwards = x + width > right and x - width >= left
            # Where neither side has room, the words stand across their line.
            start = x - width if leftwards else max(left, min(x, right - width))
            row = next((row for row in range(ROWS) if ends[row] <= start), ROWS - 1)
            ends[row] = max(ends[row], start + width)
            words.setAnchor((1.0 if leftwards else 0.0, 0.0))
            words.setPos(x if leftwards else start, top - row * row_height)
            words.setVisible(left <= x <= right)


class BestMarker:
    """A ringed diamond at the least validation loss, with its value in words."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self.point = pg.ScatterPlotItem(symbol="d", size=THEME.px(11), pxMode=True)
        self.words = pg.TextItem("")
        for item in (self.point, self.words):
            item.setZValue(6)
            item.setVisible(False)
            plot.addItem(item, ignoreBounds=True)
        self._place = (0.0, 0.0)
        plot.box.sigRangeChanged.connect(self._keep_inside)
        self.restyle()

    def restyle(self) -> None:
        """Take over colours and sizes."""
        self.point.setPen(pg.mkPen(THEME.tokens.panel, width=1))
        self.point.setBrush(pg.mkBrush(THEME.tokens.validation))
        self.point.setSize(THEME.px(11))
        self.words.setColor(THEME.tokens.validation)
        self.words.setFont(THEME.font(13))
        self.words.fill = pg.mkBrush(veil(PLATE))

    def show(self, best: Best | None, axis: str, logarithmic: bool) -> None:
        """Mark the best moment, or nothing."""
        seen = best is not None and math.isfinite(best.value) and (best.value > 0 or not logarithmic)
        self.point.setVisible(seen)
        self.words.setVisible(seen)
        if best is None or not seen:
            return
        x = float(getattr(best.moment, axis))
        y = math.log10(best.value) if logarithmic else best.value
        self.point.setData([x], [y])
        self.words.setText(f"best {number_words(best.value)}")
        self._place = x, y
        self._keep_inside()

    def _keep_inside(self, *_: object) -> None:
        """Stand beside the point on the side of the middle, above it unless that is too near to the upper edge."""
        x, y = self._place
        (left, right), (bottom, top) = self._plot.box.viewRange()
        height = self.words.boundingRect().height() * self._plot.box.viewPixelSize()[1]
        above = y + APART * height < top or y - APART * height < bottom
        self.words.setAnchor((1.0 if x > (left + right) / 2 else 0.0, 1.3 if above else -0.3))
        self.words.setPos(x, y)


def veil(alpha: int = 140) -> pg.QtGui.QColor:
    """The colour of the panel, half clear: words stay readable over lines."""
    color = THEME.color("panel")
    color.setAlpha(alpha)
    return color
