"""Cases for the attention family: positions and self-attention, with every mask."""

from __future__ import annotations

from playground.blocks.attention.multi_head import MultiHeadAttention
from playground.blocks.attention.positions import PositionalEncoding
from playground.blocks.signal import PADDING, Signal
from tests.blocks.case import SERIES, Case, same

PADDED = Signal((5,), kind="tokens", scale="index", classes=("A", "B", PADDING))
PLAIN = MultiHeadAttention(projections="none")

CASES: tuple[Case, ...] = (
    same(PositionalEncoding(), SERIES),
    same(PositionalEncoding(), Signal((5, 3), kind="series")),
    same(PositionalEncoding(kind="learned"), SERIES, 5 * 4),
    same(PositionalEncoding(kind="index"), SERIES),
    same(PositionalEncoding(kind="none"), SERIES),
    same(MultiHeadAttention(), SERIES, 4 * 4 * 4 + 3 * 4),
    same(MultiHeadAttention(heads=4, causal=True, bias=False), SERIES, 4 * 4 * 4),
    same(MultiHeadAttention(rotary=True), SERIES, 4 * 4 * 4 + 3 * 4),
    same(MultiHeadAttention(heads=2, key_heads=1, rotary=True, causal=True), SERIES, 2 * 4 * 4 + 4 * 4 + 2 * 4 + 2),
    same(MultiHeadAttention(reach=2), SERIES, 4 * 4 * 4 + 3 * 4),
    same(MultiHeadAttention(reach=2, causal=True), Signal((50, 4), kind="series"), 4 * 4 * 4 + 3 * 4),
    same(MultiHeadAttention(causal=True), Signal((50, 4), kind="series"), 4 * 4 * 4 + 3 * 4),
    same(MultiHeadAttention(mixing="linear", causal=True), Signal((50, 4), kind="series"), 4 * 4 * 4 + 3 * 4),
    Case(MultiHeadAttention(mixing="linear"), (SERIES, PADDED), (5, 4), 4 * 4 * 4 + 3 * 4),
    same(PLAIN, SERIES, changed=MultiHeadAttention(projections="none", heads=1, causal=True, scaled=False)),
    same(PLAIN, SERIES, changed=MultiHeadAttention(projections="none", heads=2, rotary=True, reach=1)),
    same(PLAIN, SERIES, changed=MultiHeadAttention(projections="none", mixing="linear")),
    Case(MultiHeadAttention(), (SERIES, PADDED), (5, 4), 4 * 4 * 4 + 3 * 4),
    Case(
        MultiHeadAttention(projections="none", causal=True), (SERIES, PADDED), (5, 4),
        changed=MultiHeadAttention(projections="none"),
    ),
)  # fmt: skip
