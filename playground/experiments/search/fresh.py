"""The gain of the best trial, measured again: what was chosen as the best of many was lucky, too.

So the settings at the start and the best ones run under seeds that the search has not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.experiments.cells import ExperimentFault
from playground.experiments.measure_titles import measure_words
from playground.experiments.running import Outcome, Stopped
from playground.experiments.search.task import Task, Values
from playground.experiments.store import Store
from playground.experiments.verdicts import interval
from playground.experiments.workers import outcomes
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain


@dataclass(frozen=True)
class Comparison:
    """The settings at the start and the best ones, seed by seed."""

    measures: tuple[str, ...]
    """In words; the first is the one that was searched by."""
    maximizes: bool
    start: NDArray[np.float64]
    """(seeds, measures); NaN where a run has no number."""
    best: NDArray[np.float64]

    @property
    def gains(self) -> NDArray[np.float64]:
        """How much better the best is, for each seed that has both numbers."""
        sign = 1.0 if self.maximizes else -1.0
        with np.errstate(invalid="ignore"):  # two that never got there
            found = sign * (self.best[:, 0] - self.start[:, 0])
        kept: NDArray[np.float64] = found[np.isfinite(found)]
        return kept

    @property
    def interval(self) -> tuple[float, float]:
        """Where the mean gain lies with 90 % confidence."""
        return interval(self.gains)

    def sentence(self) -> str:
        """The gain in words, with its spread."""
        seeds, gains = len(self.start), self.gains
        words = f"Under {seeds} fresh seed{'s' if seeds > 1 else ''}: {self._both(0)}"
        if len(gains):
            low, high = self.interval
            mean = float(gains.mean())
            words += f"; better in {int((gains > 0.0).sum())} of {seeds}, on average "
            words += f"by {mean:.3g}" if mean >= 0.0 else f"worse by {-mean:.3g}"
            if len(gains) > 1:
                words += f" (gain between {low:.3g} and {high:.3g})"
            if low <= 0.0 <= high:
                words += ", which chance may explain"
        others = "".join(f" {self._both(number)}." for number in range(1, len(self.measures)))
        return f"{words}.{others}"

    def _both(self, number: int) -> str:
        name = self.measures[number]
        name = name if number == 0 else name[:1].upper() + name[1:]
        best, start = (_mean(values[:, number]) for values in (self.best, self.start))
        return f"{name} {best:.4g} with the best settings, {start:.4g} with those at the start"


def _mean(values: NDArray[np.float64]) -> float:
    seen = values[~np.isnan(values)]
    return float(seen.mean()) if seen.size else math.nan


def compared(
    task: Task, best: Values, workers: int, store: Store | None, stopped: Stopped
) -> Iterator[Comparison | None]:
    """Run both under fresh seeds; None every now and then until the comparison is there, and at the end where one of
    them cannot be run. Raises Cancelled and WorkersLost."""
    search = task.search
    measures = tuple(measure_words(measure) for measure in (search.measure, *search.also))
    try:
        cells = [cell for values in ({}, best) for cell in task.cells(values, search.seeds, search.fresh_seeds)]
        known = store.find(cell.key for cell in cells) if store is not None else {}
        found: dict[int, Outcome] = {
            place: known[cell.key] for place, cell in enumerate(cells) if cell.key in known
        }  # fmt: skip
        left = [place for place in range(len(cells)) if place not in found]
        for one in outcomes([cells[place] for place in left], workers, stopped):
            if one is not None:
                place = left[one[0]]
                found[place] = one[1]
                if store is not None:
                    store.keep(cells[place].key, one[1])
            yield None
    except (ExperimentFault, CannotCompile, CannotTrain):
        yield None
        return
    shape = (2, search.fresh_seeds, max(1, search.folds), len(measures))
    values = np.array([found[place].values for place in range(len(cells))]).reshape(shape).mean(axis=2)
    yield Comparison(measures, task.maximizes, values[0], values[1])
