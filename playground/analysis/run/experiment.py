"""An experiment beside the run on screen: every variant under several seeds, and whether the claim holds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Cancelled, Question
from playground.document.chapters import CHAPTER_FILE, read_chapter
from playground.document.declaration import parameter
from playground.document.decoding import ProjectFileError
from playground.document.experiment import Experiment
from playground.document.graph import Graph
from playground.document.library import UnknownPreset
from playground.experiments import running
from playground.experiments.cells import ExperimentFault
from playground.experiments.library import experiment_files, find_experiment, name_of, open_preset, read_experiment
from playground.experiments.measure_titles import measure_title
from playground.experiments.measurement import Measurement, measured
from playground.experiments.store import Store, store_path
from playground.experiments.verdicts import Verdict
from playground.experiments.workers import WorkersLost, usual_workers
from playground.network.check import Report
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain

PRESS_START = "Choose a question (Ask), guess the answer (⋯), and press Start."
Guess = Literal["none", "holds", "does-not-hold"]


@dataclass(frozen=True)
class ExperimentOffer:
    """An experiment before it has begun."""

    id: str
    experiment: Experiment

    def table(self) -> Table:
        return ["variant"], [[variant.title] for variant in self.experiment.variants]


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

    def table(self) -> Table:
        return self.rows


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
    guess: Guess = parameter("none", drawing=True, label="Your guess", help="What you expect, to compare with.")

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
        if not self.start:
            yield ExperimentOffer(name_of(path), experiment)
            return
        before: Measurement | None = None
        try:
            for one in measured(
                experiment, open_preset, seeds=self.seeds or None, store=_store(), workers=usual_workers(),
                stopped=question.cancelled,
            ):  # fmt: skip
                if one is not before:
                    before, result = one, result_of(name_of(path), one)
                yield result
        except running.Cancelled as error:
            raise Cancelled from error
        except (ExperimentFault, WorkersLost, CannotTrain, CannotCompile) as error:
            raise NothingToShow(f"This experiment cannot be run: {error}") from error


def _store() -> Store | None:
    """What was measured before; where nothing can be kept, all is run anew each time."""
    try:
        return Store(store_path())
    except OSError:
        return None


def result_of(identifier: str, measurement: Measurement) -> ExperimentResult:
    """A measurement as arrays."""
    experiment = measurement.experiment
    axis = experiment.axis.values if experiment.axis is not None else (0.0,)
    numbers = [float(value) if not isinstance(value, str) else float(place) for place, value in enumerate(axis)]
    return ExperimentResult(
        id=identifier,
        experiment=experiment,
        measure=measure_title(experiment, 0),
        values=measurement.results(),
        places=np.array(numbers),
        verdict=measurement.verdict,
        share=measurement.share if measurement.whole else min(0.999, measurement.share),
        rows=_as_table(measurement),
    )


def _as_table(measurement: Measurement) -> Table:
    columns, rows = measurement.table()
    return columns, [list(row) for row in rows]


def questions() -> dict[str, list[tuple[str, str]]]:
    """Question and id of all experiments that come with the program, by the title of their chapter."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in experiment_files():
        chapter = read_chapter(path.parent / CHAPTER_FILE).title
        found.setdefault(chapter, []).append((read_experiment(path).question, name_of(path)))
    return found
