"""The race: one network under several optimizers or settings, from the same first weights, on one chart and surface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.run.contests import PART, Runs, epochs_of, held, why_no_contest, why_not_these_phases
from playground.analysis.shared.many_losses import ManyLosses, clock
from playground.analysis.shared.surface_directions import Plane, path_plane
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.document.project import Project
from playground.experiments.members import (
    RATE,
    Member,
    Setting,
    of_choices,
    of_optimizers,
    of_values,
    settings_of,
    title_of_path,
)
from playground.network.check import Report
from playground.training.optimizers import OPTIMIZERS, optimizer_of
from playground.training.setting_paths import SettingError
from playground.training.snapshot import Snapshot
from playground.training.stacked.contest import Contest

Over = Literal["optimizers", "learning-rate", "setting"]

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
MOST_NUMBERS = 4_000_000
"""Numbers in all paths together; of larger networks fewer looks are taken."""
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

    def table(self) -> Table:
        return ["setting", "title"], [[one.path, one.title] for one in self.settings]


class RaceAnalysis(Plotted):
    """The same network, data and first weights under several settings at once."""

    id: ClassVar[str] = "race"
    title: ClassVar[str] = "Race"
    summary: ClassVar[str] = (
        "The same network, data and first weights under up to 8 optimizers or values of one setting. All learn beside "
        "the run on screen, and their ways are drawn on one surface."
    )
    source: ClassVar[str] = "Schmidt, Schneider and Hennig 2021, Descending through a Crowded Valley"
    needs: ClassVar[frozenset[str]] = frozenset({"project"})

    over: Over = parameter("optimizers", help="What sets the runs apart.")
    optimizers: str = parameter(
        "sgd momentum rmsprop adam", max_length=200,
        help="Ids of the optimizers, with spaces between them. That of the project has its numbers, others the usual.",
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
        "score", drawing=True, label="Chart",
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
            yield RaceOffer(tuple(settings_of(project)), optimizer_of(project.training.optimizer).id)
            return
        if sentence := why_not_these_phases(project):
            raise NothingToShow(sentence)
        title, members = self.members(project)
        contest = Contest([member.project for member in members], epochs_of(project, self.epochs), LOOKS)
        for runs in held(question, members, contest):
            if not runs.whole:
                yield Race(runs, title, None)
        yield from _on_its_ground(question, Race(runs, title, None), contest)

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
    graphs = {project.graph.model_dump_json() for project in contest.projects}
    if len(graphs) > 1:
        why = "The runs compute differently, so each has a surface of its own."
        yield replace(race, why_no_ground=why)
        return
    found = _ways(contest)
    if found is None:
        yield replace(race, why_no_ground="The runs moved too little, or in too few weights, to span a plane.")
        return
    ground, plane = found
    yield from _raised(question, race, contest, ground, plane)


def _ways(contest: Contest) -> tuple[Ground, Plane] | None:
    """The ground without its losses, and the plane that it is."""
    size, rows = contest.layout.size, len(contest.projects)
    stride = max(1, -(-size * rows * len(contest.looks) // MOST_NUMBERS))
    looks = sorted({*range(0, len(contest.looks), stride), len(contest.looks) - 1})
    vectors = np.stack([contest.looks[look].vectors for look in looks])  # (looks, K, P)
    kept = _near(vectors)
    if not kept.any():
        return None
    found = path_plane(vectors[:, kept].reshape(-1, size))
    if found is None:
        return None
    plane, explained = found
    places, _ = plane.project(vectors[:, kept].reshape(-1, size))
    paths = np.full((len(looks), rows, 2), np.nan)
    paths[:, kept] = places.reshape(len(looks), -1, 2)
    low, high = places.min(axis=0), places.max(axis=0)
    half = (high - low) * (0.5 + MARGIN)
    half = np.maximum(half, half.max() * SLIMMEST)
    alphas, betas = (np.linspace(m - h, m + h, SIDE) for m, h in zip((low + high) / 2, half, strict=True))
    return Ground(paths, explained, alphas, betas, np.full((SIDE, SIDE), np.nan), 0), plane


def _near(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which runs (K,) stay finite and about where the others are."""
    finite = np.isfinite(vectors).all(axis=(0, 2))
    with np.errstate(over="ignore", invalid="ignore"):
        far = np.linalg.norm((vectors - vectors[:1]).astype(np.float64), axis=2).max(axis=0)
    usual = float(np.median(far[finite])) if finite.any() else 0.0
    near: NDArray[np.bool_] = finite & (far <= FAR * usual + 1e-12)
    return near


def _raised(
    question: Question, race: Race, contest: Contest, ground: Ground, plane: Plane
) -> Iterator[Race]:
    """The ground with its losses, part by part."""
    subject = question.subject
    assert subject is not None
    best = race.runs.order[0]
    # Running statistics belong to a run; those of the best one stand for all.
    standing = Snapshot(
        0, 0.0, contest.looks[-1].vectors[best], contest.layout, buffers=contest.buffers(best)
    )
    feeds = subject.feeds("train", EXAMPLES)
    values = np.full(SIDE * SIDE, np.nan)
    examples = len(next(iter(feeds.values())))
    losses = ManyLosses(subject, feeds, contest.layout)
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
