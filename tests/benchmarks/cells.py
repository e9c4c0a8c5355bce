"""Cells of experiments: small networks in one step against one after the other, LeNet-5 on two workers against one."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import torch

from playground.document.experiment import Budget, Measure
from playground.document.project import Project
from playground.experiments.cells import Cell
from playground.experiments.running import run_cell
from playground.experiments.stacking import arranged
from playground.experiments.workers import outcomes
from tests.benchmarks import projects
from tests.benchmarks.live import Ticker
from tests.benchmarks.table import Row
from tests.benchmarks.timing import percentile
from tests.benchmarks.window import open_window, wait_until

VARIANTS, STEPS, LOOKS = 32, 10_000, 10
TURNS = 3
ALONE = 8
"""Of the variants run one after the other in each turn; that of all is four times as long."""
RUNS, WORKERS, LENET_STEPS = 16, 2, 250
LOSS = (Measure(quantity="test_loss"),)


def measure_variants() -> list[Row]:
    """How many times as quickly 32 runs of a small dense network are through when they learn in one step.

    All is measured that a person waits for: making the runs, learning, looking at them. The time is that of this
    thread, which other programs do not lengthen.
    """
    torch.set_num_threads(1)
    rows = []
    for name, project in (("2-4-2-1", projects.small(projects.ADAM)), ("2-(8x6)-1", projects.deep(projects.ADAM))):
        cells = _cells(project, VARIANTS, STEPS)
        assert len(arranged(dict(enumerate(cells))).groups) == 1
        ratios, together, alone = [], [], []
        for _ in range(TURNS):
            together.append(_spent_together(cells))
            alone.append(_spent_alone(cells[:ALONE]) * VARIANTS / ALONE)
            ratios.append(alone[-1] / together[-1])
        detail = (
            f"{statistics.median(together):.2f} against {statistics.median(alone):.1f} s for {VARIANTS} x {STEPS:,} "
            f"steps and {LOOKS} looks; the same numbers to the last bit"
        )
        goal = 10.0 if name == "2-4-2-1" else None
        rows.append(Row(f"32 variants in one step, {name}", statistics.median(ratios), "x", goal, "more", detail))
    return rows


def _cells(project: Project, count: int, steps: int) -> list[Cell]:
    return [
        Cell(number, 0, 0, project.replace(seed=number), Budget(steps=steps), LOOKS, LOSS) for number in range(count)
    ]


def _spent_together(cells: Sequence[Cell]) -> float:
    began = time.thread_time()
    found = dict(one for one in outcomes(cells, 0, lambda: False) if one is not None)
    spent = time.thread_time() - began
    assert replace(found[3], seconds=0.0) == replace(run_cell(cells[3]), seconds=0.0)
    return spent


def _spent_alone(cells: Sequence[Cell]) -> float:
    began = time.thread_time()
    for cell in cells:
        run_cell(cell)
    return time.thread_time() - began


def measure_lenet() -> list[Row]:
    """16 runs of LeNet-5 on two workers against one after the other in this process; the window stands beside them."""
    cells = _cells(projects.lenet(), RUNS, LENET_STEPS)
    began = time.perf_counter()
    for cell in cells:
        run_cell(cell)
    alone = time.perf_counter() - began
    with open_window(projects.spirals()):
        ticker = Ticker()
        done: list[float] = []
        thread = threading.Thread(target=_run_all, args=(cells, done))
        ticker.begin()
        thread.start()
        wait_until(lambda: bool(done), 900.0)
        ticker.end()
        thread.join()
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    detail = f"{done[0]:.1f} against {alone:.1f} s, with the start of the workers; {load}"
    late = f"longest {max(ticker.late):.0f} ms; {len(ticker.late)} ticks; {load}"
    return [
        Row(f"{RUNS} runs of LeNet-5 on {WORKERS} workers", alone / done[0], "x", 1.7, "more", detail),
        Row("lateness of a GUI timer meanwhile, p99", percentile(ticker.late, 0.99), "ms", 50.0, detail=late),
    ]


def _run_all(cells: Sequence[Cell], done: list[float]) -> None:
    began = time.perf_counter()
    for _ in outcomes(cells, WORKERS, lambda: False):
        pass
    done.append(time.perf_counter() - began)
