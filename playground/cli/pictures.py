"""`picture` and `view`: what the window shows, saved as a file; no screen is needed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from playground.cli import going_on, running
from playground.cli.overrides import value_of
from playground.cli.qt import save_window, without_screen
from playground.cli.report import CallError, Interrupted, ProjectFaultError, open_project
from playground.cli.watching import Watch
from playground.document.copies import unrolled
from playground.document.pairing import weights_of

if TYPE_CHECKING:
    from playground.analysis.base import Analysis, Result
    from playground.document.project import Project
    from playground.training.session.session import Session

DEFAULT_EPOCHS = 20


def picture(options: argparse.Namespace) -> int:
    """Train a little and save a picture of the whole window."""
    out = _output(options.out, (".png",))
    project, path = open_project(options.project)
    weights = None if options.fresh else weights_of(path)
    epochs = _epochs(options.epochs, trained=weights is not None)
    save_window(project, epochs, out, options.theme, options.size, weights.path if weights else None)
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
    project, path = open_project(options.project)
    session = going_on.begin(project, path, fresh=options.fresh).session
    analysis = _analysis(known[options.view], project, options.changes)
    why_not = analysis.why_not(session.report, unrolled(project.graph))
    if why_not:
        raise ProjectFaultError([f"{analysis.title} does not apply to {project.title}: {why_not}"])
    running.run(session, running.Budget(_epochs(options.epochs, trained=session.step > 0)), project.title)
    _save(analysis, _computed(analysis, session), out)
    print(f"Saved {out}")
    return 0


def _epochs(asked: int | None, *, trained: bool) -> int:
    """Epochs to train before a picture: what was asked for, or a few where nothing was learned yet."""
    return asked if asked is not None else 0 if trained else DEFAULT_EPOCHS


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
        raise CallError(problems[0][1])  # it names the option and the view
    return declared.model_validate(asked)


def _output(name: str, endings: tuple[str, ...]) -> Path:
    if not name.lower().endswith(endings):
        raise CallError(f"--out wants a file that ends in {' or '.join(endings)}, but “{name}” arrived.")
    return going_on.writable(name)


def _computed(analysis: Analysis, session: Session) -> Result:
    from playground.analysis.base import NothingToShow
    from playground.analysis.progress import told
    from playground.analysis.question import OtherRun, Question
    from playground.analysis.subject import Subject

    now, history = session.snapshot(), {name: curve.data() for name, curve in session.history.curves.items()}
    run = OtherRun(
        "run 1", (*session.trail.snapshots, now), history, number=1, project=session.project,
        metrics=session.latest, seconds=session.seconds, current=True,
    )  # fmt: skip
    watch = Watch(analysis.title)
    question = Question(
        graph=session.project.graph,
        subject=Subject(session.project.graph),
        snapshot=now,
        history=history,
        runs=(run,),
        marks=tuple(session.history.marks),
        trail=session.trail.snapshots,
        project=session.project,
        example=getattr(analysis, "example", 0),
        tell=watch.tell,
    )
    try:
        with watch:
            *_, whole = told(analysis.stages(question), watch.tell)
            return whole
    except KeyboardInterrupt as error:
        raise Interrupted(
            f"interrupted: {analysis.title} was {watch.share:.0%} done; nothing is saved."
        ) from error
    except NothingToShow as error:
        raise ProjectFaultError([str(error)]) from error


def _refuse_without_widget(view: str, title: str) -> None:
    """Better to say so before the training than after. Raises CallError."""
    without_screen()
    from playground.ui.views.registry import VIEWS

    if view not in VIEWS:
        raise CallError(f"{title} has no view of its own, as the blocks show it; --out FILE.csv works.")


def _save(analysis: Analysis, result: Result, out: Path) -> None:
    without_screen()
    from playground.ui.shell.offscreen import save_view

    try:
        save_view(analysis.id, result, out, analysis.model_dump(exclude_defaults=True))
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error
