"""What race and luck meter have in common: the runs of a contest as arrays, and how far they got."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Table
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.many_losses import clock
from playground.blocks.families import role_of
from playground.document.graph import Graph
from playground.document.project import Goal, Project
from playground.experiments import running
from playground.experiments.contests import Contest
from playground.experiments.members import Member
from playground.experiments.workers import WorkersLost
from playground.network.check import Report
from playground.network.compiled import CannotCompile
from playground.network.naming import titles
from playground.training.batches import CannotTrain
from playground.training.metrics.words import first_shown, goal_words, higher_is_better, metric_words

PRESS_START = "Press Start, and many runs begin beside the one on screen."
PART = 0.04
"""Seconds of work between two results."""
DEFAULT_EPOCHS = 100
LOSSES = ("test_loss", "validation_loss", "train_loss")
"""What a run is judged by where no goal says it and no other metric is told first."""


@dataclass(frozen=True)
class Runs:
    """Several runs side by side; `losses[look, run]` and `scores[look, run]` are NaN where a run has run away, or has
    not come so far."""

    names: tuple[str, ...]
    """What sets each run apart."""
    epochs: NDArray[np.float64]
    """When they were looked at, (looks,); the first is the start."""
    losses: NDArray[np.float64]
    """Mean training loss since the look before, (looks, K)."""
    scores: NDArray[np.float64]
    """The measure that they are judged by, (looks, K)."""
    metric: str
    """Name of that measure."""
    measure: str
    """The same in words."""
    better: str
    """"more" or "less", whichever is better."""
    reached: NDArray[np.float64]
    """The epoch of the first look at which a run kept all goals in their time, (K,); NaN where it never did."""
    goals: tuple[str, ...]
    """The goals of the project, in words."""
    diverged: NDArray[np.float64]
    """The epoch after which a run was no longer finite, (K,); NaN for the others."""
    seeds: tuple[int, ...]
    share: float
    """How much is done, from 0 to 1."""
    steps_per_second: float
    """Steps of single networks in a second."""
    together: str
    """How they learned, in words."""

    @property
    def whole(self) -> bool:
        """Whether all epochs are done."""
        return self.share >= 1.0

    @property
    def final(self) -> NDArray[np.float64]:
        """The measure at the last look at each, (K,); NaN where a run has run away."""
        return self._last_of(self.scores)

    @property
    def final_losses(self) -> NDArray[np.float64]:
        """The training loss at the last look at each, (K,)."""
        return self._last_of(self.losses)

    def _last_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.full(values.shape[1], math.nan)
        for run in range(values.shape[1]):
            known = np.flatnonzero(~np.isnan(values[:, run]))
            if known.size and math.isnan(self.diverged[run]):
                found[run] = values[known[-1], run]
        return found

    @property
    def order(self) -> list[int]:
        """The runs from the best to the worst; by the training loss where the measure is the same."""
        sign = -1.0 if self.better == "more" else 1.0
        keys = list(zip(sign * self.final, self.final_losses, strict=True))
        return sorted(range(len(self.names)), key=lambda run: tuple(_last_if_nan(value) for value in keys[run]))

    @property
    def ranks(self) -> list[int]:
        """The rank of each run, from 1."""
        order = self.order
        return [order.index(run) + 1 for run in range(len(self.names))]

    def table(self) -> Table:
        columns = ["run", "seed", "rank", "epoch", "train loss", self.measure, "goals reached in epoch"]
        ranks = self.ranks
        rows: list[list[Any]] = [
            [name, self.seeds[run], ranks[run], float(epoch), float(self.losses[look, run]),
             float(self.scores[look, run]), float(self.reached[run])]
            for run, name in enumerate(self.names)
            for look, epoch in enumerate(self.epochs)
        ]  # fmt: skip
        return columns, rows


def _last_if_nan(value: float) -> float:
    return math.inf if math.isnan(value) else value


def why_no_contest(report: Report, graph: Graph) -> str:
    """One line that says why no contest can be held; empty when it can."""
    estimators = any(role_of(block.family) == "estimator" for block in report.blocks.values())
    if not report.loss_nodes() and not estimators:
        return "A contest is about what is learned, and nothing learns here. Wire a loss block to the network."
    if report.total_parameters == 0 and not estimators:
        return "No block on the canvas has weights, so all runs would be the same. Drag in a Dense block."
    return ""


def epochs_of(project: Project, asked: int) -> int:
    """As many epochs as asked for; for 0 as many as the goals of the project give, or its stop rule."""
    if asked:
        return asked
    if project.goals:
        return max(goal.within_epochs for goal in project.goals)
    return project.training.stop.epochs or DEFAULT_EPOCHS


def held(
    question: Question, members: Sequence[Member], contest: Contest | None, metric: str = ""
) -> Iterator[Runs]:  # fmt: skip
    """The runs of a contest as they grow, the last whole; judged by a metric, or by that of their goals.

    Raises NothingToShow, and Cancelled.
    """
    if not members or contest is None:
        raise NothingToShow("Nobody runs yet. Choose what the runs differ in.")
    project = members[0].project
    began, runs = clock(), None
    try:
        for _ in contest.work(question.cancelled):
            question.check()
            if contest.begun and (runs is None or clock() - began > PART):
                runs = runs_of(project, members, contest, metric)
                began = clock()
            if runs is not None and not contest.whole:
                yield runs
    except running.Cancelled as error:
        raise Cancelled from error
    except (CannotTrain, CannotCompile, WorkersLost) as error:
        raise NothingToShow(str(error)) from error
    yield runs_of(project, members, contest, metric)


def runs_of(project: Project, members: Sequence[Member], contest: Contest, metric: str = "") -> Runs:
    """What is known of a contest so far."""
    known = titles(project.graph)
    if not any(metric in one for one in contest.first):
        metric = main_metric(project, contest.first)
    return Runs(
        names=tuple(member.name for member in members),
        epochs=contest.moments,
        losses=contest.losses,
        scores=contest.scores(metric),
        metric=metric,
        measure=metric_words(metric, known),
        better=_better(project, metric),
        reached=np.array([_reached(project.goals, contest, run) for run in range(len(members))]),
        goals=tuple(goal_words(goal, known) for goal in project.goals),
        diverged=contest.diverged,
        seeds=tuple(member.project.seed for member in members),
        share=contest.share,
        steps_per_second=contest.steps / contest.seconds if contest.seconds else 0.0,
        together=_together(contest),
    )


def main_metric(project: Project, metrics: Sequence[dict[str, float]]) -> str:
    """What the runs are judged by: the measure of the first goal, or the most telling one that there is."""
    known = next((one for one in metrics if one), {})
    if not known:
        return "train_loss"
    wanted = (*(goal.metric for goal in project.goals), *first_shown(("test",)), *LOSSES)
    return next((name for name in wanted if name in known), next(iter(known)))


def _better(project: Project, metric: str) -> str:
    for goal in project.goals:
        if goal.metric == metric:
            return "more" if goal.at_least is not None else "less"
    return "more" if higher_is_better(metric) else "less"


def _reached(goals: Sequence[Goal], contest: Contest, run: int) -> float:
    for epoch, look in zip(contest.moments.tolist(), contest.looks(run), strict=True):
        if look is None:
            break
        kept = [goal.met(look.metrics.get(goal.metric, math.nan)) and epoch <= goal.within_epochs for goal in goals]
        if kept and all(kept):
            return float(epoch)
    return math.nan


def _together(contest: Contest) -> str:
    count, together = len(contest.projects), contest.together
    if together == count:
        return f"{count} networks in one step"
    if together:
        return f"{together} of {count} networks in one step, the others beside them"
    return f"{count} runs beside each other"
