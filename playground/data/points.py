"""Points in the plane: the toy problems on which one sees a network bend its boundary."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.document.declaration import parameter

EXTENT = 6.0
"""Half the side of the square in which points lie, in their own units."""


class PointClasses(ClassDataset):
    """Base of the two-dimensional class problems: coordinates x1 and x2 within about ±6."""

    examples: int = parameter(500, ge=8, le=20_000, logarithmic=True, help="Number of points in all three parts.")
    noise: float = parameter(0.0, ge=0.0, le=1.0, help="Spread added to every point, as a share of the picture.")
    balance: float = parameter(0.5, ge=0.05, le=0.95, help="Share of the points that belong to the first class.")

    def class_names(self) -> tuple[str, ...]:
        return ("orange", "blue")

    def feature_signal(self) -> Signal:
        return Signal((2,), axes=("features",))

    def subtitle(self) -> str:
        return f"{self.examples} points · noise {self.noise:.0%}"


class Spirals(PointClasses):
    """Interleaved spirals."""

    id: ClassVar[str] = "spirals"
    title: ClassVar[str] = "Spirals"
    summary: ClassVar[str] = "Interleaved spiral arms, one class each: hard for a small network."
    question: ClassVar[str] = "To which arm does a point belong?"

    arms: int = parameter(2, ge=2, le=5, help="Number of arms, one class each.")

    def class_names(self) -> tuple[str, ...]:
        return ("orange", "blue", "green", "purple", "red")[: self.arms]

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = class_numbers(self.examples, self.arms, self.balance)
        along = generator.uniform(0.0, 1.0, self.examples)
        radius = 5.0 * along
        angle = 1.75 * 2.0 * np.pi * along + 2.0 * np.pi * numbers / self.arms
        points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
        points += generator.uniform(-1.0, 1.0, points.shape) * self.noise * 2.0
        return Examples(points.astype(np.float32), numbers, ("x1", "x2"), self.class_names())


def class_numbers(count: int, classes: int, first_share: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Class numbers where the first class has the given share of two classes; more classes share evenly."""
    if classes == 2:
        first = min(max(1, round(count * first_share)), count - 1)
        return np.repeat(np.array([0, 1], dtype=np.int64), [first, count - first])
    return np.arange(count, dtype=np.int64) % classes


DATASETS: tuple[type[Dataset], ...] = (Spirals,)
