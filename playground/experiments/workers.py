"""The one runner of cells, whoever asks: those that are alike in one step, a single one here, others in workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playground.experiments.cells import Cell
from playground.experiments.pool import PATIENCE as PATIENCE
from playground.experiments.pool import Pool
from playground.experiments.pool import WorkersLost as WorkersLost
from playground.experiments.pool import usual_workers as usual_workers
from playground.experiments.running import Stopped, working
from playground.experiments.stacking import Found, Watched, groups_of, run_together, unwatched
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
    groups = groups_of(left)
    grouped = {index for indices in groups for index in indices}
    others = {index: cell for index, cell in left.items() if index not in grouped}
    here = _together_here(left, groups, stopped, watched)
    if workers < 1 or (len(others) == 1 and not groups):
        yield from here
        yield from _alone_here(others, stopped, watched)
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


def _together_here(
    cells: dict[int, Cell], groups: Sequence[Sequence[int]], stopped: Stopped, watched: Watched
) -> Iterator[Found | None]:
    for indices in groups:
        try:
            yield from run_together(cells, indices, stopped, watched)
        except CannotStack:
            yield from _alone_here({index: cells[index] for index in indices}, stopped, watched)


def _alone_here(cells: dict[int, Cell], stopped: Stopped, watched: Watched) -> Iterator[Found | None]:
    for index, cell in cells.items():
        work = working(cell, stopped, seen=lambda look, index=index: watched(index, look))
        while True:
            try:
                next(work)
            except StopIteration as end:
                yield index, end.value
                break
            yield None
