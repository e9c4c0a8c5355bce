"""An ensemble: what one network is alone, and what the vote and the mean of several are."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.ensemble import Ensemble, EnsembleAnalysis
from playground.ui.views.run.contest import StartedView, as_title
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

ROOM = 0.08
"""Share of the height that stays free above and below."""


class MembersPlot(FittedPlot):
    """The members as dots, and the curves of the vote and the mean against their number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.extent = (0.0, 1.0, 1.0)
        super().__init__(parent)
        self.alone = pg.ScatterPlotItem()
        self.vote, self.mean = pg.PlotDataItem(), pg.PlotDataItem()
        for item in (self.alone, self.mean, self.vote):
            self.addItem(item)

    def show_whole(self) -> None:
        low, high, count = self.extent
        room = max(ROOM * (high - low), 1e-6)
        self.box.setRange(xRange=(0.5, count + 0.5), yRange=(low - room, high + room), padding=0.0)


class EnsembleView(StartedView):
    """Networks that decide together."""

    analysis: ClassVar[type[Analysis]] = EnsembleAnalysis
    title: ClassVar[str] = "Ensemble"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Ensemble | None = None
        self.words = Label()
        self.words.setWordWrap(True)
        self.plot = MembersPlot()
        self.plot.setAccessibleName("What several networks are together, against their number")
        self.plot.name_axes("Members", "Accuracy")
        self.legend = self.legend_in(self.plot, self.plot)
        self.body_layout.addWidget(self.words)
        self.body_layout.addWidget(self.plot, 1)
        self.options_layout.addWidget(self.start_button)
        epochs = self.parameters.integer("epochs")
        epochs.setSpecialValueText("as the goals")
        members, part = (self.parameters.control(name) for name in ("seeds", "part"))
        self.add_more([("Members", members), ("Epochs", epochs), ("Part", part)])
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._say)
        self.restyle()

    def restyle(self) -> None:
        self.plot.restyle()
        self.words.setFont(THEME.font(13, bold=True))

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        votes = self.result.votes
        self._say()
        empty = np.zeros(0)
        if votes is None:
            for item in (self.plot.alone, self.plot.vote, self.plot.mean):
                item.setData(empty, empty)
            self.legend.show_entries([])
            return
        numbers = np.arange(1, len(votes.alone) + 1)
        quiet, accent = THEME.tokens.secondary, THEME.tokens.accent
        orange = THEME.tokens.part_color("test")
        self.plot.alone.setData(numbers, votes.alone, symbol="o", size=THEME.px(7), brush=pg.mkBrush(quiet), pen=None)
        self.plot.mean.setData(numbers, votes.mean)
        self.plot.mean.setPen(pg.mkPen(orange, width=THEME.px(2), style=Qt.PenStyle.DashLine))
        entries = [Entry("one alone", "disc", quiet), Entry("mean of so many", "dash", orange)]
        voted = not np.isnan(votes.vote).any()
        self.plot.vote.setData(*((numbers, votes.vote) if voted else (empty, empty)))
        self.plot.vote.setPen(pg.mkPen(accent, width=THEME.px(2)))
        if voted:
            entries.insert(1, Entry("vote of so many", "line", accent))
        known = np.concatenate([values[np.isfinite(values)] for values in (votes.alone, votes.vote, votes.mean)])
        self.plot.extent = float(known.min()), float(known.max()), float(len(numbers))
        self.plot.name_axes("Members", as_title(votes.measure))
        self.plot.fit()
        self.legend.show_entries([*entries, Entry(f"{votes.count:,} examples")])

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        votes = self.result.votes if self.result is not None else None
        if votes is None:
            return
        number = int(np.clip(round(place.x()), 1, len(votes.alone))) - 1
        voted = "" if np.isnan(votes.vote[number]) else f"vote {number_words(float(votes.vote[number]))}, "
        self.words.setText(f"{number + 1} members: {voted}mean {number_words(float(votes.mean[number]))}.")

    @Slot()
    def _say(self) -> None:
        if self.result is not None:
            self.words.setText(f"{as_title(self.result.sentence)}.")
