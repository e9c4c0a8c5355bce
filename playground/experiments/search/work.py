"""A worker: takes trials of a study and runs them, until all are done."""

from __future__ import annotations

import math
import os
import socket
import time
import uuid
from collections.abc import Iterator

from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError
from optuna.trial import TrialState

from playground.experiments.running import Cancelled, Stopped
from playground.experiments.search.claims import Claim, Claims, signs_of_life
from playground.experiments.search.drafts import told
from playground.experiments.search.storage import Opened, Place, open_study, storage_fault
from playground.experiments.search.task import Task
from playground.experiments.search.trial import Finished, run_trial
from playground.experiments.store import Store

OUTCOME = "outcome"
"""Attribute of a trial: what came of it."""
START = "start"
"""Attribute of a study: what came of the settings at the start."""
PAUSE = 0.1
"""Seconds between two looks at trials that others still run."""


def new_worker() -> str:
    """A name that no other worker has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def work(
    task: Task, place: Place, stopped: Stopped, store: Store | None = None, worker: str | None = None
) -> Iterator[None]:
    """Run trials until there are none, with a turn for others after each, and while others still run the last ones.

    Raises Cancelled, once the trial that was broken off has been given back, and SearchFault.
    """
    opened = open_study(task, place)
    claims = Claims(task, opened, worker or new_worker())
    try:
        while claim := claims.take():
            if stopped():
                if isinstance(claim, Claim):
                    claims.lose(claim, broken_off=True)
                raise Cancelled
            if isinstance(claim, Claim):
                _run(task, opened, place, claims, claim, stopped, store)
            else:
                time.sleep(PAUSE)
            yield
    except StorageInternalError as error:
        raise storage_fault(error) from error
    finally:
        opened.storage.remove_session()
        opened.storage.engine.dispose()


def _run(
    task: Task, opened: Opened, place: Place, claims: Claims, claim: Claim, stopped: Stopped, store: Store | None
) -> None:
    try:
        with signs_of_life(opened, place, claim):
            if claim.place == 0 and START not in opened.study.user_attrs:
                start = run_trial(task, {}, None, stopped, store)
                opened.study.set_user_attr(START, start.content())
            found = run_trial(task, claim.values, claim, stopped, store)
        _tell(opened, claim, found)
    except Cancelled:
        claims.lose(claim, broken_off=True)
        raise
    except UpdateFinishedTrialError:
        return  # too long without a sign of life: somebody else has taken it up


def _tell(opened: Opened, claim: Claim, found: Finished) -> None:
    if found.pruned or math.isnan(found.value):
        # What runs away or cannot be is worse than all else: samplers learn to stay away from it.
        claim.trial.set_user_attr(OUTCOME, found.content())
        opened.study.tell(claim.number, state=TrialState.PRUNED, skip_if_finished=True)
    else:
        told(opened.storage, claim.id, found.value, OUTCOME, found.content())
