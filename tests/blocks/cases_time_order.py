"""Cases for the blocks that arrange steps of time."""

from __future__ import annotations

from playground.blocks import time_order
from tests.blocks.case import SERIES, TOKENS, VECTOR, Case, same

CASES: tuple[Case, ...] = (
    Case(time_order.RepeatOverTime(steps=3), (VECTOR,), (3, 4)),
    same(time_order.ReverseTime(), SERIES),
    same(time_order.ReverseTime(), TOKENS, gradient=False),
)
