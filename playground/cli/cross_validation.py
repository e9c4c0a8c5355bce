"""`cross-validate`: train a project once for each fold of its data, and tell what it reaches on the folds left out."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from playground.analysis.run.contests import epochs_of
from playground.cli.going_on import interruptible, writable
from playground.cli.overrides import overridden
from playground.cli.report import GOOD, CallError, Interrupted, ProjectFaultError, open_project, print_json, print_table
from playground.cli.running import progress_bar
from playground.document.project import Project
from playground.experiments.cells import ExperimentFault
from playground.experiments.folds import CrossValidation, Folding, cross_validated
from playground.experiments.running import Cancelled
from playground.experiments.store import Store, store_path
from playground.experiments.workers import WorkersLost, usual_workers
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain


def cross_validate(options: argparse.Namespace) -> int:
    """Cross-validate a project."""
    project, _ = open_project(options.project)
    project = overridden(project, options.changes)
    if options.seed is not None:
        project = project.replace(seed=options.seed)
    out = _out(options.out)
    folding = Folding(options.folds, options.repeats, epochs_of(project, options.epochs or 0))
    store = None if options.fresh else Store(store_path())
    whole = _measure(project, folding, store, usual_workers() if options.workers is None else options.workers)
    if out is not None:
        columns, rows = whole.table()
        with out.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([columns, *rows])
    if options.json:
        print_json(content(options.project, whole))
    else:
        columns, rows = whole.table()
        print_table(columns, [[f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row] for row in rows])
        print(whole.sentence)
    return GOOD


def _out(name: str | None) -> Path | None:
    if name is None:
        return None
    if not name.lower().endswith(".csv"):
        raise CallError(f"--out wants a file that ends in .csv, but “{name}” arrived.")
    return writable(name)


def _measure(project: Project, folding: Folding, store: Store | None, workers: int) -> CrossValidation:
    whole: CrossValidation | None = None
    try:
        with interruptible() as stopped, progress_bar(f"Folds of {project.title[:50]}") as (progress, task):
            for whole in cross_validated(project, folding, store=store, workers=workers, stopped=stopped):
                done = f"{len(whole.outcomes)} of {len(whole.cells)} folds"
                progress.update(task, completed=whole.share, words=done)
    except Cancelled as error:
        count = len(whole.outcomes) if whole is not None else 0
        raise Interrupted(f"interrupted after {count} folds, which are kept; the next call goes on.") from error
    except (ExperimentFault, WorkersLost, CannotTrain, CannotCompile) as error:
        raise ProjectFaultError([str(error)]) from error
    assert whole is not None
    return whole


def content(name: str, whole: CrossValidation) -> dict[str, Any]:
    """A cross-validation as JSON."""
    columns, rows = whole.table()
    return {
        "project": name,
        "folds": whole.folds,
        "repeats": whole.repeats,
        "measure": whole.measure_name,
        "mean": whole.mean,
        "deviation": whole.spread,
        "interval": list(whole.interval),
        "sentence": whole.sentence,
        "train": whole.sizes[0],
        "validation": whole.sizes[1],
        "test": whole.sizes[2],
        "known": whole.known,
        "runs": [dict(zip(columns, row, strict=True)) for row in rows],
    }
