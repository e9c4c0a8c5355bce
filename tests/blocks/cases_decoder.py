"""Cases for attention between two sequences, with every score, and for recurrent decoders, with every context."""

from __future__ import annotations

from playground.blocks.attention.cross import CrossAttention
from playground.blocks.decoder.recurrent import Decoder
from playground.blocks.signal import PADDING, Signal
from tests.blocks.case import SERIES, TOKENS, VECTOR, Case

MEMORY = Signal((7, 6), kind="series")
ALIKE = Signal((7, 4), kind="series")
SOURCE = Signal((7,), kind="tokens", scale="index", classes=("A", "B", PADDING))
PROJECTED = 5 * 4 + 6 * 4 + 7 * 4 + 5 * 4
"""Queries, keys, values and output of width 4."""
SAID, FIRST, OUT = 3 * 2, 7 * 3, 4 * 3
LOOKING = 4 * 3 + 6 * 3 + 7 * 3 + 4 * 3 + 7 * 3
"""Of width 3, with the matrix that joins state and context."""
PLAIN = CrossAttention(projections="none", score="dot")
SMALL = {"units": 3, "embedding": 2}

CASES: tuple[Case, ...] = (
    Case(CrossAttention(), (SERIES, MEMORY), (5, 4), PROJECTED),
    Case(CrossAttention(score="dot", bias=False), (SERIES, MEMORY), (5, 4), PROJECTED - 12),
    Case(CrossAttention(score="additive"), (SERIES, MEMORY), (5, 4), PROJECTED + 4),
    Case(CrossAttention(score="cosine"), (SERIES, MEMORY), (5, 4), PROJECTED + 2),
    Case(CrossAttention(score="network"), (SERIES, MEMORY), (5, 4), PROJECTED + 10 + 6 + 2),
    Case(PLAIN, (SERIES, ALIKE), (5, 4), changed=CrossAttention(projections="none", score="scaled", heads=1)),
    Case(CrossAttention(heads=4), (SERIES, MEMORY, SOURCE), (5, 4), PROJECTED),
    Case(Decoder(**SMALL), (MEMORY, TOKENS), (5, 3), SAID + FIRST + 3 * 21 + LOOKING + OUT),
    Case(Decoder(**SMALL, context="fixed", cell="lstm"), (MEMORY, TOKENS), (5, 3), SAID + 2 * FIRST + 4 * 39 + OUT),
    Case(Decoder(**SMALL, context="fixed", teacher_forcing=0.5), (VECTOR, TOKENS), (5, 3), SAID + 15 + 3 * 33 + OUT),
    Case(
        Decoder(**SMALL, context="attention first", score="additive"), (MEMORY, TOKENS, SOURCE), (5, 3),
        SAID + FIRST + 3 * 30 + LOOKING + 3 + OUT,
    ),
    Case(
        Decoder(**SMALL, cell="lstm", teacher_forcing=0.5, schedule="linear", over=4), (MEMORY, TOKENS, SOURCE), (5, 3),
        SAID + 2 * FIRST + 4 * 21 + LOOKING + OUT,
    ),
)  # fmt: skip
