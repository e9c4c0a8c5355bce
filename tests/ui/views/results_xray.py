"""Optimizers opened up, made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.run.optimizer_xray import Known, OptimizerXray, TracedWeight
from playground.training.optimizers import Adam

MOMENTS = np.arange(0, 600, 30)


def _traced(name: str, index: tuple[int, ...], words: str, scale: float) -> TracedWeight:
    time = MOMENTS / 600.0
    gradient = scale * np.cos(6.0 * time) * np.exp(-2.0 * time)
    series = {
        "weight": 0.5 - scale * time,
        "gradient": gradient,
        "exp_avg": 0.8 * gradient,
        "exp_avg_sq": 1e-4 + gradient**2 * np.exp(-9.0 * time),
        "step": -0.005 * np.sign(gradient),
        "rate": 0.005 / np.maximum(np.abs(gradient), 1e-3),
    }
    lines = (
        "m ← 0.9 · 0.02 + 0.1 · 0.03 = 0.021,  m̂ = m / (1 − 0.9⁵⁷¹) = 0.021",
        "w ← 0.4 − 0.005 · 0.021 / (√0.001 + 10⁻⁸) = 0.397",
    )
    before, after = {"exp_avg": 0.02, "exp_avg_sq": 0.001}, {"exp_avg": 0.021, "exp_avg_sq": 0.001}
    now = Known(0.4, 0.03, -0.003, after, before, lines)
    return TracedWeight((name, index), words, series, now)


def under_adam() -> OptimizerXray:
    """Three weights over twenty moments."""
    weights = (
        _traced("dense-1.weight", (0, 1), "Hidden 1, unit 1, input 2", 0.4),
        _traced("dense-1.weight", (2, 0), "Hidden 1, unit 3, input 1", 0.1),
        _traced("dense-2.bias", (0,), "Output, bias 1", 0.02),
    )
    return OptimizerXray(
        weights, True, MOMENTS, ("weight", "gradient", "exp_avg", "exp_avg_sq", "step", "rate"), "Adam", Adam.formula,
        0.005, "The gradient is that of all 350 training examples; a step takes that of one batch.",
        (("dense-1.weight", (8, 2)), ("dense-1.bias", (8,)), ("dense-2.weight", (1, 8)), ("dense-2.bias", (1,))),
        570, 0.05, True,
    )  # fmt: skip


def before_the_first_step() -> OptimizerXray:
    """One weight of which only the first moment is known, under an optimizer that remembers nothing."""
    numbers = {"weight": 0.1, "gradient": 0.2, "step": -0.02, "rate": 0.1}
    series = {name: np.array([value]) for name, value in numbers.items()}
    now = Known(0.1, 0.2, -0.02, {}, {}, ("w ← w − η · g = 0.1 − 0.1 · 0.2 = 0.08",))
    return OptimizerXray(
        (TracedWeight(("dense-1.weight", (0, 0)), "Dense, unit 1, input 1", series, now),), False, np.array([0]),
        ("weight", "gradient", "step", "rate"), "SGD", r"w \leftarrow w - \eta g", 0.1,
        "The gradient is that of all 4 training examples: exactly what the next step takes.",
        (("dense-1.weight", (1, 2)),), 0, 0.01, True,
    )  # fmt: skip
