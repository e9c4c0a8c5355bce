"""`train`: the same training without a window."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from playground.cli import running
from playground.cli.overrides import overridden
from playground.cli.qt import save_trained_window
from playground.cli.report import CallError, open_project, print_json, print_table
from playground.data.base import PARTS
from playground.document.files import refuse_other_than_file, to_json
from playground.document.pairing import fingerprint, weights_path, write_pair
from playground.document.project import metric_words


def train(options: argparse.Namespace) -> int:
    """Train a project and tell what came of it. Exit code 1 when a goal is missed under --require-goals."""
    project, _ = open_project(options.project)
    project = overridden(project, options.changes)
    if options.seed is not None:
        project = project.replace(seed=options.seed)
    target = _target(options.save) if options.save else None
    picture = _writable(options.picture) if options.picture else None
    session = running.start(project, options.device)
    budget = running.Budget.of(project, options.epochs, options.steps)
    outcome = running.run(session, budget, project.title)
    if target is not None:
        _save(outcome, target)
    if picture is not None:
        save_trained_window(session, picture)
    content = outcome.content(options.project)
    if options.json:
        print_json(content)
    else:
        tell(content)
    missed = any(not goal["met"] for goal in content["goals"])
    return 1 if options.require_goals and missed else 0


def _writable(name: str) -> Path:
    """The path, if its folder is there: better to say so before an hour of training than after."""
    try:
        path = Path(name).expanduser()
        there = path.parent.is_dir()
    except (ValueError, RuntimeError) as error:  # a zero byte, or the home of somebody who is not here
        raise CallError(f"{name!r} is not the name of a file.") from error
    if not there:
        raise CallError(f"there is no folder {path.parent} to save {path.name} in.")
    if path.is_dir():
        raise CallError(f"{path} is a folder, not a file.")
    return path


def _target(name: str) -> Path:
    """Where to save the project. Raises CallError, before the training, for what cannot be saved to."""
    path = _writable(name)
    if path.suffix == ".safetensors":
        raise CallError(f"--save names the project file; its weights go beside it, into {path.name}.")
    for file in (path, weights_path(path)):
        try:
            refuse_other_than_file(file)
        except OSError as error:
            raise CallError(f"{file} cannot be written: {error.strerror}.") from error
    return path


def _save(outcome: running.Outcome, path: Path) -> None:
    project = to_json(outcome.session.project).encode()
    try:
        write_pair(path, project, outcome.session.checkpoint().to_bytes(fingerprint(project)))
    except OSError as error:
        raise CallError(f"{path} cannot be written: {error.strerror or error}.") from error


def tell(content: dict[str, Any]) -> None:
    """The outcome for people."""
    print(
        f"{content['epochs']} epochs, {content['steps']:,} steps in {content['seconds']:.1f} s "
        f"({content['steps_per_second']:,.0f} steps a second on {content['device']}), "
        f"{content['parameters']:,} parameters."
    )
    told = {name.partition("_")[0] for name in content["metrics"]}
    parts = [part for part in PARTS if part in told]
    names = dict.fromkeys(name.partition("_")[2] for name in content["metrics"])
    rows = []
    for name in names:
        values = (content["metrics"].get(f"{part}_{name}") for part in parts)
        rows.append((metric_words(name), *("" if value is None else f"{value:.4g}" for value in values)))
    print_table(("", *parts), rows)
    for goal in content["goals"]:
        bound = f"at least {goal['at_least']:g}" if "at_least" in goal else f"at most {goal['at_most']:g}"
        tick = "met   " if goal["met"] else "missed"
        print(f"{tick} {metric_words(goal['metric'])} {bound} within {goal['within_epochs']} epochs: "
              f"{goal['value']:.4g}")  # fmt: skip
