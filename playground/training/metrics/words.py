"""What is said of measured numbers: their names, goals in sentences, which way is better, why one has no value."""

from __future__ import annotations

import math
from collections.abc import Mapping

from playground.document.declaration import in_a_sentence
from playground.document.project import Goal
from playground.training.metrics.base import Bounds
from playground.training.metrics.registry import headlines, quantity_of

TOO_LARGE = "it is too large for a number, or comes from numbers that are."


def quantity_title(name: str) -> str:
    """What is measured, as a heading: `r2` is “R²”, `top_3_accuracy` “Top 3 accuracy”."""
    quantity = quantity_of(name)
    return name.replace("_", " ").capitalize() if quantity is None else quantity.title


def metric_words(metric: str, titles: Mapping[str, str]) -> str:
    """A metric as people say it: `test_accuracy.loss-2` is “test accuracy of Cross-entropy 2” by the titles of nodes.

    A node called “Loss of tanh” or “Accuracy of tanh” is not named twice: its accuracy is “test accuracy of tanh”. One
    that is not on the canvas any more is named by its id.
    """
    name, _, node = metric.partition(".")
    quantity = quantity_of(name)
    if quantity is None:
        measured = words = name.replace("_", " ")
    else:
        measured = in_a_sentence(quantity.title)
        words = measured if name == quantity.id else f"{name.partition('_')[0]} {measured}"
    if not node:
        return words
    title = titles.get(node, node)
    measure, _, whose = title.partition(" of ")
    said_already = measure.casefold() in ("loss", measured.split(" ")[-1].casefold())
    return f"{words} of {whose if whose and said_already else title}"


def goal_words(goal: Goal, titles: Mapping[str, str]) -> str:
    """Such as “test accuracy at least 0.95 within 300 epochs”; `titles` has the names of the nodes."""
    metric = metric_words(goal.metric, titles)
    bound = f"at least {goal.at_least:g}" if goal.at_least is not None else f"at most {goal.at_most:g}"
    epochs = "1 epoch" if goal.within_epochs == 1 else f"{goal.within_epochs} epochs"
    if goal.failure:
        return f"a failure to see: {metric} still {bound} after {epochs}"
    return f"{metric} {bound} within {epochs}"


def higher_is_better(metric: str) -> bool:
    """Whether a larger value is a better one; what nobody has declared is better when it is larger, but for errors."""
    quantity = quantity_of(metric)
    if quantity is not None:
        return quantity.higher_is_better
    return "loss" not in metric and "error" not in metric


def is_share(metric: str) -> bool:
    """Whether it is shown in percent."""
    quantity = quantity_of(metric)
    return quantity is not None and quantity.unit == "share"


def bounds_of(metric: str) -> Bounds:
    """The least and the greatest value that it can have."""
    quantity = quantity_of(metric)
    return (None, None) if quantity is None else quantity.bounds


def out_of_bounds(metric: str, value: float) -> str:
    """Why a value cannot be reached, as a sentence; empty when it can."""
    low, high = bounds_of(metric)
    title = quantity_title(metric)
    if low is not None and value < low:
        return f"{title} is never less than {low:g}."
    if high is not None and value > high:
        return f"{title} is never more than {high:g}."
    return ""


def first_shown(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics that are shown where nobody has chosen another: of the first part, then of the others."""
    return tuple(f"{part}_{quantity.id}" for part in parts for quantity in headlines() if quantity.id != "loss")


def reason(metric: str, value: float) -> str:
    """Why a metric such as `test_r2.loss-2` has no finite value, as the rest of a sentence; empty when it has one."""
    if math.isfinite(value):
        return ""
    quantity = quantity_of(metric)
    declared = quantity.undefined if quantity is not None and math.isnan(value) else ""
    return declared or TOO_LARGE


def reasons(metrics: Mapping[str, float]) -> dict[str, str]:
    """The reason of every metric that has no finite value."""
    return {name: reason(name, value) for name, value in metrics.items() if not math.isfinite(value)}
