"""Loss surfaces made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from playground.analysis.loss.loss_surface import LossSurface, Track
from playground.analysis.loss.surface_planes import Kind
from playground.analysis.shared.surface_directions import Plane

PARTS = {"path": ("component 1 (83 % of the path)", "component 2 (12 % of the path)")}


def height(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.02 + 0.01 * ((a - 1.0) ** 2 + b**2))


def track(title: str, places: NDArray[np.float64], steps: NDArray[np.int64], off: NDArray[np.float64]) -> Track:
    return Track(title, places, height(places[:, 0], places[:, 1]) + 0.03, steps, off)


def bowl(kind: Kind = "path", size: int = 31) -> LossSurface:
    """A round bowl with its lowest point at (1, 0), and a path that runs down to (0, 0)."""
    alphas, betas = np.linspace(-12.0, 4.0, size), np.linspace(-3.0, 6.0, size)
    a, b = np.meshgrid(alphas, betas)
    along = np.linspace(-10.0, 0.0, 20)
    path = np.stack([along, 4.0 * np.sin(-along / 10.0 * np.pi) ** 2], axis=1)
    axes = PARTS.get(kind, ("random direction 1", "random direction 2"))
    nothing = np.zeros(3, dtype=np.float32)
    return LossSurface(
        kind=kind,
        plane=Plane(nothing, nothing, nothing),
        axes=axes,
        alphas=alphas,
        betas=betas,
        values=height(a, b),
        path=track("path", path, np.arange(20) * 50, np.linspace(3.0, 0.0, 20)),
        later=track("later", path[-1:], np.array([950]), np.zeros(1)),
        others=(),
        explained=(0.83, 0.12) if kind == "path" else None,
        part="train",
        examples=256,
        penalty=None,
        step=950,
        epoch=9.5,
        seconds=0.04,
        way="stack",
    )


def random_bowl() -> LossSurface:
    return bowl("random", 13)


def branched_bowl() -> LossSurface:
    """A person looks back, and another run has branched off where they look."""
    whole = bowl()
    way = np.linspace(0.0, 1.0, 8)[:, None]
    other = track("run 1", way * (2.0, -1.5), 950 + 100 * np.arange(8), np.linspace(0.0, 1.5, 8))
    later = track("later", way * (1.0, 1.0), 950 + 10 * np.arange(8), np.zeros(8))
    return replace(whole, later=later, others=(other,), penalty=0.0125)
