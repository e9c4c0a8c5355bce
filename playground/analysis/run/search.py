"""A search beside the run on screen: trials of other settings, how good each was, and which settings matter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Cancelled, Question
from playground.document.declaration import parameter
from playground.document.decoding import ProjectFileError
from playground.document.edits import set_parameters
from playground.document.graph import Graph
from playground.document.library import UnknownPreset
from playground.document.project import Project
from playground.document.search import Range, Setting
from playground.experiments import running
from playground.experiments.cells import ExperimentFault
from playground.experiments.members import RATE, settings_of, title_of_path
from playground.experiments.search.files import base_of, find_search, read_search, search_name
from playground.experiments.search.over import measure_of, search_over
from playground.experiments.search.task import SearchFault, Task, words_of
from playground.experiments.store import usual_store
from playground.experiments.workers import WorkersLost, usual_workers
from playground.network.check import Report, check
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain

if TYPE_CHECKING:
    from playground.experiments.search.state import SearchState

PRESS_START = "Choose what the search is over (Settings), and press Start."
Chart = Literal["history", "importances", "parallel", "heat-map"]
Sampler = Literal["grid", "random", "tpe", "cma-es", "genetic"]
Pruner = Literal["none", "median", "successive-halving", "hyperband"]
SIZES = ("units", "filters")
MOST_SIZES = 12
"""So many layers are tried with another size."""


@dataclass(frozen=True)
class Scale:
    """The values of one setting over all trials, as numbers on an axis."""

    title: str
    values: NDArray[np.float64]
    """Of each trial; logarithms to the base 10 where the axis is logarithmic, places of a choice from 0 on. NaN where
    nothing is chosen yet."""
    low: float
    high: float
    logarithmic: bool
    labels: tuple[str, ...]
    """Words of a choice; empty for numbers."""


@dataclass(frozen=True)
class Applied:
    """The best settings, to be put into a project."""

    task: Task
    values: tuple[tuple[str, float | int | str], ...]

    @property
    def words(self) -> str:
        """What they are: “learning rate 0.03, units 8”."""
        return words_of(dict(self.values))

    def __call__(self, project: Project) -> Project:
        """The project with these settings, and nothing else changed. Raises ExperimentFault."""
        return self.task.applied(project, dict(self.values))


@dataclass(frozen=True)
class SearchOffer:
    """What a search can be over, before one has begun: path, title and a usual range of each setting, as written."""

    settings: tuple[tuple[str, str, str], ...]

    def table(self) -> Table:
        return ["setting", "title", "values"], [list(row) for row in self.settings]


@dataclass(frozen=True)
class SearchResult:
    """What is known of a search so far."""

    question: str
    measure: str
    maximizes: bool
    scales: tuple[Scale, ...]
    values: NDArray[np.float64]
    """The measure of each trial, NaN where it has none."""
    states: tuple[str, ...]
    """Of each trial: done, pruned, running, and so on."""
    so_far: NDArray[np.float64]
    """The best up to each trial."""
    start: float
    """With the settings at the start; NaN where it is not known."""
    importances: tuple[tuple[str, float], ...]
    best: int | None
    """Which trial is the best, from 0 on."""
    settings: Applied | None
    """The best, to be put into a project."""
    trials: int
    share: float
    whole: bool
    sentence: str
    rows: Table

    def table(self) -> Table:
        return self.rows


class SearchAnalysis(Plotted):
    """Many trials of other settings."""

    id: ClassVar[str] = "search"
    title: ClassVar[str] = "Search"
    summary: ClassVar[str] = (
        "Looks for the best settings: trials that chance, a grid, a Bayesian sampler or evolution proposes, in "
        "processes of their own beside the run on screen. Shows which settings matter, and what the best ones gain."
    )
    source: ClassVar[str] = "Akiba et al. 2019, Optuna: A Next-generation Hyperparameter Optimization Framework"
    needs: ClassVar[frozenset[str]] = frozenset({"project"})

    search: str = parameter(
        "", max_length=1_000, label="Search", help="A search that comes with the program, by its name, or a file."
    )
    over: str = parameter(
        "", max_length=4_000, label="Settings",
        help="What the search is over, one setting behind the other with ; between them, such as "
             "training.batch_size=4..64:log; empty for the learning rate and the units.",
    )  # fmt: skip
    sampler: Sampler = parameter("tpe", help="Who proposes trials: all combinations, chance, Bayesian, or evolution.")
    pruner: Pruner = parameter("none", help="Who ends trials that promise little.")
    measure: str = parameter("", max_length=120, help="What is to be best; empty for the validation loss.")
    trials: int = parameter(30, ge=1, le=10_000, help="How many trials in all; those done before are counted.")
    epochs: int = parameter(0, ge=0, le=1_000_000, unit="epochs", help="Of each run; 0 for those of the project.")
    seeds: int = parameter(1, ge=1, le=20, help="Runs of each trial; their mean counts.")
    folds: int = parameter(0, ge=0, le=20, help="Folds of a cross-validation of each trial; 0 for none.")
    start: int = parameter(1, ge=0, advanced=True, help="0 waits until a person presses Start.")
    chart: Chart = parameter("history", drawing=True, help="What is drawn.")
    across: int = parameter(1, ge=1, le=16, drawing=True, label="Across", help="The setting across the heat map.")
    up: int = parameter(2, ge=1, le=16, drawing=True, label="Up", help="The setting up the heat map.")

    def why_not(self, report: Report, graph: Graph) -> str:
        return "" if graph.nodes else "The canvas is empty. Open a preset or drag in a data block first."

    def compute(self, question: Question) -> SearchResult:
        *_, whole = self.stages(question)
        assert isinstance(whole, SearchResult)
        return whole

    def stages(self, question: Question) -> Iterator[SearchResult | SearchOffer]:
        project = question.project
        if project is None:
            raise ValueError("a search needs the settings of a project")
        if not self.start:
            yield SearchOffer(offered(project))
            return
        # Optuna is imported when it is first used.
        from playground.experiments.search.searching import searched
        from playground.experiments.search.storage import Place

        before: SearchState | None = None
        try:
            task, stem = self._task(project)
            place = Place.usual(task, stem)
            for state in searched(
                task, place, workers=usual_workers(), store=usual_store(), stopped=question.cancelled
            ):  # fmt: skip
                if state is not before:
                    before, result = state, result_of(state)
                yield result
        except running.Cancelled as error:
            raise Cancelled from error
        except (SearchFault, ExperimentFault, WorkersLost, CannotTrain, CannotCompile, UnknownPreset, ProjectFileError,
                OSError) as error:  # fmt: skip
            raise NothingToShow(f"This search cannot be run: {error}") from error

    def _task(self, project: Project) -> tuple[Task, str]:
        given = {
            "trials": self.trials, "sampler": self.sampler, "pruner": self.pruner, "seeds": self.seeds,
            "folds": self.folds if self.folds > 1 else 0,
            "budget": {"epochs": float(self.epochs)} if self.epochs else None,
            "measure": measure_of(self.measure).model_dump(mode="json") if self.measure else None,
        }  # fmt: skip
        if self.search:
            path = find_search(self.search) or Path(self.search)
            asked = read_search(path)
            return Task.of(asked, base_of(asked.base, path.parent)), search_name(path)
        over = [one for one in (part.strip() for part in self.over.split(";")) if one] or usual(project)
        return Task.of(search_over(project, project.title or "project", over, given), project), "window"


def offered(project: Project) -> tuple[tuple[str, str, str], ...]:
    """Settings of a project that a search can be over: path, title and a range as it is written. Sizes of layers
    come behind the learning rate."""
    sizes = [
        (path, title_of_path(project, path), f"{max(1, size // 4)}..{max(8, 2 * size)}")
        for path, size in _sizes(project.graph)
    ]
    others = []
    for one in settings_of(project):
        if one.choices:
            words = ",".join(str(choice) for choice in one.choices)
        else:
            words = f"{one.low:.4g}..{one.high:.4g}{':log' if one.logarithmic else ''}"
        others.append((one.path, one.title, words))
    return (*others[:1], *sizes, *others[1:])


def _sizes(graph: Graph) -> Iterator[tuple[str, int]]:
    """Path and size of the layers that may have another one: not of those whose outputs are compared or added."""
    report = check(graph)
    sized = [
        (node.id, name, size) for node in graph.nodes for name in SIZES
        if isinstance(size := getattr(report.blocks.get(node.id), name, None), int)
    ]  # fmt: skip
    for node, name, size in sized[:MOST_SIZES]:
        if check(set_parameters(graph, node, {name: size + 1})).ok:
            yield f"graph.nodes.{node}.parameters.{name}", size


def usual(project: Project) -> list[str]:
    """The learning rate and, where there are any, the units of the first layer."""
    found = offered(project)
    chosen = [row for row in found if row[0] == RATE] + [row for row in found if row[0].rpartition(".")[2] in SIZES][:1]
    return [f"{path}={words}" for path, _, words in chosen]


def result_of(state: SearchState) -> SearchResult:
    """The state of a search as arrays."""
    best = state.best
    columns, rows = state.table()
    return SearchResult(
        question=state.search.question,
        measure=state.task.measure,
        maximizes=state.task.maximizes,
        scales=tuple(_scale(setting, [row.values.get(setting.title) for row in state.rows])
                     for setting in state.search.settings),
        values=np.array([row.value for row in state.rows], dtype=np.float64),
        states=tuple(row.state for row in state.rows),
        so_far=np.array(state.so_far(), dtype=np.float64),
        start=state.start.value if state.start is not None else math.nan,
        importances=tuple(state.importances.items()),
        best=best.number - 1 if best is not None else None,
        settings=Applied(state.task, tuple(best.values.items())) if best is not None else None,
        trials=state.task.trials,
        share=state.share,
        whole=state.whole,
        sentence=state.sentence(),
        rows=(columns, [list(row) for row in rows]),
    )  # fmt: skip


def _scale(setting: Setting, values: Sequence[float | int | str | None]) -> Scale:
    if isinstance(setting, Range):
        numbers = np.array([math.nan if value is None else float(value) for value in values], dtype=np.float64)
        if setting.logarithmic:
            numbers = np.log10(numbers)
            return Scale(setting.title, numbers, math.log10(setting.low), math.log10(setting.high), True, ())
        return Scale(setting.title, numbers, setting.low, setting.high, False, ())
    labels = setting.labels()
    places = np.array([math.nan if value is None else float(labels.index(value)) for value in values], dtype=np.float64)
    title = setting.title
    return Scale(title, places, 0.0, float(len(labels) - 1), False, labels)
