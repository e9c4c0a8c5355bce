"""Drawn pictures of geometric shapes: nothing that anybody has written."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.digits import IMAGE_AXES
from playground.document.declaration import parameter

SHAPES = ("circle", "square", "triangle", "cross")
SIDE = 28


class DrawnShapes(ClassDataset):
    """Outlines of circles, squares, triangles and crosses, of any size, turned, at any place, with noise over them."""

    id: ClassVar[str] = "geometric-shapes"
    title: ClassVar[str] = "Geometric shapes"
    summary: ClassVar[str] = (
        "Outlines of circles, squares, triangles and crosses on 28 × 28 pixels, turned and of any size, with noise."
    )
    question: ClassVar[str] = "Which shape does a picture show?"

    examples: int = parameter(
        2_000, ge=40, le=20_000, logarithmic=True, help="How many pictures to draw for all three parts."
    )
    noise: float = parameter(0.25, ge=0.0, le=1.0, help="Standard deviation of the noise over each pixel.")

    def class_names(self) -> tuple[str, ...]:
        return SHAPES

    def feature_signal(self) -> Signal:
        shape = (1, SIDE, SIDE)
        if self.scaling == "none":
            return Signal(shape, kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal(shape, kind="image", axes=IMAGE_AXES)

    def subtitle(self) -> str:
        return f"{self.examples} images of {SIDE} × {SIDE}"

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = np.sort(np.arange(self.examples, dtype=np.int64) % len(SHAPES))
        pictures = outlines(numbers, generator)
        pictures = np.clip(pictures + self.noise * generator.standard_normal(pictures.shape), 0.0, 1.0)
        return Examples(pictures.astype(np.float32)[:, None], numbers, (), SHAPES)


def outlines(numbers: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Pictures (N, 28, 28) from 0 to 1 of the shapes of these numbers, each with size, turn and place by chance."""
    count = len(numbers)
    middle = generator.uniform(10.0, 17.0, (count, 2, 1, 1))
    size = generator.uniform(5.0, 9.0, (count, 1, 1))
    turn = generator.uniform(0.0, 2.0 * np.pi, (count, 1, 1))
    rows, columns = np.mgrid[0:28, 0:28]  # (28, 28) each
    x, y = columns - middle[:, 0], rows - middle[:, 1]  # (N, 28, 28)
    x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
    far = np.maximum(np.abs(x), np.abs(y))
    sides = [np.cos(angle) * x + np.sin(angle) * y for angle in (np.pi / 2, np.pi * 7 / 6, np.pi * 11 / 6)]
    distances = np.stack([
        np.abs(np.hypot(x, y) - size),
        np.abs(far - 0.85 * size),
        np.abs(np.max(sides, axis=0) - 0.6 * size),
        np.maximum(np.minimum(np.abs(x), np.abs(y)), far - size),
    ])  # (4, N, 28, 28): pixels from each point to the outline
    return np.clip(1.7 - distances[numbers, np.arange(count)], 0.0, 1.0)


DATASETS: tuple[type[Dataset], ...] = (DrawnShapes,)
