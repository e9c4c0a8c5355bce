"""Attention matrices made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.inside.attention import AttentionLayer, AttentionMaps
from playground.analysis.inside.one_cell import OneCell
from playground.analysis.inside.positions import Positions
from playground.analysis.inside.residual_stream import ResidualStream, Station


def layer(heads: int = 2, steps: int = 6, words: tuple[str, ...] = (), node: str = "attention") -> AttentionLayer:
    """Head by head the row looks one step further away; nobody looks at the last step."""
    weights = np.zeros((heads, steps, steps), dtype=np.float32)
    scores = np.zeros((heads, steps, steps), dtype=np.float32)
    for head in range(heads):
        for step in range(steps):
            weights[head, step] = 0.2 / (steps - 2)
            weights[head, step, (step + head) % (steps - 1)] = 0.8
            scores[head, step, (step + head) % (steps - 1)] = 2.5 + head
    weights[..., -1], scores[..., -1] = 0.0, -np.inf
    return AttentionLayer(node, node.capitalize(), weights, scores, words)


def maps(*layers: AttentionLayer, chosen: str = "", count: int = 300) -> AttentionMaps:
    return AttentionMaps(layers or (layer(words=tuple("ABCDEF")),), chosen, "test", 4, count)


def two_heads() -> AttentionMaps:
    return maps()


def one_matrix_of_words() -> AttentionMaps:
    return maps(layer(1, 5, ("the", "cat", "sat", "on", "mat")), count=1)


def four_layers() -> AttentionMaps:
    words = (*"ABCDEFGHIJK", "[PAD]")
    return maps(*(layer(4, 12, words, f"attention-{number}") for number in range(1, 5)), chosen="attention-3")


def many_steps() -> AttentionMaps:
    return maps(layer(2, 60), layer(3, 60, node="second"))


SENTENCE = np.array([[1.0, 0.0], [0.5, 0.5], [0.5, 1.0], [0.0, 1.0], [1.0, 1.0]])


def cell_of_sat() -> OneCell:
    scores = SENTENCE @ SENTENCE[2] / np.sqrt(2.0)
    weights = np.exp(scores) / np.exp(scores).sum()
    words = ("the", "cat", "sat", "on", "mat")
    return OneCell("Attention", 0, 1, 2, 1, words, SENTENCE[2], SENTENCE, SENTENCE, scores, weights, "root")


def cell_that_is_masked() -> OneCell:
    """Forty steps without tokens; the last ones must not be seen."""
    keys = np.random.default_rng(0).normal(size=(40, 6))
    scores = np.where(np.arange(40) <= 20, keys @ keys[20], -np.inf)
    weights = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    return OneCell("Attention", 1, 2, 20, 30, (), keys[20], keys, keys, scores, weights, "none")


def stream() -> ResidualStream:
    stations = tuple(
        Station(f"add-{number}", f"Add {number}", 1.0 + number, 0.5 * number, 1.0 - 0.2 * number, -0.3 * number)
        for number in range(5)
    )
    return ResidualStream(stations, ("the", "cat", "saw", "the", "mat"), 0, 3)


def positions() -> Positions:
    angles = np.arange(12)[:, None] * 10_000.0 ** (-np.arange(8) / 8)
    return Positions("Positional encoding", np.sin(angles).astype(np.float32))
