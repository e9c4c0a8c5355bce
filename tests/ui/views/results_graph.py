"""A small graph made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.graph import GraphAnswers


def graph_answers() -> GraphAnswers:
    angle = np.linspace(0, 2 * np.pi, 9)[:-1]
    places = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    share = np.linspace(0.1, 0.9, 8, dtype=np.float32)
    return GraphAnswers(
        title="Ring", names=tuple(f"node {number + 1}" for number in range(8)), positions=places,
        hidden_positions=places[::-1].copy(), hidden_title="Reach 1",
        edges=np.stack([np.arange(8), (np.arange(8) + 1) % 8], axis=1),
        probabilities=np.stack([1 - share, share], axis=1), actual=np.array([0, 0, 0, 1, 1, 1, 1, 1]),
        known=np.array([True] + [False] * 6 + [True]),
        hidden={"Reach 1": np.linspace(-1, 1, 16, dtype=np.float32).reshape(8, 2)}, class_names=("left", "right"),
        step=4,
    )  # fmt: skip
