"""Worker processes that run cells, one thread each. They end with whoever started them, however that ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event, Lock

from playground.experiments.cells import Cell
from playground.experiments.looking import News, Outcome, unseen
from playground.experiments.running import Cancelled, Stopped, run_cell
from playground.experiments.stacking import Found, Watched

PATIENCE = 0.03
"""Seconds between two questions whether to stop, and between two turns of whoever waits for the outcomes."""
ATTEMPTS = 3
"""A cell whose worker was killed is taken up again so many times."""


class WorkersLost(Exception):
    """Worker processes end again and again, as where memory is short; the message is for people."""


def usual_workers() -> int:
    """All cores but one, which the window and the system keep."""
    return max(1, (os.cpu_count() or 2) - 1)


class Pool:
    """Cells that are run by worker processes from now on; `turn` tells what is done. Whoever stops asking calls
    `close`."""

    def __init__(self, cells: Mapping[int, Cell], workers: int, stopped: Stopped, watched: Watched) -> None:
        self._waiting = dict(cells)
        self._workers, self._stopped, self._watched = workers, stopped, watched
        self._attempts = 0
        self._crew: _Crew | None = None

    @property
    def busy(self) -> bool:
        """Whether anything is still to come."""
        return bool(self._waiting)

    def turn(self, patience: float = PATIENCE) -> Iterator[Found]:
        """What was done meanwhile, after at most so many seconds. Raises Cancelled, WorkersLost, and what a cell that
        cannot be run raises."""
        if self._stopped():
            raise Cancelled
        if self._crew is None:
            self._crew = _Crew(self._waiting, self._workers)
        try:
            for index, outcome in self._crew.done(patience, self._watched):
                del self._waiting[index]
                self._attempts = 0
                yield index, outcome
        except BrokenProcessPool as error:
            self._crew.leave()
            self._crew = None
            self._attempts += 1
            if self._attempts >= ATTEMPTS:
                raise WorkersLost(
                    f"The processes that train ended {ATTEMPTS} times by themselves; perhaps memory is too short "
                    "for so many at once. Run fewer at a time."
                ) from error

    def close(self) -> None:
        """Let all workers end; nobody waits for those that are in the midst of something."""
        if self._crew is not None:
            self._crew.leave(wait=not self._waiting)


class _Crew:
    """Processes that share a list of cells until one of them dies."""

    def __init__(self, cells: Mapping[int, Cell], workers: int) -> None:
        # Spawned: a fork would copy the threads of torch and Qt in the middle of what they do.
        context = multiprocessing.get_context("spawn")
        self._ending, lock = context.Event(), context.Lock()
        reader, writer = context.Pipe(duplex=False)
        self._looks: deque[tuple[int, News]] = deque()
        self._pool = ProcessPoolExecutor(
            min(workers, len(cells)), mp_context=context, initializer=_begin, initargs=(self._ending, lock, writer)
        )
        self._running: dict[Future[Outcome], int] = {}
        with deaf_to_interrupts():  # processes begin as cells are handed over
            for index, cell in cells.items():
                self._running[self._pool.submit(_run, index, cell)] = index
        writer.close()  # so that the pipe ends with the last worker
        self._listening = threading.Thread(target=self._listen, args=(reader,), daemon=True)
        self._listening.start()

    def _listen(self, reader: Connection) -> None:
        """Runs in a thread of its own: half of a message, of a worker that was killed, holds up nobody else."""
        with reader:
            try:
                while True:
                    self._looks.append(reader.recv())
            except (EOFError, OSError):
                return

    def done(self, patience: float, watched: Watched) -> Iterator[Found]:
        """Cells that are done after at most so many seconds. Raises BrokenProcessPool."""
        done, _ = wait(self._running, timeout=patience, return_when=FIRST_COMPLETED)
        self._show(watched)
        for future in done:
            index = self._running.pop(future)
            outcome = future.result()
            self._show(watched)
            yield index, outcome

    def _show(self, watched: Watched) -> None:
        while self._looks:
            watched(*self._looks.popleft())

    def leave(self, *, wait: bool = False) -> None:
        """Tell the workers to end."""
        self._ending.set()
        self._pool.shutdown(wait=wait, cancel_futures=True)


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Within, processes are begun that Ctrl-C does not end. In a terminal it reaches all of them; the one that began
    them tells them to end, so that nobody dies with a traceback and no work is lost."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Worker:
    """What a worker knows of the one who started it."""

    def __init__(self, ending: Event, lock: Lock, writer: Connection) -> None:
        self.ending, self._lock, self._writer = ending, lock, writer

    def show(self, index: int, news: News) -> None:
        """Tell of a recorded run."""
        with self._lock:
            self._writer.send((index, news))


_WORKER: list[_Worker] = []


def _begin(ending: Event, lock: Lock, writer: Connection) -> None:
    """In a worker: one thread, the lowest claim on the processor, and no life without the one who started it."""
    import torch

    torch.set_num_threads(1)
    _WORKER[:] = [_Worker(ending, lock, writer)]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _run(index: int, cell: Cell) -> Outcome:
    worker = _WORKER[0]
    if cell.record is None:
        return run_cell(cell, worker.ending.is_set, seen=unseen)
    return run_cell(cell, worker.ending.is_set, seen=lambda news: worker.show(index, news))
