"""Another run from a moment of one that has been."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from playground.training.history import History
from playground.training.journal import Journal
from playground.training.session.measuring import look
from playground.training.session.run import Run
from playground.training.snapshot import Snapshot
from playground.training.trail import Trail


def branch_from(run: Run, snapshot: Snapshot, history: History, trail: Sequence[Snapshot]) -> None:
    """Begin as the run that this snapshot is of stood then, with its past: its curves and its `trail` up to there.

    Raises ValueError when the snapshot is of another network.
    """
    run.learner.stand_at(snapshot)
    before = history.until(snapshot.step)
    run.journal = Journal(
        history=before,
        trail=Trail(run.journal.trail.budget),
        seconds=snapshot.place.seconds if snapshot.place else 0.0,
        least_loss=_least_loss(before),
        given=run.journal.given,
    )
    run.news.forget()
    look(run)
    run.keep()
    run.journal.trail.begin_at(run.snapshot(), [one for one in trail if one.step < snapshot.step])


def _least_loss(history: History) -> float:
    curve = history.curves.get("validation_loss", history.curves.get("train_loss"))
    return float(np.nanmin(curve.data().low)) if curve is not None and len(curve) else math.inf
