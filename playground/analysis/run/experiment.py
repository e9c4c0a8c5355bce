"""An experiment beside the run on screen: every variant under several seeds, and whether the claim holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Cancelled, Question
from playground.document.chapters import CHAPTER_FILE, read_chapter
from playground.document.declaration import parameter
from playground.document.decoding import ProjectFileError
from playground.document.experiment import Experiment
from playground.document.experiment_index import experiments
from playground.document.graph import Graph
from playground.document.library import UnknownPreset
from playground.document.project import Project
from playground.experiments import running
from playground.experiments.cells import Cell, ExperimentFault, cells_of
from playground.experiments.library import find_experiment, name_of, open_preset, read_experiment
from playground.experiments.measure_titles import judged_title, measure_title
from playground.experiments.measurement import Measurement, measured
from playground.experiments.running import Outcome
from playground.experiments.store import Store, store_path
from playground.experiments.verdicts import Verdict
from playground.experiments.workers import WorkersLost, usual_workers
from playground.network.check import Report
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain

PRESS_RUN = "Press Run, and it is measured."


@dataclass(frozen=True)
class ExperimentOffer:
    """An experiment before it has begun."""

    id: str
    experiment: Experiment
    measure: str
    places: NDArray[np.float64]
    """The values of the axis as numbers, (places,)."""
    runs: int = 0
    known: int = 0
    """How many of the runs were measured before."""

    @property
    def words(self) -> str:
        """How much there is to do."""
        if self.known == self.runs:
            return "It was measured before on this computer: press Run to see it."
        if self.known:
            return f"{self.known} of {self.runs} runs are done already; Run goes on with the others."
        return f"{self.runs} runs. {PRESS_RUN}"

    def table(self) -> Table:
        return ["variant"], [[variant.title] for variant in self.experiment.variants]


@dataclass(frozen=True)
class MeasuredRun:
    """One run of an experiment, as it can be made once more."""

    project: Project
    """What learned, bit for bit."""
    base: str | None
    """The preset that was varied."""
    steps: int
    variant: str
    where: str
    """Where on the axis, such as “learning rate 0.1”; empty where there is none."""
    seed: int
    measure: str
    """What was measured, in words."""
    value: float
    diverged: bool

    @property
    def told(self) -> str:
        """The number that it gave: “test accuracy 0.94”."""
        return f"{self.measure} {self.value:.4g}" if math.isfinite(self.value) else f"no {self.measure}"

    @property
    def words(self) -> str:
        """Which one it is: “momentum, learning rate 0.1, seed 3”."""
        return ", ".join(part for part in (self.variant, self.where, f"seed {self.seed}") if part)


Key = tuple[int, int, int]
"""Index of the seed, of the variant, and of the place on the axis."""


@dataclass(frozen=True)
class ExperimentResult:
    """What is known of an experiment so far; `values[seed, variant, place on the axis]`, NaN where nothing is."""

    id: str
    experiment: Experiment
    measure: str
    """What is judged, in words."""
    values: NDArray[np.float64]
    places: NDArray[np.float64]
    """The values of the axis as numbers, (places,); the first is 0 where there is no axis."""
    verdict: Verdict | None
    share: float
    rows: Table
    runs: Mapping[Key, MeasuredRun] = field(default_factory=dict)
    """Those that are done."""
    guessed: str = ""
    """What a person guessed and how near it was, to be saved with the table."""

    @property
    def whole(self) -> bool:
        """Whether all runs are done."""
        return self.share >= 1.0

    def band(self, variant: int) -> NDArray[np.float64]:
        """Lower quartile, median and upper quartile over the seeds, (3, places); NaN where no run has a number."""
        found = np.full((3, self.values.shape[2]), math.nan)
        for place in range(self.values.shape[2]):
            seen = self.values[:, variant, place]
            seen = seen[np.isfinite(seen)]
            if seen.size:
                found[:, place] = np.quantile(seen, (0.25, 0.5, 0.75))
        return found

    def broken(self, seed: int) -> bool:
        """Whether the claim fails in the runs of this seed, where it is one of single seeds."""
        if self.verdict is None or seed >= len(self.verdict.margins) or self.experiment.rule.kind == "equal":
            return False
        return self.verdict.margins[seed] < 0.0

    def table(self) -> Table:
        """One row for each run, with the question and the answer behind it."""
        columns, rows = self.rows
        sentence = self.verdict.sentence if self.verdict is not None else ""
        told = [self.experiment.question, self.experiment.guess, sentence, self.guessed]
        return [*columns, "question", "one would guess", "answer", "your guess"], [[*row, *told] for row in rows]


class ExperimentAnalysis(Plotted):
    """A question of the course, answered by many runs."""

    id: ClassVar[str] = "experiment"
    title: ClassVar[str] = "Experiment"
    summary: ClassVar[str] = (
        "A claim and its measurement: variants of a preset, each under several seeds, in processes of their own beside "
        "the run on screen. The verdict says in how many seeds the claim holds, and by how much."
    )
    source: ClassVar[str] = "Bouthillier et al. 2021, Accounting for Variance in Machine Learning Benchmarks"
    needs: ClassVar[frozenset[str]] = frozenset()

    experiment: str = parameter(
        "identity-stays-linear", max_length=1_000, label="Question",
        help="Name of an experiment, as `playground experiments` lists them, or the path of a file.",
    )  # fmt: skip
    seeds: int = parameter(0, ge=0, le=1_000, help="Runs of each variant; 0 for as many as the experiment says.")
    start: int = parameter(1, ge=0, advanced=True, help="0 waits until a person presses Start.")
    guess: str = parameter(
        "none", drawing=True, max_length=80, label="Your guess",
        help="What you expect, to compare with: a variant, equal, holds or does-not-hold.",
    )  # fmt: skip
    curve: str = parameter(
        "", drawing=True, max_length=8_000, label="Your curve",
        help="Heights from 0 to 1 along the axis that you expect of each variant, as JSON.",
    )  # fmt: skip

    def why_not(self, report: Report, graph: Graph) -> str:
        return "" if graph.nodes else "The canvas is empty. Open a preset or drag in a data block, and ask beside it."

    def compute(self, question: Question) -> ExperimentResult:
        *_, whole = self.stages(question)
        assert isinstance(whole, ExperimentResult)
        return whole

    def stages(self, question: Question) -> Iterator[ExperimentResult | ExperimentOffer]:
        try:
            path = find_experiment(self.experiment)
            experiment = read_experiment(path)
        except (UnknownPreset, ProjectFileError, OSError) as error:
            raise NothingToShow(f"This experiment cannot be opened: {error}") from error
        before: Measurement | None = None
        try:
            if not self.start:
                yield offer_of(name_of(path), experiment, self.seeds or None)
                return
            for one in measured(
                experiment, open_preset, seeds=self.seeds or None, store=_store(), workers=usual_workers(),
                stopped=question.cancelled,
            ):  # fmt: skip
                if one is not before:
                    before, result = one, result_of(name_of(path), one)
                yield result
        except running.Cancelled as error:
            raise Cancelled from error
        except (ExperimentFault, UnknownPreset, ProjectFileError, WorkersLost, CannotTrain, CannotCompile) as error:
            raise NothingToShow(f"This experiment cannot be run: {error}") from error


def _store() -> Store | None:
    """What was measured before; where nothing can be kept, all is run anew each time."""
    try:
        return Store(store_path())
    except OSError:
        return None


def offer_of(identifier: str, experiment: Experiment, seeds: int | None = None) -> ExperimentOffer:
    """What is asked, and how much of it is known. Raises ExperimentFault, UnknownPreset and ProjectFileError."""
    cells = cells_of(experiment, open_preset, seeds)
    store = _store()
    known = store.find(cell.key for cell in cells) if store is not None else {}
    count = sum(cell.key in known for cell in cells)
    return ExperimentOffer(
        identifier, experiment, judged_title(experiment), places_of(experiment), len(cells), count
    )


def places_of(experiment: Experiment) -> NDArray[np.float64]:
    """The values of the axis as numbers, words by their place; one 0 where there is no axis."""
    axis = experiment.axis.values if experiment.axis is not None else (0.0,)
    return np.array([float(place) if isinstance(value, str) else float(value) for place, value in enumerate(axis)])


def result_of(identifier: str, measurement: Measurement) -> ExperimentResult:
    """A measurement as arrays."""
    experiment = measurement.experiment
    return ExperimentResult(
        id=identifier,
        experiment=experiment,
        measure=judged_title(experiment),
        values=measurement.results(),
        places=places_of(experiment),
        verdict=measurement.verdict,
        share=measurement.share if measurement.whole else min(0.999, measurement.share),
        rows=_as_table(measurement),
        runs={key: run for index, outcome in measurement.outcomes.items()
              for key, run in (_run_of(experiment, measurement.cells[index], outcome),)},
    )  # fmt: skip


def _run_of(experiment: Experiment, cell: Cell, outcome: Outcome) -> tuple[Key, MeasuredRun]:
    variant, axis = experiment.variants[cell.variant], experiment.axis
    run = MeasuredRun(
        project=cell.project,
        base=variant.preset or experiment.base,
        steps=outcome.steps,
        variant=variant.title,
        where=f"{axis.title} {_said(axis.values[cell.value])}" if axis is not None else "",
        seed=cell.project.seed,
        measure=measure_title(experiment, variant.measure),
        value=outcome.values[variant.measure],
        diverged=outcome.diverged,
    )
    return (cell.seed, cell.variant, cell.value), run


def _said(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _as_table(measurement: Measurement) -> Table:
    columns, rows = measurement.table()
    return columns, [list(row) for row in rows]


def questions() -> dict[str, list[tuple[str, str]]]:
    """Question and id of all experiments that come with the program, by the title of their chapter."""
    found: dict[str, list[tuple[str, str]]] = {}
    titles: dict[Path, str] = {}
    for entry in experiments():
        folder = entry.path.parent
        if folder not in titles:
            titles[folder] = read_chapter(folder / CHAPTER_FILE).title
        found.setdefault(titles[folder], []).append((entry.question, entry.id))
    return found
