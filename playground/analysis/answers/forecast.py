"""A forecast from one moment of a time series, by every block that gives one, with a fan that says how sure it is."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from playground.analysis.base import Plotted, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.heads import Head, heads
from playground.analysis.shared.series import series_nodes
from playground.analysis.subject import Subject, dependents
from playground.data.base import PARTS, Part
from playground.data.series.forecasting import SeriesDataset, Timeline
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

Floats = NDArray[np.float64]

BANDS = (0.5, 0.9)
"""Shares of the paths that the two bands of the fan hold."""
LEAST_ERRORS = 20
"""Windows of the held-out time that must lie before the origin for their errors to be taken alone."""


@dataclass(frozen=True)
class Score:
    """How good the forecasts of one model are; NaN where nothing is known to compare them with."""

    here: float
    """MASE of the forecast from this origin."""
    mase: float
    """MASE over the whole part."""
    error: float
    """Mean absolute error over the whole part, in raw units."""


@dataclass(frozen=True)
class ModelForecast:
    """What one model says of the steps behind the origin, in raw units."""

    node: str
    title: str
    ahead: Floats
    """(horizon,)"""
    paths: Floats
    """(paths, horizon), one for each seed; (0, horizon) where nothing is known of its errors yet."""
    low: Floats
    """(bands, horizon), the lower ends of `BANDS`."""
    high: Floats
    score: Score


@dataclass(frozen=True)
class Forecast:
    """A whole series, an origin in it, and all forecasts from there; numbers in raw units."""

    values: Floats
    """(n,) all that was measured."""
    times: Floats
    """(n + horizon,) places on the axis of time, as far as forecasts can reach."""
    moments: tuple[str, ...]
    """(n + horizon,) the same in words."""
    origin: int
    """The last step that is known."""
    first_origin: int
    """The first step that can be an origin, as it has a whole window before it."""
    spans: Mapping[Part, tuple[int, int]]
    """The first step of each part, and the first behind it."""
    models: tuple[ModelForecast, ...]
    naive: Floats
    """(horizon,) as one season before."""
    naive_score: Score
    part: Part
    """The part over which the scores are taken."""
    part_origins: tuple[int, int]
    """First origin of that part, and how many there are: its examples in order."""
    errors_from: str
    """Whose errors the fan is made of, in words; empty where there is no fan."""
    time_name: str
    value_name: str
    season: int
    step: int

    @property
    def horizon(self) -> int:
        """Steps ahead."""
        return len(self.naive)

    @property
    def ahead(self) -> slice:
        """The steps behind the origin, among `times` and `moments`."""
        return slice(self.origin + 1, self.origin + 1 + self.horizon)

    @property
    def truth(self) -> Floats:
        """(horizon,) what really came, NaN where nothing was measured."""
        known = self.values[self.origin + 1 : self.origin + 1 + self.horizon]
        return np.concatenate([known, np.full(self.horizon - len(known), np.nan)])

    def table(self) -> Table:
        """One row for every step ahead."""
        columns = ["when", "truth", "seasonal naive"]
        numbers = [self.truth, self.naive]
        for model in self.models:
            ends = [f"{model.title} {words}" for share in BANDS for words in (f"{share:.0%} low", f"{share:.0%} high")]
            columns += [model.title, *ends]
            numbers += [model.ahead, *(side[band] for band in range(len(BANDS)) for side in (model.low, model.high))]
        rows = zip(self.moments[self.ahead], *(column.tolist() for column in numbers), strict=True)
        return columns, [list(row) for row in rows]


class ForecastAnalysis(Plotted):
    """The forecast of every model of a series from one origin.

    The fan is a set of paths, one for each seed. A path is the forecast plus the errors that the model made over one
    whole horizon at an earlier time, drawn by the seed (a residual bootstrap: errors of neighbouring steps stay
    together). Only windows count whose horizon had ended at the origin: those of the held-out time when there are
    `LEAST_ERRORS` of them or more, else all of them, among which are those that were learned from. Where the network
    has dropout, it is switched on for the paths, each with its own units silenced: Gal & Ghahramani 2016, Dropout as a
    Bayesian approximation. The forecast itself is made without dropout.
    """

    id: ClassVar[str] = "forecast"
    title: ClassVar[str] = "Forecast"
    summary: ClassVar[str] = (
        "What comes next, said from a moment that you choose: every model's forecast, how sure it is, what really "
        "came, and the seasonal naive forecast to beat. The fan holds 50 % and 90 % of 100 paths, one for each seed: "
        "the forecast plus the errors of one earlier window, with dropout switched on where there is any."
    )

    origin: int = parameter(
        -1, ge=-1, le=1_000_000, help="Number of the last step that is known; −1 takes that of the chosen example."
    )
    paths: int = parameter(100, ge=10, le=1_000, help="Paths of the fan, one for each seed.")
    example: int = example_row()
    single_paths: bool = parameter(
        False, drawing=True, label="Paths", help="Show some paths one by one in place of the bands."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not series_nodes(report):
            return "A forecast needs a time series: CO2, sunspots or the series builder."
        if not forecasters(report):
            return "A forecast needs a loss or an autoregression whose prediction and target are those of the series."
        return ""

    def compute(self, question: Question) -> Forecast:
        subject = question.loaded()
        everyone = forecasters(subject.report)
        node = next((name for name, _ in everyone if name == question.node), everyone[0][0])
        found = [head for name, head in everyone if name == node]
        dataset = subject.report.blocks[node]
        assert isinstance(dataset, SeriesDataset)
        task = self._task(question, dataset)
        timeline, origins = task.timeline, task.origins
        feeds = {(node, "features"): torch.from_numpy(timeline.windows(origins))}
        answers = subject.values(feeds, [head.prediction for head in found], question.cancelled)
        question.check()
        models = tuple(
            self._model(
                subject, node, head, task, timeline.raw(answers[head.prediction].reshape(len(origins), -1), origins)
            )
            for head in found
        )
        question.check()
        naive = timeline.naive(origins)
        steps = timeline.count + timeline.horizon
        asked = timeline.origins(task.part)
        return Forecast(
            values=timeline.values,
            times=dataset.times(steps),
            moments=_moments(dataset, steps),
            origin=task.origin,
            first_origin=timeline.window - 1,
            spans={part: timeline.span(part) for part in PARTS},
            models=models,
            naive=naive[task.row],
            naive_score=task.score(naive),
            part=task.part,
            part_origins=(int(asked[0]), len(asked)),
            errors_from=task.pool_words,
            time_name=dataset.time_name,
            value_name=dataset.value_name,
            season=dataset.season,
            step=question.snapshot.step if question.snapshot else 0,
        )

    def _task(self, question: Question, dataset: SeriesDataset) -> _Task:
        assert question.subject is not None
        timeline, shown = dataset.timeline(), question.subject.shown_part
        part: Part = shown if len(timeline.origins(shown)) else "train"
        asked = timeline.origins(part)
        origin = self.origin if self.origin >= 0 else int(asked[question.example % len(asked)])
        return _Task(timeline, part, min(max(origin, timeline.window - 1), timeline.count - 1))

    def _model(self, subject: Subject, node: str, head: Head, task: _Task, said: Floats) -> ModelForecast:
        """The forecast of one head, of which all is known that it says from every origin (origins, horizon)."""
        paths = self._paths(subject, node, head, task, said)
        low, high = _bands(paths)
        return ModelForecast(
            node=head.answerer,
            title=subject.title(head.answerer),
            ahead=said[task.row],
            paths=paths,
            low=low,
            high=high,
            score=task.score(said),
        )

    def _paths(self, subject: Subject, node: str, head: Head, task: _Task, said: Floats) -> Floats:
        """One path for each seed, (paths, horizon); none where there are no errors to draw from."""
        timeline, pool = task.timeline, task.pool
        if not len(pool):
            return np.zeros((0, timeline.horizon))
        errors = timeline.truth(pool) - said[pool - task.origins[0]]  # (errors, horizon)
        drawn = errors[(_draws(self.paths) * len(pool)).astype(np.int64)]
        steps = subject.network.steps_to([head.prediction])
        layers = [step.module for step in steps if "dropout" in subject.report.blocks[step.node].reveals]
        if not any(layer.rate for layer in layers):
            return np.asarray(said[task.row] + drawn)
        here = np.full(self.paths, task.origin, dtype=np.int64)
        feeds = {(node, "features"): torch.from_numpy(timeline.windows(here))}
        with _switched_on(layers):
            answers = subject.values(feeds, [head.prediction])[head.prediction]
        return np.asarray(timeline.raw(answers.reshape(self.paths, -1), here) + drawn)


@dataclass(frozen=True)
class _Task:
    """From where a forecast is wanted."""

    timeline: Timeline
    part: Part
    origin: int

    @functools.cached_property
    def origins(self) -> NDArray[np.int64]:
        """All origins there are; one row of what a model says for each."""
        return self.timeline.every_origin()

    @property
    def row(self) -> int:
        """The row of the origin."""
        return self.origin - int(self.origins[0])

    @functools.cached_property
    def pool(self) -> NDArray[np.int64]:
        """The origins whose errors were known at this one and are drawn from."""
        known = self.origins[self.origins + self.timeline.horizon <= self.origin]
        held_out = known[known >= self.timeline.cuts[0] - 1]
        return held_out if len(held_out) >= LEAST_ERRORS else known

    @property
    def pool_words(self) -> str:
        """Which they are."""
        count = len(self.pool)
        held_out = count and self.pool[0] >= self.timeline.cuts[0] - 1
        words = f"{count} earlier window{'s' if count != 1 else ''}"
        return f"{words}, {'none' if held_out else 'some'} of them learned from" if count else ""

    def score(self, said: Floats) -> Score:
        """The score of forecasts (origins, horizon) from all origins."""
        timeline, first = self.timeline, self.origins[0]
        naive_error = timeline.naive_error() or np.nan
        here = timeline.truth(np.array([self.origin]))[0] - said[self.row]
        asked = timeline.origins(self.part)
        error = _mean(np.abs(timeline.truth(asked) - said[asked - first]))
        return Score(here=_mean(np.abs(here)) / naive_error, mase=error / naive_error, error=error)


def forecasters(report: Report) -> tuple[tuple[str, Head], ...]:
    """Who forecasts which series: (data node, head) for every prediction that follows from the window alone.

    Several losses on one prediction are one model.
    """
    found: dict[tuple[str, Any], Head] = {}
    for node in series_nodes(report):
        reached = set(dependents(report, (node, "features")))
        horizon = report.signals[node, "target"].size
        for head in heads(report):
            fits = head.target == (node, "target") and report.signals[head.prediction].size == horizon
            if fits and head.prediction in reached:
                found.setdefault((node, head.prediction), head)
    return tuple((node, head) for (node, _), head in found.items())


def _bands(paths: Floats) -> tuple[Floats, Floats]:
    """Lower and upper ends of the bands, each (bands, horizon); NaN where there are no paths."""
    if not len(paths):
        nothing = np.full((len(BANDS), paths.shape[1]), np.nan)
        return nothing, nothing
    sides = [[(1.0 - share) / 2.0 for share in BANDS], [(1.0 + share) / 2.0 for share in BANDS]]
    low, high = (np.quantile(paths, side, axis=0) for side in sides)
    return low, high


def _mean(numbers: Floats) -> float:
    known = numbers[np.isfinite(numbers)]
    return float(known.mean()) if known.size else float("nan")


@functools.lru_cache(maxsize=4)
def _draws(count: int) -> Floats:
    """One number from 0 to 1 for each seed, the same every time, so that the fan moves only with the weights."""
    return np.array([np.random.default_rng(seed).random() for seed in range(count)], dtype=np.float64)


@functools.lru_cache(maxsize=4)
def _moments(dataset: SeriesDataset, count: int) -> tuple[str, ...]:
    return tuple(dataset.moment(step) for step in range(count))


@contextmanager
def _switched_on(layers: list[nn.Module]) -> Iterator[None]:
    """Dropout as in training; its random numbers are those of the subject, the same every time."""
    for layer in layers:
        layer.training = True
    try:
        yield
    finally:
        for layer in layers:
            layer.training = False
