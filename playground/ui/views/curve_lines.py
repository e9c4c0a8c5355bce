"""From a curve's points to the lines that are drawn: names, smoothing, and the pale band of what was joined."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from playground.data.base import PARTS
from playground.training.history import CurveData

Numbers = NDArray[np.float64]
AXES = (("Steps", "step"), ("Epochs", "epoch"), ("Examples", "examples"), ("Seconds", "seconds"))
SPECIAL_WORDS = {"r2": "R²", "f1": "F1"}


def split_name(curve: str) -> tuple[str, str]:
    """(part, quantity) of a curve's name: `train_loss` is of the part train; `learning_rate` is of no part ("")."""
    first, _, rest = curve.partition("_")
    return (first, rest) if first in PARTS and rest else ("", curve)


def quantities(curves: Iterable[str]) -> list[str]:
    """Everything that is measured, losses first, in the order of first appearance."""
    found = list(dict.fromkeys(split_name(curve)[1] for curve in curves))
    return sorted(found, key=lambda quantity: quantity.split(".")[0] != "loss")


def quantity_words(quantity: str) -> str:
    """`top_3_accuracy` as “Top 3 accuracy”, `loss.head` as “Loss of head”."""
    name, _, node = quantity.partition(".")
    words = SPECIAL_WORDS.get(name, name.replace("_", " ").capitalize())
    return f"{words} of {node}" if node else words


def smooth(values: Numbers, strength: float) -> Numbers:
    """Exponential moving average, corrected for its start (Kingma and Ba 2015); gaps keep the average as it was.

    `strength` from 0 (nothing) to below 1 is the share that stays from point to point.
    """
    if strength <= 0 or len(values) < 2:
        return values
    seen = np.isfinite(values)
    kept = values[seen].tolist()
    if not kept:
        return values
    averages = list(accumulate(kept, lambda average, value: strength * average + (1 - strength) * value, initial=0.0))
    weights = 1.0 - strength ** np.arange(1, len(kept) + 1)
    result = np.full_like(values, np.nan)
    result[seen] = np.array(averages[1:]) / weights
    return result


def band(x: Numbers, curve: CurveData) -> tuple[Numbers, Numbers]:
    """The raw curve: where points were joined, a zigzag between their least and greatest value, (2 n,)."""
    if not np.any(curve.high > curve.low):
        return x, curve.value
    y = np.empty(2 * len(x))
    y[0::2], y[1::2] = curve.low, curve.high
    return np.repeat(x, 2), y


def to_scale(y: Numbers, logarithmic: bool) -> Numbers:
    """Numbers as the axis places them; on a log axis what is not positive becomes a gap."""
    if not logarithmic:
        return np.where(np.isfinite(y), y, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((y > 0) & np.isfinite(y), np.log10(np.where(y > 0, y, 1.0)), np.nan)


def bounds(arrays: Iterable[Numbers]) -> tuple[float, float]:
    """Least and greatest finite number, widened where they are the same; (0, 1) when there is none."""
    finite = [part for part in (array[np.isfinite(array)] for array in arrays) if part.size]
    if not finite:
        return 0.0, 1.0
    low, high = min(float(part.min()) for part in finite), max(float(part.max()) for part in finite)
    if high - low < 1e-12 * max(1.0, abs(high)):
        return low - 0.5, high + 0.5
    return low, high
