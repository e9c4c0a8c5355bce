"""Gradient flow: gradient, weights and steps of every layer over time, their profile over depth now, and warnings."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.gradient_flow import GradientFlowAnalysis, LayerFlow, LayerSizes
from playground.analysis.run.gradient_warnings import VANISHING, Warning, short
from playground.ui.views.base import View
from playground.ui.views.run.layer_bars import Bar, LayerBars, depth_color, depth_dash
from playground.ui.views.run.warning_rows import WarningRows
from playground.ui.views.shared.curve_lines import bounds, thin, to_scale
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.painted import in_scroll_area, metrics
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

SIZES = (
    ("Gradient", "gradient"), ("Weights", "weights"), ("Step", "update"), ("Ratio", "ratio"),
)  # fmt: skip
WORDS = {
    "gradient": "gradient", "weights": "weights", "update": "step", "ratio": "step ÷ weights",
}  # fmt: skip
HEALTHY = 1e-3
"""A step of a thousandth of the weights: neither standing still nor thrown about."""
MOST_POINTS = 500
WIDE = 1.15
"""Where the view is so much wider than high, plot and bars stand side by side."""
WIDE_ENOUGH = 400
WARNING_SHARE = 0.26
"""Part of the height that warnings take at most before they scroll: the picture is more important."""
UNLIMITED = 16_777_215
"""Qt's word for no greatest height."""
NEAR = 14
"""Pixels within which a line is read."""


