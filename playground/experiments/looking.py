"""What is seen of a run at each look: the numbers that its cell measures and, where it is recorded, all the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from playground.document.experiment import Measure
from playground.experiments.cells import Cell
from playground.experiments.quantities.base import Measured
from playground.experiments.quantities.registry import BY_ID
from playground.training.metrics.words import higher_is_better
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot

Told = Callable[[int, float], bool]
"""Hears at each look the step and what the first measure would be if the run ended there; true ends it."""


@dataclass(frozen=True)
class Outcome:
    """What came of one cell."""

    values: tuple[float, ...]
    """One for each measure; NaN where it has none, infinity for a goal that was not reached."""
    steps: int
    epochs: float
    seconds: float
    """Of learning alone; of runs that learned together, each has its part."""
    diverged: bool
    curve: tuple[tuple[float, float], ...]
    """Epochs done and the first measure's quantity, look by look."""
    pruned: bool = False
    """Ended before its budget, by whoever was told of its looks; the first measure alone is then up to date."""


@dataclass(frozen=True)
class Look:
    """What a recorded run is like at one moment."""

    number: int
    """Of the look, from 0 at the start to as many as its cell has."""
    step: int
    epoch: float
    loss: float
    """Mean training loss since the look before; at the start that of the first weights, NaN where there is none."""
    metrics: Mapping[str, float]
    """Losses and metrics on all parts; none where the run has run away."""
    snapshot: Snapshot | None
    """Its weights, where they are kept at this look."""
    together: bool = False
    """Whether it learns in one step with others."""


@dataclass(frozen=True)
class Progress:
    """How far a recorded run is between two looks."""

    share: float
    """Of its steps, from 0 to 1."""


News = Look | Progress
Seen = Callable[[News], None]
"""Is shown the looks at a recorded run, and hears in between how far it is."""


def unseen(news: News) -> None:
    """Nobody watches."""


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

    @property
    def metric(self) -> str:
        """The metric that it needs of an evaluation; empty for other quantities."""
        return self._measure.quantity if self._quantity is None else ""

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


class Observer:
    """Looks at the run of a cell, whoever lets it learn."""

    def __init__(self, cell: Cell, session: Session, seen: Seen = unseen, *, together: bool = False) -> None:
        self._cell, self._session, self._seen, self._together = cell, session, seen, together
        first = session.learner.model.flat.values.clone()
        self._gauges = [_Gauge(measure, session, first) for measure in cell.measures]
        self._curve: list[tuple[float, float]] = []
        if cell.record is not None:
            session.tell_everything()
            session.take_news()

    def look(self, number: int, *, last: bool = False, loss: float = math.nan) -> None:
        """Take the numbers at a look, all of them at the first and the last; `loss` is the mean of that of the steps
        since the look before, where the session has not noted it."""
        everything = last or number == 0
        wanted = [gauge for place, gauge in enumerate(self._gauges) if place == 0 or gauge.watches or everything]
        recorded = self._cell.record is not None
        only = None if recorded or everything else {gauge.metric for gauge in wanted}
        metrics = self._session.evaluate(full=everything, observe=False, only=only)
        for gauge in wanted:
            value = gauge.look(metrics)
            if gauge is self._gauges[0]:
                self._curve.append((self._session.epoch, value))
        if recorded:
            self._seen(self._record(number, metrics, loss, last=last))

    @property
    def value(self) -> float:
        """What the first measure would be if the run ended here."""
        return self._gauges[0].result()

    def _record(self, number: int, metrics: Mapping[str, float], loss: float, *, last: bool) -> Look:
        session, record = self._session, self._cell.record
        assert record is not None
        points = [point.value for point in session.take_news()[0] if point.curve == "train_loss"]
        if math.isnan(loss):
            loss = float(np.mean(points)) if points else metrics.get("train_loss", math.nan)
        every = record.weights_every
        kept = session.snapshot() if every and (number % every == 0 or last) else None
        snapshot = None
        if kept is not None:  # without what only a run that goes on from there needs
            snapshot = Snapshot(kept.step, kept.epoch, kept.parameters, kept.layout, dict(kept.buffers), {})
        return Look(number, session.step, session.epoch, loss, dict(metrics), snapshot, self._together)

    def runs_away(self, number: int) -> None:
        """The run met infinity on its way to a look."""
        for gauge in self._gauges:
            gauge.runs_away()
        if self._cell.record is not None:
            self._seen(Look(number, self._session.step, self._session.epoch, math.nan, {}, None, self._together))

    def outcome(self, seconds: float, *, diverged: bool = False, pruned: bool = False) -> Outcome:
        """What came of the run."""
        values = tuple(gauge.result() for gauge in self._gauges)
        session = self._session
        return Outcome(values, session.step, session.epoch, seconds, diverged, tuple(self._curve), pruned)
