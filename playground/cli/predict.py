"""`predict`: what a trained network answers to a person's own rows, pictures, texts or series."""

from __future__ import annotations

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.cli import going_on, running
from playground.cli.report import CallError, ProjectFaultError, open_project, print_note
from playground.data.inputs.files import Entries, InputFile
from playground.data.own.files import FileRefused
from playground.document.pairing import weights_of

if TYPE_CHECKING:
    from playground.analysis.subject import Subject
    from playground.analysis.use.answer import Answer
    from playground.analysis.use.answering import Batch
    from playground.document.project import Project
    from playground.training.session.session import Session

MOST_PROBLEMS = 10
"""Rows that cannot be used and are named one by one."""
STANDARD = "-"


def predict(options: argparse.Namespace) -> int:
    """Answer every example of a file, and write the answers beside it. Nothing is written where one cannot be used."""
    out = None if options.out == STANDARD else going_on.writable(options.out)
    project, path = open_project(options.project)
    file = _file(options.input)
    session, ready = _opened(project, path, options)
    subject, batch, given = _asked(project, file)
    if not ready:
        running.run(session, running.Budget.of(project, options.epochs), project.title)
    subject.load(session.snapshot())
    header, rows = _answered(subject, batch, given, project.title)
    _write(header, rows, out)
    if out is not None:
        print(f"Saved {out}: {len(rows):,} answer{'s' if len(rows) != 1 else ''}.")
    return 0


def _file(name: str) -> InputFile:
    if name == STANDARD:
        return InputFile(None, sys.stdin.buffer.read())
    try:
        path = Path(name).expanduser()
        there = path.exists()
    except (ValueError, RuntimeError, OSError) as error:
        raise CallError(f"{name!r} is not the name of a file.") from error
    if not there:
        raise CallError(f"there is no file or folder {name}.")
    return InputFile(path)


def _opened(project: Project, path: Path, options: argparse.Namespace) -> tuple[Session, bool]:
    """A session with the weights that were asked for, or saved with the project, and whether nothing has to be learned
    first."""
    from playground.analysis.use.answering import why_not
    from playground.network.check import check

    report = check(project.graph)
    if report.ok and (sentence := why_not(report)):
        raise ProjectFaultError([f"{project.title} cannot be asked: {sentence}"])
    weights = Path(options.weights) if options.weights else None
    if weights is None and not options.fresh and (found := weights_of(path)):
        weights = found.path
    if weights is not None and not weights.is_file():
        raise CallError(f"there is no file of weights {weights}.")
    opened = running.open_session(project, None, weights)
    if opened.problem and options.weights:
        raise CallError(f"{weights} cannot be used: {opened.problem}")
    if opened.problem:
        print_note(opened.problem)
    return opened.session, opened.session.step > 0 and options.epochs is None


def _asked(project: Project, file: InputFile) -> tuple[Subject, Batch, Entries]:
    """The network, the examples of the file as it sees them, and what is repeated of them beside the answers."""
    from playground.analysis.subject import Subject
    from playground.analysis.use.answering import Batch, asked_nodes

    subject = Subject(project.graph)
    nodes = asked_nodes(subject)
    if not nodes:
        raise ProjectFaultError([f"{project.title} cannot be asked: nobody can give its examples by hand."])
    read = _read(subject, nodes, file)
    first = read[nodes[0]]
    if not first.entries:
        raise CallError(f"“{file.name}” holds no examples.")
    feeds = {(node, "features"): _features(subject, node, entries) for node, entries in read.items()}
    return subject, Batch({node: one.entries for node, one in read.items()}, feeds), first


def _answered(subject: Subject, batch: Batch, given: Entries, title: str) -> tuple[list[str], list[list[Any]]]:
    """The table of what was given and answered, with the weights that the subject has."""
    from playground.analysis.use.answering import Answering
    from playground.analysis.use.continuation import Continuing

    asking = Answering(subject, batch, Continuing())
    answers = asking.answers()
    for sentence in asking.left_out:
        print_note(sentence)
    if not answers:
        raise ProjectFaultError([f"{title} answers nothing about such examples."])
    return _table(given, answers)


def _read(subject: Subject, nodes: Sequence[str], file: InputFile) -> dict[str, Entries]:
    """The entries of the file for every data block; several blocks read the same rows."""
    found: dict[str, Entries] = {}
    for node in nodes:
        form = subject.form(node)
        assert form is not None
        try:
            found[node] = form.read(file)
        except FileRefused as refused:
            raise CallError(str(refused)) from refused
        for sentence in found[node].notes:
            print_note(sentence)
    if len({len(entries.entries) for entries in found.values()}) > 1:
        raise CallError(f"“{file.name}” does not hold one example for each data block of the project.")
    return found


def _features(subject: Subject, node: str, given: Entries) -> Any:
    """The entries as one tensor (N, ...). Raises CallError that names every row which cannot be used."""
    import numpy as np

    from playground.data.inputs.base import EntryError

    rows, problems, notes = [], [], []
    for entry, place in zip(given.entries, given.places, strict=True):
        try:
            read = subject.read(node, entry)
        except EntryError as error:
            problems.append(f"{place}: {error}")
            continue
        rows.append(read.features)
        notes += [f"{place}: {note}" for note in read.notes]
    if problems:
        more = len(problems) - MOST_PROBLEMS
        shown = problems[:MOST_PROBLEMS] + ([f"and {more:,} more."] if more > 0 else [])
        raise CallError("\n".join(shown))
    for note in notes[:MOST_PROBLEMS]:
        print_note(note)
    if len(notes) > MOST_PROBLEMS:
        print_note(f"and {len(notes) - MOST_PROBLEMS:,} more such notes.")
    return subject.scaled(node, np.concatenate(rows))


def _table(given: Entries, answers: Sequence[Answer]) -> tuple[list[str], list[list[Any]]]:
    """What was given, and beside it all answers."""
    columns = [column for answer in answers for column in answer.columns(f"{answer.title}: " if answer.title else "")]
    header = [*given.columns, *(name for name, _ in columns)]
    rows = [[*cells, *(numbers[row] for _, numbers in columns)] for row, cells in enumerate(given.cells)]
    return header, rows


def _write(header: Sequence[str], rows: Sequence[Sequence[Any]], out: Path | None) -> None:
    """Write a CSV file, or to standard output. Raises CallError."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    if out is None:
        print(text.getvalue(), end="")
        return
    try:
        out.write_text(text.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise CallError(f"{out} cannot be written: {error.strerror or error}.") from error


def _cell(value: Any) -> Any:
    """Numbers to the digits that single precision knows."""
    return f"{value:.9g}" if isinstance(value, float) else value
