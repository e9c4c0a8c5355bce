"""Cells whose networks are alike learn together: the same numbers as one after the other, in a tenth of the time."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.experiments.cells import Cell
from playground.experiments.looking import Look, News, Observer, Outcome, Progress, unseen
from playground.experiments.running import Stopped, ask, run_cell, steps_of
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain
from playground.training.stacked.stack import CannotStack, Stack, refuse

CHUNK = 0.02
"""Seconds of learning between two questions whether to stop."""
MOST_TOGETHER = 128
"""Runs in one stack; of more, several follow on each other."""
TIMED = frozenset({"seconds", "milliseconds_per_step"})
"""What can be measured of a run that learns alone only."""

Found = tuple[int, Outcome]
Watched = Callable[[int, News], None]
"""Is shown the looks at recorded cells, and hears how far they are, with their index."""


def unwatched(index: int, news: News) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Arrangement:
    """Which cells are run where, by their indices."""

    groups: list[list[int]]
    """Those that learn together, two or more in a group."""
    light: list[int]
    """Small networks that somebody watches: they are through before a process has begun."""
    others: list[int]


def arranged(cells: Mapping[int, Cell], stopped: Stopped = lambda: False) -> Arrangement:
    """What can be done together, here, and elsewhere. Raises Cancelled."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for index, cell in cells.items():
        if cell.budget.seconds is None and TIMED.isdisjoint(measure.quantity for measure in cell.measures):
            training = cell.project.training
            key = (cell.project.graph.model_dump_json(), training.batch_size, training.engine, cell.looks, cell.budget)
            alike.setdefault(key, []).append(index)
    groups, light = list[list[int]](), list[int]()
    for indices in alike.values():
        ask(stopped)
        watched = cells[indices[0]].record is not None
        if (len(indices) == 1 and not watched) or not _has_plan(cells[indices[0]]):
            continue
        if len(indices) == 1:
            light += indices
            continue
        # Those with the same optimizer side by side, so that they share the calls of its step.
        indices.sort(key=lambda index: cells[index].project.training.optimizer.model_dump_json())
        parts = -(-len(indices) // MOST_TOGETHER)
        groups += [part.tolist() for part in np.array_split(np.array(indices), parts)]
    here = {index for group in groups for index in group} | set(light)
    return Arrangement(groups, light, [index for index in cells if index not in here])


def _has_plan(cell: Cell) -> bool:
    try:
        refuse(cell.project)
    except (CannotStack, CannotCompile, CannotTrain, ValueError, KeyError):
        return False  # what is wrong is told when it is run
    return True


def run_together(
    cells: Mapping[int, Cell], indices: Sequence[int], stopped: Stopped, watched: Watched = unwatched
) -> Iterator[Found | None]:
    """Index and outcome of the cells of a group, and None after each part of a few hundredths of a second.

    Raises CannotStack before anything has been told, Cancelled, and what a cell that cannot be run raises.
    """
    own = [cells[index] for index in indices]
    _refuse_ends(own)
    stack = Stack([cell.project for cell in own], lambda: ask(stopped))
    observers = [
        Observer(cell, session, functools.partial(watched, index) if cell.record is not None else unseen, together=True)
        for index, cell, session in zip(indices, own, stack.sessions, strict=True)
    ]
    there = np.ones(len(own), dtype=np.bool_)
    tally = _Tally(len(own))
    for observer in observers:
        observer.look(0)
        yield None
    steps, looks, last_look = steps_of(own[0], stack.steps_per_epoch), own[0].looks, 0
    for number in range(1, looks + 1):
        goal = round(steps * number / looks)
        if goal <= stack.step and number < looks:
            continue
        for _ in _advanced(stack, goal, stopped):
            tally.add(stack.losses())
            for row in np.flatnonzero(there).tolist():
                if own[row].record is not None:
                    watched(indices[row], Progress(stack.step / max(1, steps)))
            yield None
        losses, finite = tally.take()
        fell = there & ~(finite & stack.finite)
        there &= ~fell
        for row in np.flatnonzero(fell).tolist():
            # Where exactly it ran away is found as it is for a run alone, step by step.
            since = last_look

            def later(news: News, row: int = row, since: int = since) -> None:
                if isinstance(news, Look) and news.number > since:
                    watched(indices[row], news)

            yield indices[row], run_cell(own[row], stopped, seen=later if own[row].record is not None else unseen)
        for row in np.flatnonzero(there).tolist():
            observers[row].look(number, last=number == looks, loss=losses[row])
            yield None
        last_look = number
        if not there.any():
            return
    for row in np.flatnonzero(there).tolist():
        yield indices[row], observers[row].outcome(stack.seconds / len(own))


class _Tally:
    """The losses of the steps between two looks."""

    def __init__(self, count: int) -> None:
        self._sums, self._steps = np.zeros(count), 0

    def add(self, losses: NDArray[np.float64]) -> None:
        """Take in the losses (steps, K) of some steps."""
        with np.errstate(over="ignore", invalid="ignore"):
            self._sums += losses.sum(axis=0)
        self._steps += len(losses)

    def take(self) -> tuple[list[float], NDArray[np.bool_]]:
        """The mean loss of each row since the last call, NaN without a step, and where all were finite."""
        sums, steps = self._sums, self._steps
        self._sums, self._steps = np.zeros(len(sums)), 0
        return (sums / steps if steps else np.full(len(sums), math.nan)).tolist(), np.isfinite(sums)


def _advanced(stack: Stack, goal: int, stopped: Stopped) -> Iterator[None]:
    count = 1
    while stack.step < goal:
        ask(stopped)
        count = min(count, goal - stack.step)
        before = stack.seconds
        stack.advance(count)
        spent = stack.seconds - before
        count = max(1, min(4 * count, int(count * CHUNK / max(spent, 1e-9))))
        yield


def _refuse_ends(cells: Sequence[Cell]) -> None:
    """Raises CannotStack where the rules of a run may end it before its budget."""
    for cell in cells:
        epochs, budget = cell.project.training.stop.epochs, cell.budget.epochs
        if epochs is not None and cell.record is None and (budget is None or epochs < budget):
            raise CannotStack("The stop rules end these runs before their budget.")
