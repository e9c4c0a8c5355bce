"""A graph whose nodes are coloured by the network's answer, by the truth or by a hidden unit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.graph import GraphAnalysis, GraphAnswers
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.views.shared.plane_view import INK, WHITE, ring_color
from playground.ui.widgets import drawing
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

ANSWER, TRUTH = "answer", "truth"
UNIT = ", unit "
SPRING, HIDDEN = "spring", "hidden"
NEAR = 0.09
"""How near to a node the mouse must be, in units of the picture, which goes from −1 to 1."""


class GraphView(View):
    """Nodes and edges; a node that was told its answer is large with a dark rim, a wrong answer has a ring."""

    analysis: ClassVar[type[Analysis]] = GraphAnalysis
    title: ClassVar[str] = "Graph"
    empty: ClassVar[str] = "Press play to see the answer spread from the known nodes to the others."
    pulses: ClassVar[int] = 3
    rank: ClassVar[int] = 95

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: GraphAnswers | None = None
        self.plot = Plot()
        self.plot.setAccessibleName("Graph")
        self.edges = pg.PlotDataItem(connect="pairs")
        self.nodes = pg.ScatterPlotItem(pxMode=True)
        self.rings = pg.ScatterPlotItem(symbol="o", pxMode=True, brush=None)
        for depth, item in enumerate((self.edges, self.nodes, self.rings)):
            item.setZValue(depth)
            self.plot.addItem(item)
        self.color_box = combo_box("Colour", "What the colour of a node means", [("Answer", ANSWER), ("Truth", TRUTH)])
        self.layout_box = combo_box(
            "Place", "Where a node lies", [("By its neighbours", SPRING), ("By its hidden state", HIDDEN)]
        )
        self.legend = self.legend_in(self.plot, self.plot)
        for name, box in (("color", self.color_box), ("layout", self.layout_box)):
            self.parameters.bind(name, box)
        self.options_layout.addWidget(self.color_box)
        self.add_more([("Place", self.layout_box)])
        self.layout_box.currentIndexChanged.connect(self.reset_range)
        self.body_layout.addWidget(self.plot, 1)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.plot.reset_wanted.connect(self.reset_range)
        self.restyle()
        self.reset_range()

    def restyle(self) -> None:
        self.plot.restyle()
        ink = THEME.color("secondary")
        ink.setAlpha(110)
        self.edges.setPen(pg.mkPen(ink, width=1))
        self.rings.setPen(pg.mkPen(ring_color(), width=THEME.px(2)))
        self.rings.setSize(THEME.px(24))

    def places(self) -> np.ndarray:
        """Where the nodes lie, (n, 2)."""
        assert self.result is not None
        hidden = self.layout_box.currentData() == HIDDEN
        return self.result.hidden_positions if hidden else self.result.positions

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self._offer(result)
        places = self.places()
        self._show_axes(result)
        ends = places[result.edges].reshape(-1, 2)  # (m, 2, 2) -> (2 m, 2)
        self.edges.setData(ends[:, 0], ends[:, 1])
        colors = self._colors(result)
        self.nodes.setData(
            pos=places,
            symbol=[drawing.class_symbol(number) for number in result.actual.tolist()],
            size=[THEME.px(20 if known else 15) for known in result.known],
            brush=[pg.mkBrush(*color) for color in colors.tolist()],
            pen=[pg.mkPen(INK if known else WHITE, width=THEME.px(2 if known else 1)) for known in result.known],
        )
        wrong = (result.predicted != result.actual) & (self.color_box.currentData() == ANSWER)
        self.rings.setData(pos=places[wrong], brush=None)
        self.legend.show_entries(self._entries(result, int(wrong.sum())))

    def _show_axes(self, result: GraphAnswers) -> None:
        """Axes only where a place means something: a spring model has none."""
        meant = self.layout_box.currentData() == HIDDEN
        for axis in (self.plot.bottom, self.plot.side):
            axis.setVisible(meant)
        if meant:
            wide = result.hidden.get(result.hidden_title, result.probabilities).shape[1] > 2
            words = "component" if wide else "unit"
            self.plot.name_axes(f"{result.hidden_title}, {words} 1", f"{words} 2")

    def _colors(self, result: GraphAnswers) -> drawing.Colors:
        chosen = self.color_box.currentData()
        if chosen == ANSWER:
            return drawing.class_shading(result.probabilities[:, None, :], 1.0)[:, 0]
        if chosen == TRUTH:
            return drawing.class_table(len(result.class_names))[result.actual]
        title, _, unit = str(chosen).rpartition(UNIT)
        values = result.hidden[title][:, int(unit) - 1].astype(np.float64)
        limit = max(1e-9, float(np.abs(values).max()))
        return drawing.signed_table()[drawing.shades(values, -limit, limit)]

    def _offer(self, result: GraphAnswers) -> None:
        """The hidden units among the choices of colour."""
        units = [
            (f"{title}{UNIT}{unit + 1}",) * 2
            for title, states in result.hidden.items()
            for unit in range(min(16, states.shape[1]))
        ]
        self.parameters.offer("color", self.color_box, [("Answer", ANSWER), ("Truth", TRUTH), *units])

    def _entries(self, result: GraphAnswers, wrong: int) -> list[Entry]:
        if self.color_box.currentData() not in (ANSWER, TRUTH):
            entries = [Entry("negative", "square", NEGATIVE), Entry("positive", "square", POSITIVE)]
        else:
            entries = [
                Entry(name, "", drawing.class_color(number).name(), drawing.class_symbol(number))
                for number, name in enumerate(result.class_names)
            ]
        entries.append(Entry("large, with a dark rim: told"))
        if self.color_box.currentData() == ANSWER:
            entries.append(Entry(f"wrong ({wrong})", "ring", ring_color()))
            asked = int((~result.known).sum())
            entries.append(Entry(f"{result.right} of {asked} others right", "", ""))
        return entries

    @Slot()
    def reset_range(self) -> None:
        """Show the whole graph; both axes are alike where a place means something."""
        self.plot.box.setAspectLocked(self.layout_box.currentData() == HIDDEN)
        self.plot.box.setRange(xRange=(-1.12, 1.12), yRange=(-1.12, 1.12), padding=0.0)

    def settle(self) -> None:
        super().settle()
        self.reset_range()

    def pose(self, posing: bool) -> None:
        for item in (self.nodes, self.rings):
            item.opts["useCache"] = not posing

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is not None:
            self.legend.show_readout(readout(self.result, self.places(), place.x(), place.y()))

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")


def readout(result: GraphAnswers, places: np.ndarray, x: float, y: float) -> str:
    """The node under the mouse in words; empty where there is none."""
    distances = np.hypot(places[:, 0] - x, places[:, 1] - y)
    node = int(distances.argmin())
    if distances[node] > NEAR:
        return ""
    said = int(result.predicted[node])
    told = "told" if result.known[node] else "right" if said == result.actual[node] else "wrong"
    neighbours = int((result.edges == node).any(axis=1).sum())
    share = f"{result.class_names[said]} {result.probabilities[node, said]:.0%}"
    return f"{result.names[node]}: {share} ({told}), {neighbours} neighbours"
