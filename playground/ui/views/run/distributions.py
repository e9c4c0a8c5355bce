"""Distributions: histograms of one block over time as ridges, with the shares that are zero, dead or saturated."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.distributions import WHATS, Distributions, DistributionsAnalysis
from playground.ui.views.base import View
from playground.ui.views.run.ridge import RidgeCanvas
from playground.ui.widgets.legend import Entry, Legend, line_pen
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.painted import metrics
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

FOLLOW = ""
SHARES = (("zero", "dash"), ("dead", "line"), ("saturated", "dot"))
NAMES = {"weights": "weights", "biases": "biases", "gradients": "gradients", "activations": "values"}


class DistributionsView(View):
    """Ridges, and below them the shares over time where there are any."""

    analysis: ClassVar[type[Analysis]] = DistributionsAnalysis
    title: ClassVar[str] = "Distributions"
    empty: ClassVar[str] = "Press play to see how weights, gradients and activations spread."
    pulses: ClassVar[int] = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Distributions | None = None
        self.node_box = combo_box("Block", "Whose numbers are shown; a click on a block on the canvas shows it", [])
        self.what_box = combo_box(
            "Numbers", "Which numbers of the block: its weights, its biases, the gradient of its weights, or what it "
            "gives for 256 training examples", [(what.capitalize(), what) for what in WHATS],
        )  # fmt: skip
        self.options_layout.setSpacing(THEME.px(2))
        self.options_layout.addWidget(self.what_box)
        self.add_more([("Block", self.node_box)])
        self._pointed = FOLLOW
        self.canvas = RidgeCanvas()
        self.plot = Plot()
        self.plot.setAccessibleName("Shares over time")
        self.plot.setFixedHeight(THEME.px(86))
        self.plot.name_axes("", "share in %")
        self.now = pg.InfiniteLine(angle=90)
        self.plot.addItem(self.now, ignoreBounds=True)
        self.lines = {name: pg.PlotCurveItem(connect="finite") for name, _ in SHARES}
        for line in self.lines.values():
            self.plot.addItem(line)
        self.plot.box.setMouseEnabled(x=False, y=False)
        self.legend = Legend()
        self.body_layout.addWidget(self.canvas, 1)
        self.body_layout.addWidget(self.plot)
        self.body_layout.addWidget(self.legend)
        self.parameters.bind_with("node", self._chosen_node, self._show_node, self.node_box.currentIndexChanged)
        self.parameters.bind("what", self.what_box)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.restyle()

    def _chosen_node(self) -> str:
        return str(self.node_box.currentData() or FOLLOW)

    def _show_node(self, node: str) -> None:
        """The chosen block; that which is followed is shown with its result."""
        row = self.node_box.findData(node)
        if row >= 0:
            self.node_box.setCurrentIndex(row)

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        self.plot.restyle()
        self.plot.setFixedHeight(THEME.px(86))
        self.plot.side.setWidth(metrics().horizontalAdvance("100") + metrics().height() + THEME.px(12))
        self.now.setPen(line_pen("dot", THEME.color("text"), THEME.px(1)))
        for name, dash in SHARES:
            self.lines[name].setPen(line_pen(dash, QColor(self._color(name)), THEME.px(2)))

    @staticmethod
    def _color(share: str) -> str:
        return {"zero": THEME.tokens.secondary, "dead": THEME.tokens.error, "saturated": THEME.tokens.warning}[share]

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self._offer(result)
        if result.pointed != self._pointed:
            self._pointed = result.pointed
            if self.parameters.value("node") and any(one.node == result.pointed for one in result.offered):
                self.parameters.choose("node", None)  # until the next choice in the box, the canvas decides
        self.canvas.show_result(result)
        shown = {name: getattr(result, name) for name, _ in SHARES}
        self._draw_shares(result, shown)
        self.legend.show_entries(self._entries(result, shown))

    def _offer(self, result: Distributions) -> None:
        items = [(one.node, one.path or one.title) for one in result.offered]
        with QSignalBlocker(self.node_box):
            known = [(self.node_box.itemData(row), self.node_box.itemText(row)) for row in range(self.node_box.count())]
            if known != items:
                self.node_box.clear()
                for node, title in items:
                    self.node_box.addItem(title, node)
            self.node_box.setCurrentIndex(self.node_box.findData(result.node))

    def _draw_shares(self, result: Distributions, shown: dict[str, NDArray[np.float64]]) -> None:
        there = {name: values for name, values in shown.items() if np.nan_to_num(values).max(initial=0.0) > 0.0}
        self.plot.setVisible(bool(there) and len(result.steps) > 1)
        for name, line in self.lines.items():
            line.setData(result.steps.astype(float), 100.0 * there[name]) if name in there else line.setData()
        self.now.setPos(result.step)
        last = max(1.0, float(result.steps[-1]))
        highest = max((float(np.nanmax(values)) for values in there.values()), default=1.0)
        self.plot.box.setRange(xRange=(0.0, 1.01 * last), yRange=(0.0, 105.0 * max(highest, 0.02)), padding=0.0)

    def _entries(self, result: Distributions, shown: dict[str, NDArray[np.float64]]) -> list[Entry]:
        missing = f"no {result.asked}, but " if result.asked != result.what else ""
        entries = [Entry(f"{result.title}: {missing}{result.what}, step {result.steps[result.now]:,}")]
        for name, dash in SHARES:
            value = float(shown[name][result.now])
            if math.isnan(value) or (name == "zero" and result.what == "gradients" and not value):
                continue
            entries.append(Entry(self._words(result, name, value), dash, self._color(name)))
        below, above = (int(count) for count in result.outside[result.now])
        if below or above:
            entries.append(Entry(f"{below + above} outside the range, counted at its edges"))
        return entries

    @staticmethod
    def _words(result: Distributions, name: str, value: float) -> str:
        if name == "dead":
            return f"dead {value:.0%} ({round(value * result.units)} of {result.units} units)"
        if name == "saturated":
            return f"saturated {value:.0%}"
        return f"{value:.0%} of the {NAMES[result.what]} are 0" if value < 0.005 or value >= 0.01 else "under 1% are 0"
