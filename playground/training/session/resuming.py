"""Opening a project together with the weights that lie beside it: the run goes on where it was saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from playground.document.files import ProjectFileError
from playground.document.project import Project
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain
from playground.training.opening import project_from
from playground.training.saving.checkpoint import Checkpoint, CheckpointError, OtherNetworkError, read_checkpoint
from playground.training.saving.earlier_runs import RunBook, saved_runs
from playground.training.session.session import Session
from playground.training.weights.starting import starting_note


@dataclass(frozen=True, slots=True)
class Opened:
    """A session, and how it came to be."""

    session: Session
    runs: RunBook = field(default_factory=RunBook)
    problem: str = ""
    """What could not be brought back, in sentences; empty when everything was."""
    waiting: bool = False
    """Whether the project cannot be trained yet, so that the session is of the project as it was trained last."""


def opened(project: Project, weights: Path | None, device: str | None = None) -> Opened:
    """A session of a project, from a file of weights if there is one. Never changes the file.

    Where the network is another by now, what still fits is kept; where the project has errors by now, the run is
    brought back as it was trained last, so that it can go on when they are mended. Raises CannotCompile and
    CannotTrain when there is nothing to go on from either.
    """
    if weights is None:
        session = Session(project, device)
        return Opened(session, problem=_starting_note(session))
    try:
        checkpoint = read_checkpoint(weights)
    except CheckpointError as error:
        return Opened(Session(project, device), problem=str(error))
    runs = saved_runs(checkpoint)
    try:
        session = Session(project, device)
    except (CannotCompile, CannotTrain):
        former = _as_trained(checkpoint, device)
        if former is None:
            raise
        return Opened(former[0], runs, former[1], waiting=True)
    try:
        return Opened(session, runs, " ".join(session.resume(checkpoint)))
    except OtherNetworkError as error:
        former = _as_trained(checkpoint, device)
        if former is None:
            return Opened(session, problem=str(error))
        former[0].apply(project)
        return Opened(former[0], runs, "The network is another than the saved weights are of; what still fits is kept.")
    except CheckpointError as error:
        return Opened(session, runs, problem=str(error))


def _starting_note(session: Session) -> str:
    start = session.project.starts_from
    return "" if start is None else starting_note(start, session.learner.model.shapes())


def _as_trained(checkpoint: Checkpoint, device: str | None) -> tuple[Session, str] | None:
    """The run of a checkpoint with the project it was saved from; None when that is not known or cannot be used."""
    text = checkpoint.meta.get("trained")
    if not isinstance(text, str):
        return None
    try:
        session = Session(project_from(text), device)
        return session, " ".join(session.resume(checkpoint))
    except (ProjectFileError, CannotCompile, CannotTrain, CheckpointError):
        return None
