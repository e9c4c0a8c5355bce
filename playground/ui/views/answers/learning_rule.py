"""How a rule learns in the plane: a line that turns at each mistake, or centroids that move to their points."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.learning_rule import LearningRule, LearningRuleAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.shared.plane_view import INK, WHITE, PlaneView, ring_color
from playground.ui.widgets import drawing
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import MIDDLE, THEME

PALE = 0.45
"""Share of its full colour that a class or cluster has in the background."""
LINE = "#10151b"


class LearningRuleView(PlaneView):
    """Points, what the rule says of every place, and the way it came: dotted lines or the paths of the centroids."""

    analysis: ClassVar[type[Analysis]] = LearningRuleAnalysis
    title: ClassVar[str] = "Learning rule"
    empty: ClassVar[str] = "Press play, or step by step, to see the rule learn."
    pulses: ClassVar[int] = 3
    rank: ClassVar[int] = 95

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LearningRule | None = None
        self.field.smooth = False
        self.points = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.rings = pg.ScatterPlotItem(symbol="o", pxMode=True, brush=None)
        self.past = pg.PlotDataItem(connect="pairs")
        self.line = pg.PlotDataItem(connect="pairs")
        self.paths = pg.PlotDataItem(connect="finite")
        self.centres = pg.ScatterPlotItem(symbol="star", pxMode=True)
        items = (self.points, self.rings, self.past, self.paths, self.line, self.centres)
        for depth, item in enumerate(items, start=1):
            item.setZValue(depth)
            self.plot.addItem(item)
        self.past_box = self.parameters.switch("past")
        self.options_layout.addWidget(self.past_box)
        self.restyle()

    def restyle(self) -> None:
        self.plot.restyle()
        self.points.setSize(THEME.px(8))
        self.rings.setSize(THEME.px(15))
        self.rings.setPen(pg.mkPen(ring_color(), width=THEME.px(2)))
        self.centres.setSize(THEME.px(22))
        ink = QColor(LINE)
        self.line.setPen(pg.mkPen(ink, width=THEME.px(3)))
        ink.setAlpha(130)
        self.past.setPen(pg.mkPen(ink, width=1, style=Qt.PenStyle.DotLine))
        self.paths.setPen(pg.mkPen(QColor(LINE), width=THEME.px(2), style=Qt.PenStyle.DotLine))

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        count = max(2, len(result.class_names), int(result.answers.max(initial=0)) + 1, result.centroids.shape[1])
        table = drawing.class_table(count)
        middle = drawing.rgb(MIDDLE).astype(np.float32)
        pale = (middle + (table.astype(np.float32) - middle) * PALE).astype(np.uint8)
        self.show_plane(pale[result.field])
        told = result.rule == "perceptron" and result.classes is not None
        shown = result.classes if told and result.classes is not None else result.answers
        brushes = [pg.mkBrush(*table[number].tolist()) for number in shown]
        symbols = [drawing.class_symbol(number) for number in shown.tolist()]
        self.points.setData(pos=result.xy.astype(np.float64), brush=brushes, pen=pg.mkPen(WHITE), symbol=symbols)
        self.rings.setData(pos=result.xy[result.wrong].astype(np.float64), brush=None)
        self._draw_lines(result)
        self._draw_centroids(result, table)
        self.legend.show_entries(self._entries(result, count))

    def _draw_lines(self, result: LearningRule) -> None:
        ends = [segment(line, result.extent) for line in result.lines.tolist()]
        past = np.array([place for pair in ends[:-1] for place in pair]).reshape(-1, 2)
        now = np.array(list(ends[-1]) if ends else []).reshape(-1, 2)
        self.past.setData(past[:, 0], past[:, 1])
        self.past.setVisible(self.past_box.isChecked())
        self.line.setData(now[:, 0], now[:, 1])

    def _draw_centroids(self, result: LearningRule, table: drawing.Colors) -> None:
        places = result.centroids
        gap = np.full((1, places.shape[1], 2), np.nan)
        way = np.concatenate([places, gap]).transpose(1, 0, 2).reshape(-1, 2)
        self.paths.setData(way[:, 0], way[:, 1])
        self.paths.setVisible(self.past_box.isChecked() and len(places) > 1)
        last = places[-1] if len(places) else np.zeros((0, 2))
        brushes = [pg.mkBrush(*table[number].tolist()) for number in range(len(last))]
        self.centres.setData(pos=last, brush=brushes, pen=pg.mkPen(INK, width=THEME.px(2)))

    def _entries(self, result: LearningRule, count: int) -> list[Entry]:
        if result.rule == "k-means":
            sizes = np.bincount(result.answers, minlength=count)
            return [
                Entry(
                    f"cluster {number + 1} ({sizes[number]})",
                    color=drawing.class_color(number).name(),
                    symbol=drawing.class_symbol(number),
                )
                for number in range(result.centroids.shape[1])
            ]
        entries = [
            Entry(name, "", drawing.class_color(number).name(), drawing.class_symbol(number))
            for number, name in enumerate(result.class_names)
        ]
        if self.past_box.isChecked() and len(result.lines) > 1:
            entries.append(Entry("earlier lines", "dot", THEME.tokens.secondary))
        entries.append(Entry(f"wrong ({int(result.wrong.sum())})", "ring", ring_color()))
        return entries

    def pose(self, posing: bool) -> None:
        for item in (self.points, self.rings, self.centres):
            item.opts["useCache"] = not posing

    def words_at(self, x: float, y: float) -> str:
        assert self.result is not None
        return words_at(self.result, x, y)


def segment(line: list[float], extent: tuple[float, float, float, float]) -> tuple[tuple[float, float], ...]:
    """Two points of the line a x + b y + c = 0 far enough apart to cross the whole picture."""
    a, b, c = line
    left, right, bottom, top = extent
    if abs(b) * (top - bottom) >= abs(a) * (right - left):
        return tuple((x, -(a * x + c) / b) for x in (left - 10 * (right - left), right + 10 * (right - left)))
    return tuple((-(b * y + c) / a, y) for y in (bottom - 10 * (top - bottom), top + 10 * (top - bottom)))


def words_at(result: LearningRule, x: float, y: float) -> str:
    """What the rule says of a place, in words."""
    if result.rule == "perceptron":
        if not len(result.lines):
            return "all weights are still 0"
        a, b, c = result.lines[-1]
        score = float(a * x + b * y + c)
        side = f", {result.class_names[int(score > 0)]}" if len(result.class_names) == 2 else ""
        return f"score {drawing.number_words(score)}{side}"
    distances = np.hypot(result.centroids[-1][:, 0] - x, result.centroids[-1][:, 1] - y)
    nearest = int(distances.argmin())
    return f"cluster {nearest + 1}, {drawing.number_words(float(distances[nearest]))} from its centre"
