"""Responses made by hand: a share that rises with its feature, of three classes, and a number."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.response import Response


def shares(names: tuple[str, ...] = ("no", "yes"), features: int = 5, feature: int = 0, row: int = 2) -> Response:
    xs = np.linspace(0.0, 10.0, 21)
    rising = (xs / 10).astype(np.float32)
    rest = (1 - rising) / (len(names) - 1)
    curve = np.column_stack([*[rest] * (len(names) - 1), rising])
    last = len(names) - 1
    original = np.full(features, 7.0, dtype=np.float32)
    switches = np.zeros(features, dtype=bool)
    low, high = np.zeros(features, dtype=np.float32), np.full(features, 10.0, dtype=np.float32)
    if features > 2:
        switches[2], original[2], high[2] = True, 1.0, 1.0
    answers = np.append(np.full(last, 0.3 / last), 0.7).astype(np.float32)
    columns = tuple(f"a rather long name of measurement {number}" for number in range(features))
    return Response(
        feature, columns, original, original.copy(), low, high, switches, xs, curve, curve * 0.5 + 0.2,
        np.stack([rising * 0.5, rising * 0.9]), 40, np.array([1.0, 4.0, 9.0], dtype=np.float32), names, True, last,
        answers, answers, last, last, np.array([0.0]), "test", row, 30,
    )  # fmt: skip


def three_classes() -> Response:
    return shares(("setosa", "versicolor", "virginica"), 4)


def many_features() -> Response:
    return shares(features=30)


def number() -> Response:
    xs = np.linspace(-5.0, 5.0, 21)
    curve = (100 + 10 * xs).astype(np.float32)[:, None]
    values = np.array([1.0], dtype=np.float32)
    changed = np.array([2.0], dtype=np.float32)
    return Response(
        0, ("x",), values, changed, values * -5, values * 5, np.zeros(1, dtype=bool), xs, curve, curve + 5,
        curve.T - 10, 12, values, ("price",), False, 0, np.array([120.0], dtype=np.float32),
        np.array([110.0], dtype=np.float32), 0, 0, np.array([104.5]), "train", 0, 12,
    )  # fmt: skip
