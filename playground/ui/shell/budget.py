"""How often the seen views may ask while the network learns: answers that take long share one budget."""

from __future__ import annotations

from collections.abc import Mapping

from playground.ui.threads.live_feed import PULSE_MS

BUDGET = 0.2
"""Part of its time that the analysis thread may spend on answers that take long."""
LONG = 0.1
"""Seconds from which an answer takes long."""


def pauses(costs: Mapping[str, float], least: Mapping[str, int]) -> dict[str, int]:
    """Least pulses between two questions of each view, from the seconds that its answer took and its own least pulses.

    Quick answers keep their own pace. Those that take long share the budget equally: three of them together cost the
    run as much as one.
    """
    sharing = sum(cost > LONG for cost in costs.values())
    found = dict(least)
    for name, cost in costs.items():
        if cost > LONG:
            found[name] = max(least[name], round(1000.0 * cost * sharing / BUDGET / PULSE_MS))
    return found


def unhurried(cost: float, least: int, share: float) -> int:
    """Pulses between two answers that take `cost` seconds each, so that they take no larger part of the time."""
    return max(least, round(1000.0 * cost / share / PULSE_MS))
