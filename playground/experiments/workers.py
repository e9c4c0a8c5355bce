"""The one runner of cells, whoever asks: those that are alike in one step, a single one here, others in workers."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

from playground.experiments.cells import Cell
from playground.experiments.pool import PATIENCE as PATIENCE
from playground.experiments.pool import Pool
from playground.experiments.pool import WorkersLost as WorkersLost
from playground.experiments.pool import usual_workers as usual_workers
from playground.experiments.running import Stopped, working
from playground.experiments.stacking import Arrangement, Found, Watched, arranged, run_together, unwatched
from playground.training.stacked.stack import CannotStack

AT_ONCE = 0.001
"""Seconds to wait for workers while there is something to do here."""


def outcomes(
    cells: Sequence[Cell], workers: int, stopped: Stopped, watched: Watched = unwatched
) -> Iterator[Found | None]:
    """Index and outcome of each cell as it is done, and None every few hundredths of a second while none is, so that
    whoever waits may do something else. `watched` is shown the looks at those that are recorded.

    Small networks that are alike learn in one step, here. Others run in so many worker processes at the same time, or
    here one after the other where there are no workers, or where it is a single one. The numbers are the same in each
    case. Raises Cancelled, WorkersLost, and what the first cell that cannot be run raises.
    """
    left = dict(enumerate(cells))
    yield None
    arrangement = arranged(left, stopped)
    others = {index: left[index] for index in arrangement.others}
    here = _here(left, arrangement, stopped, watched)
    if workers < 1 or len(left) == 1:
        yield from here
        for index, cell in others.items():
            yield from _alone(index, cell, stopped, watched)
        return
    pool = Pool(others, workers, stopped, watched)
    try:
        while pool.busy:
            waited = True
            for found in here:
                waited = False
                yield found
                break
            told = list(pool.turn(AT_ONCE if not waited else PATIENCE))
            yield from told
            if waited and not told:
                yield None
        yield from here
    finally:
        pool.close()


def _here(
    cells: dict[int, Cell], arrangement: Arrangement, stopped: Stopped, watched: Watched
) -> Iterator[Found | None]:
    """Groups that learn together, and small networks that somebody watches; all that is watched by turns."""
    works = [_alone(index, cells[index], stopped, watched) for index in arrangement.light]
    works += [_together(cells, indices, stopped, watched) for indices in arrangement.groups]
    if any(cell.record is not None for cell in cells.values()):
        yield from _by_turns(works)
    else:
        yield from itertools.chain.from_iterable(works)


def _by_turns(works: list[Iterator[Found | None]]) -> Iterator[Found | None]:
    """A part of each, over and over, so that all are seen to grow."""
    while works:
        for work in list(works):
            try:
                yield next(work)
            except StopIteration:
                works.remove(work)


def _together(
    cells: dict[int, Cell], indices: Sequence[int], stopped: Stopped, watched: Watched
) -> Iterator[Found | None]:
    try:
        yield from run_together(cells, indices, stopped, watched)
    except CannotStack:
        yield from _by_turns([_alone(index, cells[index], stopped, watched) for index in indices])


def _alone(index: int, cell: Cell, stopped: Stopped, watched: Watched) -> Iterator[Found | None]:
    outcome = yield from working(cell, stopped, seen=functools.partial(watched, index))
    yield index, outcome
