"""Ten kinds of things in colour on 32 × 32 pixels, painted: in the place of CIFAR-10, which no package carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.painting import (
    Floats,
    backgrounds,
    coverage,
    ellipse,
    hues,
    laid_over,
    noisy,
    placed,
    rectangle,
    wedge,
)
from playground.document.declaration import parameter

THINGS = ("aeroplane", "car", "bird", "cat", "fish", "flower", "house", "ship", "tree", "truck")
SIDE = 32
Part = tuple[int, Floats]
"""Which of the colours of a thing a part has, and how deep each pixel lies inside of it."""


def aeroplane(x: Floats, y: Floats) -> tuple[Part, ...]:
    wing = wedge(x, y, 0.15, -0.75, 0.1, 0.28)
    return (
        (1, np.maximum(wing, wedge(x, y, 0.0, 0.8, 0.1, 0.3))),
        (0, ellipse(x, y, 0.0, 0.0, 0.95, 0.17)),
        (1, wedge(x, y, -0.85, -0.5, 0.05, 0.18)),
    )


def car(x: Floats, y: Floats) -> tuple[Part, ...]:
    wheels = np.maximum(ellipse(x, y, -0.5, 0.45, 0.24, 0.24), ellipse(x, y, 0.5, 0.45, 0.24, 0.24))
    return (
        (0, ellipse(x, y, 0.0, 0.0, 0.6, 0.55)),
        (1, np.minimum(ellipse(x, y, 0.0, 0.0, 0.45, 0.4), -y)),
        (0, rectangle(x, y, -0.95, 0.0, 0.95, 0.4)),
        (2, wheels),
    )


def bird(x: Floats, y: Floats) -> tuple[Part, ...]:
    return (
        (0, ellipse(x, y, -0.05, 0.1, 0.6, 0.36)),
        (0, ellipse(x, y, 0.55, -0.3, 0.26, 0.26)),
        (1, wedge(y, x, -0.28, 1.05, 0.75, 0.13)),
        (1, wedge(x, y, -0.15, -0.7, 0.2, 0.32)),
        (0, wedge(y, x, 0.05, -0.4, -1.0, 0.25)),
        (2, ellipse(x, y, 0.6, -0.35, 0.08, 0.08)),
    )


def cat(x: Floats, y: Floats) -> tuple[Part, ...]:
    eyes = np.maximum(ellipse(x, y, -0.25, -0.05, 0.13, 0.16), ellipse(x, y, 0.25, -0.05, 0.13, 0.16))
    return (
        (0, np.maximum(wedge(x, y, -0.5, -0.95, -0.1, 0.3), wedge(x, y, 0.5, -0.95, -0.1, 0.3))),
        (0, ellipse(x, y, 0.0, 0.1, 0.75, 0.65)),
        (1, eyes),
        (2, wedge(x, y, 0.0, 0.38, 0.2, 0.14)),
    )


def fish(x: Floats, y: Floats) -> tuple[Part, ...]:
    return (
        (1, wedge(y, x, 0.0, -0.35, -1.0, 0.45)),
        (0, ellipse(x, y, 0.15, 0.0, 0.75, 0.42)),
        (1, wedge(x, y, 0.1, -0.65, -0.2, 0.3)),
        (2, ellipse(x, y, 0.6, -0.08, 0.1, 0.1)),
    )


def flower(x: Floats, y: Floats) -> tuple[Part, ...]:
    angles = 2.0 * np.pi * np.arange(5) / 5.0
    petals = [ellipse(x, y, 0.42 * np.sin(a), -0.3 - 0.42 * np.cos(a), 0.28, 0.28) for a in angles]
    return (
        (2, rectangle(x, y, -0.07, -0.1, 0.07, 1.0)),
        (2, ellipse(x, y, 0.3, 0.65, 0.28, 0.12)),
        (0, np.max(petals, axis=0)),
        (1, ellipse(x, y, 0.0, -0.3, 0.22, 0.22)),
    )


def house(x: Floats, y: Floats) -> tuple[Part, ...]:
    return (
        (0, rectangle(x, y, -0.65, -0.15, 0.65, 0.85)),
        (1, wedge(x, y, 0.0, -0.95, -0.1, 0.9)),
        (2, rectangle(x, y, -0.12, 0.3, 0.18, 0.85)),
        (2, rectangle(x, y, 0.32, 0.1, 0.55, 0.35)),
    )


def ship(x: Floats, y: Floats) -> tuple[Part, ...]:
    return (
        (2, rectangle(x, y, -0.05, -0.95, 0.05, 0.4)),
        (1, np.minimum(wedge(x, y, 0.02, -0.9, 0.25, 0.75), x - 0.06)),
        (0, np.minimum(wedge(x, y, 0.0, 1.6, 0.35, 1.25), 0.75 - y)),
    )


def tree(x: Floats, y: Floats) -> tuple[Part, ...]:
    crowns = (ellipse(x, y, 0.0, -0.5, 0.45, 0.4), ellipse(x, y, -0.32, -0.1, 0.42, 0.38))
    return (
        (1, rectangle(x, y, -0.12, 0.0, 0.12, 0.95)),
        (0, np.max((*crowns, ellipse(x, y, 0.32, -0.1, 0.42, 0.38)), axis=0)),
    )


def truck(x: Floats, y: Floats) -> tuple[Part, ...]:
    wheels = np.maximum(ellipse(x, y, -0.55, 0.6, 0.22, 0.22), ellipse(x, y, 0.55, 0.6, 0.22, 0.22))
    return (
        (0, rectangle(x, y, -0.95, -0.6, 0.3, 0.5)),
        (1, rectangle(x, y, 0.36, -0.2, 0.92, 0.5)),
        (2, wheels),
    )


PARTS_OF: tuple[Callable[[Floats, Floats], tuple[Part, ...]], ...] = (
    aeroplane, car, bird, cat, fish, flower, house, ship, tree, truck,
)  # fmt: skip


def painted(kind: int, count: int, noise: float, generator: np.random.Generator) -> Floats:
    """Pictures (count, 3, 32, 32) of one kind of thing, each of any colours, size and place, turned a little, seen
    from either side, with a bar before it or not."""
    pictures = backgrounds(count, SIDE, generator)
    middle = (SIDE * generator.uniform(0.36, 0.64, (count, 2))).astype(np.float32)
    size = (SIDE * generator.uniform(0.28, 0.45, count)).astype(np.float32)
    x, y = placed(SIDE, middle, size, generator.uniform(-0.3, 0.3, count).astype(np.float32))
    x *= generator.choice(np.array([-1.0, 1.0], dtype=np.float32), (count, 1, 1))
    x *= generator.uniform(0.9, 1.3, (count, 1, 1)).astype(np.float32)  # wide and narrow ones
    colours = [hues(count, generator, 0.7, 0.95) * generator.uniform(0.45, 1.0, (count, 1)) for _ in range(3)]
    for colour, depth in PARTS_OF[kind](x, y):
        laid_over(pictures, coverage(depth, size), colours[colour].astype(np.float32))
    bars(pictures, generator)
    return noisy(pictures, noise, generator)


def bars(pictures: Floats, generator: np.random.Generator) -> None:
    """Something long and thin before half of the pictures, in place."""
    count = len(pictures)
    middle = (SIDE * generator.uniform(0.0, 1.0, (count, 2))).astype(np.float32)
    turn = generator.uniform(0.0, np.pi, count).astype(np.float32)
    width = (generator.uniform(0.5, 2.0, count) * generator.integers(0, 2, count)).astype(np.float32)
    x, _ = placed(SIDE, middle, np.ones(count, dtype=np.float32), turn)
    covered = np.clip(width[:, None, None] + 0.5 - np.abs(x), 0.0, 1.0) * (width > 0.0)[:, None, None]
    laid_over(pictures, covered, hues(count, generator, 0.6, 0.8))


class ColourObjects(ClassDataset):
    """Ten kinds of painted things."""

    id: ClassVar[str] = "colour-objects"
    title: ClassVar[str] = "Ten things in colour"
    summary: ClassVar[str] = (
        "Aeroplanes, cars, birds, cats, fish, flowers, houses, ships, trees and trucks on 32 × 32 pixels, painted in "
        "any colours, sizes and places: shaped like CIFAR-10, and far too hard for a linear model."
    )
    question: ClassVar[str] = "Which of ten things does a picture show?"
    ink: ClassVar[bool] = False

    examples: int = parameter(
        5_000, ge=100, le=20_000, logarithmic=True, help="How many pictures to paint for all three parts."
    )
    noise: float = parameter(0.05, ge=0.0, le=1.0, help="Standard deviation of the noise over each pixel.")

    def class_names(self) -> tuple[str, ...]:
        return THINGS

    def feature_signal(self) -> Signal:
        shape = (3, SIDE, SIDE)
        if self.scaling == "none":
            return Signal(shape, kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal(shape, kind="image", axes=IMAGE_AXES)

    def subtitle(self) -> str:
        return f"{self.examples} images of {SIDE} × {SIDE}"

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers: NDArray[np.int64] = np.sort(np.arange(self.examples, dtype=np.int64) % len(THINGS))
        counts = np.bincount(numbers, minlength=len(THINGS)).tolist()
        pictures = [painted(kind, count, self.noise, generator) for kind, count in enumerate(counts)]
        return Examples(np.concatenate(pictures), numbers, (), THINGS)


DATASETS: tuple[type[Dataset], ...] = (ColourObjects,)
