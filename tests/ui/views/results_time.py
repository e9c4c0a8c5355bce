"""A recurrent block over time, made by hand for the tests of the views."""

from __future__ import annotations

import numpy as np

from playground.analysis.inside.gradient_in_time import GradientInTime, RecurrentMatrix
from playground.analysis.inside.unrolled_graph import Chain, UnrolledGraph


def fading(steps: int = 20) -> GradientInTime:
    """Each step back leaves a half; the weights could leave 0.9 of it."""
    norms = 0.5 ** np.arange(steps, dtype=np.float64)[::-1]
    return GradientInTime(
        "rnn-1", "Simple RNN", "state", norms, 2.0, True, RecurrentMatrix(0.9, 0.7), 1.0, "test", 32, True
    )


def of_gates() -> GradientInTime:
    """What each step of an LSTM adds to its weights; one of the steps adds nothing."""
    norms = np.array([0.3, 0.0, 0.2, 0.4, 1.5])
    return GradientInTime("lstm-1", "LSTM", "weights", norms, 2.1, False, None, 1.0, "train", 8, False)


def nothing_left() -> GradientInTime:
    """A gradient that is no number any more."""
    return GradientInTime("rnn-1", "RNN", "state", np.full(4, np.nan), 0.0, True, None, 3.0, "test", 8, True)


def letters(steps: int = 12) -> UnrolledGraph:
    """A GRU that read letters and answers at the end."""
    values = np.linspace(-1.0, 1.0, 4 * steps, dtype=np.float32).reshape(4, steps)
    tokens = tuple("ABCD"[step % 4] for step in range(steps))
    nothing = ("",) * (steps - 1)
    return UnrolledGraph(
        "gru-1", "GRU", (Chain("state", values, False),), tokens, (*nothing, "A"), (*nothing, "B"),
        (("weight_ih_l0", (12, 8)), ("weight_hh_l0", (12, 4))), "test", 0, 30,
    )  # fmt: skip


def both_ways() -> UnrolledGraph:
    """Two directions that tag words, one of them wrongly; one is not asked for."""
    values = np.linspace(-2.0, 1.0, 12, dtype=np.float32).reshape(3, 4)
    return UnrolledGraph(
        "rnn-1", "Simple RNN", (Chain("state", values, False), Chain("state, backward", -values, True)),
        ("an", "remarkable", "long", "."), ("statement", "question", "statement", "statement"),
        ("statement", "statement", "statement", ""), (("weight_hh_l0", (3, 3)),), "train", 2, 5,
    )  # fmt: skip
