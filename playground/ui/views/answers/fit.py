"""Data and curve: what a network with one feature answers over the range of that feature, among its examples."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.fit import Fit, FitAnalysis
from playground.analysis.base import Analysis
from playground.data.base import PARTS, Part
from playground.ui.views.base import View
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

FIRST = -1
SYMBOLS: dict[Part, str] = {"train": "o", "validation": "s", "test": "d"}
"""Each part has a shape beside its colour."""
NEAR = 14
"""Pixels within which an example is read."""
ROOM = 0.06
"""Above and below what is drawn, as a share of its height."""


class FitPlot(FittedPlot):
    """Examples, the curve, and the lines between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.area = (0.0, 1.0, 0.0, 1.0)
        """Left, right, bottom and top of what is drawn."""
        super().__init__(parent)
        self.lines = pg.PlotCurveItem(connect="pairs")
        self.clouds = {part: pg.ScatterPlotItem(pxMode=True) for part in PARTS}
        self.curve = pg.PlotCurveItem(connect="finite")
        self.residual = pg.PlotCurveItem()
        for height, item in enumerate((self.lines, *self.clouds.values(), self.curve, self.residual)):
            item.setZValue(height)
            self.addItem(item)

    def show_whole(self) -> None:
        left, right, bottom, top = self.area
        self.box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)


class FitView(View):
    """The curve of a network with one feature, with the examples of each part."""

    analysis: ClassVar[type[Analysis]] = FitAnalysis
    title: ClassVar[str] = "Fit"
    empty: ClassVar[str] = "Press play to see the answer as a curve among the examples."
    pulses: ClassVar[int] = 3
    rank: ClassVar[int] = 96

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Fit | None = None
        self.plot = FitPlot()
        self.plot.setAccessibleName("Examples and the curve of the network")
        self.legend = self.legend_in(self.plot, self.plot)
        self.body_layout.addWidget(self.plot, 1)
        self.output_box = combo_box("Answer", "Which number or class the curve is of", [("as usual", str(FIRST))])
        self.parameters.bind("output", self.output_box)
        self.boxes = {part: self.parameters.switch(f"{part}_points") for part in PARTS}
        self.residuals_box = self.parameters.switch("residuals")
        self.options_layout.addWidget(self.residuals_box)
        self.add_more([("Answer", self.output_box), *(("", box) for box in self.boxes.values())])
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def restyle(self) -> None:
        self.plot.restyle()

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def shown_parts(self) -> list[Part]:
        """The parts that have examples and are wanted."""
        assert self.result is not None
        return [part for part in PARTS if len(self.result.points[part].x) and self.parameters.value(f"{part}_points")]

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        assert self.result is not None
        result, parts = self.result, self.shown_parts()
        self.heading_changed.emit(self.heading)
        names = [(name, str(number)) for number, name in enumerate(result.names)]
        self.parameters.offer(
            "output", self.output_box, [("first" if not result.classifies else "usual", "-1"), *names]
        )
        for part, cloud in self.plot.clouds.items():
            points = result.points[part]
            cloud.setVisible(part in parts)
            cloud.setData(
                x=points.x, y=points.wanted, symbol=SYMBOLS[part], size=THEME.px(7),
                brush=pg.mkBrush(THEME.tokens.part_color(part)), pen=pg.mkPen(THEME.tokens.panel, width=1),
            )  # fmt: skip
        self.plot.curve.setPen(pg.mkPen(THEME.tokens.text, width=THEME.px(2.5)))
        self.plot.curve.setData(result.xs, result.curve)
        self._draw_residuals(result, parts)
        self._forget()
        self.plot.name_axes(result.feature, result.name)
        self.plot.area = area(result, parts)
        self.plot.fit()
        self.legend.show_entries(entries(result, parts))

    def _draw_residuals(self, result: Fit, parts: list[Part]) -> None:
        shown = [result.points[part] for part in parts] if self.parameters.value("residuals") else []
        ink = QColor(THEME.tokens.secondary)
        ink.setAlpha(150)
        self.plot.lines.setPen(pg.mkPen(ink, width=1))
        x = np.concatenate([np.repeat(points.x, 2) for points in shown]) if shown else np.zeros(0)
        y = (
            np.concatenate([np.column_stack([points.wanted, points.said]).ravel() for points in shown])
            if shown
            else np.zeros(0)
        )
        self.plot.lines.setData(x, y)

    # Reading --------------------------------------------------------------------------------------------------------

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        found = nearest(self.result, self.shown_parts(), place, self.plot.box.viewPixelSize())
        if found is None:
            self.plot.residual.setData([], [])
            self.legend.show_readout(curve_words(self.result, place.x()))
            return
        part, row = found
        points = self.result.points[part]
        self.plot.residual.setPen(pg.mkPen(THEME.tokens.part_color(part), width=THEME.px(3)))
        self.plot.residual.setData([points.x[row]] * 2, [points.wanted[row], points.said[row]])
        self.legend.show_readout(point_words(self.result, part, row))

    @Slot()
    def _forget(self) -> None:
        self.plot.residual.setData([], [])
        self.legend.show_readout("")


def area(result: Fit, parts: list[Part]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of all that is seen; probabilities from 0 to 1."""
    every = np.concatenate([result.curve, *(result.points[part].wanted for part in parts)])
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    if result.classifies:
        low, high = 0.0, 1.0
    room = ROOM * (high - low) or 1.0
    return float(result.xs[0]), float(result.xs[-1]), low - room, high + room


def entries(result: Fit, parts: list[Part]) -> list[Entry]:
    """What is seen; of each part how far its examples are from the curve on average."""
    found = [Entry(f"network, step {result.step:,}", "line", THEME.tokens.text)]
    for part in parts:
        off = number_words(float(np.abs(result.points[part].residuals).mean()))
        found.append(Entry(f"{part}: off by {off}", "", THEME.tokens.part_color(part), SYMBOLS[part]))
    return found


def nearest(result: Fit, parts: list[Part], place: QPointF, pixel: tuple[float, float]) -> tuple[Part, int] | None:
    """The example under the mouse: its part and its number there."""
    found: tuple[float, Part, int] | None = None
    for part in parts:
        points = result.points[part]
        away = np.hypot((points.x - place.x()) / pixel[0], (points.wanted - place.y()) / pixel[1])
        row = int(np.nanargmin(away)) if np.isfinite(away).any() else -1
        if row >= 0 and away[row] <= NEAR and (found is None or away[row] < found[0]):
            found = float(away[row]), part, row
    return None if found is None else found[1:]


def point_words(result: Fit, part: Part, row: int) -> str:
    """An example, what the network says of it, and how far that is off."""
    points = result.points[part]
    x, said, off = (number_words(float(numbers[row])) for numbers in (points.x, points.said, points.residuals))
    if result.classifies:
        wanted = result.names[int(points.classes[row])]
    else:
        wanted = number_words(float(points.wanted[row]))
    return f"{part}, {result.feature} {x}: wanted {wanted}, {result.name} {said}, residual {off}"


def curve_words(result: Fit, x: float) -> str:
    """What the network says at a place; empty outside the range."""
    if not result.xs[0] <= x <= result.xs[-1]:
        return ""
    y = float(np.interp(x, result.xs, result.curve))
    return f"{result.feature} {number_words(x)}: {result.name} {number_words(y)}"
