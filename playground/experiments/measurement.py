"""An experiment as it is measured: what is known so far, cell by cell, and the verdict when all is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.document.experiment import Experiment
from playground.experiments.cells import Cell, Opener, cells_of
from playground.experiments.measure_titles import measure_title
from playground.experiments.running import Outcome, Stopped
from playground.experiments.store import Store
from playground.experiments.verdicts import Verdict, verdict_of
from playground.experiments.workers import outcomes

Table = tuple[list[str], list[list[object]]]


@dataclass(frozen=True)
class Measurement:
    """All cells of an experiment and what came of those that are done."""

    experiment: Experiment
    cells: tuple[Cell, ...]
    outcomes: Mapping[int, Outcome]
    known: int
    """How many of them had been measured before."""

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return len(self.outcomes) / len(self.cells)

    @property
    def whole(self) -> bool:
        """Whether all is done."""
        return len(self.outcomes) == len(self.cells)

    @property
    def seeds(self) -> int:
        """How many runs each variant has."""
        return self.cells[-1].seed + 1

    def results(self) -> NDArray[np.float64]:
        """What is judged of all cells, (seeds, variants, values of the axis); NaN where it is not known."""
        axis = self.experiment.axis
        shape = (self.seeds, len(self.experiment.variants), len(axis.values) if axis is not None else 1)
        found = np.full(shape, math.nan)
        for index, outcome in self.outcomes.items():
            cell = self.cells[index]
            measure = self.experiment.variants[cell.variant].measure
            found[cell.seed, cell.variant, cell.value] = outcome.values[measure]
        return found

    @property
    def verdict(self) -> Verdict | None:
        """What it says; None before all is known."""
        return verdict_of(self.experiment, self.results()) if self.whole else None

    def table(self) -> Table:
        """Columns and rows: one row for each run."""
        experiment = self.experiment
        axis = [experiment.axis.title] if experiment.axis is not None else []
        names = [measure_title(experiment, number) for number in range(len(experiment.measures))]
        columns = ["variant", *axis, "seed", *names, "steps", "epochs", "seconds", "ran away"]
        rows: list[list[object]] = []
        for index in sorted(self.outcomes):
            cell, outcome = self.cells[index], self.outcomes[index]
            value = [experiment.axis.values[cell.value]] if experiment.axis is not None else []
            rows.append([experiment.variants[cell.variant].title, *value, cell.project.seed, *outcome.values,
                         outcome.steps, outcome.epochs, outcome.seconds, outcome.diverged])  # fmt: skip
        return columns, rows


def measured(
    experiment: Experiment,
    open_preset: Opener,
    *,
    seeds: int | None = None,
    store: Store | None = None,
    workers: int = 0,
    stopped: Stopped = lambda: False,
) -> Iterator[Measurement]:
    """The experiment as its cells are done, the last whole; the same one again while nothing is new, to give way to
    others. What the store knows is not run again.

    Raises ExperimentFault, Cancelled, WorkersLost, and what a project that cannot be trained raises.
    """
    cells = cells_of(experiment, open_preset, seeds)
    known = store.find(cell.key for cell in cells) if store is not None else {}
    found = {index: known[cell.key] for index, cell in enumerate(cells) if cell.key in known}
    count = len(found)
    latest = Measurement(experiment, cells, dict(found), count)
    yield latest
    alike: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        if index not in found:
            alike.setdefault(cell.key, []).append(index)  # variants may differ in what is judged of them alone
    left = [indexes[0] for indexes in alike.values()]
    for one in outcomes([cells[index] for index in left], workers, stopped):
        if one is not None:
            place, outcome = one
            index = left[place]
            found.update(dict.fromkeys(alike[cells[index].key], outcome))
            if store is not None:
                store.keep(cells[index].key, outcome)
            latest = Measurement(experiment, cells, dict(found), count)
        yield latest


def rows_of(measurement: Measurement) -> Sequence[Mapping[str, object]]:
    """The table as objects, for JSON."""
    columns, rows = measurement.table()
    return [dict(zip(columns, row, strict=True)) for row in rows]
