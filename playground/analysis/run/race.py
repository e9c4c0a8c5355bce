"""The race: one network under several optimizers or settings, from the same first weights, on one chart and surface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.run.contests import PART, Runs, epochs_of, held, why_no_contest
from playground.analysis.run.experiment import questions
from playground.analysis.shared.many_losses import ManyLosses, clock
from playground.analysis.shared.surface_directions import Plane, path_plane
from playground.analysis.subject import Subject
from playground.document.copies import unrolled
from playground.document.declaration import parameter
from playground.document.decoding import ProjectFileError
from playground.document.graph import Graph
from playground.document.library import UnknownPreset
from playground.document.project import Project
from playground.experiments.cells import ExperimentFault
from playground.experiments.contests import Contest, epochs_in
from playground.experiments.library import find_experiment, open_preset, read_experiment
from playground.experiments.members import (
    RATE,
    Member,
    Setting,
    of_choices,
    of_experiment,
    of_optimizers,
    of_values,
    settings_of,
    title_of_path,
)
from playground.experiments.workers import usual_workers
from playground.network.check import Report, check
from playground.network.compiled import CannotCompile
from playground.network.flat import Layout
from playground.training.batches import CannotTrain
from playground.training.optimizers import OPTIMIZERS, optimizer_of
from playground.training.setting_paths import SettingError
from playground.training.snapshot import Snapshot

Over = Literal["optimizers", "learning-rate", "setting", "experiment"]

LOOKS = 60
MOST = 8
"""Runs in a race: more lines are not told apart."""
SIDE = 31
"""Points along each side of the surface."""
ROWS_AT_ONCE = 8
"""Most rows of the surface in one part of the work."""
EXAMPLES = 256
MARGIN = 0.12
SLIMMEST = 0.5
OF_RUNS = 0.85
"""Share of the work that the runs are, before the ground."""
FAR = 8.0
"""A run that goes so many times as far as the others usually do would make their paths a point; it is left off."""


@dataclass(frozen=True)
class Ground:
    """The ways of all runs on the plane that holds them best, with the loss of the network there."""

    paths: NDArray[np.float64]
    """Places of each run, (looks, K, 2); NaN for runs that are left off."""
    explained: tuple[float, float]
    """Shares of the variance of all ways along the two directions."""
    alphas: NDArray[np.float64]
    betas: NDArray[np.float64]
    values: NDArray[np.float64]
    """Losses on the grid, (n, n); NaN where they are still to come."""
    examples: int


@dataclass(frozen=True)
class Race:
    """All runs of a race, and the ground they ran on."""

    runs: Runs
    over: str
    """What sets the runs apart, in words: “Optimizer”, “Learning rate”."""
    ground: Ground | None
    why_no_ground: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is still to come."""
        return self.runs.whole and (
            bool(self.why_no_ground) or (self.ground is not None and bool(np.isfinite(self.ground.values[-1]).any()))
        )

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1: the runs first, then the ground row by row."""
        if self.whole:
            return 1.0
        raised = 0.0 if self.ground is None else float(np.isfinite(self.ground.values).any(axis=1).mean())
        return OF_RUNS * self.runs.share + (1.0 - OF_RUNS) * raised

    def table(self) -> Table:
        return self.runs.table()


@dataclass(frozen=True)
class RaceOffer:
    """What a race can be over, before one has begun."""

    settings: tuple[Setting, ...]
    optimizer: str
    """Id of the project's own."""
    questions: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """Question and id of all experiments, by the title of their chapter."""

    def table(self) -> Table:
        return ["setting", "title"], [[one.path, one.title] for one in self.settings]


