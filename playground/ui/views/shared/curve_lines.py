"""From a curve's points to the lines that are drawn: names, smoothing, and the pale band of what was joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from playground.data.base import PARTS
from playground.training.history import CurveData
from playground.training.metrics.words import quantity_title

Numbers = NDArray[np.float64]
AXES = (("Steps", "step"), ("Epochs", "epoch"), ("Examples", "examples"), ("Seconds", "seconds"))
LONGEST_MEMORY = 500.0
"""Steps over which the strongest smoothing averages."""
STRENGTHS = 1000.0
"""The strongest smoothing by the weakest: the strength is felt as a factor."""
LONGEST_BLOCK = 200.0
EACH = "*"
"""Stands for every node where a quantity, such as `loss.*`, shows what several losses or estimators have in common."""
MOST_IN_DETAIL = 2
"""More curves side by side are shown of one part only."""


def split_name(curve: str) -> tuple[str, str]:
    """(part, quantity) of a curve's name: `train_loss` is of the part train; `learning_rate` is of no part ("")."""
    first, _, rest = curve.partition("_")
    return (first, rest) if first in PARTS and rest else ("", curve)


def of_quantity(curves: Iterable[str], quantity: str) -> list[str]:
    """The names of the curves of a quantity: train, validation, test. Of one of every node, train and test of each."""
    ranks: dict[str, int] = {part: rank for rank, part in enumerate(PARTS)}
    name, _, node = quantity.partition(".")
    if node == EACH:
        return _side_by_side([curve for curve in curves if split_name(curve)[1].startswith(f"{name}.")])
    found = [curve for curve in curves if split_name(curve)[1] == quantity]
    return sorted(found, key=lambda curve: ranks.get(split_name(curve)[0], len(ranks)))


def _side_by_side(curves: list[str]) -> list[str]:
    """Node by node, train and test; only one part where that would be too many lines."""
    nodes = list(dict.fromkeys(map(node_of, curves)))
    there = {split_name(curve)[0] for curve in curves}
    usual: tuple[str, ...] = ("train", "test")
    parts = [part for part in usual if part in there] or sorted(there)
    if len(nodes) > MOST_IN_DETAIL:
        parts = parts[-1:]
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for curve in curves:
        found[node_of(curve), split_name(curve)[0]].append(curve)
    return [curve for node in nodes for part in parts for curve in found[node, part]]


def node_of(curve: str) -> str:
    """The loss or estimator whose curve it is; empty for one of the whole network."""
    return curve.partition(".")[2]


def quantities(curves: Iterable[str]) -> list[str]:
    """Everything that is measured, losses first, in the order of first appearance.

    What several nodes have comes before what each of them has: `loss.*`, `loss.first`, `loss.second`.
    """
    found = list(dict.fromkeys(split_name(curve)[1] for curve in curves))
    for name in dict.fromkeys(quantity.partition(".")[0] for quantity in found):
        of_nodes = [quantity for quantity in found if quantity.startswith(f"{name}.")]
        if len(of_nodes) > 1:
            found.insert(found.index(of_nodes[0]), f"{name}.{EACH}")
    return sorted(found, key=lambda quantity: quantity.split(".")[0] != "loss")


def quantity_words(quantity: str, titles: Mapping[str, str] | None = None) -> str:
    """`top_3_accuracy` as “Top 3 accuracy”, `loss.*` as “Loss of each”, `loss.head` as “Loss of” its title."""
    name, _, node = quantity.partition(".")
    words = quantity_title(name)
    return f"{words} of {'each' if node == EACH else (titles or {}).get(node, node)}" if node else words


