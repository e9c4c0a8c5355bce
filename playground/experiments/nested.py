"""Nested cross-validation: the settings are searched for anew without each outer fold, which then scores the best.

The number by which settings were chosen is too good, as the best of many was lucky, too; that of outer folds is not.
Cawley and Talbot 2010, On Over-fitting in Model Selection and Subsequent Selection Bias in Performance Evaluation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from playground.document.experiment import Measure
from playground.document.project import Project
from playground.document.search import Search
from playground.experiments.cells import Cell, ExperimentFault, bare, changed
from playground.experiments.folding import with_division
from playground.experiments.measure_titles import measure_words
from playground.experiments.running import Stopped
from playground.experiments.search.searching import searched
from playground.experiments.search.storage import Place
from playground.experiments.search.task import Task, Values, words_of
from playground.experiments.store import Store
from playground.experiments.workers import outcomes

Numbers = NDArray[np.float64]

INNER_FOLDS = 4
"""Of a search that does not say how many folds a trial has."""
PART = "validation_"


@dataclass(frozen=True)
class OuterFold:
    """What came of one outer fold."""

    values: Values
    """The best settings, found without its rows."""
    chosen_by: float
    """What they reached in the inner folds, by which they were chosen."""
    score: float
    """What they reach on the rows of the outer fold, having learned from all others; NaN before that is known."""


@dataclass(frozen=True)
class Nested:
    """A nested cross-validation as far as it has come."""

    search: Search
    folds: int
    done: tuple[OuterFold, ...]
    share: float

    @property
    def whole(self) -> bool:
        """Whether all outer folds are done."""
        return len(self.done) == self.folds

    @property
    def chosen_by(self) -> Numbers:
        """What the best settings reached in the inner folds, for each outer fold."""
        return np.array([one.chosen_by for one in self.done])

    @property
    def scores(self) -> Numbers:
        """What they reach on each outer fold."""
        return np.array([one.score for one in self.done])

    @property
    def optimism(self) -> float:
        """How much better the number by which settings were chosen is than the honest one."""
        return float((self.chosen_by - self.scores).mean()) if self.done else math.nan

    @property
    def sentence(self) -> str:
        """The honest number, and how far the other one is from it."""
        if not self.done:
            return f"0 of {self.folds} outer folds are done."
        what = measure_words(self.search.measure).removeprefix("validation ")
        scores, inner = self.scores, self.chosen_by
        spread = f" ± {scores.std(ddof=1):.2g}" if len(scores) > 1 else ""
        words = (
            f"On rows that neither learning nor choosing has seen: {what} {scores.mean():.3g}{spread} over "
            f"{len(scores)} outer folds. The best of {self.search.trials} trials had been chosen by {inner.mean():.3g}"
        )
        gap = self.optimism
        words += f", which is {abs(gap):.2g} {'higher' if gap > 0 else 'lower'}." if abs(gap) > 1e-12 else ", the same."
        if not self.whole:
            words += f" {len(self.done)} of {self.folds} outer folds are done."
        return words

    def table(self) -> tuple[list[str], list[list[object]]]:
        """Columns and rows: one row for each outer fold."""
        rows: list[list[object]] = [
            [place + 1, words_of(one.values), one.chosen_by, one.score] for place, one in enumerate(self.done)
        ]
        return ["outer fold", "best settings", "chosen by (inner folds)", "score (outer fold)"], rows


def nested(
    project: Project, search: Search, folds: int, url: str, *, store: Store | None = None, workers: int = 0,
    stopped: Stopped = lambda: False,
) -> Iterator[Nested]:  # fmt: skip
    """A nested cross-validation as it goes, the last whole; the same one again while nothing is new, to give way to
    others. The studies are kept at a URL as Optuna takes it, and gone on with.

    Raises ExperimentFault, SearchFault, Cancelled, WorkersLost, and what a project that cannot be trained raises.
    """
    asked = _cross_validated(search)
    project = changed(bare(project), asked.changes, "What all trials have in common")
    asked = asked.replace(changes=type(asked.changes)())
    latest = Nested(asked, folds, (), 0.0)
    yield latest
    for fold in range(1, folds + 1):
        task = Task.of(asked, with_division(project, {"test_folds": folds, "test_fold": fold}))
        state = None
        for state in searched(task, Place(url, f"nested-{task.key[:16]}", local=True), workers=workers, store=store,
                              stopped=stopped):  # fmt: skip
            latest = replace(latest, share=min(0.999, (fold - 1 + 0.95 * state.share) / folds))
            yield latest
        if state is None or state.best is None:
            raise ExperimentFault(f"No trial without outer fold {fold} has a number, so there is no best one.")
        scores: list[float] = []
        for one in _outer_scores(task, state.best.values, store, workers, stopped):
            scores += [] if one is None else [one]
            yield latest
        found = OuterFold(state.best.values, state.best.value, float(np.mean(scores)))
        latest = replace(latest, done=(*latest.done, found), share=fold / folds)
        yield latest


def _cross_validated(search: Search) -> Search:
    """The search with inner folds, measured on the rows that these leave out."""
    measure = search.measure
    _, _, ending = measure.quantity.partition("_")
    if not measure.quantity.startswith((PART, "test_", "train_")) or not ending:
        raise ExperimentFault(
            f"“{measure.quantity}” is not measured on rows, so that no fold can score it. Search by a measure such as "
            "validation_accuracy."
        )
    wanted = measure.replace(quantity=f"{PART}{ending}")
    return search.replace(measure=wanted, also=(), folds=search.folds or INNER_FOLDS, fresh_seeds=0)


def _outer_scores(
    task: Task, values: Values, store: Store | None, workers: int, stopped: Stopped
) -> Iterator[float | None]:
    """The measure of the best settings on the outer fold, seed by seed, having learned from all other rows; None every
    now and then."""
    cells = _outer_cells(task, values)
    known = store.find(cell.key for cell in cells) if store is not None else {}
    left: list[Cell] = []
    for cell in cells:
        if cell.key in known:
            yield known[cell.key].values[0]
        else:
            left.append(cell)
    for one in outcomes(left, workers, stopped):
        if one is not None and store is not None:
            store.keep(left[one[0]].key, one[1])
        yield None if one is None else one[1].values[0]


def _outer_cells(task: Task, values: Values) -> Sequence[Cell]:
    search = task.search
    measure = Measure(**{**search.measure.model_dump(), "quantity": search.measure.quantity.replace(PART, "test_", 1)})
    learning = with_division(task.project, {"validation_share": 0.0})
    whole = Task(search.replace(folds=0, measure=measure), learning)
    return whole.cells(values)
