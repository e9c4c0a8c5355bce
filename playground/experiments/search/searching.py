"""A search as it goes: in this process or in workers of its own, with all that is known after each trial."""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty

from optuna.exceptions import StorageInternalError

from playground.experiments.pool import deaf_to_interrupts
from playground.experiments.running import Cancelled, Stopped
from playground.experiments.search.claims import fail_all_of
from playground.experiments.search.fresh import Comparison, compared
from playground.experiments.search.state import SearchState, state_of
from playground.experiments.search.storage import Opened, Place, open_study, storage_fault
from playground.experiments.search.task import SearchFault, Task
from playground.experiments.search.work import new_worker, work
from playground.experiments.store import Store
from playground.experiments.workers import PATIENCE, WorkersLost

POLL = 0.15
"""Seconds between two looks at the study."""
MOST_LOST = 6
"""So many workers may end by themselves with no trial done between."""


def searched(
    task: Task, place: Place, *, workers: int = 0, store: Store | None = None, stopped: Stopped = lambda: False
) -> Iterator[SearchState]:
    """The state of a search as its trials are done, the last whole; the same one again while nothing is new, to give
    way to others. It goes on from what the study knows. With no workers the trials run here.

    Raises SearchFault, ExperimentFault for a base that cannot be changed so, Cancelled and WorkersLost.
    """
    opened = open_study(task, place)
    try:
        latest = state_of(task, opened)
        yield latest
        if not latest.all_done:
            for found in _trials(task, place, opened, latest, workers, store, stopped):
                latest = found
                yield latest
        fresh: Comparison | None = None
        if latest.best is not None and task.search.fresh_seeds:
            for comparison in compared(task, latest.best.values, workers, store, stopped):
                fresh = comparison
                yield latest
        yield replace(latest, whole=True, fresh=fresh)
    except StorageInternalError as error:
        raise storage_fault(error) from error
    finally:
        opened.storage.remove_session()
        opened.storage.engine.dispose()


def _trials(
    task: Task, place: Place, opened: Opened, latest: SearchState, workers: int, store: Store | None, stopped: Stopped
) -> Iterator[SearchState]:
    turns = (
        work(task, place, stopped, store) if workers < 1 else _in_workers(task, place, opened, workers, store, stopped)
    )  # fmt: skip
    looked = -math.inf
    for _ in turns:
        if time.monotonic() - looked >= POLL:
            found, looked = state_of(task, opened, latest), time.monotonic()
            latest = latest if found.news == latest.news else found
        yield latest
    yield state_of(task, opened, latest)


@dataclass
class _Worker:
    """A process that runs trials, and the name by which its trials know it."""

    name: str
    process: BaseProcess


def _in_workers(
    task: Task, place: Place, opened: Opened, count: int, store: Store | None, stopped: Stopped
) -> Iterator[None]:
    # Spawned: a fork would copy the threads of torch and Qt in the middle of what they do.
    context = multiprocessing.get_context("spawn")
    ending: Event = context.Event()
    faults: Queue[str] = context.Queue()

    def begin() -> _Worker:
        name = new_worker()
        arguments = (task, place, store.path if store is not None else None, name, ending, faults)
        process = context.Process(target=_worker, args=arguments, daemon=True)
        with deaf_to_interrupts():
            process.start()
        return _Worker(name, process)

    running = [begin() for _ in range(min(count, task.trials))]
    lost, done = 0, 0
    try:
        while running:
            if stopped():
                raise Cancelled
            _tell_faults(faults)
            for worker in [one for one in running if not one.process.is_alive()]:
                running.remove(worker)
                worker.process.join()
                if worker.process.exitcode:
                    fail_all_of(opened, [worker.name])
                    finished = state_of(task, opened).done
                    lost, done = (lost + 1 if finished == done else 1), finished
                    if lost >= MOST_LOST:
                        raise WorkersLost(
                            f"The processes that train ended {MOST_LOST} times by themselves; perhaps memory is too "
                            "short for so many at once. Run fewer at a time."
                        )
                    running.append(begin())
            yield
            time.sleep(PATIENCE)
        _tell_faults(faults)
    finally:
        ending.set()
        if running:
            # Whoever breaks off does not wait for workers that may still be starting; they end by themselves.
            fail_all_of(opened, [one.name for one in running], broken_off=True)


def _tell_faults(faults: Queue[str]) -> None:
    try:
        raise SearchFault(faults.get_nowait())
    except Empty:
        return


def _worker(task: Task, place: Place, store: Path | None, name: str, ending: Event, faults: Queue[str]) -> None:
    """In a process of its own: one thread, and the lowest claim on the processor that is polite to the window."""
    import torch

    torch.set_num_threads(1)
    if hasattr(os, "nice"):
        os.nice(10)
    try:
        for _ in work(task, place, lambda: ending.is_set() or _orphaned(), Store(store) if store else None, name):
            pass
    except Cancelled:
        return
    except SearchFault as fault:
        faults.put(str(fault))


def _orphaned() -> bool:
    """Whether the process that began this one is no more."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()
