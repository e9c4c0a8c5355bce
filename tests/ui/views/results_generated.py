"""Real and generated points made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.generated_points import GeneratedPoints, Modes

RADIUS = 4.0


def _ring(count: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    angle = 2 * np.pi * (np.arange(count) % 4) / 4
    middles = RADIUS * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return (middles + 0.3 * generator.standard_normal((count, 2))).astype(np.float32)


def _result(generated: np.ndarray, shares: list[float]) -> GeneratedPoints:
    side = np.linspace(-6.0, 6.0, 24)
    x, y = np.meshgrid(side, side)
    field = np.exp(-((np.hypot(x, y) - RADIUS) ** 2)).astype(np.float32)
    angle = 2 * np.pi * np.arange(4) / 4
    modes = Modes(
        middles=(RADIUS * np.stack([np.sin(angle), np.cos(angle)], axis=1)).astype(np.float32),
        reaches=np.full((4, 2), 0.9, dtype=np.float32),
        shares=np.array(shares, dtype=np.float32),
        covered=np.array(shares) >= 0.02,
        names=tuple(f"mode {number}" for number in range(1, 5)),
        high_quality=sum(shares),
    )
    return GeneratedPoints(
        real=_ring(60, 1), generated=generated, xs=side, ys=side, field=field, extent=(-6.0, 6.0, -6.0, 6.0),
        same_scale=True, feature_names=("x1", "x2"), part="test", modes=modes, step=9,
    )  # fmt: skip


def generated() -> GeneratedPoints:
    """A generator that has found all four modes."""
    return _result(_ring(80, 2), [0.25, 0.25, 0.25, 0.25])


def collapsed() -> GeneratedPoints:
    """A generator that has found one mode."""
    return _result(_ring(80, 2)[::4], [1.0, 0.0, 0.0, 0.0])
