"""Attention matrices made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.inside.attention import AttentionLayer, AttentionMaps


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
