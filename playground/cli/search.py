"""`search`: look for the best settings of a project, with Optuna, in any number of processes and on many machines."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

from playground.cli.going_on import interruptible, writable
from playground.cli.overrides import value_of
from playground.cli.qt import without_screen
from playground.cli.report import (
    GOOD,
    CallError,
    Interrupted,
    ProjectFaultError,
    open_project,
    print_json,
    print_note,
    print_table,
)
from playground.cli.running import progress_bar
from playground.document.chapters import SEARCH_ENDING
from playground.document.decoding import decode
from playground.experiments.cells import ExperimentFault
from playground.experiments.running import Cancelled
from playground.experiments.search.files import base_of, find_search, read_search, search_name
from playground.experiments.search.over import caution, changed_search, measure_of, search_over
from playground.experiments.search.searching import searched
from playground.experiments.search.state import SearchState
from playground.experiments.search.storage import Place
from playground.experiments.search.task import SearchFault, Task
from playground.experiments.store import Store, store_path
from playground.experiments.workers import WorkersLost, usual_workers
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain

MOST_SHOWN = 20
"""Rows of the table for people; the file has all."""


def search(options: argparse.Namespace) -> int:
    """Run a search, or go on with it, and tell the best settings."""
    out = _out(options.out)
    try:
        task, stem = _task(options)
        place = Place.usual(task, stem, options.storage, options.study)
        store = Store(store_path())
        workers = usual_workers() if options.workers is None else options.workers
        if warning := caution(task.search):
            print_note(warning)
        state = _run(task, place, store, workers)
    except (SearchFault, ExperimentFault, WorkersLost, CannotTrain, CannotCompile) as error:
        raise ProjectFaultError([str(error)]) from error
    if out is not None:
        _write(state, out)
    if options.json:
        print_json(content_of(state, place))
    else:
        _tell(state, place)
    return GOOD


def _task(options: argparse.Namespace) -> tuple[Task, str]:
    """The search of a file or name, or one over settings of a project, with what the call gives anew."""
    given = _given(options)
    path = find_search(options.search) or Path(options.search)
    if _is_search(path):
        asked = changed_search(read_search(path), given)
        if options.over:
            raise CallError("--over is for a project; a search file says itself what it is over.")
        return Task.of(asked, base_of(asked.base, path.parent)), search_name(path)
    project, path = open_project(options.search)
    if not options.over:
        raise CallError("over what? Give --over PATH=LOW..HIGH or PATH=A,B,C, once for each setting.")
    return Task.of(search_over(project, path.stem, options.over, given), project), path.stem


def _is_search(path: Path) -> bool:
    if path.name.endswith(SEARCH_ENDING):
        return path.is_file()
    if path.suffix != ".json" or not path.is_file():
        return False
    content, _ = decode(path.read_bytes())
    return isinstance(content, dict) and content.get("format") == "playground-search"


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """The fields of a search that the call gives."""
    budget = {"epochs": float(options.epochs)} if options.epochs else {"steps": options.steps}
    given: dict[str, Any] = {
        "trials": options.trials,
        "seeds": options.seeds,
        "folds": options.folds,
        "sampler": options.sampler,
        "pruner": options.pruner,
        "seed": options.seed,
        "budget": budget if options.epochs or options.steps else None,
        "measure": measure_of(options.measure).model_dump(mode="json") if options.measure else None,
    }
    if options.changes:
        pairs = (change.partition("=") for change in options.changes)
        given["changes"] = {"set": {path.strip(): value_of(value.strip()) for path, _, value in pairs}}
    return given


def _out(name: str | None) -> Path | None:
    if name is None:
        return None
    if not name.lower().endswith((".csv", ".png", ".svg")):
        raise CallError(f"--out wants a file that ends in .csv, .png or .svg, but “{name}” arrived.")
    return writable(name)


def _run(task: Task, place: Place, store: Store, workers: int) -> SearchState:
    state: SearchState | None = None
    try:
        with interruptible() as stopped, progress_bar(task.search.question[:60]) as (progress, bar):
            for state in searched(task, place, workers=workers, store=store, stopped=stopped):
                words = f"{state.done} of {task.trials} trials"
                if state.best is not None:
                    words += f" · best {task.measure} {state.best.value:.4g}"
                progress.update(bar, completed=state.share, words=words)
    except Cancelled as error:
        done = state.done if state is not None else 0
        raise Interrupted(f"interrupted after {done} trials, which are kept; the same call goes on.") from error
    assert state is not None
    return state


def content_of(state: SearchState, place: Place) -> dict[str, Any]:
    """A search as JSON."""
    columns, rows = state.table()
    best, fresh = state.best, state.fresh
    return {
        "question": state.search.question,
        "study": place.name,
        "measure": state.search.measure.quantity,
        "direction": "maximize" if state.task.maximizes else "minimize",
        "sentence": state.sentence(),
        "best": None if best is None else {"trial": best.number, "value": best.value, "settings": dict(best.values)},
        "start": state.start.value if state.start is not None else None,
        "fresh_seeds": None if fresh is None else {
            "best": fresh.best[:, 0].tolist(), "start": fresh.start[:, 0].tolist(), "interval": list(fresh.interval),
        },
        "importances": dict(state.importances),
        "steps_saved": state.steps_saved,
        "trials": [dict(zip(columns, row, strict=True)) for row in rows],
    }  # fmt: skip


def _tell(state: SearchState, place: Place) -> None:
    print(state.search.question)
    columns, rows = state.table()
    shown = _best_first(state, rows)[:MOST_SHOWN]
    print_table(columns, [[f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row] for row in shown])
    if len(rows) > len(shown):
        print(f"{len(rows) - len(shown)} more trials; --out FILE.csv has all.")
    for name, share in state.importances.items():
        print(f"{share:4.0%} of what is explained: {name}")
    print(state.sentence())
    print(f"The study is called {place.name}.")


def _best_first(state: SearchState, rows: list[list[object]]) -> list[list[object]]:
    sign = -1.0 if state.task.maximizes else 1.0
    order = sorted(state.rows, key=lambda row: (not row.counts, sign * row.value if row.counts else 0.0, row.number))
    return [rows[row.number - 1] for row in order]


def _write(state: SearchState, out: Path) -> None:
    if out.suffix.lower() == ".csv":
        columns, rows = state.table()
        with out.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            writer.writerows(rows)
        return
    without_screen()
    from playground.analysis.run.search import result_of
    from playground.ui.shell.offscreen import save_view

    try:
        save_view("search", result_of(state), out, {})
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error

