"""How commands go on with what was saved beside a project, and save it again."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.cli import running
from playground.cli.report import CallError, print_note
from playground.data.own.places import stored
from playground.document.files import refuse_other_than_file, to_json
from playground.document.pairing import fingerprint, weights_of, weights_path, write_pair
from playground.document.project import Project
from playground.training.saving.earlier_runs import RunBook, add_runs, left_out_words
from playground.training.session.resuming import Opened
from playground.training.session.session import Session


def begin(project: Project, path: Path, device: str | None = None, *, fresh: bool = False) -> Opened:
    """A session that goes on from the weights beside a project file, if there are any, and says so.

    Raises CallError for a device that is not here, ProjectFaultError for a project with errors.
    """
    found = None if fresh else weights_of(path)
    opened = running.open_session(project, device, found.path if found else None)
    if found is not None and opened.session.step:
        print_note(f"goes on from step {opened.session.step:,} of {found.path.name}; --fresh starts anew.")
        if not found.matches:
            print_note(f"{path.name} has been changed since {found.path.name} was saved.")
    if opened.problem:
        print_note(opened.problem)
    return opened


def target(name: str) -> Path:
    """Where to save a project. Raises CallError, before the training, for what cannot be saved to."""
    path = writable(name)
    if path.suffix == ".safetensors":
        raise CallError(f"--save names the project file; its weights go beside it, into {path.name}.")
    for file in (path, weights_path(path)):
        refuse_other(file)
    return path


def writable(name: str) -> Path:
    """The path of a file to write: better to say before an hour of training than after that it cannot be.

    Raises CallError.
    """
    try:
        path = Path(name).expanduser()
        path.resolve()
        there = path.parent.is_dir()
    except (ValueError, RuntimeError) as error:  # a zero byte, or the home of somebody who is not here
        raise CallError(f"{name!r} is not the name of a file.") from error
    if not there:
        raise CallError(f"there is no folder {path.parent} to save {path.name} in.")
    if path.is_dir():
        raise CallError(f"{path} is a folder, not a file.")
    refuse_other(path)
    return path


def refuse_other(path: Path) -> None:
    """Raises CallError for what is there and no ordinary file."""
    try:
        refuse_other_than_file(path)
    except OSError as error:
        raise CallError(f"{path} cannot be written: {error.strerror}.") from error


def save(session: Session, runs: RunBook, path: Path) -> None:
    """Save the project and its runs as one. Raises CallError."""
    graph = stored(session.project.graph, path.absolute().parent)
    project, checkpoint = to_json(session.project.replace(graph=graph)).encode(), session.checkpoint()
    left_out = left_out_words(add_runs(checkpoint, runs))
    try:
        write_pair(path, project, checkpoint.to_bytes(fingerprint(project)))
    except OSError as error:
        raise CallError(f"{path} cannot be written: {error.strerror or error}.") from error
    if left_out:
        print_note(left_out)


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Within, the first Ctrl-C only makes what is given True, so that a run ends between two steps; the next one ends
    the program."""
    wanted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield wanted.is_set
        return

    def note(number: int, frame: object) -> None:
        wanted.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield wanted.is_set
    finally:
        signal.signal(signal.SIGINT, before)
