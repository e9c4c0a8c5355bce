"""When a run ends by itself: enough epochs, a metric reached, or no improvement on the validation loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from playground.document.project import MetricTarget, StopRules
from playground.training.metrics.words import metric_words
from playground.training.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Patience:
    """Memory of early stopping."""

    best: float = float("inf")
    best_step: int = 0
    waited: int = 0
    """Evaluations since the best."""

    def after(self, validation_loss: float, step: int) -> Patience:
        """The memory after one more evaluation; NaN never counts as an improvement."""
        if validation_loss < self.best:
            return Patience(validation_loss, step, 0)
        return replace(self, waited=self.waited + 1)


@dataclass(frozen=True, slots=True)
class Watch:
    """What the stop rules remember of a run."""

    patience: Patience = Patience()
    best: Snapshot | None = None
    """The weights at the best validation loss, when early stopping is to bring them back."""
    first_epoch: int = 0
    """Epochs are counted from here, since a person asked for more."""
    target_waived: bool = False
    """Whether the run goes on although its target was reached."""

    def after(self, validation_loss: float, step: int) -> Watch:
        """The memory after one more evaluation."""
        return replace(self, patience=self.patience.after(validation_loss, step))

    def going_on(self, epoch: int) -> Watch:
        """The memory when a person lets a finished run go on: all counts start anew, and a target is no end."""
        return Watch(first_epoch=epoch, target_waived=True)


class Ending(NamedTuple):
    """Why a run is over."""

    reason: str
    """The sentence for people."""
    early: bool = False
    """Whether early stopping ended it, so that the best weights are to come back."""


def ending(
    rules: StopRules, epoch: int, metrics: Mapping[str, float], watch: Watch, titles: Callable[[], Mapping[str, str]]
) -> Ending | None:
    """Whether and why the run is over after `epoch` whole epochs; `titles` gives the names of the nodes."""
    if rules.target is not None and not watch.target_waived and _reached(rules.target, metrics):
        value = metrics[rules.target.metric]
        return Ending(f"The target is reached: {metric_words(rules.target.metric, titles())} is {value:.4g}.")
    if rules.patience is not None and watch.patience.waited >= rules.patience:
        counted = _counted(rules.patience, "evaluation")
        return Ending(f"Early stopping: no better validation loss in {counted}.", early=True)
    if rules.epochs is not None and epoch - watch.first_epoch >= rules.epochs:
        return Ending(f"All {rules.epochs} epochs are done." if rules.epochs > 1 else "The epoch is done.")
    return None


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _reached(target: MetricTarget, metrics: Mapping[str, float]) -> bool:
    value = metrics.get(target.metric)
    if value is None:
        return False
    above = target.at_least is None or value >= target.at_least
    below = target.at_most is None or value <= target.at_most
    return above and below
