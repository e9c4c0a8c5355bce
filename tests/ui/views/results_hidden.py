"""States and gates made by hand for the tests of the view of hidden states."""

from __future__ import annotations

import numpy as np

from playground.analysis.inside.hidden_states import HiddenStates, StateMap
from playground.analysis.shared.layer_answers import Answer


def states(steps: int = 12, units: int = 4) -> HiddenStates:
    """An LSTM that read letters and is right: unit 1 falls from 1 to -1, its cell to -3, its forget gate is open."""
    falling = np.tile(np.linspace(1.0, -1.0, steps, dtype=np.float32), (units, 1))
    gate = np.zeros((units, steps), dtype=np.float32)
    gate[0] = 1.0
    maps = (
        StateMap("hidden", "Hidden state", falling, gate=False),
        StateMap("cell", "Cell", 3.0 * falling, gate=False),
        StateMap("forget", "Forget gate", gate, gate=True),
    )
    tokens = tuple("ABCD"[step % 4] for step in range(steps))
    return HiddenStates("lstm-1", "LSTM", maps, tokens, "test", 2, 30, Answer("A", 0.93, "A"))


def plain_states() -> HiddenStates:
    """A simple RNN that read numbers, in a network without an answer."""
    values = np.sin(np.arange(3 * 90, dtype=np.float32)).reshape(3, 90)
    return HiddenStates(
        "rnn-1", "Simple RNN", (StateMap("hidden", "Hidden state", values, gate=False),), (), "train", 0, 5, None
    )


def word_states() -> HiddenStates:
    """A GRU that read a sentence and is wrong."""
    words = ("what", "a", "marvellous", "disappointment")
    values = np.linspace(-1.0, 1.0, 8, dtype=np.float32).reshape(2, 4)
    maps = (
        StateMap("hidden", "Hidden state", values, gate=False),
        StateMap("update", "Update gate", np.abs(values), gate=True),
    )
    return HiddenStates("gru-1", "GRU", maps, words, "test", 0, 1, Answer("good", 0.71, "bad"))
