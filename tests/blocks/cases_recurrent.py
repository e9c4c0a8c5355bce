"""Cases for the recurrent family: embedding, simple RNN, LSTM and GRU."""

from __future__ import annotations

from playground.blocks import embedding
from playground.blocks.recurrent import layers as recurrent
from tests.blocks.case import SERIES, TOKENS, Case

CASES: tuple[Case, ...] = (
    Case(embedding.Embedding(units=6), (TOKENS,), (5, 6), 18),
    Case(recurrent.SimpleRNN(units=3), (SERIES,), (3,), 3 * 4 + 3 * 3 + 2 * 3),
    Case(recurrent.SimpleRNN(units=3, states="all"), (SERIES,), (5, 3), 27),
    Case(recurrent.LSTM(units=3), (SERIES,), (3,), 4 * 27),
    Case(recurrent.LSTM(units=3, states="all", forget_bias=2.0), (SERIES,), (5, 3), 4 * 27),
    Case(recurrent.GRU(units=3), (SERIES,), (3,), 3 * 27),
    Case(recurrent.GRU(units=3, states="all"), (SERIES,), (5, 3), 3 * 27),
)
