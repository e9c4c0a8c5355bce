"""One cell from its first weights to the end of its budget, with all that is measured on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from playground.document.experiment import Measure
from playground.experiments.cells import Cell
from playground.experiments.quantities.base import Measured
from playground.experiments.quantities.registry import BY_ID
from playground.training.divergence import Diverged
from playground.training.metrics.words import higher_is_better
from playground.training.session.session import Session

CHUNK = 0.05
"""Seconds of learning between two questions whether to stop."""

Stopped = Callable[[], bool]
Told = Callable[[int, float], bool]
"""Hears at each look the steps taken and the first measure as it is so far; True ends the run there."""


class Cancelled(Exception):
    """Somebody does not want the result any more."""


@dataclass(frozen=True)
class Outcome:
    """What came of one cell."""

    values: tuple[float, ...]
    """One for each measure; NaN where it has none, infinity for a goal that was not reached."""
    steps: int
    epochs: float
    seconds: float
    """Of learning alone."""
    diverged: bool
    curve: tuple[tuple[float, float], ...]
    """Epochs done and the first measure's quantity, look by look."""
    pruned: bool = False
    """Ended before its budget, by whoever was told of its looks; the first measure alone is then up to date."""


class _Gauge:
    """One measure over the looks at a run."""

    def __init__(self, measure: Measure, session: Session, first: torch.Tensor) -> None:
        self._measure = measure
        name, _, node = measure.quantity.partition(".")
        self._quantity = BY_ID.get(name)
        self._run = Measured(session, [node] if node else list(session.report.order), first)
        self.seen: list[float] = []
        self.steps: list[int] = []

    @property
    def watches(self) -> bool:
        """Whether it must be taken at every look."""
        return self._measure.moment in ("best", "mean") or self._measure.counts_steps

    def look(self, metrics: Mapping[str, float]) -> float:
        """Take the number as it is now."""
        name = self._measure.quantity
        value = metrics.get(name, math.nan) if self._quantity is None else self._quantity.compute(self._run)
        self.seen.append(value)
        self.steps.append(self._run.session.step)
        return value

    def runs_away(self) -> None:
        """The run has no number any more; how many steps it took and that it ran away can still be told."""
        told = self._quantity is not None and not self._quantity.of_blocks
        run = replace(self._run, diverged=True)
        self.seen.append(self._quantity.compute(run) if told and self._quantity is not None else math.nan)
        self.steps.append(run.session.step)

    def result(self) -> float:
        """The number that counts, of all that were seen."""
        if self._measure.counts_steps:
            return self._steps_needed()
        if self._measure.moment == "end":
            return self.seen[-1]
        seen = [value for value in self.seen if not math.isnan(value)]
        if not seen:
            return math.nan
        if self._measure.moment == "start":
            return seen[0]
        if self._measure.moment == "best":
            return (max if higher_is_better(self._measure.quantity) else min)(seen)
        return sum(seen) / len(seen)

    def _steps_needed(self) -> float:
        least, most = self._measure.at_least, self._measure.at_most
        for step, value in zip(self.steps, self.seen, strict=True):
            if (least is not None and value >= least) or (most is not None and value <= most):
                return float(step)
        return math.inf


def run_cell(cell: Cell, stopped: Stopped = lambda: False, told: Told | None = None) -> Outcome:
    """Train and measure; `told` may end a run that promises little. Raises Cancelled, CannotCompile, CannotTrain and
    what a project's settings may raise."""
    session = Session(cell.project, "cpu")
    first = session.learner.model.flat.values.clone()
    gauges = [_Gauge(measure, session, first) for measure in cell.measures]
    curve: list[tuple[float, float]] = []
    diverged = pruned = False
    _look(session, gauges, curve, everything=True)
    try:
        for last in _legs(session, cell, stopped):
            _look(session, gauges, curve, everything=last)
            pruned = told is not None and not last and told(session.step, gauges[0].result())
            if pruned:
                break
    except Diverged:
        diverged = True
        for gauge in gauges:
            gauge.runs_away()
    values = tuple(gauge.result() for gauge in gauges)
    return Outcome(values, session.step, session.epoch, session.seconds, diverged, tuple(curve), pruned)


def _look(session: Session, gauges: Sequence[_Gauge], curve: list[tuple[float, float]], *, everything: bool) -> None:
    metrics = session.evaluate(full=everything, observe=False)
    for place, gauge in enumerate(gauges):
        if place == 0 or gauge.watches or everything:
            value = gauge.look(metrics)
            if place == 0:
                curve.append((session.epoch, value))


def _legs(session: Session, cell: Cell, stopped: Stopped) -> Iterator[bool]:
    """Train leg by leg; tells after each whether it was the last."""
    budget = cell.budget
    if budget.seconds is not None:
        yield from _by_time(session, budget.seconds, cell.looks, stopped)
        return
    steps = budget.steps if budget.steps is not None else round((budget.epochs or 0.0) * session.steps_per_epoch)
    for number in range(1, cell.looks + 1):
        goal = round(steps * number / cell.looks)
        if goal > session.step or number == cell.looks:
            _advance(session, goal - session.step, stopped)
            last = number == cell.looks or bool(session.finished)
            yield last
            if last:
                return


def _by_time(session: Session, seconds: float, looks: int, stopped: Stopped) -> Iterator[bool]:
    for number in range(1, looks + 1):
        while session.seconds < seconds * number / looks and not session.finished:
            _advance(session, _steps_in(session, min(CHUNK, seconds / looks / 4)), stopped)
        last = number == looks or bool(session.finished)
        yield last
        if last:
            return


def _advance(session: Session, steps: int, stopped: Stopped) -> None:
    while steps > 0 and not session.finished:
        if stopped():
            raise Cancelled
        steps -= session.advance(min(steps, _steps_in(session, CHUNK)))


def _steps_in(session: Session, seconds: float) -> int:
    """About so many steps fit into a time; few as long as nothing is known."""
    if not session.seconds:
        return 4
    return max(1, round(seconds * session.step / session.seconds))
