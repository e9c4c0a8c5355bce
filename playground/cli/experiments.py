"""`experiment` and `experiments`: run one and tell its verdict; list those that come with the program."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.analysis.run.experiment import ExperimentResult, result_of
from playground.analysis.run.guesses import NONE, choices, told
from playground.cli.going_on import interruptible, writable
from playground.cli.qt import without_screen
from playground.cli.report import (
    FAULTY,
    GOOD,
    CallError,
    Interrupted,
    ProjectFaultError,
    print_json,
    print_note,
    print_table,
)
from playground.cli.running import progress_bar
from playground.document.experiment import Experiment
from playground.experiments.cells import ExperimentFault
from playground.experiments.library import experiment_files, find_experiment, name_of, open_preset, read_experiment
from playground.experiments.measurement import Measurement, measured, rows_of
from playground.experiments.running import Cancelled
from playground.experiments.store import Store, store_path
from playground.experiments.verdicts import Verdict
from playground.experiments.workers import WorkersLost, usual_workers
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain

ENDINGS = (".png", ".svg", ".csv")


def experiments(options: argparse.Namespace) -> int:
    """List the experiments."""
    rows = [_listed(path, read_experiment(path)) for path in experiment_files()]
    if options.json:
        print_json(rows)
    else:
        columns = ("id", "chapter", "question", "verdict")
        print_table(columns, ([row[column] for column in columns] for row in rows))
    return GOOD


def _listed(path: Path, experiment: Experiment) -> dict[str, Any]:
    return {
        "id": name_of(path),
        "chapter": path.parent.name,
        "question": experiment.question,
        "answers": list(experiment.answers),
        "base": experiment.base,
        "variants": [variant.title for variant in experiment.variants],
        "seeds": experiment.seeds,
        "verdict": experiment.verdict,
        "finding": experiment.finding,
    }


def experiment(options: argparse.Namespace) -> int:
    """Run an experiment. Exit code 1 when another verdict than the kept one comes out, under --require."""
    path = find_experiment(options.experiment)
    asked = read_experiment(path)
    out, guess = _out(options.out), _guess(asked, options.guess)
    store = None if options.fresh else Store(store_path())
    workers = usual_workers() if options.workers is None else options.workers
    whole = _measure(asked, options.seeds, store, workers)
    verdict = whole.verdict
    assert verdict is not None
    result = result_of(name_of(path), whole)
    near = told(guess, {}, result)
    if out is not None:
        _save(replace(result, guessed=near), out, guess, options.theme)
    if options.json:
        print_json({**_content(name_of(path), whole, verdict), "guessed": guess, "guess_told": near})
    else:
        _tell(whole, verdict, near)
    # What nobody has kept must hold.
    other = verdict.word != (asked.verdict or "holds")
    if asked.verdict is not None and other and options.seeds in (None, asked.seeds):
        print_note(f"measured before: {asked.verdict.replace('-', ' ')}. {asked.finding}")
    return FAULTY if other and options.require else GOOD


def _out(name: str | None) -> Path | None:
    if name is None:
        return None
    if not name.lower().endswith(ENDINGS):
        raise CallError(f"--out wants a file that ends in {' or '.join(ENDINGS)}, but “{name}” arrived.")
    return writable(name)


def _save(result: ExperimentResult, out: Path, guess: str, theme: str) -> None:
    """Write the picture with question, guess and answer, or the table."""
    without_screen()
    from playground.ui.shell.offscreen import save_view

    try:
        save_view("experiment", result, out, {"experiment": result.id, "guess": guess}, theme)
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error


def _guess(asked: Experiment, words: str | None) -> str:
    """What somebody expects, as the picture holds it. Raises CallError for what this experiment does not offer."""
    known = [value for _, value in choices(asked)]
    if words is not None and words not in known:
        raise CallError(f"--guess wants one of {', '.join(known)}, but “{words}” arrived.")
    return words or NONE


def _measure(asked: Experiment, seeds: int | None, store: Store | None, workers: int) -> Measurement:
    whole: Measurement | None = None
    try:
        with interruptible() as stopped, progress_bar(asked.question[:60]) as (progress, task):
            for whole in measured(asked, open_preset, seeds=seeds, store=store, workers=workers, stopped=stopped):
                done = f"{len(whole.outcomes)} of {len(whole.cells)} runs"
                progress.update(task, completed=whole.share, words=done)
    except Cancelled as error:
        count = len(whole.outcomes) if whole is not None else 0
        raise Interrupted(f"interrupted after {count} runs, which are kept; the next call goes on.") from error
    except (ExperimentFault, WorkersLost, CannotTrain, CannotCompile) as error:
        raise ProjectFaultError([str(error)]) from error
    assert whole is not None
    return whole


def _content(name: str, whole: Measurement, verdict: Verdict) -> dict[str, Any]:
    experiment = whole.experiment
    return {
        "experiment": name,
        "question": experiment.question,
        "guess": experiment.guess,
        "verdict": verdict.word,
        "sentence": verdict.sentence,
        "seeds": verdict.seeds,
        "kept_in": verdict.kept,
        "margins": list(verdict.margins),
        "interval": [verdict.low, verdict.high],
        "measured_before": experiment.verdict,
        "answers": list(experiment.answers),
        "known": whole.known,
        "runs": list(rows_of(whole)),
    }


def _tell(whole: Measurement, verdict: Verdict, near: str) -> None:
    experiment = whole.experiment
    print(experiment.question)
    print(f"One would guess: {experiment.guess}")
    columns, rows = whole.table()
    print_table(columns, [[f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row] for row in rows])
    print(verdict.sentence)
    if near:
        print(near)
