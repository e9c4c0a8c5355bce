"""Distributions for the tests of their view."""

from __future__ import annotations

import numpy as np

from playground.analysis.run.distributions import Distributions, Offered, histogram

OFFERED = (
    Offered("dense-1", "Dense 1", ("weights", "biases", "gradients", "activations")),
    Offered("relu-1", "ReLU", ("activations",)),
    Offered("dense-2", "Dense 2", ("weights", "biases", "gradients", "activations")),
)


def spreading(step: int = 95, pointed: str = "") -> Distributions:
    """Twenty moments of weights that spread, some of which become 0."""
    generator = np.random.default_rng(3)
    edges = np.linspace(-2.0, 2.0, 31)
    values = [np.sort(generator.normal(0, 0.2 + 0.04 * n, 400)).astype(np.float32) for n in range(20)]
    for number, sample in enumerate(values):
        sample[200 : 200 + 5 * number] = 0.0
    counts = np.stack([histogram(np.sort(sample), edges) for sample in values])
    outside = np.array([[(sample < -2).sum(), (sample > 2).sum()] for sample in values])
    nothing = np.full(20, np.nan)
    zero = np.array([float((sample == 0).mean()) for sample in values])
    return Distributions(
        "dense-1", "Dense 1", "weights", np.arange(0, 100, 5), edges, counts, outside, zero, nothing, nothing, step,
        OFFERED, "tanh", 8, pointed,
    )  # fmt: skip


def dying() -> Distributions:
    """Activations of a ReLU whose units die one after the other."""
    edges = np.linspace(0.0, 3.0, 25)
    generator = np.random.default_rng(5)
    dead = np.linspace(0.0, 0.75, 10)
    values = [np.sort(np.maximum(0, generator.normal(-3 * share, 1, 600))).astype(np.float32) for share in dead]
    zero = np.array([float((sample == 0).mean()) for sample in values])
    return Distributions(
        "relu-1", "ReLU", "activations", np.arange(10) * 10, edges, np.stack([histogram(v, edges) for v in values]),
        np.zeros((10, 2), dtype=np.int64), zero, dead, np.full(10, np.nan), 90, OFFERED, "relu", 8, "", "weights",
    )  # fmt: skip
