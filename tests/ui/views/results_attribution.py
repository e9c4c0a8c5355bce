"""Attributions made by hand: an upright bar that speaks for “1”, a table with long names, a short series."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.attribution import METHODS, AttributionMap, Attributions, Method

EVERY: tuple[Method, ...] = tuple(METHODS)


def maps(signed: np.ndarray, methods: tuple[Method, ...] = EVERY) -> tuple[AttributionMap, ...]:
    found = []
    for method in methods:
        sizes = method in ("saliency", "smooth-gradient")
        found.append(AttributionMap(method, np.abs(signed) if sizes else signed, not sizes))
    return tuple(found)


def picture(methods: tuple[Method, ...] = EVERY) -> Attributions:
    features = np.zeros((1, 8, 8), dtype=np.float32)
    features[0, 1:7, 3:5] = 1.0
    signed = features * 0.5
    signed[0, 0:3, 0] = -0.25
    return Attributions(
        maps(signed, methods), "image", features, features * 16, features[0], (), tuple("0123456789"),
        np.full(10, 0.02, dtype=np.float32) + np.eye(10, dtype=np.float32)[1] * 0.8, True, 1, 1, np.array([7.0]),
        5.5, "score", 0.25, "test", 4, 100,
    )  # fmt: skip


def one_map() -> Attributions:
    return picture(("integrated-gradients",))


def table(columns: int = 30, methods: tuple[Method, ...] = EVERY, averaged: int = 0) -> Attributions:
    signed = np.linspace(-1.0, 0.8, columns, dtype=np.float32)
    names = ("colour = red", *(f"a rather long name of measurement {number}" for number in range(1, columns)))
    found = maps(np.abs(signed) if averaged else signed, methods)
    if averaged:
        found = tuple(AttributionMap(shown.method, shown.values, False) for shown in found)
    raw = np.linspace(10.0, 1000.0, columns, dtype=np.float32)
    return Attributions(
        found, "table", signed, raw, None, names, ("malignant", "benign"), np.array([0.9, 0.1], dtype=np.float32),
        True, 0, 0, np.array([0.0]), 0.9, "probability", 0.4, "test", 2, 50, averaged,
    )  # fmt: skip


def few_columns() -> Attributions:
    return table(3, ("gradient-input",))


def mean_table() -> Attributions:
    return table(6, averaged=50)


def series() -> Attributions:
    values = np.sin(np.arange(24, dtype=np.float32) / 3)[:, None]
    return Attributions(
        maps(values), "series", values, values * 10 + 300, None, (), ("output 1", "output 2"),
        np.array([1.5, 2.5], dtype=np.float32), False, 1, 0, np.array([1.0, 2.0]), 2.5, "prediction", 0.5, "test", 0, 9,
    )  # fmt: skip


def tokens(averaged: int = 0) -> Attributions:
    vectors = np.sin(np.arange(90, dtype=np.float32)).reshape(30, 3)
    return Attributions(
        maps(vectors), "tokens", vectors, vectors, None, (), ("A", "B"), np.array([0.25, 0.75], dtype=np.float32), True,
        1, 1, np.array([0.0]), 1.5, "score", 0.5, "test", 0, 9, averaged,
        tokens=() if averaged else tuple("ABCDE" * 6),
    )  # fmt: skip


def units() -> Attributions:
    features = np.zeros((1, 8, 8), dtype=np.float32)
    features[0, 2:6, 2:6] = 1.0
    return Attributions(
        maps(features), "image", features, features, features[0], (), ("unit 1", "unit 2", "unit 3"),
        np.array([0.1, -0.2, 0.75], dtype=np.float32), False, 2, 2, np.array([np.nan]), 0.75, "value", 0.0, "test", 0,
        9, title="Code", of_unit=True,
    )  # fmt: skip


def colored() -> Attributions:
    features = np.zeros((3, 8, 8), dtype=np.float32)
    features[0, :, :4], features[2, :, 4:] = 1.0, 1.0
    signed = features.copy()
    signed[2] *= -0.5
    bright = np.ascontiguousarray(features.transpose(1, 2, 0))
    return Attributions(
        maps(signed), "image", features, features, bright, (), ("red", "blue"), np.array([0.6, 0.4], dtype=np.float32),
        True, 0, 0, np.array([0.0]), 1.0, "score", 0.0, "test", 0, 9,
    )  # fmt: skip
