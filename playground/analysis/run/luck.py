"""The luck meter: the same network and settings under many seeds, all learning beside each other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.run.contests import PRESS_START, Runs, epochs_of, held, why_no_contest
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.experiments.contests import Contest
from playground.experiments.members import of_seeds
from playground.experiments.workers import usual_workers
from playground.network.check import Report

LOOKS = 60
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
Quantity = Literal["loss", "score"]


@dataclass(frozen=True)
class Luck:
    """What became of every seed."""

    runs: Runs

    def band(self, quantity: Quantity) -> NDArray[np.float64]:
        """Least, lower quartile, median, upper quartile and greatest value over the runs, (5, looks).

        Runs that have run away are left out from then on.
        """
        values = self.runs.losses if quantity == "loss" else self.runs.scores
        found = np.full((len(QUANTILES), len(values)), np.nan)
        for look, row in enumerate(values):
            finite = row[np.isfinite(row)]
            if finite.size:
                found[:, look] = np.quantile(finite, QUANTILES)
        return found

    @property
    def whole(self) -> bool:
        """Whether nothing is still to come."""
        return self.runs.whole

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return self.runs.share

    @property
    def successes(self) -> int:
        """How many runs kept all goals in time."""
        return int(np.isfinite(self.runs.reached).sum())

    @property
    def sentence(self) -> str:
        """How many reach the goals and when, such as “27 of 32 reach it; median after 41 epochs”."""
        runs, count = self.runs, len(self.runs.names)
        away = int(np.isfinite(runs.diverged).sum())
        ending = f"; {away} ran away" if away else ""
        if not runs.goals:
            low, high = _ends(runs.final)
            return f"{count} seeds: from {low:.3g} to {high:.3g}{ending}"
        what = "the goal" if len(runs.goals) == 1 else "all goals"
        if not self.successes:
            return f"None of {count} reaches {what}{ending}"
        median = float(np.nanmedian(runs.reached))
        when = f"{median:,.0f} epochs" if median >= 1.5 else "the first epoch"
        return f"{self.successes} of {count} reach {what}; median after {when}{ending}"

    def table(self) -> Table:
        return self.runs.table()


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (math.nan, math.nan)


class LuckAnalysis(Plotted):
    """Many seeds at once: how much of a result is luck."""

    id: ClassVar[str] = "luck"
    title: ClassVar[str] = "Luck meter"
    summary: ClassVar[str] = (
        "The same network and settings under many seeds, which decide the first weights and the order of the examples. "
        "All learn beside the run on screen, small networks in one step."
    )
    source: ClassVar[str] = "Bouthillier et al. 2021, Accounting for Variance in Machine Learning Benchmarks"
    needs: ClassVar[frozenset[str]] = frozenset({"project"})

    seeds: int = parameter(32, ge=2, le=128, help="How many seeds, from that of the project on.")
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
    every_seed: bool = parameter(False, drawing=True, help="Also draw the line of every single seed.")

    def why_not(self, report: Report, graph: Graph) -> str:
        return why_no_contest(report, graph)

    def compute(self, question: Question) -> Luck:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[Luck]:
        if not self.start:
            raise NothingToShow(PRESS_START)
        project = question.project
        if project is None:
            raise ValueError("the luck meter needs the settings of a project")
        members = of_seeds(project, self.seeds)
        projects = [member.project for member in members]
        contest = Contest(projects, epochs_of(project, self.epochs), LOOKS, workers=usual_workers())
        for runs in held(question, members, contest):
            yield Luck(runs)
