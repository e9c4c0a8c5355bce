"""What is known of a search: its trials so far, the best, how much each setting matters."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import optuna
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState

from playground.document.search import Search
from playground.experiments.search.fresh import Comparison
from playground.experiments.search.slots import Slot, slots_of
from playground.experiments.search.storage import Opened
from playground.experiments.search.task import Task, Values, words_of
from playground.experiments.search.trial import Finished
from playground.experiments.search.work import OUTCOME, START

Table = tuple[list[str], list[list[object]]]
Word = Literal["waiting", "running", "done", "pruned", "ran away", "impossible", "lost"]
ENOUGH = 4
"""So many trials must be done before it is said how much each setting matters."""


@dataclass(frozen=True)
class TrialRow:
    """One trial of a search."""

    number: int
    """From 1 on."""
    state: Word
    values: Values
    value: float
    """The measure that is searched by; of a pruned trial as far as it went. NaN where there is none."""
    finished: Finished | None
    attempts: int

    @property
    def counts(self) -> bool:
        """Whether it may be the best."""
        return self.state == "done" and not math.isnan(self.value)


@dataclass(frozen=True)
class SearchState:
    """All that is known of a search at a moment."""

    task: Task
    rows: tuple[TrialRow, ...]
    start: Finished | None
    """What came of the settings at the start, under the same seeds."""
    whole: bool = False
    """Whether nothing is still to come."""
    fresh: Comparison | None = None
    """The best and the start under fresh seeds; at the end, if that is asked for and can be."""

    @property
    def search(self) -> Search:
        """What is searched."""
        return self.task.search

    @property
    def done(self) -> int:
        """How many trials are finished."""
        return sum(row.state not in ("waiting", "running") for row in self.rows)

    @property
    def news(self) -> tuple[object, ...]:
        """Another one when something has happened."""
        return (self.start is None, *((row.state, row.attempts) for row in self.rows))

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; the last hundredth is the comparison under fresh seeds."""
        return 1.0 if self.whole else 0.99 * min(1.0, self.done / self.task.trials)

    @property
    def all_done(self) -> bool:
        """Whether all trials are done."""
        return self.done >= self.task.trials

    @cached_property
    def best(self) -> TrialRow | None:
        """The best trial; of equal ones the first."""
        sign = 1.0 if self.task.maximizes else -1.0
        good = [row for row in self.rows if row.counts]
        return max(good, key=lambda row: (sign * row.value, -row.number), default=None)

    @property
    def steps_saved(self) -> float:
        """Share of the budget of all finished trials that pruning has saved."""
        shares = [row.finished.share for row in self.rows if row.finished is not None and not row.finished.problem]
        return 1.0 - sum(shares) / len(shares) if shares else 0.0

    @cached_property
    def importances(self) -> Mapping[str, float]:
        """How much of the variance of the measure each setting explains, alone and with others, as shares of their
        sum; empty while too little is known. Hutter, Hoos and Leyton-Brown 2014, An Efficient Approach for Assessing
        Hyperparameter Importance (functional ANOVA)."""
        good = [row for row in self.rows if row.counts and math.isfinite(row.value)]
        if len(good) < ENOUGH or len({row.value for row in good}) < 2 or len(self.search.settings) < 2:
            return {}
        from playground.experiments.search.samplers import distributions_of

        study = optuna.create_study(direction="maximize" if self.task.maximizes else "minimize")
        distributions = distributions_of(self.search)
        study.add_trials(
            [
                optuna.create_trial(value=row.value, params=dict(row.values), distributions=distributions)
                for row in good
            ]
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=0))
        return {name: float(share) for name, share in found.items() if not math.isnan(share)}

    def so_far(self) -> list[float]:
        """The best value up to each trial, in their order; NaN before the first."""
        sign, best, found = (1.0 if self.task.maximizes else -1.0), math.nan, []
        for row in self.rows:
            if row.counts and not sign * row.value <= sign * best:
                best = row.value
            found.append(best)
        return found

    def table(self) -> Table:
        """Columns and rows: one row for each trial."""
        titles = [setting.title for setting in self.search.settings]
        columns = ["trial", *titles, self.task.measure, "state", "steps", "share of the budget", "seconds", "problem"]
        rows: list[list[object]] = []
        for row in self.rows:
            known = row.finished
            rows.append([row.number, *(row.values.get(title, "") for title in titles), row.value, row.state,
                         known.steps if known else 0, known.share if known else 0.0,
                         known.seconds if known else 0.0, known.problem if known else ""])  # fmt: skip
        return columns, rows

    def sentence(self) -> str:
        """The best trial in words, with its gain over the settings at the start under the same seeds."""
        best = self.best
        if best is None:
            return f"No trial has a number. {self._why()}" if self.all_done else "No trial has a number yet."
        words = f"Best of {self.done} trials, number {best.number}: {words_of(best.values)}. "
        words += f"{self.task.measure[:1].upper()}{self.task.measure[1:]} {best.value:.4g}"
        if self.start is not None and not math.isnan(self.start.value):
            words += f", against {self.start.value:.4g} with the settings at the start"
        fresh = f" {self.fresh.sentence()}" if self.fresh is not None else ""
        return f"{words}.{self._saved()}{fresh}"

    def _why(self) -> str:
        problems = [row.finished.problem for row in self.rows if row.finished is not None and row.finished.problem]
        if problems:
            return f"The first could not be run: {problems[0]}"
        return "All ran away." if any(row.state == "ran away" for row in self.rows) else (
            f"No run was measured by {self.task.measure}: the network or its data has none."
        )  # fmt: skip

    def _saved(self) -> str:
        pruned = sum(row.state == "pruned" for row in self.rows)
        if not pruned:
            return ""
        return f" {pruned} trials were pruned, which saved {self.steps_saved:.0%} of all steps."


def state_of(task: Task, opened: Opened, before: SearchState | None = None) -> SearchState:
    """What the study knows now. Trials that were finished before, and the start, never change."""
    slots = slots_of(opened.study.get_trials(deepcopy=False))[: task.trials]
    kept = before.rows if before is not None else ()
    rows = tuple(
        kept[slot.place] if slot.place < len(kept) and kept[slot.place].finished is not None else _row(slot)
        for slot in slots
    )
    return SearchState(task, rows, before.start if before is not None and before.start else _start(opened))


def _start(opened: Opened) -> Finished | None:
    start = opened.study.user_attrs.get(START)
    return Finished.read(start) if start else None


def _row(slot: Slot) -> TrialRow:
    trial = slot.last
    content = trial.user_attrs.get(OUTCOME)
    finished = Finished.read(content) if content is not None and trial.state.is_finished() else None
    value = finished.value if finished is not None else math.nan
    return TrialRow(slot.place + 1, _word(slot, finished), dict(trial.params), value, finished, len(slot.attempts))


def _word(slot: Slot, finished: Finished | None) -> Word:
    state = slot.last.state
    if slot.given_up:
        return "lost"
    if state in (TrialState.WAITING, TrialState.FAIL):
        return "waiting"
    if finished is None:
        return "running"
    if finished.problem:
        return "impossible"
    return "ran away" if finished.diverged else "pruned" if finished.pruned else "done"
