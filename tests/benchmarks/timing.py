"""Honest clocks: warm-up, turns, medians."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[int], object]
"""Does so many steps."""


@dataclass(frozen=True)
class Comparison:
    """Two ways to do the same, measured in turns."""

    rate: float
    """Median of the first, in steps a second."""
    base_rate: float
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Median of the ratios of neighbouring turns."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> str:
        """The middle half of the ratios."""
        low, _, high = statistics.quantiles(self.ratios, n=4)
        return f"middle half {low:.2f} to {high:.2f}"


def rate_of(work: Work, steps: int) -> float:
    """Steps a second."""
    began = time.perf_counter()
    work(steps)
    return steps / (time.perf_counter() - began)


def compare(work: Work, base: Work, *, seconds: float = 0.25, turns: int = 15) -> Comparison:
    """Let both take turns of about `seconds` and compare each turn with its neighbour; who begins alternates."""
    for each in (work, base):
        each(100)
    gc.collect()
    gc.freeze()
    steps = [max(20, int(rate_of(each, 200) * seconds)) for each in (work, base)]
    found: list[tuple[float, float]] = []
    for turn in range(turns):
        if turn % 2:
            base_rate = rate_of(base, steps[1])
            found.append((rate_of(work, steps[0]), base_rate))
        else:
            rate = rate_of(work, steps[0])
            found.append((rate, rate_of(base, steps[1])))
    rates, base_rates = zip(*found, strict=True)
    ratios = tuple(rate / base_rate for rate, base_rate in found)
    return Comparison(statistics.median(rates), statistics.median(base_rates), ratios)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Spent:
    """Milliseconds by the clock on the wall, and of the processor, which other programs do not lengthen."""

    wall: float
    processor: float


def spent_on(action: Callable[[], object]) -> Spent:
    """How long one call takes."""
    began, processor = time.perf_counter(), time.thread_time()
    action()
    return Spent(1000.0 * (time.perf_counter() - began), 1000.0 * (time.thread_time() - processor))
