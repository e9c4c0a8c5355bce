"""A learning rule made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.learning_rule import LearningRule


def perceptron_line() -> LearningRule:
    generator = np.random.default_rng(0)
    xy = generator.uniform(-3, 3, (40, 2)).astype(np.float32)
    classes = (xy[:, 0] + xy[:, 1] > 0).astype(np.int64)
    answers = (xy[:, 0] > 0).astype(np.int64)
    side = np.linspace(-4, 4, 20)
    return LearningRule(
        "perceptron", "Perceptron rule", xy, classes, answers, answers != classes,
        np.array([[0.0, 1.0, 0.5], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]]), np.zeros((0, 0, 2)),
        (np.tile(side, (20, 1)) > 0).astype(np.int64), (-4.0, 4.0, -4.0, 4.0), True, ("x1", "x2"), ("no", "yes"), 12,
    )  # fmt: skip


def moving_centroids() -> LearningRule:
    generator = np.random.default_rng(0)
    xy = generator.uniform(-3, 3, (40, 2)).astype(np.float32)
    answers = (xy[:, 0] > 0).astype(np.int64)
    way = np.array([[[-1.0, 2.0], [2.0, 2.0]], [[-1.5, 1.0], [1.8, 1.0]], [[-1.6, 0.0], [1.6, 0.0]]])
    side = np.linspace(-4, 4, 20)
    return LearningRule(
        "k-means", "K-means", xy, None, answers, np.zeros(40, dtype=np.bool_), np.zeros((0, 3)), way,
        (np.tile(side, (20, 1)) > 0).astype(np.int64), (-4.0, 4.0, -4.0, 4.0), True, ("x1", "x2"), (), 3,
    )  # fmt: skip
