"""Clusters on a ring: what a generator finds all of, or only some."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples, column_signal
from playground.data.points.shapes import around
from playground.document.declaration import parameter


class Ring(ClassDataset):
    """Round clouds at equal distances on a circle, each as likely; the class says in which cloud a point lies."""

    id: ClassVar[str] = "ring"
    title: ClassVar[str] = "Ring of Gaussians"
    summary: ClassVar[str] = (
        "Small round clouds on a ring with nothing between them: a generator has to find every one of them."
    )
    question: ClassVar[str] = "In which of the clouds does a point lie?"
    formula: ClassVar[str] = (
        r"x \sim \frac{1}{K} \sum_{k=1}^{K} \mathcal{N}(\mu_k, \sigma^2 I), \quad"
        r" \mu_k = r\,(\sin \tfrac{2 \pi k}{K}, \cos \tfrac{2 \pi k}{K})"
    )
    source: ClassVar[str] = "Metz et al. 2017, Unrolled generative adversarial networks"

    examples: int = parameter(2_000, ge=60, le=20_000, logarithmic=True, help="Number of points in all three parts.")
    modes: int = parameter(8, ge=2, le=12, help="Number of clouds on the ring.")
    radius: float = parameter(4.0, ge=0.5, le=5.0, help="Distance of the clouds from the middle.")
    spread: float = parameter(0.25, ge=0.01, le=2.0, logarithmic=True, help="Standard deviation σ of each cloud.")

    def class_names(self) -> tuple[str, ...]:
        return tuple(f"mode {number}" for number in range(1, self.modes + 1))

    def feature_signal(self) -> Signal:
        return column_signal(2)

    def subtitle(self) -> str:
        return f"{self.modes} modes · σ {self.spread:g} · {self.examples} points"

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = np.sort(np.arange(self.examples, dtype=np.int64) % self.modes)
        middles = around(np.full(self.examples, self.radius), 2.0 * np.pi * numbers / self.modes)
        points = middles + self.spread * generator.standard_normal((self.examples, 2))
        return Examples(points.astype(np.float32), numbers, ("x1", "x2"), self.class_names())


DATASETS: tuple[type[Dataset], ...] = (Ring,)
