"""Advice while a network learns: one sentence about what stands out, with what to do about it.

What the curves tell is found here; what the layers tell comes from `gradient_warnings`, what the data tell from
`data_advice`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from playground.document.project import Project
from playground.network.naming import titles
from playground.training.history import CurveData
from playground.training.metrics.words import metric_words

Kind = Literal[
    "exploding", "none", "vanishing", "dead", "saturated", "copies", "overfitting", "standstill", "goal", "leaked",
    "unscaled", "unbalanced",
]  # fmt: skip
GOOD: frozenset[Kind] = frozenset({"goal"})
"""What is said of a run that went well."""

EXPLODED = 10.0
"""So many times the least loss of the run, and more than at its beginning, is an explosion."""
GROWN = 1.5
"""So many times the first loss is more than at the beginning."""
LEAST_POINTS = 24
"""Fewer values of a curve say nothing about where it goes."""
STANDSTILL_EPOCHS = 20
"""A loss that has not moved for so many epochs stands still."""
STILL = 0.002
"""Changes of less than this part of the loss are no progress."""
SETTLED = 1e-3
"""A loss under this has nowhere to go."""
UNLEARNED = 0.9
"""Above this part of the first loss nothing has been learned."""
OVERFITTED = 1.1
"""A validation loss so many times its least value, while the training loss has fallen, parts from training."""
LEAST_RISE, CLEAR_RISE = 0.01, 0.05
"""A rise of the validation loss by less than the first part of what it was at first is noise; one by more than the
second part is none, and one to twice the least value neither."""
EVALUATIONS = 6
"""Evaluations after the best one that it takes to say so."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: one of an edit of blocks, a moment to go to, a way back to it, or a view to open."""

    words: str
    brief: str = ""
    """The words where room is short; empty where there are no fewer."""
    edits: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """Parameters to change, by node."""
    step: int | None = None
    """The moment to look at."""
    way_back: bool = False
    """Whether changes are to be tried with which the run goes on from that moment."""
    view: str = ""
    """Id of the view to open."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that stands out."""

    kind: Kind
    sentence: str
    advice: str = ""
    """What to try, in words."""
    offers: tuple[Offer, ...] = field(default=())
    brief: str = ""
    """The sentence where room is short; empty where there is no shorter one."""

    @property
    def good(self) -> bool:
        """Whether it is good news."""
        return self.kind in GOOD


def of_curves(history: Mapping[str, CurveData], project: Project) -> tuple[Advice, ...]:
    """What the curves of a run tell, the gravest first."""
    met = _goals_met(history, project)
    found = [_exploding(history), _overfitting(history), met, None if met else _standstill(history)]
    return tuple(advice for advice in found if advice is not None)


def _exploding(history: Mapping[str, CurveData]) -> Advice | None:
    curve = history.get("train_loss")
    if curve is None or len(curve.value) < LEAST_POINTS:
        return None
    value = smoothed(curve.value)
    best = int(np.nanargmin(value))
    now, least, first = value[-1], value[best], value[0]
    if least <= 0.0 or not now > max(EXPLODED * least, GROWN * first, SETTLED):
        return None
    step = int(curve.step[best])
    return Advice(
        "exploding",
        f"The loss has exploded: {now:.3g} now, {least:.3g} at step {step:,}.",
        "Go back to where it was good, with a smaller learning rate or clipped gradients; each is tried before it is "
        "offered.",
        (Offer("Find a way back", step=step, way_back=True),),
        "The loss has exploded.",
    )


def _overfitting(history: Mapping[str, CurveData]) -> Advice | None:
    train, validation = history.get("train_loss"), history.get("validation_loss")
    if train is None or validation is None or len(validation.value) < 2 * EVALUATIONS:
        return None
    value = smoothed(validation.value)
    best = int(np.nanargmin(value))
    if len(value) - best <= EVALUATIONS or not value[-1] > OVERFITTED * value[best] > 0.0:
        return None
    rise, begun = value[-1] - value[best], value[0]
    if rise < max(LEAST_RISE * begun, min(value[best], CLEAR_RISE * begun)):
        return None
    step = int(validation.step[best])
    trained = smoothed(train.value)
    then = trained[min(int(np.searchsorted(train.step, step)), len(trained) - 1)]
    if not trained[-1] < then:
        return None  # Both grow: that is no overfitting.
    return Advice(
        "overfitting",
        f"The network begins to learn by heart: the validation loss was {value[best]:.3g} at step {step:,} and is "
        f"{value[-1]:.3g} now, while the training loss still falls.",
        "Stop there (early stopping), take more data, a smaller network, dropout or weight decay (L2).",
        (Offer(f"Look at step {step:,}", step=step),),
        f"Learning by heart: validation loss {value[best]:.3g}, now {value[-1]:.3g}.",
    )


def _standstill(history: Mapping[str, CurveData]) -> Advice | None:
    curve = history.get("train_loss")
    if curve is None or len(curve.value) < LEAST_POINTS or curve.epoch[-1] < STANDSTILL_EPOCHS:
        return None
    since = int(np.searchsorted(curve.epoch, curve.epoch[-1] - STANDSTILL_EPOCHS))
    recent = curve.value[since:]
    if len(recent) < LEAST_POINTS or not np.isfinite(recent).all():
        return None
    half = len(recent) // 2
    before, now = float(np.median(recent[:half])), float(np.median(recent[half:]))
    noise = 4.0 * float(np.median(np.abs(np.diff(recent)))) / half**0.5
    if now < SETTLED or abs(before - now) > max(STILL * before, noise):
        return None
    first = float(np.median(curve.value[: max(1, LEAST_POINTS // 8)]))
    epochs = f"for {STANDSTILL_EPOCHS} epochs"
    if now > UNLEARNED * first > 0.0:
        sentence = f"Nothing is learned: the loss has stood at {now:.3g} {epochs}, and began at {first:.3g}."
        brief = f"Nothing is learned: the loss stays at {now:.3g}."
        advice = "Look at the gradient flow; try a larger learning rate, other first weights or another activation."
    else:
        sentence = f"The loss stands still: {now:.3g} {epochs}."
        brief = "The loss stands still."
        advice = "Try a smaller learning rate or a schedule, or a larger network."
    look = Offer("Look at the gradient flow", "Gradient flow", view="gradient-flow")
    return Advice("standstill", sentence, advice, (look,), brief)


def _goals_met(history: Mapping[str, CurveData], project: Project) -> Advice | None:
    goals, known = project.goals, titles(project.graph)
    if not goals or any(goal.failure for goal in goals):
        return None  # A failure to see is no success.
    if not max((curve.step[-1] for curve in history.values() if len(curve.step)), default=0.0):
        return None  # The first weights were lucky, but nothing has been learned yet.
    values = [_last(history.get(goal.metric)) for goal in goals]
    if not all(goal.met(value) for goal, value in zip(goals, values, strict=True)):
        return None
    said = ", ".join(
        f"{metric_words(goal.metric, known)} {value:.3g}" for goal, value in zip(goals, values, strict=True)
    )
    return Advice("goal", f"Goal met: {said}.", brief="The goal is met." if len(goals) == 1 else "All goals are met.")


def _last(curve: CurveData | None) -> float:
    return float(curve.value[-1]) if curve is not None and len(curve.value) else float("nan")


def smoothed(values: NDArray[np.float64], width: int = 5) -> NDArray[np.float64]:
    """The running median (n,) over the last `width` values: single spikes are no trend."""
    padded = np.concatenate([np.repeat(values[:1], width - 1), values])
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1))
