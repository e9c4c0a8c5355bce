"""An experiment: choose a question, guess, press Run; then a dot for each run, and a sentence that can be trusted."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QStackedWidget, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run import guesses
from playground.analysis.run.experiment import (
    PRESS_RUN,
    ExperimentAnalysis,
    ExperimentOffer,
    ExperimentResult,
    Key,
    questions,
)
from playground.document.experiment import Experiment
from playground.ui.views import saving
from playground.ui.views.run.contest import StartedView, as_title
from playground.ui.views.run.contest_chart import ChartBand, ChartLine, run_color
from playground.ui.views.run.dot_picker import Dot
from playground.ui.views.run.experiment_curves import ExperimentCurves, Heights, SeedDot
from playground.ui.views.run.guess_bar import GuessBar
from playground.ui.views.run.question_button import QuestionButton
from playground.ui.views.run.variant_dots import VariantDots, VariantRow
from playground.ui.widgets.few_lines import FewLines
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.plots import tick_words
from playground.ui.widgets.theme import THEME

BAND = 0.14
LOW = 380
"""A view that is not so high, in pixels at 100 %, has room for few words beside its chart."""
MOST_TICKS = 8
"""So many values of an axis are written below it; of more, round numbers."""
YOURS = "your guess"
LOW_AND_HIGH = [[(0.03, "low"), (0.97, "high")]]
"""The side of the paper where only the shape of a curve can be drawn."""


class ExperimentView(StartedView):
    """A question of the course, answered by many runs. It stands beside the open project, not in it: what was measured
    stays in sight when another one is opened."""

    analysis: ClassVar[type[Analysis]] = ExperimentAnalysis
    title: ClassVar[str] = "Experiment"
    empty: ClassVar[str] = PRESS_RUN
    by_gesture: ClassVar[frozenset[str]] = frozenset({"curve"})
    start_words: ClassVar[str] = "Run"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: ExperimentResult | None = None
        self.offer: ExperimentOffer | None = None
        """What is asked, before there is a result."""
        self._taking = False
        """Whether options come from a file, together with the guess."""
        self.question, self.words = FewLines(), FewLines()
        self.more_seeds = QPushButton()
        self.more_seeds.setProperty("role", "small")
        self.more_seeds.hide()
        self.dots, self.curves = VariantDots("Runs of the experiment"), ExperimentCurves("Runs of the experiment")
        self.charts = QStackedWidget()
        self.charts.addWidget(self.dots)
        self.charts.addWidget(self.curves)
        self.legend = self.legend_in(self.charts, self.dots, self.curves)
        self.guess_box = self.parameters.choice("guess", [("No guess", guesses.NONE)])
        self.guess_bar = GuessBar(self.guess_box)
        for widget in (self.question, self.words, self.more_seeds, self.guess_bar):
            self.body_layout.addWidget(widget)
        self.body_layout.addWidget(self.charts, 1)
        self._add_options()
        self._connect()
        self.restyle()

    def _add_options(self) -> None:
        self.question_button = button = QuestionButton(questions())
        self.parameters.bind_with("experiment", lambda: button.identifier, button.show_question, button.chosen)
        self.seeds_box = self.parameters.integer("seeds")
        self.seeds_box.setSpecialValueText("as the experiment")
        for control in (self.question_button, self.start_button):
            self.options_layout.addWidget(control)
        self.add_more([("Seeds", self.seeds_box)])

    def _connect(self) -> None:
        self.question_button.file_wanted.connect(self.file_wanted)
        self.guess_bar.pencil_changed.connect(self._on_pencil)
        self.guess_bar.clear_wanted.connect(self._clear)
        self.guess_bar.again_wanted.connect(self.guess_again)
        self.more_seeds.clicked.connect(self._run_more)
        self.curves.drawn.connect(self._on_drawn)
        self.dots.row_clicked.connect(self._on_row)
        for chart in (self.dots, self.curves):
            chart.picker.chosen.connect(self._on_chosen)
            chart.picker.pointed_at.connect(self._on_pointed)

    def restyle(self) -> None:
        self.dots.restyle()
        self.curves.restyle()
        self.question.setFont(THEME.font(14, bold=True))
        self.words.setFont(THEME.font(13))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low place the chart comes first: words are cut, and stand whole in their tool tips."""
        super().resizeEvent(event)
        low = self.height() < THEME.px(LOW)
        self.question.set_most(1 if low else 3)
        self.words.set_most(2 if low else 12)
        self._arrange_bar()

    def settle(self) -> None:
        super().settle()
        self.dots.fit()
        self.curves.fit()

    # What is asked --------------------------------------------------------------------------------------------------

    @property
    def experiment(self) -> Experiment | None:
        """The experiment on show."""
        shown = self.result or self.offer
        return shown.experiment if shown is not None else None

    def ask_anew(self, name: str = "") -> None:
        """Another question ends what runs, and has no guess yet; other seeds count from the next start on."""
        if name == "experiment":
            if self.running:
                self.start_or_stop()
            for guess in () if self._taking else ("guess", "curve"):
                self.parameters.choose(guess, None)
            self._forget()
        elif name == "seeds" and self.result is None:
            self._idle = self.parameters.analysis(start=0)
            self.wanted_changed.emit()

    def _forget(self) -> None:
        self._idle = self.parameters.analysis(start=0)
        self.result = self.offer = None
        self.wanted_changed.emit()

    def take_options(self, options: Any) -> None:
        self._taking = True
        try:
            super().take_options(options)
        finally:
            self._taking = False

    def leave_project(self) -> None:
        """What is measured has nothing to do with the project that was open."""
        self.legend.show_readout("")

    @Slot()
    def guess_again(self) -> None:
        """Hide what came out, and ask once more; what was measured is known all the same."""
        if self.running:
            self.start_or_stop()
        for guess in ("guess", "curve"):
            self.parameters.choose(guess, None)
        self._forget()
        super().show_message("")
        self.waiting.again_wanted.emit()  # more may be known by now than when it was asked last

    # What is shown --------------------------------------------------------------------------------------------------

    def show_result(self, result: Any) -> None:
        if isinstance(result, ExperimentOffer):
            if self.result is None and not self.running:
                self.offer = result
                self._stack.setCurrentIndex(1)
                self.draw()
            return
        if result is not self.result:  # it comes again while nothing is new
            super().show_result(result)

    def show_message(self, sentence: str) -> None:
        if sentence != self.empty or not (self.running or self.result or self.offer):
            self.offer = None
            super().show_message(sentence)

    def start_or_stop(self) -> None:
        super().start_or_stop()
        if self.experiment is not None:
            self._stack.setCurrentIndex(1)
            self.draw()

    @property
    def drawable(self) -> bool:
        return self.experiment is not None

    def draw(self) -> None:
        experiment, shown = self.experiment, self.result or self.offer
        assert experiment is not None and shown is not None
        self.question.setText(experiment.question)
        self.parameters.offer("guess", self.guess_box, guesses.choices(experiment))
        curves = self._curves(experiment)
        titles = [variant.title for variant in experiment.variants]
        self.guess_bar.arrange(
            titles, drawing=experiment.axis is not None, drawn=bool(curves), measured=self.result is not None
        )
        self._arrange_bar()
        self.words.setText(self._sentence())
        more = self.result.verdict.more if self.result is not None and self.result.verdict is not None else 0
        self.more_seeds.setVisible(bool(more) and not self.running)
        self.more_seeds.setText(f"Run {more} more seed{'s' if more != 1 else ''}")
        if experiment.axis is None:
            self._draw_dots(experiment)
        else:
            self._draw_curves(experiment)

    def _arrange_bar(self) -> None:
        low = self.height() < THEME.px(LOW)
        self.guess_bar.setVisible(not self.running and not (low and self.result is not None))

    def _curves(self, experiment: Experiment) -> guesses.Curves:
        return guesses.read_curves(str(self.parameters.value("curve")), experiment)

    @property
    def guess(self) -> str:
        """What was guessed in one word."""
        return str(self.parameters.value("guess"))

    def _sentence(self) -> str:
        result, experiment = self.result, self.experiment
        assert experiment is not None
        if result is None:
            if self.running:
                return "The runs begin…"
            return f"{self._task(experiment)} {self.offer.words if self.offer is not None else ''}".strip()
        if result.verdict is None:
            stopped = "" if self.running else f" {PRESS_RUN.replace('it is measured', 'it goes on')}"
            return f"{len(result.runs)} of {result.values.size} runs are done.{stopped}"
        return " ".join(part for part in (result.verdict.sentence, self.guess_told) if part)

    @property
    def guess_told(self) -> str:
        """How near the guess was; empty before all is known."""
        if self.result is None:
            return ""
        return guesses.told(self.guess, self._curves(self.result.experiment), self.result)

    def _task(self, experiment: Experiment) -> str:
        """What a class is asked to do before it is measured."""
        if experiment.axis is not None:
            return f"What do you expect of the {self._measure()}? Draw it with the mouse."
        if len(experiment.variants) > 1:
            return f"Which one will have the {guesses.contest_words(experiment)}? Click it."
        return "Does it hold?"

    # Charts ---------------------------------------------------------------------------------------------------------

    def _said(self, key: Key) -> str:
        """What is said of a run; empty for one that is not done."""
        run = self.result.runs.get(key) if self.result is not None else None
        if run is None:
            return ""
        value = f"{run.value:.4g}" if math.isfinite(run.value) else "never" if math.isinf(run.value) else "no number"
        return f"{run.words}: {value}{', ran away' if run.diverged else ''}. Click to look inside."

    def _draw_dots(self, experiment: Experiment) -> None:
        self.charts.setCurrentWidget(self.dots)
        titles = [variant.title for variant in experiment.variants]
        result = self.result
        self.dots.name_axes(as_title(self._measure()), "")
        rows = []
        for number, title in enumerate(titles):
            values = result.values[:, number, 0] if result is not None else np.zeros(0)
            words = [self._said((seed, number, 0)) for seed in range(len(values))]
            broken = [result is not None and result.broken(seed) for seed in range(len(values))]
            rows.append(VariantRow(title, values, words, broken))
        picked = titles.index(self.guess) if self.guess in titles else -1
        self.dots.draw_rows(rows, picked, YOURS)
        self.legend.show_entries(self._entries([Entry("bar: median; band: middle half")]) if result is not None else [])

    def _measure(self) -> str:
        shown = self.result or self.offer
        return shown.measure if shown is not None else ""

    def _entries(self, more: list[Entry]) -> list[Entry]:
        result = self.result
        assert result is not None
        seeds = len(result.values)
        found = [Entry(f"one dot a seed, {seeds} seed{'s' if seeds != 1 else ''}"), *more]
        if any(not math.isfinite(run.value) for run in result.runs.values()):
            found.append(Entry("×: a run without a number"))
        if any(result.broken(seed) for seed in range(seeds)):
            found.append(Entry("hollow: a seed in which it does not hold"))
        return found

    def _draw_curves(self, experiment: Experiment) -> None:
        axis, shown = experiment.axis, self.result or self.offer
        assert axis is not None and shown is not None
        chart, places = self.curves, shown.places
        self.charts.setCurrentWidget(chart)
        chart.name_axes(as_title(axis.title), as_title(self._measure()))
        x = np.log10(places) if axis.logarithmic and (places > 0).all() else places
        chart.bottom.logarithmic = x is not places
        words = [value if isinstance(value, str) else tick_words(value) for value in axis.values]
        ticks = [(float(place), word) for place, word in zip(x, words, strict=True)]
        named = len(ticks) <= MOST_TICKS or isinstance(axis.values[0], str)
        chart.bottom.setTicks([ticks] if named else None)
        chart.set_axis(x)
        titles = [variant.title for variant in experiment.variants]
        drawn = {titles.index(title): heights for title, heights in self._curves(experiment).items()}
        if self.result is None:
            self._draw_paper(experiment, drawn)
        else:
            self._draw_measured(self.result, x, drawn)

    def _draw_paper(self, experiment: Experiment, drawn: dict[int, Heights]) -> None:
        chart, fixed = self.curves, guesses.bounds(experiment)
        chart.side.setTicks(None if fixed is not None else LOW_AND_HIGH)
        chart.pencil = None if self.running else max(0, self.guess_bar.curve_box.currentIndex())
        chart.show_guesses(drawn, fixed or (0.0, 1.0))
        chart.show_paper()
        chart.say("" if drawn or self.running else "Draw here, from left to right, what you expect.")
        self.legend.show_entries([
            Entry(f"{experiment.variants[number].title}: {YOURS}", "dash", run_color(number).name()) for number in drawn
        ])

    def _draw_measured(self, result: ExperimentResult, x: np.ndarray, drawn: dict[int, Heights]) -> None:
        chart = self.curves
        chart.pencil = None
        chart.side.setTicks(None)
        chart.show_guesses(drawn if result.whole else {}, guesses.frame(result))
        bands, lines, dots = [], [], []
        for number, variant in enumerate(result.experiment.variants):
            low, median, high = result.band(number)
            bands.append(ChartBand(x, low, high, BAND, number))
            lines.append(ChartLine(variant.title, x, median, number))
            for (seed, of, place), run in result.runs.items():
                if of == number:
                    words = self._said((seed, of, place))
                    dot = Dot(float(x[place]), run.value, (seed, of, place), words)
                    dots.append(SeedDot(dot, number, result.broken(seed)))
        chart.draw_measured(lines, bands, dots, left=float(x[0]))
        chart.say("")
        entries = [Entry("lines: median"), Entry("bands: middle half")]
        if drawn and result.whole:
            entries.append(Entry(YOURS, "dash", THEME.tokens.secondary, "d"))
        self.legend.show_entries(self._entries(entries))

    # Saving ---------------------------------------------------------------------------------------------------------

    def pose(self, posing: bool) -> None:
        """A picture has question, answer and guess, and no buttons."""
        if posing:
            self.guess_bar.hide()
            self.more_seeds.hide()
        elif self.experiment is not None:
            self.draw()

    def save_csv(self, path: Path) -> None:
        if self.result is None:
            raise ValueError("There is nothing to save yet.")
        saving.save_csv(replace(self.result, guessed=self.guess_told).table(), path)

    # What a person does ---------------------------------------------------------------------------------------------

    @Slot()
    def _on_pencil(self) -> None:
        if self.result is None and not self.running:
            self.curves.pencil = max(0, self.guess_bar.curve_box.currentIndex())

    @Slot(int, object)
    def _on_drawn(self, number: int, heights: Heights) -> None:
        experiment = self.experiment
        if experiment is not None:
            curves = {**self._curves(experiment), experiment.variants[number].title: heights}
            self.parameters.choose("curve", guesses.written_curves(curves))

    @Slot()
    def _clear(self) -> None:
        self.parameters.choose("curve", None)

    @Slot(int)
    def _on_row(self, row: int) -> None:
        experiment = self.experiment
        if self.result is None and not self.running and experiment is not None and len(experiment.variants) > 1:
            self.parameters.choose("guess", experiment.variants[row].title)

    @Slot()
    def _run_more(self) -> None:
        """As many more seeds as would tell; those that were run are not run again."""
        if self.result is not None and self.result.verdict is not None and not self.running:
            self.parameters.choose("seeds", len(self.result.values) + self.result.verdict.more)
            self.start_or_stop()

    @Slot(object)
    def _on_chosen(self, key: Key) -> None:
        if self.result is not None and key in self.result.runs:
            self.run_wanted.emit(self.result.runs[key])

    @Slot(str)
    def _on_pointed(self, words: str) -> None:
        self.legend.show_readout(words)
