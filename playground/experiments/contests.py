"""A contest: runs that differ in whatever it may be, watched from their first weights to the end.

They are cells like those of an experiment, run by the same runner; only that each look at them is kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from playground.document.experiment import Budget, Measure
from playground.document.project import Project, StopRules
from playground.experiments.cells import Cell, Record
from playground.experiments.looking import Look, News, Progress
from playground.experiments.running import Stopped
from playground.experiments.workers import outcomes
from playground.network.check import check
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot

USUAL_EPOCHS = 100
"""Where a budget is in seconds, and nothing else says how long."""
MOST_NUMBERS = 4_000_000
"""Numbers in all weights that are kept; of larger networks fewer looks are."""


class Contest:
    """Trains all projects for so many epochs, whatever their stop rules say.

    `weights` says whether those of each look are wanted. Without workers all is done here.
    """

    def __init__(
        self, projects: Sequence[Project], epochs: float, looks: int, *, weights: bool = False, workers: int = 0
    ) -> None:
        self.projects = tuple(projects)
        self.epochs, self.count, self._workers = epochs, looks, workers
        every = 0
        if weights and projects:
            numbers = check(projects[0].graph).total_parameters * len(projects) * (looks + 1)
            every = max(1, -(-numbers // MOST_NUMBERS))
        measure = Measure(quantity="train_loss")
        self._cells = [
            Cell(number, 0, 0, _without_ends(project), Budget(epochs=epochs), looks, (measure,), Record(every))
            for number, project in enumerate(projects)
        ]
        self._looks: list[dict[int, Look]] = [{} for _ in projects]
        self._shares = [0.0] * len(projects)
        self._done: set[int] = set()
        self.seconds = 0.0
        """Time since the beginning."""

    def work(self, stopped: Stopped) -> Iterator[None]:
        """Do all of it, in parts of a few hundredths of a second. Raises Cancelled, CannotCompile, CannotTrain and
        WorkersLost."""
        began = time.perf_counter()
        for found in outcomes(self._cells, self._workers, stopped, self._watch):
            if found is not None:
                self._done.add(found[0])
            self.seconds = time.perf_counter() - began
            yield

    def _watch(self, run: int, news: News) -> None:
        if isinstance(news, Progress):
            self._shares[run] = max(self._shares[run], news.share)
            return
        if news.number == 0:  # a run that is taken up again begins anew
            self._looks[run].clear()
            self._shares[run] = 0.0
        self._looks[run][news.number] = news
        self._shares[run] = max(self._shares[run], news.number / self.count)

    @property
    def begun(self) -> bool:
        """Whether any run has been looked at."""
        return any(self._looks)

    @property
    def whole(self) -> bool:
        """Whether all runs are at their end."""
        return len(self._done) == len(self._cells)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; 1 only when all has been looked at."""
        if self.whole:
            return 1.0
        done = [1.0 if run in self._done else share for run, share in enumerate(self._shares)]
        return min(0.999, sum(done) / len(done))

    @property
    def steps(self) -> int:
        """Steps of single networks so far."""
        return sum(self._last(run).step for run in range(len(self._looks)) if self._looks[run])

    @property
    def together(self) -> int:
        """How many runs learn in one step with others."""
        return sum(bool(looks) and self._last(run).together for run, looks in enumerate(self._looks))

    def _last(self, run: int) -> Look:
        return self._looks[run][max(self._looks[run])]

    # As arrays ------------------------------------------------------------------------------------------------------

    @property
    def moments(self) -> NDArray[np.float64]:
        """The epochs at which runs were looked at so far, (looks,)."""
        most = max(self.count if run in self._done else max(looks, default=0) for run, looks in enumerate(self._looks))
        return np.array([number * self.epochs / self.count for number in range(most + 1)])

    def looks(self, run: int) -> list[Look | None]:
        """What a run was like at these moments; the look before where it took no step in between, and None where it has
        not come so far."""
        known, found = self._looks[run], list[Look | None]()
        last, end = None, max(known, default=-1)
        for number in range(len(self.moments)):
            last = known.get(number, last)
            found.append(last if number <= end or run in self._done else None)
        return found

    @property
    def losses(self) -> NDArray[np.float64]:
        """Mean training loss since the look before, (looks, K); NaN where a run ran away or has not come so far."""
        return np.array([[math.nan if look is None else look.loss for look in self.looks(run)]
                         for run in range(len(self._cells))]).T  # fmt: skip

    def scores(self, metric: str) -> NDArray[np.float64]:
        """A metric at all looks, (looks, K); NaN likewise."""
        return np.array([[math.nan if look is None else look.metrics.get(metric, math.nan) for look in self.looks(run)]
                         for run in range(len(self._cells))]).T  # fmt: skip

    @property
    def first(self) -> list[dict[str, float]]:
        """The metrics of every run at the start."""
        return [dict(looks[0].metrics) for looks in self._looks if 0 in looks]

    @property
    def diverged(self) -> NDArray[np.float64]:
        """The epoch up to which a run that ran away was finite, (K,); NaN for the others."""
        found = np.full(len(self._cells), math.nan)
        for run, looks in enumerate(self._looks):
            if looks and not self._last(run).metrics and max(looks) > 0:
                found[run] = self._last(run).epoch
        return found

    def paths(self) -> list[list[Snapshot | None]]:
        """The weights of all runs at the looks at which they are kept, `[look][run]`; None where a run ran away."""
        rows = [self.looks(run) for run in range(len(self._cells))]
        kept = sorted({look.number for row in rows for look in row if look is not None and look.snapshot is not None})
        return [[_snapshot(row[number]) for row in rows] for number in kept]


def _snapshot(look: Look | None) -> Snapshot | None:
    return look.snapshot if look is not None and look.metrics else None


def epochs_in(budget: Budget, project: Project) -> float:
    """A budget in epochs of a project. Raises CannotCompile and CannotTrain."""
    if budget.epochs is not None:
        return budget.epochs
    if budget.steps is not None:
        return max(1, budget.steps) / Session(project, "cpu").steps_per_epoch
    return float(project.training.stop.epochs or USUAL_EPOCHS)


def _without_ends(project: Project) -> Project:
    """The project without the rules that end it; schedules go by the epochs of these, which stay."""
    rules = StopRules(epochs=project.training.stop.epochs)
    return project.replace(training=project.training.replace(stop=rules))
