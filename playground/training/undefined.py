"""Why a number that was measured is none. Imports no torch, as the window says it too."""

from __future__ import annotations

import math
from collections.abc import Mapping

_REASONS: Mapping[str, str] = {
    "r2": "R² needs two examples or more in this part, and numbers that are not too large.",
    "mase": "the simplest forecast makes no error on the training time, so nothing can be compared with it.",
    "perplexity": "no answer is asked for in this part.",
    "accuracy": "no answer is asked for in this part.",
    "precision": "no answer is asked for in this part.",
    "recall": "no answer is asked for in this part.",
    "f1": "no answer is asked for in this part.",
    "loss": "no answer is asked for in this part, or the loss is too large for a number.",
}
_ELSE = "it is too large for a number, or comes from numbers that are."


def reason(metric: str, value: float) -> str:
    """Why a metric such as `test_r2.loss-2` has no finite value, as the rest of a sentence; empty when it has one."""
    if math.isfinite(value):
        return ""
    name = metric.partition(".")[0].partition("_")[2]
    return _REASONS.get(name, _ELSE) if math.isnan(value) else _ELSE


def reasons(metrics: Mapping[str, float]) -> dict[str, str]:
    """The reason of every metric that has no finite value."""
    return {name: reason(name, value) for name, value in metrics.items() if not math.isfinite(value)}
