"""Cases for the recurrent family: embedding, simple RNN, LSTM and GRU."""

from __future__ import annotations

from playground.blocks import embedding, reservoir, trees
from playground.blocks.recurrent import layers as recurrent
from playground.blocks.signal import Signal
from tests.blocks.case import SERIES, TOKENS, Case

HIDDEN = Signal((3,))
BOTH = Signal((6,))
TREE = TOKENS.but(classes=("a", "b", "c", ")"))

CASES: tuple[Case, ...] = (
    Case(embedding.Embedding(units=6), (TOKENS,), (5, 6), 18),
    Case(recurrent.SimpleRNN(units=3), (SERIES,), (3,), 3 * 4 + 3 * 3 + 2 * 3),
    Case(recurrent.SimpleRNN(units=3, states="all"), (SERIES,), (5, 3), 27),
    Case(recurrent.SimpleRNN(units=3, activation="relu", bias=False), (SERIES,), (3,), 21),
    Case(recurrent.SimpleRNN(units=3, direction="both", states="all"), (SERIES,), (5, 6), 54),
    Case(recurrent.SimpleRNN(units=3, direction="both", layers=2), (SERIES,), (6,), 54 + 2 * (18 + 9 + 6)),
    Case(recurrent.SimpleRNN(units=3, layer_norm=True), (SERIES,), (3,), 27 + 6),
    Case(recurrent.SimpleRNN(units=3, truncation=2, states="all"), (SERIES,), (5, 3), 27),
    Case(recurrent.SimpleRNN(units=3, stateful=True), (SERIES,), (3,), 27),
    Case(recurrent.SimpleRNN(units=3), (SERIES, HIDDEN), (3,), 27),
    Case(recurrent.LSTM(units=3), (SERIES,), (3,), 4 * 27),
    Case(recurrent.LSTM(units=3, states="all", forget_bias=2.0), (SERIES,), (5, 3), 4 * 27),
    Case(recurrent.LSTM(units=3, bias=False), (SERIES,), (3,), 4 * 21),
    Case(recurrent.LSTM(units=3, peepholes="new cell", states="all"), (SERIES,), (5, 3), 4 * 27 + 9),
    Case(recurrent.LSTM(units=3, peepholes="old cell"), (SERIES,), (3,), 4 * 27 + 9),
    Case(recurrent.LSTM(units=3, layers=2, direction="both", states="all"), (SERIES,), (5, 6), 4 * (54 + 66)),
    Case(recurrent.LSTM(units=3, layers=2, dropout=0.4), (SERIES,), (3,), 4 * (27 + 24)),
    Case(recurrent.LSTM(units=3, layer_norm=True, peepholes="new cell"), (SERIES,), (3,), 4 * 27 + 24 + 6 + 9),
    Case(recurrent.LSTM(units=3, truncation=2, layers=2), (SERIES,), (3,), 4 * (27 + 24)),
    Case(recurrent.LSTM(units=3, stateful=True, states="all"), (SERIES,), (5, 3), 4 * 27),
    Case(recurrent.LSTM(units=3), (SERIES, BOTH), (3,), 4 * 27),
    Case(recurrent.LSTM(units=3), (SERIES, HIDDEN), (3,), 4 * 27),
    Case(recurrent.GRU(units=3), (SERIES,), (3,), 3 * 27),
    Case(recurrent.GRU(units=3, states="all"), (SERIES,), (5, 3), 3 * 27),
    Case(recurrent.GRU(units=3, bias=False), (SERIES,), (3,), 3 * 21),
    Case(recurrent.GRU(units=3, bias=False, layer_norm=True), (SERIES,), (3,), 3 * 21 + 18),
    Case(recurrent.GRU(units=3, reset="before product", update_gate="takes new"), (SERIES,), (3,), 3 * 27),
    Case(recurrent.GRU(units=3, reset="before product", layer_norm=True), (SERIES,), (3,), 3 * 27 + 18),
    Case(recurrent.GRU(units=3, update_gate="takes new", direction="both"), (SERIES,), (6,), 2 * 3 * 27),
    Case(recurrent.GRU(units=3), (SERIES, HIDDEN), (3,), 3 * 27),
    Case(
        reservoir.Reservoir(units=8, density=0.5), (SERIES,), (8,),
        changed=reservoir.Reservoir(units=8, density=0.4, leak=0.5, seed=3, spectral_radius=0.4, input_scale=2.0),
    ),
    Case(reservoir.Reservoir(units=8, density=0.5, states="all"), (SERIES,), (5, 8)),
    Case(trees.RecursiveNet(units=3), (SERIES, TREE), (3,), 15 + 21),
    Case(trees.RecursiveNet(units=3, states="all"), (SERIES, TREE), (5, 3), 15 + 21),
)  # fmt: skip