def smooth(steps: Numbers, values: Numbers, strength: float) -> Numbers:
    """Exponential moving average over steps, corrected for its start (Kingma and Ba 2015).

    `strength` from 0 (nothing) to 1 sets over how many steps it averages, up to `LONGEST_MEMORY`, however long the run
    is: what is drawn of a moment does not change while the run goes on. A curve measured rarely is therefore smoothed
    less than one measured at every step. Gaps keep the average as it was.
    """
    seen = np.isfinite(values)
    if strength <= 0 or seen.sum() < 2:
        return values
    at, kept = steps[seen], values[seen]
    memory = LONGEST_MEMORY * (STRENGTHS**strength - 1.0) / (STRENGTHS - 1.0)
    result = np.full_like(values, np.nan)
    result[seen] = _average((at - at[0]) / memory, kept)
    return result


def _average(ages: Numbers, values: Numbers) -> Numbers:
    """Weighted means where a value that is one older counts 1/e; in blocks, so that no power overflows."""
    result = np.empty_like(values)
    starts = np.flatnonzero(np.diff(np.floor(ages / LONGEST_BLOCK), prepend=-1.0))
    total = weight = before = 0.0
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(ages)], strict=True):
        growth = np.exp(ages[start:stop] - ages[start])
        carried = np.exp(before - ages[start])
        totals = (total * carried + np.cumsum(growth * values[start:stop])) / growth
        weights = (weight * carried + np.cumsum(growth)) / growth
        result[start:stop] = totals / weights
        total, weight, before = float(totals[-1]), float(weights[-1]), float(ages[stop - 1])
    return result


def band(x: Numbers, curve: CurveData) -> tuple[Numbers, Numbers]:
    """The raw curve: where points were joined, a zigzag between their least and greatest value, (2 n,)."""
    if not np.any(curve.high > curve.low):
        return x, curve.value
    y = np.empty(2 * len(x))
    y[0::2], y[1::2] = curve.low, curve.high
    return np.repeat(x, 2), y


def thin(x: Numbers, y: Numbers, most: int) -> tuple[Numbers, Numbers]:
    """At most about `most` points, each the mean of its neighbours; shorter curves stay as they are."""
    stride = -(-len(x) // most)
    if stride <= 1:
        return x, y
    whole = len(x) // stride * stride
    means = [np.append(part[:whole].reshape(-1, stride).mean(axis=1), part[whole:][-1:]) for part in (x, y)]
    return means[0], means[1]


def spread(x: Numbers, count: int) -> NDArray[np.intp]:
    """Which points of a curve lie about evenly along its axis: at most `count`, the first and the last among them."""
    if not len(x):
        return np.zeros(0, dtype=np.intp)
    wanted = np.linspace(x[0], x[-1], count)
    return np.unique(np.clip(np.searchsorted(x, wanted), 0, len(x) - 1))


def to_scale(y: Numbers, logarithmic: bool) -> Numbers:
    """Numbers as the axis places them; on a log axis what is not positive becomes a gap."""
    if not logarithmic:
        return np.where(np.isfinite(y), y, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((y > 0) & np.isfinite(y), np.log10(np.where(y > 0, y, 1.0)), np.nan)


def most_of(values: Numbers) -> Numbers:
    """The range of values without the outermost hundredth at each end, so that one spike does not flatten the rest."""
    finite = values[np.isfinite(values)]
    return np.quantile(finite, [0.01, 0.99]) if finite.size > 100 else finite


def bounds(arrays: Iterable[Numbers]) -> tuple[float, float]:
    """Least and greatest finite number, widened where they are the same; (0, 1) when there is none."""
    finite = [part for part in (array[np.isfinite(array)] for array in arrays) if part.size]
    if not finite:
        return 0.0, 1.0
    low, high = min(float(part.min()) for part in finite), max(float(part.max()) for part in finite)
    if high - low < 1e-12 * max(1.0, abs(high)):
        return around(low)
    return low, high


def around(value: float) -> tuple[float, float]:
    """A range in which one number alone stands well: from 0, or some tenths around it."""
    if 0.0 <= value <= 1.0:
        return 0.0, 1.0
    room = 0.25 * abs(value)
    return value - room, value + room