class GradientFlowView(View):
    """Lines over steps, bars over depth."""

    analysis: ClassVar[type[Analysis]] = GradientFlowAnalysis
    title: ClassVar[str] = "Gradient flow"
    empty: ClassVar[str] = "Press play to see how large gradients and steps are in every layer."
    pulses: ClassVar[int] = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LayerFlow | None = None
        self.size_box = combo_box(
            "Size", "What is shown of every layer: the norm of its gradient, of its weights, of the step that changes "
            "them, or the ratio of step to weights (healthy: about 0.001)", SIZES,
        )  # fmt: skip
        self.options_layout.addWidget(self.size_box)
        self.plot = Plot()
        self.plot.setAccessibleName("Sizes over time")
        self.limit = pg.InfiniteLine(angle=0)
        self.now = pg.InfiniteLine(angle=90)
        for item in (self.limit, self.now):
            self.plot.addItem(item, ignoreBounds=True)
        self.lines: list[pg.PlotCurveItem] = []
        self.bars = LayerBars()
        self.bars_area: QScrollArea = in_scroll_area(self.bars)
        self.bars_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.warning_rows = WarningRows()
        self.hint = Label("Press play to see it over time.")
        self.hint.setProperty("role", "secondary")
        self.pictures = QWidget()
        self.legend = self.legend_in(self.pictures, self.plot)
        self.legend.read_over(self.bars_area)
        self.parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.pictures)
        self.parts.setContentsMargins(0, 0, 0, 0)
        self.parts.setSpacing(THEME.px(8))
        self.parts.addWidget(self.plot, 6)
        self.parts.addWidget(self.bars_area, 5)
        self.body_layout.addWidget(self.warning_rows)
        self.body_layout.addWidget(self.pictures, 1)
        self.body_layout.addWidget(self.hint)
        self.plot.hide()  # until there is a step
        self._moved = False
        self.parameters.bind("size", self.size_box)
        self.plot.range_taken.connect(self._keep_range)
        self.plot.reset_wanted.connect(self.reset_range)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.bars.pointed.connect(self.legend.show_readout)
        self.warning_rows.fix_wanted.connect(self._fix)
        self.restyle()

    @property
    def size_shown(self) -> str:
        """"gradient", "weights", "update" or "ratio"."""
        return str(self.size_box.currentData())

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        self.plot.restyle()
        # Room for the longest number beside the name: pyqtgraph makes it too late, when it paints.
        self.plot.side.setWidth(metrics().horizontalAdvance("0.0001") + metrics().height() + THEME.px(12))
        self.limit.setPen(line_pen("dash", THEME.color("warning"), THEME.px(1)))
        self.now.setPen(line_pen("dot", THEME.color("text"), THEME.px(1)))
        for line in self.lines:
            line.setData()
        self.fit()

    def draw(self) -> None:
        assert self.result is not None
        result, size = self.result, self.size_shown
        self.plot.side.logarithmic = True
        self.plot.name_axes("steps", WORDS[size])
        started = any(len(layer.step) for layer in result.layers)
        self.plot.setVisible(started)
        self.hint.setVisible(not started)
        self._draw_lines(result, size)
        limit = self._limit_shown()
        self.limit.setVisible(not math.isnan(limit))
        if not math.isnan(limit):
            self.limit.setPos(math.log10(limit))
        self.now.setPos(result.step)
        faulty = {node for warning in result.warnings for node in warning.nodes}
        self.bars.show_bars(
            [_bar(layer, size, chosen=result.chosen, faulty=faulty) for layer in result.layers], limit
        )
        self.warning_rows.show_warnings(result.warnings)
        self.legend.show_entries(self._entries(result, limit))
        if not self._moved:
            self.reset_range()
        self.fit()

    def _limit_shown(self) -> float:
        return {"gradient": VANISHING, "ratio": HEALTHY}.get(self.size_shown, math.nan)

    def _draw_lines(self, result: LayerFlow, size: str) -> None:
        count = len(result.layers)
        while len(self.lines) < count:
            line = pg.PlotCurveItem(connect="finite")
            self.plot.addItem(line)
            self.lines.append(line)
        for line in self.lines[count:]:
            line.setData()
        for number, (line, layer) in enumerate(zip(self.lines, result.layers, strict=False)):
            width = THEME.scale * (3.0 if layer.node == result.chosen else 1.5)
            line.setPen(line_pen(depth_dash(number), depth_color(number, count), width))
            line.setZValue(1 if layer.node == result.chosen else 0)
            line.setData(*thin(layer.step, to_scale(layer.over_time(size), True), MOST_POINTS))

    def _entries(self, result: LayerFlow, limit: float) -> list[Entry]:
        entries = [Entry(f"now, step {result.step:,}", "dot", THEME.tokens.text)]
        if self._reaches(result, limit):
            words = "0.000001: under it nothing is learned" if limit == VANISHING else "0.001: healthy"
            entries.append(Entry(words, "dash", THEME.tokens.warning))
        return entries

    def _reaches(self, result: LayerFlow, limit: float) -> bool:
        """Whether the limit lies among the numbers that are shown."""
        shown = [np.append(one.over_time(self.size_shown), one.now[self.size_shown]) for one in result.layers]
        low, high = bounds(to_scale(values, True) for values in shown)
        return not math.isnan(limit) and low - 0.5 < math.log10(limit) < high + 0.5

    def fit(self) -> None:
        """Side by side where there is width, else one above the other; bars get no more than their rows need."""
        beside = self.width() > max(WIDE * self.height(), THEME.px(WIDE_ENOUGH))
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        if self.parts.direction() != (across if beside else down):
            self.parts.setDirection(across if beside else down)
        rows = self.bars.minimumSizeHint().height() + 2
        self.bars_area.setMaximumHeight(UNLIMITED if beside or self.plot.isHidden() else rows)
        self.warning_rows.fit(round(WARNING_SHARE * self.height()))

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.fit()

    def settle(self) -> None:
        super().settle()
        self.fit()
        self.body_layout.activate()
        self.parts.activate()
        if not self._moved:
            self.reset_range()

    # Range and reading ----------------------------------------------------------------------------------------------

    @Slot()
    def _keep_range(self) -> None:
        self._moved = True

    @Slot()
    def reset_range(self) -> None:
        """Everything in sight."""
        self._moved = False
        if self.result is None:
            return
        values = [to_scale(layer.over_time(self.size_shown), True) for layer in self.result.layers]
        low, high = bounds(values)
        room = max(0.15, 0.05 * (high - low))
        last = max((float(layer.step[-1]) for layer in self.result.layers if len(layer.step)), default=1.0)
        last = max(last, float(self.result.step), 1.0)
        self.plot.box.setRange(xRange=(0.0, last * 1.01), yRange=(low - room, high + room), padding=0.0)

    @Slot(str)
    def redraw(self, name: str = "") -> None:
        self._moved = False
        self.renew()

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        reach = NEAR * self.plot.box.viewPixelSize()[1]
        found: tuple[float, LayerSizes, int] | None = None
        for layer in self.result.layers:
            if not len(layer.step):
                continue
            index = int(np.abs(layer.step - place.x()).argmin())
            away = abs(float(to_scale(layer.over_time(self.size_shown), True)[index]) - place.y())
            if away <= reach and (found is None or away < found[0]):
                found = away, layer, index
        if found is None:
            self.legend.show_readout(f"step {max(0.0, place.x()):,.0f}")
            return
        _, layer, index = found
        value = float(layer.over_time(self.size_shown)[index])
        self.legend.show_readout(
            f"{layer.title}, step {layer.step[index]:,.0f}: {WORDS[self.size_shown]} {short(value)}"
        )

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")

    # Mending --------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _fix(self, warning: Warning) -> None:
        self.edit_wanted.emit(warning.fix, "", {node: dict(parameters) for node, parameters in warning.edits})


def _bar(layer: LayerSizes, size: str, *, chosen: str, faulty: set[str]) -> Bar:
    value = layer.now[size]
    words = "—" if math.isnan(value) else short(value)
    return Bar(layer.title, value, words, layer.node == chosen, layer.node in faulty)
