"""Where a slider may stop: a table of round values, evenly spaced or spaced by ratio."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence

STOPS_PER_DECADE = 24


class Stops:
    """The values a slider can take, in rising order; positions are indices into them."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = tuple(values)

    def __len__(self) -> int:
        return len(self.values)

    def value(self, position: int) -> float:
        """The value at a slider position."""
        return self.values[min(max(position, 0), len(self.values) - 1)]

    def position(self, value: float) -> int:
        """The position nearest to a value; values outside lie at the ends."""
        right = bisect.bisect_left(self.values, value)
        if right == 0:
            return 0
        if right == len(self.values):
            return right - 1
        left = right - 1
        return right if self.values[right] - value <= value - self.values[left] else left


def linear_stops(low: float, high: float, *, whole: bool = False) -> Stops:
    """About a hundred evenly spaced values, a round number (1, 2 or 5 times a power of ten) apart."""
    step = max(_round_step((high - low) / 100.0), 1.0) if whole else _round_step((high - low) / 100.0)
    count = int((high - low) / step + 1e-9)
    digits = max(0, 1 - math.floor(math.log10(step)))
    values = [round(low + index * step, digits) for index in range(count + 1)]
    if high - values[-1] > step * 1e-6:
        values.append(high)
    return Stops([int(value) for value in values] if whole else values)


def logarithmic_stops(low: float, high: float, *, zero: bool = False, whole: bool = False) -> Stops:
    """Values spaced by ratio, rounded to two digits; `zero` puts 0 at the left end."""
    decades = math.log10(high / low)
    count = max(1, round(decades * STOPS_PER_DECADE))
    raw = [low * 10.0 ** (decades * index / count) for index in range(count + 1)]
    rounded = [float(f"{value:.2g}") for value in raw[:-1]] + [high]
    rounded[0] = low
    kept = sorted({float(round(value)) if whole else value for value in rounded if low <= value <= high})
    values: list[float] = [int(value) for value in kept] if whole else kept
    return Stops([0, *values] if zero else values)


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1.0, 2.0, 5.0):
        if raw <= factor * power * (1.0 + 1e-9):
            return factor * power
    return 10.0 * power
