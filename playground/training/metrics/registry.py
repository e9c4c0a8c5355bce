"""All metrics, in the order in which they are told."""

from __future__ import annotations

from playground.training.metrics.base import Metric, Quantity, Task
from playground.training.metrics.classes import CLASS_METRICS
from playground.training.metrics.measured import OTHER_QUANTITIES
from playground.training.metrics.numbers import NUMBER_METRICS
from playground.training.metrics.pictures import PICTURE_METRICS
from playground.training.metrics.sequences import SEQUENCE_METRICS

METRICS: tuple[type[Metric], ...] = (*CLASS_METRICS, *NUMBER_METRICS, *PICTURE_METRICS, *SEQUENCE_METRICS)


def metrics_of(task: Task) -> tuple[Metric, ...]:
    """The metrics that say something about predictions for this task."""
    return tuple(metric for metric in (cls.of(task) for cls in METRICS) if not metric.why_not(task))


def quantities() -> tuple[type[Quantity], ...]:
    """Everything that is measured and has words of its own."""
    return (*OTHER_QUANTITIES, *METRICS)


def headlines() -> tuple[type[Quantity], ...]:
    """What is shown first of all where nobody has chosen another: the loss, and the metric that suits the task."""
    return tuple(quantity for quantity in quantities() if quantity.headline)


def quantity_of(metric: str) -> type[Quantity] | None:
    """What a name such as `test_r2.loss-2` or `r2` measures; None for what has no words of its own."""
    name = metric.partition(".")[0]
    known = {quantity.id: quantity for quantity in quantities()}
    return known.get(name) or known.get(name.partition("_")[2])
