"""One trial: its runs one after the other, told to the pruner look by look."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

from optuna.exceptions import UpdateFinishedTrialError

from playground.experiments.cells import Cell, ExperimentFault
from playground.experiments.running import Cancelled, Outcome, Stopped, run_cell
from playground.experiments.search.claims import Claim
from playground.experiments.search.task import Task, Values
from playground.experiments.store import Store
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain


@dataclass(frozen=True)
class Finished:
    """What came of a trial; kept with it in the study."""

    runs: tuple[tuple[float, ...], ...]
    """The measures of each run."""
    steps: int
    """Taken in all runs."""
    share: float
    """How much of the budget was used, from 0 to 1."""
    seconds: float
    """Of learning."""
    pruned: bool
    diverged: bool
    curve: tuple[tuple[float, float], ...]
    """Epochs and the measure of the first run, look by look."""
    problem: str = ""
    """Why it could not be run."""

    @property
    def value(self) -> float:
        """The mean of the measure that is searched by; NaN where there is none."""
        firsts = [run[0] for run in self.runs]
        return sum(firsts) / len(firsts) if firsts else math.nan

    def content(self) -> dict[str, object]:
        """As JSON has it: numbers that it has not are words."""
        content = asdict(self)
        content["runs"] = [[_written(value) for value in run] for run in self.runs]
        content["curve"] = [[epoch, _written(value)] for epoch, value in self.curve]
        return content

    @classmethod
    def read(cls, content: dict[str, object]) -> Finished:
        """The same back."""
        fields = dict(content)
        fields["runs"] = tuple(tuple(float(value) for value in run) for run in fields["runs"])  # type: ignore[attr-defined]
        fields["curve"] = tuple((float(epoch), float(value)) for epoch, value in fields["curve"])  # type: ignore[attr-defined]
        return cls(**fields)  # type: ignore[arg-type]


def _written(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def run_trial(
    task: Task, values: Values, claim: Claim | None, stopped: Stopped, store: Store | None = None
) -> Finished:
    """Run all cells of a trial, or those of the settings at the start, which nobody prunes.

    Raises Cancelled, and UpdateFinishedTrialError when the trial is not this process's any more.
    """
    try:
        cells = task.cells(values)
    except ExperimentFault as fault:
        return _impossible(str(fault))
    report = _reporter(task, claim)
    outcomes: list[Outcome] = []
    for cell in cells:
        try:
            outcomes.append(_outcome(cell, stopped, report(outcomes) if report is not None else None, store))
        except (Cancelled, UpdateFinishedTrialError):
            raise
        except (CannotCompile, CannotTrain, ValueError, RuntimeError, MemoryError) as error:
            return _impossible(str(error) or type(error).__name__)
        if outcomes[-1].pruned or outcomes[-1].diverged:
            break
    last = outcomes[-1]
    looks = (len(outcomes) - 1) * task.search.looks
    looks += len(last.curve) - 1 if last.pruned else task.search.looks
    return Finished(
        runs=tuple(one.values for one in outcomes),
        steps=sum(one.steps for one in outcomes),
        share=min(1.0, looks / task.looks),
        seconds=sum(one.seconds for one in outcomes),
        pruned=last.pruned,
        diverged=last.diverged,
        curve=outcomes[0].curve,
    )


def _impossible(problem: str) -> Finished:
    return Finished((), 0, 0.0, 0.0, False, False, (), problem[:1_000])


Told = Callable[[int, float], bool]


def _reporter(task: Task, claim: Claim | None) -> Callable[[list[Outcome]], Told] | None:
    """Makes for each run who is told of its looks; None where nobody prunes."""
    if claim is None or task.search.pruner == "none":
        return None
    trial = claim.trial

    def of_run(before: list[Outcome]) -> Told:
        done = [one.values[0] for one in before]
        looks = len(before) * task.search.looks

        def told(_: int, value: float) -> bool:
            # By the number of the look, not of the steps: trials may have batches of different sizes.
            nonlocal looks
            looks += 1
            trial.report((sum(done) + value) / (len(done) + 1), looks)
            return bool(trial.should_prune())  # of numpy, as it comes

        return told

    return of_run


def _outcome(cell: Cell, stopped: Stopped, told: Told | None, store: Store | None) -> Outcome:
    known = store.find([cell.key]) if store is not None else {}
    if cell.key in known:
        return known[cell.key]
    outcome = run_cell(cell, stopped, told)
    if store is not None:
        store.keep(cell.key, outcome)
    return outcome
