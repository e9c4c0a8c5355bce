"""Answers that take long share one part of the analysis thread's time."""

from __future__ import annotations

import pytest

from playground.ui.shell.budget import BUDGET, pauses, unhurried
from playground.ui.threads.live_feed import PULSE_MS


def test_quick_answers_keep_their_own_pace() -> None:
    assert pauses({"curves": 0.002, "weights": 0.05}, {"curves": 6, "weights": 3}) == {"curves": 6, "weights": 3}


@pytest.mark.parametrize("costs", [(2.0,), (2.0, 0.4), (0.2, 0.3, 5.0)])
def test_long_answers_share_the_budget_however_many_they_are(costs: tuple[float, ...]) -> None:
    names = [f"view-{number}" for number in range(len(costs))]
    found = pauses(dict(zip(names, costs, strict=True)), dict.fromkeys(names, 1) | {"quick": 2})
    spent = sum(cost / (found[name] * PULSE_MS / 1000) for name, cost in zip(names, costs, strict=True))
    assert spent == pytest.approx(BUDGET, rel=0.05)
    assert found["quick"] == 2


@pytest.mark.parametrize(("cost", "pulses"), [(0.0, 2), (0.01, 2), (0.1, 15), (1.0, 152)])
def test_what_takes_longer_comes_less_often(cost: float, pulses: int) -> None:
    assert unhurried(cost, 2, 0.2) == pulses
