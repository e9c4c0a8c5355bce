"""Many networks at once: 32 seeds, or 4, in one step, against as many textbook loops and sessions."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from playground.document.project import Project
from playground.training.session.session import Session
from playground.training.stacked.stack import Stack
from tests.benchmarks import projects
from tests.benchmarks.table import Row
from tests.benchmarks.textbook import TextbookLoop

ROWS = (32, 4)
TURNS = 7
STACKED_STEPS, SINGLE_STEPS = 300, 60
CHECKED_STEPS = 40
GOALS = {32: 20.0, 4: 10.0}
"""By the number of networks. A single session alone takes 15 to 25 times as many steps as the textbook's loop."""
CASES: dict[str, Callable[[], Project]] = {
    "2-4-2-1, Adam": lambda: projects.small(projects.ADAM),
    "2-(8x6)-1, Adam": lambda: projects.deep(projects.ADAM),
    "2-(8x6)-1, SGD": lambda: projects.deep(projects.SGD),
}


def measure() -> list[Row]:
    """A row for each network and number: how many more steps of single networks are taken in a second."""
    torch.set_num_threads(1)
    return [_row(name, make(), rows) for rows in ROWS for name, make in CASES.items()]


def _row(name: str, project: Project, rows: int) -> Row:
    members = [project.replace(seed=seed) for seed in range(1, rows + 1)]
    difference = _difference(members)
    stack = Stack(members)
    sessions = [Session(member, "cpu") for member in members]
    loops = [TextbookLoop(member) for member in members]
    stack.advance(50)
    gc.collect()
    gc.freeze()
    rates: list[tuple[float, float, float]] = []
    for _ in range(TURNS):
        together = rows * _rate(lambda: stack.advance(STACKED_STEPS), STACKED_STEPS)
        stack.losses()
        single = rows * _rate(lambda: [one.advance(SINGLE_STEPS) for one in sessions], SINGLE_STEPS)
        textbook = rows * _rate(lambda: [one(SINGLE_STEPS) for one in loops], SINGLE_STEPS)
        rates.append((together, single, textbook))
    together, single, textbook = (statistics.median(column) for column in zip(*rates, strict=True))
    ratio = statistics.median(one / other for one, _, other in rates)
    beside = statistics.median(one / other for one, other, _ in rates)
    detail = (
        f"{together:,.0f} against {textbook:,.0f} steps/s; {beside:.1f} x single sessions ({single:,.0f}); "
        f"greatest difference of a weight after {CHECKED_STEPS} steps {difference:.0e}"
    )
    return Row(f"{rows} networks at once, {name}", ratio, "x textbook", GOALS[rows], "more", detail)


def _rate(work: Callable[[], object], steps: int) -> float:
    began = time.perf_counter()
    work()
    return steps / (time.perf_counter() - began)


def _difference(members: list[Project]) -> float:
    """The greatest difference between a weight of the stack and of the single sessions after some steps."""
    stack = Stack(members)
    stack.advance(CHECKED_STEPS)
    found = 0.0
    for own, member in zip(stack.sessions, members, strict=True):
        session = Session(member, "cpu")
        session.advance(CHECKED_STEPS)
        found = max(found, float(np.abs(own.snapshot().parameters - session.snapshot().parameters).max()))
    return found
