"""The luck meter: a band over all seeds with its median, and what share of them reaches the goals."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.luck import Luck, LuckAnalysis
from playground.ui.views.run.contest import ContestView, as_title
from playground.ui.views.run.contest_chart import ChartBand, ChartLine, ContestChart, run_color
from playground.ui.widgets.colors import mixed
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import THEME

OUTER, INNER = 0.16, 0.32
"""Opacity of the bands of all seeds, and of the middle half."""
MEDIAN = 1
"""The number whose colour is blue."""


class LuckView(ContestView):
    """One network under many seeds."""

    analysis: ClassVar[type[Analysis]] = LuckAnalysis
    title: ClassVar[str] = "Luck meter"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Luck | None = None
        self.chart = ContestChart("Luck meter")
        self.words = Label()
        self.words.setWordWrap(True)
        self.legend = self.legend_in(self.chart, self.chart)
        self.body_layout.addWidget(self.words)
        self.body_layout.addWidget(self.chart, 1)
        self.seeds_box, self.each_box = self.parameters.control("seeds"), self.parameters.switch("every_seed")
        self.options_layout.addWidget(self.start_button)
        rows = [("Seeds", self.seeds_box), ("Epochs", self.epochs_box), ("Chart", self.quantity_box)]
        self.add_more([*rows, ("", self.each_box)])
        self.restyle()

    def restyle(self) -> None:
        self.chart.restyle()
        self.words.setFont(THEME.font(13, bold=True))

    def settle(self) -> None:
        super().settle()
        self.chart.fit()

    def draw(self) -> None:
        assert self.result is not None
        runs = self.result.runs
        loss = self.quantity_box.currentData() == "loss"
        low, first, median, third, high = self.result.band("loss" if loss else "score")
        values = runs.losses if loss else runs.scores
        bands = [ChartBand(runs.epochs, low, high, OUTER), ChartBand(runs.epochs, first, third, INNER)]
        thin = [ChartLine(name, runs.epochs, values[:, run], run) for run, name in enumerate(runs.names)]
        self.chart.name_axes("Epochs", "Training loss" if loss else as_title(runs.measure))
        self.chart.draw_lines(
            [ChartLine("median", runs.epochs, median, MEDIAN)], bands, thin if self.each_box.isChecked() else (),
            logarithmic=loss,
        )  # fmt: skip
        progress = "" if runs.whole else f" so far, {runs.share:.0%} done"
        self.words.setText(f"{self.result.sentence}{progress}.")
        accent = THEME.tokens.accent
        self.legend.show_entries(
            [
                Entry("median", "line", run_color(MEDIAN).name()),
                Entry("middle half of the seeds", "square", mixed(accent, THEME.color("panel"), OUTER + INNER).name()),
                Entry("all seeds", "square", mixed(accent, THEME.color("panel"), OUTER).name()),
                Entry(f"seeds {runs.seeds[0]} to {runs.seeds[-1]}, {runs.together}"),
            ]
        )
