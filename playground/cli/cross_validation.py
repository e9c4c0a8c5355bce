"""`cross-validate`: train a project once for each fold of its data, and tell what it reaches on the folds left out."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from tempfile import TemporaryDirectory
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
from playground.paths import user_data
from playground.training.batches import CannotTrain


def cross_validate(options: argparse.Namespace) -> int:
    """Cross-validate a project."""
    project, _ = open_project(options.project)
    project = overridden(project, options.changes)
    if options.seed is not None:
        project = project.replace(seed=options.seed)
    out = _out(options.out)
    if options.search is not None:
        return _nested(project, options, out)
    folding = Folding(options.folds, options.repeats, epochs_of(project, options.epochs or 0))
    store = None if options.fresh else Store(store_path())
    whole = _measure(project, folding, store, usual_workers() if options.workers is None else options.workers)
    columns, rows = whole.table()
    _write(columns, rows, out)
    if options.json:
        print_json(content(options.project, whole))
    else:
        print_table(columns, [[f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row] for row in rows])
        print(whole.sentence)
    return GOOD


def _nested(project: Project, options: argparse.Namespace, out: Path | None) -> int:
    """Search in each fold anew, and score what was found on the fold left out."""
    from playground.experiments.nested import Nested, nested
    from playground.experiments.search.files import find_search, near_search, read_search
    from playground.experiments.search.task import SearchFault

    path = find_search(options.search) or Path(options.search)
    if not path.is_file():
        raise CallError(f"there is no search “{options.search}”, and no such file.{near_search(options.search)}")
    search = read_search(path)
    if options.trials is not None:
        search = search.replace(trials=options.trials)
    store = None if options.fresh else Store(store_path())
    workers = usual_workers() if options.workers is None else options.workers
    whole: Nested | None = None
    try:
        with (
            TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            interruptible() as stopped,
            progress_bar(f"Nested: {project.title[:50]}") as (progress, task),
        ):
            url = f"sqlite:///{(Path(folder) if options.fresh else user_data()) / 'searches.sqlite'}"
            for whole in nested(
                project, search, options.folds or 5, url, store=store, workers=workers, stopped=stopped
            ):
                done = f"{len(whole.done)} of {whole.folds} outer folds"
                progress.update(task, completed=whole.share, words=done)
    except Cancelled as error:
        raise Interrupted("interrupted; what was measured is kept, and the next call goes on.") from error
    except (ExperimentFault, SearchFault, WorkersLost, CannotTrain, CannotCompile) as error:
        raise ProjectFaultError([str(error)]) from error
    assert whole is not None
    columns, rows = whole.table()
    _write(columns, rows, out)
    if options.json:
        print_json({
            "project": options.project, "folds": whole.folds, "trials": whole.search.trials,
            "mean": float(whole.scores.mean()), "chosen_by": float(whole.chosen_by.mean()),
            "optimism": whole.optimism, "sentence": whole.sentence,
            "runs": [dict(zip(columns, row, strict=True)) for row in rows],
        })  # fmt: skip
    else:
        print_table(columns, [[f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row] for row in rows])
        print(whole.sentence)
    return GOOD


def _write(columns: list[str], rows: list[list[object]], out: Path | None) -> None:
    if out is not None:
        with out.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([columns, *rows])


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
