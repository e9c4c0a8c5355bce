"""Loss surfaces made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.loss_surface import Kind, LossSurface
from playground.analysis.surface_directions import Plane

PARTS = {"path": ("component 1 (83 % of the path)", "component 2 (12 % of the path)")}


def bowl(kind: Kind = "path", size: int = 31) -> LossSurface:
    """A round bowl with its lowest point at (1, 0), and a path that runs down to (0, 0)."""
    alphas, betas = np.linspace(-12.0, 4.0, size), np.linspace(-3.0, 6.0, size)
    a, b = np.meshgrid(alphas, betas)
    along = np.linspace(-10.0, 0.0, 20)
    path = np.stack([along, 4.0 * np.sin(-along / 10.0 * np.pi) ** 2], axis=1)
    axes = PARTS.get(kind, ("random direction 1", "random direction 2"))
    nothing = np.zeros(3, dtype=np.float32)
    return LossSurface(
        kind, Plane(nothing, nothing, nothing), axes, alphas, betas, 0.02 + 0.01 * ((a - 1.0) ** 2 + b**2), path,
        0.05 + 0.01 * ((path[:, 0] - 1.0) ** 2 + path[:, 1] ** 2), np.arange(20) * 50, np.linspace(3.0, 0.0, 20),
        (0.83, 0.12) if kind == "path" else None, "train", 256, 950, 9.5, 0.04, "vmap",
    )  # fmt: skip


def random_bowl() -> LossSurface:
    return bowl("random", 13)