class RaceAnalysis(Plotted):
    """The same network, data and first weights under several settings at once."""

    id: ClassVar[str] = "race"
    title: ClassVar[str] = "Race"
    summary: ClassVar[str] = (
        "The same network, data and first weights under up to 8 optimizers, values of one setting, or variants of an "
        "experiment. All learn beside the run on screen; where they are alike, their ways are drawn on one surface."
    )
    source: ClassVar[str] = "Schmidt, Schneider and Hennig 2021, Descending through a Crowded Valley"
    needs: ClassVar[frozenset[str]] = frozenset({"project"})

    over: Over = parameter("optimizers", help="What sets the runs apart.")
    optimizers: str = parameter(
        "sgd momentum rmsprop adam", max_length=200,
        help="Ids of the optimizers, with spaces between them. That of the project has its numbers, others the usual.",
    )  # fmt: skip
    experiment: str = parameter(
        "", max_length=1_000, label="Experiment",
        help="Name or file of an experiment whose variants race, where it is over these.",
    )  # fmt: skip
    path: str = parameter("", max_length=200, help="The setting, such as training.batch_size, where it is another.")
    choices: str = parameter("", max_length=400, help="Its choices, with spaces between them; empty for all.")
    low: float = parameter(0.0, help="First value; with both at 0, values around the usual one.")
    high: float = parameter(0.0, help="Last value.")
    count: int = parameter(6, ge=2, le=MOST, help="How many values.")
    logarithmic: bool = parameter(True, help="Whether each value is the same multiple of the one before.")
    epochs: int = parameter(
        0, ge=0, le=1_000_000, unit="epochs", help="How long each runs; 0 for as long as the goals of the project give."
    )
    start: int = parameter(1, ge=0, advanced=True, help="0 waits until a person presses Start.")
    quantity: Literal["score", "loss"] = parameter(
        "score",
        drawing=True,
        label="Chart",
        help="What the chart shows: the measure of the goals, or the training loss.",
    )
    page: Literal["all", "chart", "surface", "table"] = parameter(
        "all", drawing=True, label="Show", help="Which parts of the race are shown."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        return why_no_contest(report, graph)

    def compute(self, question: Question) -> Race:
        *_, whole = self.stages(question)
        assert isinstance(whole, Race)
        return whole

    def stages(self, question: Question) -> Iterator[Race | RaceOffer]:
        project = question.project
        if project is None:
            raise ValueError("a race needs the settings of a project")
        if not self.start:
            yield RaceOffer(tuple(settings_of(project)), optimizer_of(project.training.optimizer).id, questions())
            return
        title, members, metric, epochs = self._asked(project)
        projects = [member.project for member in members]
        surface = len({one.graph.model_dump_json() for one in projects}) == 1
        contest = Contest(projects, epochs, LOOKS, weights=surface, workers=usual_workers()) if members else None
        for runs in held(question, members, contest, metric):
            if not runs.whole:
                yield Race(runs, title, None)
        assert contest is not None
        yield from _on_its_ground(question, Race(runs, title, None), contest)

    def _asked(self, project: Project) -> tuple[str, list[Member], str, float]:
        """What sets the runs apart, in words; the runs; what they are judged by, where it is no goal; how long they
        learn. Raises NothingToShow with a sentence."""
        if self.over != "experiment":
            title, members = self.members(project)
            return title, members, "", epochs_of(project, self.epochs)
        try:
            path = find_experiment(self.experiment)
            experiment = read_experiment(path)
            members = of_experiment(experiment, open_preset)[:MOST]
            epochs = self.epochs or epochs_in(experiment.budget, members[0].project)
        except (UnknownPreset, ProjectFileError, ExperimentFault, OSError, CannotCompile, CannotTrain) as error:
            raise NothingToShow(f"This experiment cannot be raced: {error}") from error
        return "Experiment", members, experiment.measures[0].quantity, epochs

    def members(self, project: Project) -> tuple[str, list[Member]]:
        """What sets the runs apart, in words, and the runs. Raises NothingToShow with a sentence."""
        try:
            if self.over == "optimizers":
                return "Optimizer", of_optimizers(project, self.optimizers.split()[:MOST])
            setting = self._setting(project)
            if setting.choices:
                wanted = self.choices.split() or setting.choices
                return setting.title, of_choices(project, setting.path, wanted[:MOST])
            low, high, logarithmic = self.low, self.high, self.logarithmic
            if not (low or high):
                low, high, logarithmic = setting.low, setting.high, setting.logarithmic
            return setting.title, of_values(project, setting.path, low, high, self.count, logarithmic)
        except KeyError as error:
            known = ", ".join(cls.id for cls in OPTIMIZERS)
            raise NothingToShow(f"There is no optimizer {error}; there are {known}.") from error
        except (SettingError, ValueError) as error:
            raise NothingToShow(f"This race cannot be: {error}") from error

    def _setting(self, project: Project) -> Setting:
        path = RATE if self.over == "learning-rate" else self.path
        found = next((one for one in settings_of(project) if one.path == path), None)
        if found is not None:
            return found
        if self.choices:
            return Setting(path, title_of_path(project, path), choices=tuple(self.choices.split()))
        return Setting(path, title_of_path(project, path), self.low, self.high, self.logarithmic)


def _on_its_ground(question: Question, race: Race, contest: Contest) -> Iterator[Race]:
    why = _why_no_ground(contest)
    if why:
        yield replace(race, why_no_ground=why)
        return
    found = _ways(contest)
    if found is None:
        yield replace(race, why_no_ground="The runs moved too little, or in too few weights, to span a plane.")
        return
    yield from _raised(question, race, contest, *found)


def _why_no_ground(contest: Contest) -> str:
    first = contest.projects[0]
    if len({project.graph.model_dump_json() for project in contest.projects}) > 1:
        return "The runs compute differently, so each has a surface of its own."
    if first.training.phases:
        return "Players take turns, each on a loss of its own, so there is no common surface."
    report = check(first.graph)
    if not report.loss_nodes():
        return "What learns here follows no loss, so there is no surface."
    if not report.data_nodes():
        return "The test function is the surface; the view Loss surface shows it."
    return ""


def _ways(contest: Contest) -> tuple[Ground, Plane, list[Snapshot | None]] | None:
    """The ground without its losses, the plane that it is, and where the runs ended."""
    paths = contest.paths()
    known = next((one for row in paths for one in row if one is not None), None)
    if known is None or not known.layout.size:
        return None
    size, rows = known.layout.size, len(contest.projects)
    lost = np.full(size, np.nan, dtype=np.float32)
    vectors = np.stack(
        [np.stack([lost if one is None else _laid_out(one, known.layout) for one in row]) for row in paths]
    )  # (looks, K, P)
    kept = _near(vectors)
    if not kept.any():
        return None
    found = path_plane(vectors[:, kept].reshape(-1, size))
    if found is None:
        return None
    plane, explained = found
    places, _ = plane.project(vectors[:, kept].reshape(-1, size))
    ways = np.full((len(paths), rows, 2), np.nan)
    ways[:, kept] = places.reshape(len(paths), -1, 2)
    low, high = places.min(axis=0), places.max(axis=0)
    half = (high - low) * (0.5 + MARGIN)
    half = np.maximum(half, half.max() * SLIMMEST)
    alphas, betas = (np.linspace(m - h, m + h, SIDE) for m, h in zip((low + high) / 2, half, strict=True))
    return Ground(ways, explained, alphas, betas, np.full((SIDE, SIDE), np.nan), 0), plane, paths[-1]


def _laid_out(snapshot: Snapshot, wanted: Layout) -> NDArray[np.float32]:
    """The weights (P,) in another order of the same: blocks with a rate of their own lie together."""
    if snapshot.layout == wanted:
        return snapshot.parameters
    places = snapshot.layout.by_name()
    order = [np.arange(places[one.name].start, places[one.name].stop) for one in wanted.places]
    found: NDArray[np.float32] = snapshot.parameters[np.concatenate(order)]
    return found


def _near(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which runs (K,) stay finite and about where the others are."""
    finite = np.isfinite(vectors).all(axis=(0, 2))
    with np.errstate(over="ignore", invalid="ignore"):
        far = np.linalg.norm((vectors - vectors[:1]).astype(np.float64), axis=2).max(axis=0)
    usual = float(np.median(far[finite])) if finite.any() else 0.0
    near: NDArray[np.bool_] = finite & (far <= FAR * usual + 1e-12)
    return near


def _raised(
    question: Question, race: Race, contest: Contest, ground: Ground, plane: Plane, ends: list[Snapshot | None]
) -> Iterator[Race]:
    """The ground with its losses, part by part."""
    graph, subject = contest.projects[0].graph, question.subject
    if subject is None or subject.graph != unrolled(graph):
        subject = Subject(graph)
    # Running statistics belong to a run; those of the best one stand for all.
    standing = next(one for one in (ends[run] for run in race.runs.order) if one is not None)
    feeds = subject.feeds("train", EXAMPLES)
    values = np.full(SIDE * SIDE, np.nan)
    examples = len(next(iter(feeds.values())))
    losses = ManyLosses(subject, feeds, standing.layout)
    places = np.stack(np.meshgrid(ground.alphas, ground.betas), axis=-1).reshape(-1, 2)
    done, rows = 0, 1
    while done < SIDE:
        began = clock()
        here = slice(done * SIDE, min(SIDE, done + rows) * SIDE)
        subject.load(standing)  # others may have loaded other weights meanwhile
        values[here] = losses.compute(plane.points(places[here]), question.check)
        done += rows
        rows = max(1, min(ROWS_AT_ONCE, int(rows * PART / max(clock() - began, 1e-6))))
        grown = replace(ground, values=values.reshape(SIDE, SIDE).copy(), examples=examples)
        yield replace(race, ground=grown)
