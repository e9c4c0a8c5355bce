"""An experiment: choose a question, guess, press Start; then a dot for each run, and a sentence that can be trusted."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from PySide6.QtWidgets import QStackedWidget, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.experiment import (
    PRESS_START,
    ExperimentAnalysis,
    ExperimentOffer,
    ExperimentResult,
    questions,
)
from playground.ui.views.run.contest import StartedView, as_title
from playground.ui.views.run.contest_chart import ChartBand, ChartLine, ContestChart
from playground.ui.views.run.question_button import QuestionButton
from playground.ui.views.run.variant_dots import VariantDots, VariantRow
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.plots import tick_words
from playground.ui.widgets.theme import THEME

BAND = 0.14
MOST_TICKS = 8
"""So many values of an axis are written below it; of more, round numbers."""
GUESSES = [("No guess", "none"), ("It holds", "holds"), ("It does not hold", "does-not-hold")]
GUESSED = {"none": "", "holds": "You guessed that it holds.", "does-not-hold": "You guessed that it does not hold."}


class ExperimentView(StartedView):
    """A question of the course, answered by many runs."""

    analysis: ClassVar[type[Analysis]] = ExperimentAnalysis
    title: ClassVar[str] = "Experiment"
    empty: ClassVar[str] = PRESS_START

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ExperimentResult | None = None
        self.question, self.words = Label(), Label()
        for label in (self.question, self.words):
            label.setWordWrap(True)
        self.dots, self.curves = VariantDots("Runs of the experiment"), ContestChart("Runs of the experiment")
        self.charts = QStackedWidget()
        self.charts.addWidget(self.dots)
        self.charts.addWidget(self.curves)
        self.legend = self.legend_in(self.charts, self.dots, self.curves)
        self.body_layout.addWidget(self.question)
        self.body_layout.addWidget(self.charts, 1)
        self.body_layout.addWidget(self.words)
        self.question_button = QuestionButton(questions())
        button = self.question_button
        self.parameters.bind_with("experiment", lambda: button.identifier, button.show_question, button.chosen)
        self.guess_box = self.parameters.choice("guess", GUESSES)
        self.seeds_box = self.parameters.integer("seeds")
        self.seeds_box.setSpecialValueText("as the experiment")
        for control in (self.question_button, self.start_button):
            self.options_layout.addWidget(control)
        self.add_more([("Your guess", self.guess_box), ("Seeds", self.seeds_box)])
        self.restyle()

    def restyle(self) -> None:
        self.dots.restyle()
        self.curves.restyle()
        self.question.setFont(THEME.font(13, bold=True))
        self.words.setFont(THEME.font(13))

    def settle(self) -> None:
        super().settle()
        self.dots.fit()
        self.curves.fit()

    def ask_anew(self, name: str = "") -> None:
        """Another question ends what runs; other seeds count from the next start on."""
        if name == "experiment":
            if self.running:
                self.start_or_stop()
            self._idle = self.parameters.analysis(start=0)
            self.result = None
            self.wanted_changed.emit()

    def show_result(self, result: Any) -> None:
        if isinstance(result, ExperimentOffer):
            if self.result is None and not self.running:
                super().show_message(f"{result.experiment.question}\n\n{result.experiment.guess}\n\n{PRESS_START}")
            return
        if result is not self.result:  # it comes again while nothing is new
            super().show_result(result)

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.question.setText(result.experiment.question)
        self.words.setText(self._sentence(result))
        if result.experiment.axis is None:
            self._draw_dots(result)
        else:
            self._draw_curves(result)

    def _sentence(self, result: ExperimentResult) -> str:
        if result.verdict is None:
            return f"{result.experiment.guess} So far {result.share:.0%} of the runs are done."
        parts = [GUESSED[self.guess_box.currentData()], result.verdict.sentence]
        return " ".join(part for part in parts if part)

    def _draw_dots(self, result: ExperimentResult) -> None:
        self.charts.setCurrentWidget(self.dots)
        self.dots.name_axes(as_title(result.measure), "")
        self.dots.draw_rows(
            [
                VariantRow(variant.title, result.values[:, number, 0])
                for number, variant in enumerate(result.experiment.variants)
            ]
        )
        seeds = Entry(f"one dot a seed, {len(result.values)} seeds")
        self.legend.show_entries([seeds, Entry("bar: median; band: middle half")])

    def _draw_curves(self, result: ExperimentResult) -> None:
        axis = result.experiment.axis
        assert axis is not None
        self.charts.setCurrentWidget(self.curves)
        self.curves.name_axes(as_title(axis.title), as_title(result.measure))
        x = np.log10(result.places) if axis.logarithmic and (result.places > 0).all() else result.places
        self.curves.bottom.logarithmic = x is not result.places
        ticks = [(float(place), tick_words(value)) for place, value in zip(x, result.places, strict=True)]
        self.curves.bottom.setTicks([ticks] if len(ticks) <= MOST_TICKS else None)
        bands, lines = [], []
        for number, variant in enumerate(result.experiment.variants):
            low, median, high = result.band(number)
            bands.append(ChartBand(x, low, high, BAND, number))
            lines.append(ChartLine(variant.title, x, median, number))
        self.curves.draw_lines(lines, bands, left=float(x[0]))
        self.legend.show_entries([Entry(f"lines: median of {len(result.values)} seeds"), Entry("bands: middle half")])
