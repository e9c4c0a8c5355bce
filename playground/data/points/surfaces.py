"""Surfaces over the plane: numbers to predict at every point, as in TensorFlow Playground (Smilkov and Carter 2016)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, column_signal
from playground.data.outliers import WithOutliers
from playground.data.points.shapes import EXTENT, REACH, Floats
from playground.document.declaration import parameter


class Surface(WithOutliers):
    """Base of the surfaces: points x1 and x2 spread over the square of ±6, and a height y from -1 to 1."""

    topic: ClassVar[str] = "Regression"

    examples: int = parameter(500, ge=8, le=20_000, logarithmic=True, help="Number of points in all three parts.")
    noise: float = parameter(
        0.0,
        ge=0.0,
        le=1.0,
        help="How far off the height is read: at 100 % by up to a third of the way from middle to edge.",
    )

    def feature_signal(self) -> Signal:
        return column_signal(2)

    def subtitle(self) -> str:
        return f"{self.examples} points · noise {self.noise:.0%}"

    def height(self, points: Floats) -> Floats:
        """The height (N,) of the surface at points (N, 2), without noise."""
        raise NotImplementedError

    def generate(self, generator: np.random.Generator) -> Examples:
        points = generator.uniform(-EXTENT, EXTENT, (self.examples, 2))
        read_off = generator.uniform(-REACH, REACH, points.shape)  # drawn without noise too: the parts stay the same
        read_at = points + read_off * self.noise if self.noise else points
        target = self.height(read_at)[:, None]
        return Examples(points.astype(np.float32), target.astype(np.float32), ("x1", "x2"))


class Plane(Surface):
    """A tilted plane."""

    id: ClassVar[str] = "plane"
    title: ClassVar[str] = "Plane"
    summary: ClassVar[str] = "A tilted plane to predict: one neuron without activation is enough."
    question: ClassVar[str] = "How high is the plane at a point?"
    formula: ClassVar[str] = r"y = (x_1 + x_2) / 12"

    def height(self, points: Floats) -> Floats:
        return np.asarray(points.sum(axis=1) / (2.0 * EXTENT))


class Bumps(Surface):
    """Hills and hollows on a flat ground."""

    id: ClassVar[str] = "bumps"
    title: ClassVar[str] = "Bumps"
    summary: ClassVar[str] = "Three hills and three hollows on a flat ground: needs hidden neurons."
    question: ClassVar[str] = "How high is the ground at a point?"
    formula: ClassVar[str] = r"y = \sum_{k=1}^{6} s_k \, e^{-\lVert x - c_k \rVert^2 / 2}, \quad s_k = \pm 1"

    def height(self, points: Floats) -> Floats:
        distance = ((points[:, None, :] - BUMPS[None, :, :2]) ** 2).sum(axis=2)  # (N, 6)
        return np.asarray(np.exp(-distance / 2.0) @ BUMPS[:, 2])


BUMPS = np.array(
    [(-4.0, 2.5, 1.0), (0.0, 2.5, -1.0), (4.0, 2.5, 1.0), (-4.0, -2.5, -1.0), (0.0, -2.5, 1.0), (4.0, -2.5, -1.0)]
)
"""Centre and sign of every bump, (6, 3)."""

DATASETS: tuple[type[Dataset], ...] = (Plane, Bumps)
