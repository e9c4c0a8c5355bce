"""How often a decoder is told the right token while it learns: always, with a fixed chance, or ever less."""

from __future__ import annotations

import math
from typing import Literal

Schedule = Literal["constant", "linear", "inverse sigmoid"]


def forcing_ratio(schedule: str, least: float, over: int, step: int) -> float:
    """The chance that a token of the target is given at this training step, from 0.

    Constant: `least`. Linear: from 1 down to it within `over` steps. Inverse sigmoid: k / (k + exp(step / k)) between
    both, with the k for which half of the way is done after half of `over` (Bengio, Vinyals, Jaitly & Shazeer 2015,
    Scheduled sampling).
    """
    if schedule == "constant":
        return least
    if schedule == "linear":
        return 1.0 - (1.0 - least) * min(1.0, step / over)
    k = steepness(over)
    share = k / (k + math.exp(min(step / k, 700.0)))
    return least + (1.0 - least) * share


def steepness(over: int) -> float:
    """The k for which k ln k is half of `over`: after so many steps the inverse sigmoid is at one half."""
    low, high = 1.0, max(3.0, float(over))
    for _ in range(60):
        middle = (low + high) / 2.0
        if middle * math.log(middle) < over / 2.0:
            low = middle
        else:
            high = middle
    return high
