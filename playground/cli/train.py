"""`train`: the same training without a window."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from playground.cli import going_on, running, taking
from playground.cli.overrides import overridden
from playground.cli.qt import save_trained_window
from playground.cli.report import INTERRUPTED, ProjectFaultError, open_project, print_json, print_note, print_table
from playground.data.base import PARTS
from playground.network.naming import titles
from playground.training.metrics.words import metric_words


def train(options: argparse.Namespace) -> int:
    """Train a project and tell what came of it. Exit code 1 when a goal is missed under --require-goals."""
    project, path = open_project(options.project)
    project = overridden(project, options.changes)
    other_seed = options.seed not in (None, project.seed)
    if options.seed is not None:
        project = project.replace(seed=options.seed)
    target = going_on.target(options.save) if options.save else None
    picture = going_on.writable(options.picture) if options.picture else None
    opened = going_on.begin(project, path, options.device, fresh=options.fresh or other_seed)
    session = opened.session
    taken = None if options.weights_from is None else taking.take_from(options.weights_from, session)
    budget = running.Budget.of(project, options.epochs, options.steps)
    try:
        with going_on.interruptible() as stopped:
            outcome = running.run(session, budget, project.title, stopped)
    except ProjectFaultError:
        if target is not None and session.step:
            going_on.save(session, opened.runs, target)
            print_note(f"what was learned up to step {session.step:,} is saved in {target}.")
        raise
    if target is not None:
        going_on.save(session, opened.runs, target)
    if picture is not None:
        save_trained_window(session, picture)
    content = outcome.content(options.project)
    if taken is not None:
        content["weights_from"] = taking.content(taken)
    if options.json:
        print_json(content)
    else:
        if taken is not None:
            taking.tell(taken)
        tell(content, titles(project.graph))
    if outcome.interrupted:
        print_note(f"interrupted at step {session.step:,}{f'; saved in {target}' if target else ''}.")
        return INTERRUPTED
    missed = any(not goal["met"] for goal in content["goals"])
    return 1 if options.require_goals and missed else 0


def tell(content: dict[str, Any], titles: Mapping[str, str]) -> None:
    """The outcome for people; `titles` has the names of the blocks."""
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
        rows.append((metric_words(name, titles), *("" if value is None else f"{value:.4g}" for value in values)))
    print_table(("", *parts), rows)
    for goal in content["goals"]:
        bound = f"at least {goal['at_least']:g}" if "at_least" in goal else f"at most {goal['at_most']:g}"
        tick = "met   " if goal["met"] else "missed"
        when = f"after {goal['within_epochs']} epochs, a failure to see" if goal.get("failure") else (
            f"within {goal['within_epochs']} epochs")  # fmt: skip
        print(f"{tick} {metric_words(goal['metric'], titles)} {bound} {when}: {goal['value']:.4g}")
    for name, reason in content["reasons"].items():
        print(f"no {metric_words(name, titles)}: {reason}")
