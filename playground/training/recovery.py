"""The way back after a loss has exploded: the last moment with a sane loss, and changes that hold from there."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from playground.document.graph import Choice
from playground.document.project import Project, TrainingSettings
from playground.training.divergence import Diverged
from playground.training.history import History
from playground.training.optimizers import optimizer_of
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot
from playground.training.trail import spread_out

MOST_LOOKED_AT = 32
"""Moments whose loss is measured, of the last ones and of the whole way."""
SANE = 2.0
"""A loss is sane up to so many times the median of those before it; one that explodes leaves that behind at once."""
TRIED_STEPS = 500
"""A change is offered when the run went on with it for so many steps."""
TRIED_SECONDS = 2.0
"""A change that did not go wrong in this time is offered too, as steps may be long."""
RATES = (10.0, 100.0, 1_000.0, 10_000.0, 100_000.0)
"""What the learning rate is divided by."""
LIMITS = (1.0, 0.1, 0.01)
"""Norms to which the gradient is clipped."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One change that holds."""

    words: str
    """What is changed, such as “lower the rate to 0.1”."""
    training: TrainingSettings
    tried_steps: int
    """Steps that the run went on with it when it was tried."""
    loss: float
    """The training loss after them."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """A moment to go back to, and what to change there."""

    snapshot: Snapshot
    loss: float
    """The training loss at that moment."""
    remedies: tuple[Remedy, ...] = field(default=())


def recovery_of(
    project: Project, trail: Sequence[Snapshot], interrupted: Callable[[], bool] = lambda: False
) -> Recovery | None:
    """The last moment of a trail with a sane loss, and the changes with which the run goes on from there.

    Works on a session of its own. None when it was interrupted, or when no moment has a finite loss.
    """
    probe = Session(project)
    found = last_sane(probe, trail, interrupted)
    if found is None:
        return None
    snapshot, loss = found
    remedies = []
    for changes in (_lower_rates(project.training), _clipped(project.training)):
        for words, training in changes:
            if interrupted():
                return None
            tried = _tried(project, training, snapshot, loss, interrupted)
            if tried is not None:
                remedies.append(Remedy(words, training, *tried))
                break
    return Recovery(snapshot, loss, tuple(remedies))


def last_sane(
    probe: Session, trail: Sequence[Snapshot], interrupted: Callable[[], bool] = lambda: False
) -> tuple[Snapshot, float] | None:
    """The last moment whose training loss is finite and not yet exploding, and that loss.

    Exploding is what exceeds SANE times the median of the losses of the moments before it: a loss that grows by a
    factor from moment to moment leaves its own median behind, while the noise of batches does not.
    """
    looked_at = [*spread_out(trail[:-MOST_LOOKED_AT], MOST_LOOKED_AT), *trail[-MOST_LOOKED_AT:]]
    best: tuple[Snapshot, float] | None = None
    losses: list[float] = []
    for snapshot in looked_at:
        if interrupted():
            return None
        loss = _loss_at(probe, snapshot)
        if not math.isfinite(loss):
            continue
        if best is None or loss <= SANE * median(losses):
            best = snapshot, loss
        losses.append(loss)
    return best


def _loss_at(probe: Session, snapshot: Snapshot) -> float:
    try:
        probe.branch_from(snapshot, History())
    except ValueError:  # of another network
        return math.nan
    return probe.latest.get("train_loss", math.nan)


def _tried(
    project: Project, training: TrainingSettings, snapshot: Snapshot, before: float, interrupted: Callable[[], bool]
) -> tuple[int, float] | None:
    """Steps that went well with a change, and the loss after them; None when it explodes again."""
    trial = Session(project)
    trial.branch_from(snapshot, History())
    trial.apply(project.replace(training=training))
    done, end = 0, time.monotonic() + TRIED_SECONDS
    try:
        while done < TRIED_STEPS and not trial.finished and not interrupted() and time.monotonic() < end:
            done += trial.advance(min(25, TRIED_STEPS - done))
    except Diverged:
        return None
    loss = trial.evaluate(observe=False).get("train_loss", math.nan)
    return (done, loss) if math.isfinite(loss) and loss <= SANE * max(before, 1e-12) and not interrupted() else None


def _lower_rates(training: TrainingSettings) -> Iterator[tuple[str, TrainingSettings]]:
    """Smaller learning rates, of the phases' own optimizers too."""
    for factor in RATES:
        optimizer = _slower(training.optimizer, factor)
        if optimizer is None:
            return
        phases = tuple(
            phase if phase.optimizer is None else phase.replace(optimizer=_slower(phase.optimizer, factor))
            for phase in training.phases
        )
        rate = optimizer.parameters["learning_rate"]
        yield f"lower the rate to {rate:g}", training.replace(optimizer=optimizer, phases=phases)


def _slower(choice: Choice, factor: float) -> Choice | None:
    rate = getattr(optimizer_of(choice), "learning_rate", None)
    if rate is None:
        return None
    return choice.replace(parameters={**choice.parameters, "learning_rate": float(f"{rate / factor:.6g}")})


def _clipped(training: TrainingSettings) -> Iterator[tuple[str, TrainingSettings]]:
    """Gradients that are clipped, or clipped to less."""
    clipping = training.clipping
    for limit in LIMITS:
        if clipping.kind == "none" or limit < clipping.limit:
            yield (f"clip the gradient to {limit:g}",
                   training.replace(clipping=clipping.replace(kind="norm", limit=limit)))  # fmt: skip
