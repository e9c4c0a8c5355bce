"""Many cells at once: in this process, or in workers of their own, one thread each."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.synchronize import Event

from playground.experiments.cells import Cell
from playground.experiments.running import Cancelled, Outcome, Stopped, run_cell

PATIENCE = 0.03
"""Seconds between two questions whether to stop, and between two turns of whoever waits for the outcomes."""
ATTEMPTS = 3
"""A cell whose worker was killed is taken up again so many times."""


class WorkersLost(Exception):
    """Worker processes end again and again, as where memory is short; the message is for people."""


def usual_workers() -> int:
    """All cores but one, which the window and the system keep."""
    return max(1, (os.cpu_count() or 2) - 1)


def outcomes(cells: Sequence[Cell], workers: int, stopped: Stopped) -> Iterator[tuple[int, Outcome] | None]:
    """Index and outcome of each cell as it is done, and None every few hundredths of a second while none is, so that
    whoever waits may do something else. With no workers they run here, one after the other.

    Raises Cancelled, WorkersLost, and what the first cell that cannot be run raises.
    """
    if workers < 1:
        for index, cell in enumerate(cells):
            yield index, run_cell(cell, stopped)
        return
    waiting = dict.fromkeys(range(len(cells)), 0)
    while waiting:
        try:
            for found in _in_pool({index: cells[index] for index in waiting}, workers, stopped):
                if found is not None:
                    del waiting[found[0]]
                yield found
        except BrokenProcessPool as error:
            waiting = {index: attempts + 1 for index, attempts in waiting.items()}
            if min(waiting.values(), default=0) >= ATTEMPTS:
                raise WorkersLost(
                    f"The processes that train ended {ATTEMPTS} times by themselves; perhaps memory is too short "
                    "for so many at once. Run fewer at a time."
                ) from error


def _in_pool(cells: dict[int, Cell], workers: int, stopped: Stopped) -> Iterator[tuple[int, Outcome] | None]:
    # Spawned: a fork would copy the threads of torch and Qt in the middle of what they do.
    context = multiprocessing.get_context("spawn")
    ending = context.Event()
    count = min(workers, len(cells))
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(ending,))
    running: dict[Future[Outcome], int] = {}
    try:
        running.update((pool.submit(_run, cell), index) for index, cell in cells.items())
        while running:
            done, _ = wait(running, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            if stopped():
                raise Cancelled
            for future in done:
                yield running.pop(future), future.result()
            if not done:
                yield None
    finally:
        ending.set()
        # Whoever breaks off does not wait for workers that may still be starting; they end by themselves.
        pool.shutdown(wait=not running, cancel_futures=True)


_ENDING: list[Event] = []


def _begin(ending: Event) -> None:
    """In a worker: one thread, and the lowest claim on the processor that is polite to the window."""
    import torch

    torch.set_num_threads(1)
    _ENDING[:] = [ending]
    if hasattr(os, "nice"):
        os.nice(10)


def _run(cell: Cell) -> Outcome:
    return run_cell(cell, _ENDING[0].is_set)
