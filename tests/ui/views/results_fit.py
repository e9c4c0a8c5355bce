"""Fits made by hand: a line among its examples, and a probability."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.fit import Fit, FitPoints

NOTHING = np.zeros(0)
NO_CLASSES = np.zeros(0, dtype=np.int64)


def line() -> Fit:
    """y = 2 x; the training examples lie 1 above it, those of validation on it, and there is no test."""
    xs = np.linspace(-5.0, 5.0, 41)
    x, other = np.arange(-4.0, 5.0), np.array([-2.5, 2.5])
    return Fit(
        xs, 2 * xs,
        {
            "train": FitPoints(x, 2 * x + 1, 2 * x, NO_CLASSES),
            "validation": FitPoints(other, 2 * other, 2 * other, NO_CLASSES),
            "test": FitPoints(NOTHING, NOTHING, NOTHING, NO_CLASSES),
        },
        "hours", ("price",), 0, False, 120,
    )  # fmt: skip


def share() -> Fit:
    xs = np.linspace(0.0, 10.0, 41)
    x = np.array([1.0, 2.0, 8.0, 9.0])
    points = FitPoints(x, np.array([0.0, 0.0, 1.0, 1.0]), x / 10, np.array([0, 0, 1, 1]))
    return Fit(
        xs, xs / 10, {"train": points, "validation": points, "test": points}, "dose", ("ill", "well"), 1, True, 3
    )
