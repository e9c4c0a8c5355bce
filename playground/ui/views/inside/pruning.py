"""Accuracy against sparsity, a slider for the share that goes, and a button that prunes to it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.pruning import ACCURACY, KINDS, PruningAnalysis, PruningCurves
from playground.document.project import Project
from playground.ui.views.base import View
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

SHARE_STEPS = 100
"""Places of the slider."""
WITH_BLOCKS = 280
"""Height from which there is room to say what is left of each block."""
TITLES = {"weights": "single weights", "filters": "units and filters"}
CHOICES = {"weights": "Weights", "filters": "Units"}
DASHES = {"weights": Qt.PenStyle.SolidLine, "filters": Qt.PenStyle.DashLine}


class SparsityPlot(FittedPlot):
    """Both curves, and the chosen share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.highest = 1.0
        super().__init__(parent)
        self.curves = {kind: pg.PlotDataItem(symbol="o") for kind in KINDS}
        self.chosen = pg.InfiniteLine(angle=90)
        for item in (self.chosen, *self.curves.values()):
            self.addItem(item)

    def show_whole(self) -> None:
        self.box.setRange(xRange=(-0.02, 1.02), yRange=(-0.02 * self.highest, 1.04 * self.highest), padding=0.0)


class PruningView(View):
    """How much of a network can go before it forgets."""

    analysis: ClassVar[type[Analysis]] = PruningAnalysis
    title: ClassVar[str] = "Pruning"
    empty: ClassVar[str] = "Press play, and see how many weights the network can do without."
    pulses: ClassVar[int] = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: PruningCurves | None = None
        self.kind_box = self.parameters.choice("kind", [(CHOICES[kind], kind) for kind in KINDS])
        self.prune_button = QPushButton("Prune now")
        self.prune_button.setToolTip("Take the chosen share away, for good while the network learns on. Can be undone.")
        self.prune_button.clicked.connect(self._prune)
        self.options_layout.addWidget(self.kind_box)
        self.sparsity = QSlider(Qt.Orientation.Horizontal)
        self.sparsity.setRange(0, SHARE_STEPS - 1)
        self.sparsity.setAccessibleName("Share that is taken away")
        self.sparsity.setToolTip("The share of weights, or of units and filters, that is taken away")
        self.parameters.bind("sparsity", self.sparsity, scale=SHARE_STEPS)
        self.add_more([
            ("Part", self.parameters.control("part")),
            ("Examples", self.parameters.control("count")),
        ])  # fmt: skip
        self.plot = SparsityPlot()
        self.plot.setAccessibleName("Accuracy against the share of weights that is taken away")
        self.blocks = Label()
        self.blocks.setWordWrap(True)
        self.blocks.setProperty("role", "secondary")
        self.legend = self.legend_in(self.plot, self.plot)
        self.strip = Legend()
        self.body_layout.addWidget(self.plot, 1)
        line = QHBoxLayout()
        line.addWidget(self.sparsity, 1)
        line.addWidget(self.prune_button)
        self.body_layout.addLayout(line)
        self.body_layout.addWidget(self.blocks)
        self.body_layout.addWidget(self.strip)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def restyle(self) -> None:
        self.plot.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.blocks.setVisible(self.height() >= THEME.px(WITH_BLOCKS))  # in a low place the chart comes first

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.heading_changed.emit(self.heading)
        self.plot.name_axes("share taken away", result.measure)
        color = THEME.tokens.part_color(result.part)
        entries = []
        for kind, curve in self.plot.curves.items():
            known = np.isfinite(result.scores[kind])
            curve.setData(result.shares[known], result.scores[kind][known])
            curve.setPen(pg.mkPen(color, width=THEME.px(2), style=DASHES[kind]))
            curve.setSymbol("o" if kind == "weights" else "t")
            curve.setSymbolBrush(pg.mkBrush(color))
            curve.setSymbolPen(None)
            curve.setSymbolSize(THEME.px(7))
            if known.any():
                entries.append(Entry(TITLES[kind], "line" if kind == "weights" else "dash", color))
        self.plot.chosen.setPen(pg.mkPen(THEME.tokens.accent, width=THEME.px(1.5), style=Qt.PenStyle.DashLine))
        self.plot.chosen.setValue(result.sparsity)
        tops = [values[np.isfinite(values)].max(initial=0.0) for values in result.scores.values()]
        self.plot.highest = 1.0 if result.measure == ACCURACY else max(*tops, 1e-9)
        self.plot.fit()
        self.legend.show_entries(entries)
        self.blocks.setText(" · ".join(f"{one.title} {one.left:,} of {one.count:,}" for one in result.blocks))
        present = [Entry(f"{result.present:.0%} are zero now")] if result.present > 0.0 else []
        self.strip.show_entries([*(Entry(words) for words in result.words), *present])

    @Slot()
    def _prune(self) -> None:
        if self.result is None:
            return
        pruned = self.result.pruned

        def edit(project: Project) -> Project:
            return project.replace(training=project.training.replace(pruning=pruned.settings()))

        self.weights_wanted.emit(f"Prune {pruned.share:.0%}", pruned, edit)

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        number = int(np.abs(self.result.shares - place.x()).argmin())
        read = [
            f"{TITLES[kind]} {number_words(float(values[number]))}"
            for kind, values in self.result.scores.items() if np.isfinite(values[number])
        ]  # fmt: skip
        self.strip.show_readout(f"{self.result.shares[number]:.0%} away: {', '.join(read)}")

    @Slot()
    def _forget(self) -> None:
        self.strip.show_readout("")
