"""The table of runs: all runs of the session with settings, seed, what they reached, and a hash of the result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import OtherRun, Question
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.network.naming import titles
from playground.training import changes
from playground.training.metrics.words import metric_words
from playground.training.optimizers import optimizer_of
from playground.training.snapshot import Snapshot

DIGITS = 8
"""Characters of a hash that are shown; equal ones mean equal weights."""
MOST_METRICS = 6


@dataclass(frozen=True)
class RunRow:
    """One run."""

    number: int
    title: str
    origin: str
    """Where it branched off, in words; empty when it began with first weights."""
    project: str
    seed: int
    optimizer: str
    learning_rate: float
    batch_size: int
    """0 for all examples."""
    differences: tuple[str, ...]
    """What is set otherwise than in the run before it of the same project, or in the one it branched from."""
    step: int
    epoch: float
    seconds: float
    metrics: Mapping[str, float]
    result: str
    """A hash of the weights, the same wherever the same run is made on the same kind of machine."""
    goals: str
    """Such as “1 of 2 met”; empty without goals."""
    pinned: bool
    shown: bool
    current: bool
    threads: int = 0
    """Threads of the processor it learned with: hashes can be compared where they are equal; 0 for unknown."""


@dataclass(frozen=True)
class RunTable:
    """All runs, oldest first, and the metrics that are worth a column."""

    rows: tuple[RunRow, ...]
    metrics: tuple[str, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    """The names of the nodes that metrics are of, as the newest run calls them."""
    gone: int = 0
    """Older runs that are no longer kept."""

    def table(self) -> Table:
        columns = [
            "run", "branched from", "project", "seed", "optimizer", "learning rate", "batch size", "set otherwise",
            "steps", "epochs", "seconds", *(metric_words(name, self.titles) for name in self.metrics), "goals", "hash",
            "threads",
        ]  # fmt: skip
        rows: list[list[Any]] = [
            [
                row.number, row.origin, row.project, row.seed, row.optimizer, row.learning_rate,
                row.batch_size or "all", "; ".join(row.differences), row.step, row.epoch, row.seconds,
                *(row.metrics.get(name, "") for name in self.metrics), row.goals, row.result,
                row.threads or "",
            ]
            for row in self.rows
        ]  # fmt: skip
        return columns, rows


class RunsAnalysis(Analysis):
    """All runs of the session in one table."""

    id: ClassVar[str] = "runs"
    title: ClassVar[str] = "Runs"
    summary: ClassVar[str] = (
        "Every run of the session with its settings, seed, metrics and a hash of its weights. Show two on the same "
        "curves, put them side by side, go on with one."
    )
    needs: ClassVar[frozenset[str]] = frozenset({"runs"})

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes() and not report.estimator_nodes():
            return "Nothing on the canvas learns yet. Wire a loss block to the network."
        return ""

    def compute(self, question: Question) -> RunTable:
        if not question.runs:
            raise NothingToShow("Press play; every run gets a row here.")
        by_number = {run.number: run for run in question.runs}
        rows = []
        before: OtherRun | None = None
        for run in question.runs:
            question.check()
            base = by_number.get(run.origin[0]) if run.origin else before
            rows.append(_row(run, base))
            before = run
        known = {}
        for run in question.runs:
            known.update(titles(run.project.graph) if run.project is not None else {})
        return RunTable(tuple(rows), _worth_a_column(rows), known, question.gone)


def _row(run: OtherRun, base: OtherRun | None) -> RunRow:
    project, now = run.project or Project(), run.trail[-1]
    settings = project.training
    return RunRow(
        number=run.number,
        title=run.title,
        origin=f"run {run.origin[0]}, step {run.origin[1]:,}" if run.origin else "",
        project=project.title,
        seed=project.seed,
        optimizer=optimizer_of(settings.optimizer).title,
        learning_rate=optimizer_of(settings.optimizer).learning_rate,
        batch_size=settings.batch_size,
        differences=_differences(project, base.project if base is not None else None),
        step=now.step,
        epoch=now.epoch,
        seconds=run.seconds,
        metrics=dict(run.metrics),
        result=result_hash(now),
        threads=now.place.threads if now.place is not None else 0,
        goals=_goals(project, run.metrics),
        pinned=run.pinned,
        shown=run.shown,
        current=run.current,
    )


def _differences(project: Project, base: Project | None) -> tuple[str, ...]:
    if base is None or base is project or base.title != project.title:
        return ()
    found = changes.describe(base, project)
    if base.seed != project.seed:
        found.append(f"seed {base.seed} → {project.seed}")
    return tuple(found)


def _goals(project: Project, metrics: Mapping[str, float]) -> str:
    if not project.goals:
        return ""
    met = sum(goal.metric in metrics and goal.met(metrics[goal.metric]) for goal in project.goals)
    return f"{met} of {len(project.goals)} met"


def _worth_a_column(rows: Iterable[RunRow]) -> tuple[str, ...]:
    """Losses of all parts first, then what the test part or else the validation part was measured by."""
    names = dict.fromkeys(name for row in rows for name in row.metrics if "." not in name)
    losses = [name for name in names if name.endswith("_loss")]
    others = [name for name in names if not name.endswith("_loss")]
    test = [name for name in others if name.startswith("test_")]
    return tuple([*losses, *(test or others)][:MOST_METRICS])


def result_hash(snapshot: Snapshot) -> str:
    """A short hash of all weights and running statistics, whatever the order of the parameters."""
    digest = hashlib.sha256()
    for place in sorted(snapshot.layout.places, key=lambda one: one.name):
        digest.update(place.name.encode())
        digest.update(np.ascontiguousarray(snapshot.parameters[place.start : place.stop]).tobytes())
    for name in sorted(snapshot.buffers):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(snapshot.buffers[name]).tobytes())
    return digest.hexdigest()[:DIGITS]
