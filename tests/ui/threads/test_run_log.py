"""The log of runs: what is kept, in which order, and within which memory."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication

from playground.network.flat import Layout, Place
from playground.training.snapshot import Snapshot
from playground.ui.threads.run_log import MOST_RUNS, RunLog
from playground.ui.threads.training_news import Frame, Origin

pytestmark = pytest.mark.usefixtures("qapp")
LAYOUT = Layout((Place("dense.weight", 0, (1_000,)),))


def frame(run: int, step: int, count: int = 1, origin: Origin | None = None) -> Frame:
    steps = range(step - count + 1, step + 1)
    trail = tuple(Snapshot(number, 0.0, np.zeros(1_000, dtype=np.float32), LAYOUT) for number in steps)
    return Frame(
        run=run, snapshot=trail[-1], points=(), marks=(), step=step, epoch=0.0, examples=0, seconds=0.0,
        steps_per_second=0.0, learning_rate=0.1, device="cpu", engine="numpy", engine_reason="",
        latest={}, finished="", trail=trail, origin=origin,
    )  # fmt: skip


def log_of(*frames: Frame, budget: int = 0) -> RunLog:
    log = RunLog(QCoreApplication.instance())
    log.budget = budget
    for one in frames:
        log.begin(one)
        log.follow(one)
    return log


def test_runs_are_numbered_as_they_begin_and_one_that_learned_nothing_is_forgotten() -> None:
    log = log_of(frame(4, 10), frame(5, 0), frame(6, 20))
    assert [(run.number, run.frame.step) for run in log.runs] == [(1, 10), (2, 20)]


def test_a_branch_shows_the_run_it_left_and_names_it_by_its_own_number() -> None:
    log = log_of(frame(7, 10), frame(9, 12, origin=Origin(7, 5)))
    assert log.current.origin == Origin(1, 5)
    assert [other.title for other in log.shown()] == ["run 1"]
    log.begin(frame(10, 3))
    assert log.shown() == ()


def test_edits_in_a_row_leave_one_run_behind() -> None:
    log = log_of(frame(1, 50))
    for number in range(2, 6):
        log.begin(frame(number, 50 + number, origin=Origin(number - 1, 48 + number, rebuilt=True)))
    assert [run.number for run in log.runs] == [1, 2]
    assert log.current.origin.run == 1 and [other.title for other in log.shown()] == ["run 1"]


def test_the_ways_of_resting_runs_keep_the_memory() -> None:
    budget = 400_000
    log = log_of(*(frame(number, 100, count=60) for number in range(1, 6)), budget=budget)
    assert log.resting_bytes() <= budget / 2 and len(log.current.trail) == 60
    assert all(run.trail[-1].step == 100 for run in log.runs)


def test_of_many_runs_the_oldest_that_is_not_pinned_goes() -> None:
    log = log_of(frame(1, 5))
    log.pin(1, True)
    told: list[str] = []
    log.told.connect(lambda sentence, tone: told.append(sentence))
    for number in range(2, MOST_RUNS + 1):
        log.begin(frame(number, 5))
    assert log.gone == 0 and not told
    for number in range(MOST_RUNS + 1, MOST_RUNS + 4):
        log.begin(frame(number, 5))
    numbers = [run.number for run in log.runs]
    assert len(numbers) == MOST_RUNS and numbers[0] == 1 and 2 not in numbers
    assert log.gone == 3 and len(told) == 1 and told[0].startswith("Run 2 is no longer kept: there are at most 64")
    log.clear()
    assert log.gone == 0


def test_the_run_on_screen_is_not_forgotten() -> None:
    log = log_of(frame(1, 5), frame(2, 5))
    log.forget(2)
    log.forget(1)
    assert [run.number for run in log.runs] == [2]
