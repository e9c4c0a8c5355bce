"""One cell from its first weights to the end of its budget, with all that is measured on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator

from playground.experiments.cells import Cell
from playground.experiments.looking import Look as Look
from playground.experiments.looking import Observer, Progress, Seen, unseen
from playground.experiments.looking import Outcome as Outcome
from playground.experiments.looking import Told as Told
from playground.training.divergence import Diverged
from playground.training.session.session import Session

CHUNK = 0.05
"""Seconds of learning between two questions whether to stop."""

BETWEEN = 0.1
"""Seconds between two words on how far a recorded run is."""

Stopped = Callable[[], bool]


class Cancelled(Exception):
    """Somebody does not want the result any more."""


def ask(stopped: Stopped) -> None:
    """Raises Cancelled where somebody wants to stop."""
    if stopped():
        raise Cancelled


def run_cell(
    cell: Cell, stopped: Stopped = lambda: False, told: Told | None = None, seen: Seen = unseen
) -> Outcome:  # fmt: skip
    """Train and measure; `told` may end a run that promises little. Raises Cancelled, CannotCompile, CannotTrain and
    what a project's settings may raise."""
    work = working(cell, stopped, told, seen)
    while True:
        try:
            next(work)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome


def working(
    cell: Cell, stopped: Stopped, told: Told | None = None, seen: Seen = unseen
) -> Generator[None, None, Outcome]:
    """The same in parts of a few hundredths of a second, so that whoever waits may do something else."""
    session = Session(cell.project, "cpu")
    session.ask(stopped)
    observer = Observer(cell, session, seen)
    diverged = pruned = False
    number = 0
    observer.look(number)
    yield
    told_at, steps = time.monotonic(), max(1, steps_of(cell, session.steps_per_epoch))
    try:
        for leg in _legs(session, cell, stopped):
            if leg is not None:
                number, last = leg
                observer.look(number, last=last)
                pruned = told is not None and not last and told(session.step, observer.value)
                if pruned:
                    break
            elif cell.record is not None and time.monotonic() - told_at > BETWEEN:
                told_at = time.monotonic()
                seen(Progress(session.step / steps))
            yield
    except Diverged:
        diverged = True
        observer.runs_away(number + 1)
    return observer.outcome(session.seconds, diverged=diverged, pruned=pruned)


Leg = tuple[int, bool]
"""The number of a look that is due, and whether it is the last."""


def _legs(session: Session, cell: Cell, stopped: Stopped) -> Iterator[Leg | None]:
    """Train leg by leg; tells when a look is due, and None in between."""
    budget = cell.budget
    if budget.seconds is not None:
        yield from _by_time(session, budget.seconds, cell.looks, stopped)
        return
    steps = steps_of(cell, session.steps_per_epoch)
    for number in range(1, cell.looks + 1):
        goal = round(steps * number / cell.looks)
        if goal > session.step or number == cell.looks:
            yield from _advance(session, goal - session.step, stopped, on=cell.record is not None)
            last = number == cell.looks or bool(session.finished)
            yield number, last
            if last:
                return


def steps_of(cell: Cell, steps_per_epoch: int) -> int:
    """How many steps the budget of a cell has; that of seconds has none."""
    if cell.budget.steps is not None:
        return cell.budget.steps
    return round((cell.budget.epochs or 0.0) * steps_per_epoch)


def _by_time(session: Session, seconds: float, looks: int, stopped: Stopped) -> Iterator[Leg | None]:
    for number in range(1, looks + 1):
        while session.seconds < seconds * number / looks and not session.finished:
            yield from _advance(session, _steps_in(session, min(CHUNK, seconds / looks / 4)), stopped)
        last = number == looks or bool(session.finished)
        yield number, last
        if last:
            return


def _advance(session: Session, steps: int, stopped: Stopped, *, on: bool = False) -> Iterator[None]:
    """So many steps; `on` lets a run go on that its stop rules would end."""
    while steps > 0:
        if session.finished:
            if not on or session.learner.settled:
                return
            session.go_on()
        ask(stopped)
        steps -= session.advance(min(steps, _steps_in(session, CHUNK)))
        yield


def _steps_in(session: Session, seconds: float) -> int:
    """About so many steps fit into a time; few as long as nothing is known."""
    if not session.seconds:
        return 4
    return max(1, round(seconds * session.step / session.seconds))
