"""What race and luck meter have in common: the runs of a contest as arrays, and how far they got."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Table
from playground.analysis.question import Question
from playground.analysis.shared.many_losses import clock
from playground.blocks.families import role_of
from playground.document.graph import Graph
from playground.document.project import Goal, Project
from playground.network.check import Report
from playground.network.naming import titles
from playground.training.batches import DataError
from playground.training.metrics.words import first_shown, goal_words, higher_is_better, metric_words
from playground.training.stacked.contest import Contest
from playground.training.stacked.members import Member
from playground.training.stacked.stack import CannotStack

PRESS_START = "Press Start, and many runs begin beside the one on screen."
PART = 0.04
"""Seconds of work between two results."""
DEFAULT_EPOCHS = 100
LOSSES = ("test_loss", "validation_loss", "train_loss")
"""What a run is judged by where no goal says it and no other metric is told first."""


@dataclass(frozen=True)
class Runs:
    """Several runs side by side; `losses[look, run]` and `scores[look, run]` are NaN where a run has run away."""

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
        """The measure at the last look, (K,)."""
        last: NDArray[np.float64] = self.scores[-1]
        return last

    @property
    def order(self) -> list[int]:
        """The runs from the best to the worst; by the training loss where the measure is the same."""
        sign = -1.0 if self.better == "more" else 1.0
        keys = list(zip(sign * self.final, self.losses[-1], strict=True))
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
    if not report.loss_nodes():
        return "A contest is about the loss, and there is none. Wire a loss block to the network."
    if report.total_parameters == 0:
        return "No block on the canvas has weights, so all runs would be the same. Drag in a Dense block."
    if not report.data_nodes():
        return "A contest needs data. Put several test functions on one canvas, and they race side by side."
    if any(role_of(block.family) == "estimator" for block in report.blocks.values()):
        return "Blocks that learn without a gradient do not take part in contests; delete them, or use Runs instead."
    return ""


def why_not_these_phases(project: Project) -> str:
    """The same for what only the settings tell."""
    if project.training.phases:
        return "Players that take turns do not take part in contests: each step would need an order of its own."
    return ""


def epochs_of(project: Project, asked: int) -> int:
    """As many epochs as asked for; for 0 as many as the goals of the project give, or its stop rule."""
    if asked:
        return asked
    if project.goals:
        return max(goal.within_epochs for goal in project.goals)
    return project.training.stop.epochs or DEFAULT_EPOCHS


def held(question: Question, members: Sequence[Member], contest: Contest) -> Iterator[Runs]:
    """The runs of a contest as they grow, the last whole. Raises NothingToShow, and Cancelled."""
    if not members:
        raise NothingToShow("Nobody runs yet. Choose what the runs differ in.")
    project = members[0].project
    began = clock()
    try:
        for _ in contest.work():
            question.check()
            if clock() - began > PART and contest.looks:
                yield runs_of(project, members, contest)
                began = clock()
    except (CannotStack, DataError) as error:
        raise NothingToShow(str(error)) from error
    yield runs_of(project, members, contest)


def runs_of(project: Project, members: Sequence[Member], contest: Contest) -> Runs:
    """What is known of a contest so far."""
    looks = contest.looks
    metric, known = main_metric(project, looks[0].metrics), titles(project.graph)
    scores = np.array([[one.get(metric, math.nan) for one in look.metrics] for look in looks])
    return Runs(
        names=tuple(member.name for member in members),
        epochs=np.array([look.epoch for look in looks]),
        losses=np.array([look.losses for look in looks]),
        scores=scores,
        metric=metric,
        measure=metric_words(metric, known),
        better=_better(project, metric),
        reached=np.array([_reached(project.goals, contest, run) for run in range(len(members))]),
        goals=tuple(goal_words(goal, known) for goal in project.goals),
        diverged=np.array(contest.diverged),
        seeds=tuple(member.project.seed for member in members),
        share=contest.share,
        steps_per_second=contest.steps / contest.seconds if contest.seconds else 0.0,
        together=_together(contest),
    )


def main_metric(project: Project, metrics: Sequence[dict[str, float]]) -> str:
    """What the runs are judged by: the measure of the first goal, or the most telling one that there is."""
    known = next((one for one in metrics if one), {})
    wanted = (*(goal.metric for goal in project.goals), *first_shown(("test",)), *LOSSES)
    return next((name for name in wanted if name in known), "train_loss")


def _better(project: Project, metric: str) -> str:
    for goal in project.goals:
        if goal.metric == metric:
            return "more" if goal.at_least is not None else "less"
    return "more" if higher_is_better(metric) else "less"


def _reached(goals: Sequence[Goal], contest: Contest, run: int) -> float:
    for look in contest.looks:
        metrics = look.metrics[run]
        kept = [goal.met(metrics.get(goal.metric, math.nan)) and look.epoch <= goal.within_epochs for goal in goals]
        if kept and all(kept):
            return look.epoch
    return math.nan


def _together(contest: Contest) -> str:
    count = len(contest.projects)
    if contest.stacks == count > 1:
        return f"{count} networks one after the other: this setting makes them compute differently"
    alone = contest.one_after_the_other
    words = f"{count} networks in one step"
    if contest.stacks > 1:
        words = f"{count} networks in {contest.stacks} groups"
    return f"{words}, but {', '.join(alone)} one after the other" if alone else words
