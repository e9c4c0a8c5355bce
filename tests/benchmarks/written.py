"""A whole project written as a Python file after an edit: what the panel Code waits for."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from playground.code.by_hand_script import write_by_hand
from playground.code.script import write
from playground.document.edits import set_parameters
from playground.document.files import read
from playground.document.library import paths
from playground.document.project import Project
from playground.network.check import check
from tests.benchmarks.table import Row
from tests.benchmarks.timing import spent_on

REPEATS = 11
GOAL = 50.0
PRESETS = {"lenet-5": ("dense-1", "units"), "encoder-block": ("wide", "units"), "gan-ring": ("make-1", "units")}
"""What is written, and the parameter that is edited before each time."""


def measure() -> list[Row]:
    """A row for each preset, and one for a network by hand in numpy."""
    return [*(_row(name) for name in PRESETS), _by_hand()]


def _edits(project: Project, node: str, parameter: str) -> Iterator[Project]:
    before = project.graph.node(node).parameters
    for number in range(REPEATS):
        graph = set_parameters(project.graph, node, {**before, parameter: 40 + number})
        check(graph)  # it has been checked by the time the file is written
        yield project.replace(graph=graph)


def _row(name: str) -> Row:
    project = read(paths()[name])
    write(project)
    runs = [spent_on(lambda one=one: write(one)) for one in _edits(project, *PRESETS[name])]
    wall, processor = [run.wall for run in runs], statistics.median(run.processor for run in runs)
    detail = f"{min(wall):.1f} to {max(wall):.1f} ms in {len(runs)} runs; {processor:.1f} ms of processor time"
    return Row(f"code of {name} after an edit", statistics.median(wall), "ms", GOAL, detail=detail)


def _by_hand() -> Row:
    project = read(paths()["spirals-sgd"])
    node = next(node.id for node in project.graph.nodes if node.block == "dense")
    write_by_hand(project)
    wall = [spent_on(lambda one=one: write_by_hand(one)).wall for one in _edits(project, node, "units")]
    return Row("code of spirals-sgd by hand after an edit", statistics.median(wall), "ms", GOAL)
