"""When a run ends by itself: enough epochs, a metric reached, or no improvement on the validation loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from playground.document.project import MetricTarget, StopRules


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


def reason_to_stop(rules: StopRules, epoch: int, metrics: Mapping[str, float], patience: Patience) -> str:
    """The sentence that says why the run is over; empty while it goes on."""
    if rules.target is not None and _reached(rules.target, metrics):
        value = metrics[rules.target.metric]
        return f"The target is reached: {rules.target.metric.replace('_', ' ')} is {value:.4g}."
    if rules.patience is not None and patience.waited >= rules.patience:
        return f"Early stopping: no better validation loss in {rules.patience} evaluations."
    if rules.epochs is not None and epoch >= rules.epochs:
        return f"All {rules.epochs} epochs are done."
    return ""


def _reached(target: MetricTarget, metrics: Mapping[str, float]) -> bool:
    value = metrics.get(target.metric)
    if value is None:
        return False
    above = target.at_least is None or value >= target.at_least
    below = target.at_most is None or value <= target.at_most
    return above and below
