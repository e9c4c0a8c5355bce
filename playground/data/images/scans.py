"""Toy scans: drawn slices through a chest with none, one or several findings each. They look like no real patient."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, ScaledDataset
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.painting import Floats, noisy
from playground.document.declaration import parameter

FINDINGS = ("nodule", "fluid", "large heart")
SIDE = 32


class ToyScans(ScaledDataset):
    """Slices with a yes or no for each finding."""

    id: ClassVar[str] = "toy-scans"
    title: ClassVar[str] = "Toy scans"
    summary: ClassVar[str] = (
        "Drawn slices through a chest with none, one or several of three findings: a yes or no for each (multi-label). "
        "A toy that says nothing of real patients."
    )
    question: ClassVar[str] = "Which findings does a scan show?"
    ink: ClassVar[bool] = False

    examples: int = parameter(
        1_000, ge=40, le=20_000, logarithmic=True, help="How many scans to draw for all three parts."
    )
    share: float = parameter(0.4, ge=0.05, le=0.95, help="How often each finding is there, whatever the others are.")
    noise: float = parameter(0.05, ge=0.0, le=1.0, help="Standard deviation of the noise over each pixel.")

    def signals(self) -> tuple[Signal, ...]:
        shape = (1, SIDE, SIDE)
        features = Signal(shape, kind="image", axes=IMAGE_AXES)
        if self.scaling == "none":
            features = Signal(shape, kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        target = Signal(
            (len(FINDINGS),), scale="probability", axes=("labels",), classes=FINDINGS, low=0.0, high=1.0
        )
        return features, target

    def subtitle(self) -> str:
        return f"{self.examples} scans of {SIDE} × {SIDE}"

    def generate(self, generator: np.random.Generator) -> Examples:
        there = generator.uniform(size=(self.examples, len(FINDINGS))) < self.share
        return Examples(noisy(scans(there, generator)[:, None], self.noise, generator), there.astype(np.float32))


def scans(there: NDArray[np.bool_], generator: np.random.Generator) -> Floats:
    """Slices (n, 32, 32) from 0 black to 1 white with the findings that are there (n, 3)."""
    count = len(there)

    def some(low: float, high: float) -> Floats:
        return generator.uniform(low, high, (count, 1, 1)).astype(np.float32)

    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    x, y = (columns - 15.5 + some(-1.0, 1.0)) / some(14.0, 15.5), (rows - 15.5 + some(-1.0, 1.0)) / some(12.0, 14.0)
    body = covered(x, y, 0.0, 0.0, 1.0, 1.0)
    picture = body * some(0.5, 0.65)
    wide, high = some(0.3, 0.36), some(0.5, 0.6)
    lungs = np.maximum(covered(x, y, -0.45, -0.05, wide, high), covered(x, y, 0.45, -0.05, wide, high))
    picture = picture * (1.0 - lungs) + 0.1 * lungs
    spine = covered(x, y, 0.0, 0.75, 0.16, 0.16)
    picture = picture * (1.0 - spine) + 0.95 * spine
    fluid = lungs * np.clip(8.0 * (y - some(0.12, 0.28)), 0.0, 1.0) * there[:, 1, None, None]
    fluid *= np.where(some(-1.0, 1.0) > 0.0, x > 0.0, x < 0.0)  # in one lung
    picture = picture * (1.0 - fluid) + 0.5 * fluid
    heart_size = np.where(there[:, 2, None, None], some(0.36, 0.44), some(0.2, 0.28))
    heart = covered(x, y, some(0.08, 0.16), some(-0.1, 0.1), heart_size, 0.9 * heart_size)
    picture = picture * (1.0 - heart) + 0.75 * heart
    side = np.where(some(-1.0, 1.0) > 0.0, np.float32(0.56), np.float32(-0.56))
    size = some(0.08, 0.12)
    nodule = covered(x, y, side + some(-0.05, 0.05), some(-0.4, -0.15), size, size) * there[:, 0, None, None]
    return np.asarray(picture * (1.0 - nodule) + 0.9 * nodule, dtype=np.float32)


def covered(x: Floats, y: Floats, across: Floats | float, down: Floats | float, wide: Floats | float,
            high: Floats | float) -> Floats:  # fmt: skip
    """How much of each pixel an ellipse covers, with soft edges."""
    distance = np.hypot((x - across) / wide, (y - down) / high)
    return np.asarray(np.clip(0.5 + (1.0 - distance) * 12.0 * np.minimum(wide, high), 0.0, 1.0), dtype=np.float32)


DATASETS: tuple[type[Dataset], ...] = (ToyScans,)
