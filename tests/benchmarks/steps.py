"""Training steps a second without a window, against the textbook loop."""

from __future__ import annotations

import os
from collections.abc import Callable

import torch

from playground.document.project import Project
from playground.training.session.session import Session
from tests.benchmarks import projects
from tests.benchmarks.table import Row
from tests.benchmarks.textbook import TextbookLoop
from tests.benchmarks.timing import compare

GOALS = {"2-4-2-1": (8.0, 10.0), "2-(8x6)-1": (7.0, 9.0), "784-128-64-10": (1.3, 1.8)}
"""By network: with SGD, with Adam."""
CASES: dict[str, Callable[[], Project]] = {
    "2-4-2-1, batch 10, SGD": lambda: projects.small(projects.SGD),
    "2-4-2-1, batch 10, Adam": lambda: projects.small(projects.ADAM),
    "2-(8x6)-1, batch 10, SGD": lambda: projects.deep(projects.SGD),
    "2-(8x6)-1, batch 10, Adam": lambda: projects.deep(projects.ADAM),
    "784-128-64-10, batch 64, SGD": lambda: projects.mnist(projects.SGD),
    "784-128-64-10, batch 64, Adam": lambda: projects.mnist(projects.ADAM),
}


def measure() -> list[Row]:
    """One row for each network and optimizer."""
    # As many threads as the window's trainer takes, for both.
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    return [_row(name, make()) for name, make in CASES.items()]


def _row(name: str, project: Project) -> Row:
    network, optimizer = name.split(",")[0], name.split()[-1]
    goal = GOALS[network][("SGD", "Adam").index(optimizer)]
    session = Session(project, device="cpu")
    found = compare(session.advance, TextbookLoop(project))
    detail = f"{found.rate:,.0f} against {found.base_rate:,.0f} steps/s; {found.spread}"
    return Row(f"steps, {name}", found.ratio, "x textbook", goal, "more", detail)
