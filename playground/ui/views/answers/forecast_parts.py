"""What the forecast view is made of: how models are told apart, the strip of the whole series, the table of scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem, QWidget

from playground.analysis.answers.forecast import Forecast, ModelForecast, Score
from playground.data.base import PARTS
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.legend import line_pen
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

STRIP = 44
"""Height of the strip of the whole series."""
SHADE = {"train": 28, "validation": 42, "test": 42}
"""How strongly the times of the parts are tinted, from 0 to 255."""
BEHIND = 0.6
"""The same behind curves, as a share of that."""
SAMPLE, GAP = 26, 8
NAIVE = "seasonal naive"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mark:
    """How one model is told apart from the others: colour and marker."""

    color: str
    symbol: str


MARKS = (Mark("#2f9e6e", "o"), Mark("#c2388d", "d"), Mark("#2ab0c5", "s"), Mark("#8f8f1f", "t"))
"""None of them is a colour of train, validation or test."""


def mark_of(number: int) -> Mark:
    """The mark of a model by its place."""
    return MARKS[number % len(MARKS)]


class Band(QGraphicsPathItem):
    """A filled band between two curves, in the numbers of a plot."""

    def show_between(self, x: Floats, low: Floats, high: Floats) -> None:
        """Fill from `low` to `high`; nothing is filled where they are not known."""
        path = QPainterPath()
        if np.isfinite(low).all() and np.isfinite(high).all():
            places = zip([*x, *x[::-1]], [*low, *high[::-1]], strict=True)
            path.addPolygon(QPolygonF([QPointF(*place) for place in places]))
            path.closeSubpath()
        self.setPath(path)


class PartShades:
    """The times of train, validation and test as a tint of a plot."""

    def __init__(self, plot: Plot, strength: float) -> None:
        self._strength = strength
        self._regions = {part: pg.LinearRegionItem(movable=False) for part in PARTS}
        for region in self._regions.values():
            region.setZValue(-20)
            plot.addItem(region, ignoreBounds=True)

    def show(self, result: Forecast) -> None:
        """Tint the times as this series is cut; a part without time has no tint."""
        step = float(result.times[1] - result.times[0])
        for part, span in result.spans.items():
            start, stop = (float(result.times[place]) for place in span)
            self._regions[part].setRegion((start - step / 2, stop - step / 2))
            self._regions[part].setVisible(stop > start)

    def restyle(self) -> None:
        """Take over the colours of the theme."""
        for part, region in self._regions.items():
            color = QColor(THEME.tokens.part_color(part))
            color.setAlpha(round(self._strength * SHADE[part]))
            region.setBrush(color)
            for line in region.lines:
                line.setPen(pg.mkPen(None))


class Strip(Plot):
    """The whole series, small; the origin goes wherever it is clicked or dragged to."""

    picked = Signal(float)
    """A place on the axis of time."""
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Whole series")
        self.setToolTip(
            plain_tip("The whole series, tinted by train, validation and test: click or drag to forecast from there")
        )
        for side in ("bottom", "left"):
            self.item.hideAxis(side)
        self.box.setMouseEnabled(x=False, y=False)
        self.shades = PartShades(self, 1.0)
        self.line = pg.PlotDataItem()
        self.origin = pg.InfiniteLine(angle=90)
        for item in (self.line, self.origin):
            self.addItem(item)
        self.pressed = False
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.restyle()

    def show_series(self, result: Forecast) -> None:
        """Draw the series."""
        count = len(result.values)
        self.line.setData(result.times[:count], result.values)
        self.shades.show(result)
        low, high = float(result.values.min()), float(result.values.max())
        room = 0.08 * (high - low) or 1.0
        self.box.setRange(
            xRange=(float(result.times[0]), float(result.times[-1])), yRange=(low - room, high + room), padding=0.0
        )

    def restyle(self) -> None:
        super().restyle()
        self.setFixedHeight(THEME.px(STRIP))
        if hasattr(self, "line"):
            self.shades.restyle()
            self.line.setPen(pg.mkPen(THEME.tokens.text))
            self.origin.setPen(pg.mkPen(THEME.tokens.accent, width=THEME.px(2)))

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), THEME.px(STRIP))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed = True
            self._pick(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self.pressed:
            self._pick(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.pressed:
            self.pressed = False
            self.released.emit()
        event.accept()

    def _pick(self, event: QMouseEvent) -> None:
        self.picked.emit(self.box.mapSceneToView(self.mapToScene(event.position().toPoint())).x())


def unit_of(value_name: str) -> str:
    """The unit of “CO2 (ppm)” is ppm; a plain name stands for itself."""
    return value_name.rpartition("(")[2].removesuffix(")")


class ScoreTable(Canvas):
    """Every model with the sample of its line, its MASE from this origin and over a part, and its mean error."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heads: tuple[str, ...] = ()
        self.rows: list[tuple[str, Mark | None, tuple[str, ...]]] = []
        self.best_columns: list[int] = []
        self.setAccessibleName("Scores of the forecasts")

    def show_scores(self, result: Forecast) -> None:
        """Show the scores of all models, and of the seasonal naive forecast."""
        part = result.part
        self._heads = ("", "MASE here", f"MASE {part}", f"MAE, {unit_of(result.value_name)}")
        self.setToolTip(plain_tip(_tip(result)))
        scores = [model.score for model in result.models]
        self.rows = [(model.title, mark_of(number), _cells(model.score)) for number, model in enumerate(result.models)]
        self.rows.append((NAIVE, None, _cells(result.naive_score)))
        self.best_columns = _best([*scores, result.naive_score])
        self.setAccessibleDescription(self.words())
        self.changed()

    def words(self) -> str:
        """The table as sentences."""
        named = (zip(self._heads[1:], cells, strict=True) for _, _, cells in self.rows)
        pairs = (", ".join(f"{head} {cell}" for head, cell in columns) for columns in named)
        return ". ".join(f"{title}: {words}" for (title, _, _), words in zip(self.rows, pairs, strict=True))

    def _line(self) -> int:
        return metrics().height() + THEME.px(2)

    def _widths(self) -> list[int]:
        """Widths of the columns of numbers."""
        bold = metrics(bold=True)
        found = []
        for column, head in enumerate(self._heads[1:]):
            words = [metrics().horizontalAdvance(head)]
            words += [bold.horizontalAdvance(cells[column]) for _, _, cells in self.rows]
            found.append(max(words))
        return found

    def minimumSizeHint(self) -> QSize:
        wide = THEME.px(SAMPLE + GAP + 60) + sum(width + THEME.px(GAP) for width in self._widths())
        return QSize(wide, self._line() * (len(self.rows) + 1) if self.rows else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, widths, right = self._line(), self._widths(), [float(self.width())]
        for width in reversed(widths):
            right.insert(0, right[0] - width - THEME.px(GAP))
        # Below its heading the first column of numbers leaves room for long titles.
        first = max((metrics(bold=True).horizontalAdvance(cells[0]) for _, _, cells in self.rows), default=0)
        room = right[1] - first - THEME.px(SAMPLE + 2 * GAP)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("secondary"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for column, head in enumerate(self._heads[1:]):
            painter.drawText(QRectF(right[column], 0, right[column + 1] - right[column], height), flags, head)
        for row, (title, mark, cells) in enumerate(self.rows):
            top = float((row + 1) * height)
            paint_mark(painter, mark, QRectF(0, top, THEME.px(SAMPLE), height))
            painter.setFont(THEME.font(13))
            painter.setPen(THEME.color("text"))
            words = elided(painter.fontMetrics(), _short(title, room), Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(THEME.px(SAMPLE + GAP), top, room, height), Qt.AlignmentFlag.AlignVCenter, words)
            for column, cell in enumerate(cells):
                painter.setFont(THEME.font(13, bold=self.best_columns[column] == row))
                box = QRectF(right[column], top, right[column + 1] - right[column], height)
                painter.drawText(box, flags, cell)


def _short(title: str, room: float) -> str:
    """The naive forecast loses its first word where there is no room for two."""
    return title.split()[-1] if title == NAIVE and metrics().horizontalAdvance(title) > room else title


def _tip(result: Forecast) -> str:
    season = "the last step" if result.season == 1 else f"{result.season} steps before"
    return (
        "MASE: the mean absolute error, divided by that of the forecast “as one season before” within the training "
        "time; below 1 is better than that one was there. MAE: the mean absolute error in the unit of the series. "
        f"“Here” is from {result.moments[result.origin]}; the others are means over all {result.part_origins[1]} "
        f"{result.part} examples. The seasonal naive forecast says the same as {season}."
    )


def _cells(score: Score) -> tuple[str, ...]:
    numbers = (score.here, score.mase, score.error)
    return tuple(number_words(number) if np.isfinite(number) else "–" for number in numbers)


def _best(scores: list[Score]) -> list[int]:
    """For each column the row with the least number; −1 where no number is known."""
    found = []
    for column in zip(*((score.here, score.mase, score.error) for score in scores), strict=True):
        known = np.array(column, dtype=np.float64)
        found.append(int(np.nanargmin(known)) if np.isfinite(known).any() else -1)
    return found


def paint_mark(painter: QPainter, mark: Mark | None, box: QRectF) -> None:
    """The sample of a model's line: its marker on a line, or the dashes of the seasonal naive forecast."""
    centre = box.center()
    ends = QPointF(box.left(), centre.y()), QPointF(box.right(), centre.y())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if mark is None:
        painter.setPen(line_pen("dash", THEME.color("secondary"), THEME.px(2)))
        painter.drawLine(*ends)
        return
    color = QColor(mark.color)
    painter.setPen(QPen(color, THEME.px(2)))
    painter.drawLine(*ends)
    painter.setPen(QPen(THEME.color("panel"), 1))
    painter.setBrush(color)
    painter.save()
    painter.translate(centre)
    size = THEME.px(8)
    painter.scale(size, size)
    painter.setPen(QPen(THEME.color("panel"), 1.0 / size))
    painter.drawPath(pg.graphicsItems.ScatterPlotItem.Symbols[mark.symbol])
    painter.restore()


def readout(result: Forecast, step: int) -> str:
    """What was measured and what is forecast at one step, in words; empty outside."""
    if not 0 <= step < len(result.times):
        return ""
    said: list[str] = []
    if step < len(result.values):
        said.append(f"{result.value_name} {number_words(float(result.values[step]))}")
    ahead = step - result.origin - 1
    if 0 <= ahead < result.horizon:
        for model in result.models:
            said.append(f"{model.title} {number_words(float(model.ahead[ahead]))}{_sure(model, ahead)}")
        if np.isfinite(result.naive[ahead]):
            said.append(f"seasonal naive {number_words(float(result.naive[ahead]))}")
    return f"{result.moments[step]}: {', '.join(said)}" if said else result.moments[step]


def _sure(model: ModelForecast, ahead: int) -> str:
    low, high = float(model.low[-1, ahead]), float(model.high[-1, ahead])
    return f" ({number_words(low)} to {number_words(high)})" if np.isfinite(low) else ""
