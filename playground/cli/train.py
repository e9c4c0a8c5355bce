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
from playground.document.files import write
from playground.document.project import metric_words
from playground.training.checkpoint import weights_path, write_checkpoint


def train(options: argparse.Namespace) -> int:
    """Train a project and tell what came of it. Exit code 1 when a goal is missed under --require-goals."""
    project, _ = open_project(options.project)
    project = overridden(project, options.changes)
    if options.seed is not None:
        project = project.replace(seed=options.seed)
    target = _writable(options.save) if options.save else None
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
    path = Path(name).expanduser()
    if not path.parent.is_dir():
        raise CallError(f"there is no folder {path.parent} to save {path.name} in.")
    if path.is_dir():
        raise CallError(f"{path} is a folder, not a file.")
    return path


def _save(outcome: running.Outcome, path: Path) -> None:
    if path.suffix == ".safetensors":
        raise CallError(f"--save names the project file; its weights go beside it, into {path.name}.")
    try:
        write(outcome.session.project, path)
        write_checkpoint(outcome.session.checkpoint(), weights_path(path))
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
