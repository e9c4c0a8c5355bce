"""The shape check of a graph of 100 nodes: with cold caches, and after an edit."""

from __future__ import annotations

import statistics
import sys

from playground.document.edits import set_parameters
from playground.document.graph import Graph
from playground.network import check as checked
from playground.network.check import check
from tests.benchmarks.projects import wide_chain
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Spent, spent_on

NODES = 100
REPEATS = 15


def measure() -> list[Row]:
    """A row for the cold check and one for the check after one block was changed."""
    graph = wide_chain(NODES).graph
    check(graph)
    cold = [_cold(graph) for _ in range(REPEATS)]
    edited = [set_parameters(graph, "dense-50", {"units": 100 + number}) for number in range(REPEATS)]
    warm = [spent_on(lambda graph=graph: check(graph)) for graph in edited]
    return [_row("cold caches", cold, 50.0), _row("after an edit", warm, None)]


def _row(words: str, runs: list[Spent], goal: float | None) -> Row:
    wall = [run.wall for run in runs]
    processor = statistics.median(run.processor for run in runs)
    detail = f"{min(wall):.1f} to {max(wall):.1f} ms in {len(runs)} runs; {processor:.1f} ms of processor time"
    return Row(f"shape check of {NODES} nodes, {words}", statistics.median(wall), "ms", goal, detail=detail)


def _cold(graph: Graph) -> Spent:
    forget_everything()
    return spent_on(lambda: check(graph))


def forget_everything() -> None:
    """Empty every function cache of the program."""
    for name, module in list(sys.modules.items()):
        if name.startswith("playground."):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()
    checked.KNOWN_BLOCKS.clear()
    checked.KNOWN_INFERRED.clear()
