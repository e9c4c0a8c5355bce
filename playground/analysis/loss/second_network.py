"""A second network of the same kind, to compare with: one of another run, or one that is trained for this."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playground.analysis.base import NothingToShow
from playground.analysis.question import OtherRun
from playground.analysis.shared.surface_directions import laid_out
from playground.analysis.shared.weight_points import Vector
from playground.document.project import Project
from playground.network.compiled import CannotCompile
from playground.training.batches import DataError
from playground.training.divergence import Diverged
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot

FEW = 10
"""Steps between two looks at the clock."""


@dataclass(frozen=True)
class Second:
    """A second network, with its parameters (P,) laid out like those of the first."""

    title: str
    parameters: Vector
    steps: int
    """Steps that it has learned."""


def of_another_run(others: Sequence[OtherRun], first: Snapshot) -> Second | None:
    """Where the last of the other runs stands that is of the same network; None when there is none."""
    for run in reversed(others):
        parameters = laid_out(run.trail[-1], first.layout) if run.trail else None
        if parameters is not None:
            return Second(run.title, parameters, run.trail[-1].step)
    return None


def trained(project: Project, shift: int, first: Snapshot, seconds: float) -> Iterator[Second]:
    """A copy of the project learns with another seed for as many steps as the first network has.

    It begins with other weights and takes the examples in another order. Yields it as it grows, each part so many
    seconds long. Raises NothingToShow with a sentence when it cannot learn.
    """
    try:
        session = Session(project.replace(seed=project.seed + shift), "cpu")
    except (CannotCompile, DataError) as error:
        raise NothingToShow("A second network cannot be trained yet. Mend the errors on the canvas.") from error
    while True:
        _learn(session, first.step, seconds)
        parameters = laid_out(session.snapshot(), first.layout)
        if parameters is None:
            raise NothingToShow("The network has changed since these weights were learned. Press play again.")
        yield Second(f"seed {session.project.seed}", parameters, session.step)
        if session.step >= first.step or session.finished:
            return


def _learn(session: Session, steps: int, seconds: float) -> None:
    """Learn for a short while, up to so many steps."""
    until = time.perf_counter() + seconds
    try:
        while session.step < steps and not session.finished and time.perf_counter() < until:
            session.advance(min(FEW, steps - session.step))
    except Diverged as error:
        raise NothingToShow("The second network ran away to infinity. Lower the learning rate.") from error
