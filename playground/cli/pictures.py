"""`picture` and `view`: what the window shows, saved as a file; no screen is needed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli import running
from playground.cli.overrides import value_of
from playground.cli.qt import save_window, without_screen
from playground.cli.report import CallError, ProjectFaultError, open_project

if TYPE_CHECKING:
    from playground.analysis.base import Analysis, Result
    from playground.document.project import Project
    from playground.training.session import Session


def picture(options: argparse.Namespace) -> int:
    """Train a little and save a picture of the whole window."""
    out = _output(options.out, (".png",))
    project, _ = open_project(options.project)
    save_window(project, options.epochs, out, options.theme, options.size)
    print(f"Saved {out}")
    return 0


def view(options: argparse.Namespace) -> int:
    """Save one view as PNG, SVG or CSV."""
    from playground.analysis.registry import ANALYSES

    out = _output(options.out, (".png", ".svg", ".csv"))
    known = {cls.id: cls for cls in ANALYSES}
    if options.view not in known:
        raise CallError(f"there is no view “{options.view}”; there are {', '.join(known)}.")
    if out.suffix.lower() != ".csv":
        _refuse_without_widget(options.view, known[options.view].title)
    project, _ = open_project(options.project)
    session = running.start(project)
    analysis = _analysis(known[options.view], project, options.changes)
    why_not = analysis.why_not(session.report, project.graph)
    if why_not:
        raise ProjectFaultError([f"{analysis.title} does not apply to {project.title}: {why_not}"])
    running.run(session, running.Budget(epochs=options.epochs), project.title)
    _save(analysis.id, _computed(analysis, session), out)
    print(f"Saved {out}")
    return 0


def _analysis(declared: type[Analysis], project: Project, changes: Iterable[str]) -> Analysis:
    """The analysis with the options that the project saved for it, and those of the command line. Raises CallError."""
    saved = next((view.options for view in project.views if view.view == declared.id), {})
    asked = dict(saved)
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals or not name:
            raise CallError(f"--set wants NAME=VALUE, such as resolution=25, but “{change}” arrived.")
        asked[name.strip()] = value_of(value.strip())
    problems = declared.parameter_problems(asked)
    if problems:
        name, message = problems[0]
        raise CallError(f"{declared.title}: {name + ': ' if name else ''}{message}")
    return declared.model_validate(asked)


def _output(name: str, endings: tuple[str, ...]) -> Path:
    path = Path(name).expanduser()
    if path.suffix.lower() not in endings:
        raise CallError(f"--out wants a file that ends in {' or '.join(endings)}, but “{name}” arrived.")
    if not path.parent.is_dir():
        raise CallError(f"there is no folder {path.parent} to save {path.name} in.")
    return path


def _computed(analysis: Analysis, session: Session) -> Result:
    from playground.analysis.base import Context, NothingToShow, OtherRun
    from playground.analysis.subject import Subject

    now, history = session.snapshot(), {name: curve.data() for name, curve in session.history.curves.items()}
    run = OtherRun(
        "run 1", (*session.trail.snapshots, now), history, number=1, project=session.project,
        metrics=session.latest, seconds=session.seconds, current=True,
    )  # fmt: skip
    context = Context(
        subject=Subject(session.project.graph),
        snapshot=now,
        history=history,
        runs=(run,),
        marks=tuple(session.history.marks),
        trail=session.trail.snapshots,
        project=session.project,
    )
    try:
        *_, whole = analysis.stages(context)
        return whole
    except NothingToShow as error:
        raise ProjectFaultError([str(error)]) from error


def _refuse_without_widget(view: str, title: str) -> None:
    """Better to say so before the training than after. Raises CallError."""
    without_screen()
    from playground.ui.views.registry import VIEWS

    if view not in VIEWS:
        raise CallError(f"{title} has no view of its own, as the blocks show it; --out FILE.csv works.")


def _save(view: str, result: Result, out: Path) -> None:
    without_screen()
    from playground.ui.offscreen import save_view

    try:
        save_view(view, result, out)
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error
