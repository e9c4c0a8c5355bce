"""Pictures with a third axis: short films of moving shapes, and bodies made of voxels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.painting import Floats, noisy
from playground.data.images.scenes import SHAPES, shapes, turns
from playground.document.declaration import parameter

MOTIONS = ("left", "right", "up", "down", "grows", "shrinks", "turns")
BODIES = ("ball", "cube", "cylinder", "cone", "ring")
VOLUME_AXES = ("channels", "depth", "height", "width")
FILM_SIDE = 20


class Volumes(ClassDataset):
    """Base of the examples that are volumes: grey, light on black."""

    ink: ClassVar[bool] = False

    examples: int = parameter(
        1_000, ge=50, le=10_000, logarithmic=True, help="How many examples to make for all three parts."
    )
    noise: float = parameter(0.1, ge=0.0, le=1.0, help="Standard deviation of the noise over each number.")

    def shape(self) -> tuple[int, int, int]:
        """Depth, height and width."""
        raise NotImplementedError

    def feature_signal(self) -> Signal:
        shape = (1, *self.shape())
        if self.scaling == "none":
            return Signal(shape, kind="volume", axes=VOLUME_AXES, low=0.0, high=1.0)
        return Signal(shape, kind="volume", axes=VOLUME_AXES)

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers: NDArray[np.int64] = np.sort(np.arange(self.examples, dtype=np.int64) % len(self.class_names()))
        made = self.made(numbers, generator)
        return Examples(noisy(made[:, None], self.noise, generator), numbers, (), self.class_names())

    def made(self, numbers: NDArray[np.int64], generator: np.random.Generator) -> Floats:
        """Examples (n, depth, height, width) of these classes, from 0 to 1."""
        raise NotImplementedError


class MovingShapes(Volumes):
    """Films of one shape that moves."""

    id: ClassVar[str] = "moving-shapes"
    title: ClassVar[str] = "Moving shapes"
    summary: ClassVar[str] = (
        "Short films of a shape that moves, grows, shrinks or turns; how it changes is the class."
    )
    question: ClassVar[str] = "How does the shape in a film move?"

    frames: int = parameter(8, ge=3, le=24, help="Pictures in a film.")

    def class_names(self) -> tuple[str, ...]:
        return MOTIONS

    def shape(self) -> tuple[int, int, int]:
        return self.frames, FILM_SIDE, FILM_SIDE

    def subtitle(self) -> str:
        return f"{self.examples} films of {self.frames} × {FILM_SIDE} × {FILM_SIDE}"

    def made(self, numbers: NDArray[np.int64], generator: np.random.Generator) -> Floats:
        return films(numbers, self.frames, generator)


def films(numbers: NDArray[np.int64], frames: int, generator: np.random.Generator) -> Floats:
    """Films (n, frames, 20, 20) of motions of these numbers. The middle of each motion lies at any place, in any size
    and turn, so that it is the change that tells."""
    count = len(numbers)
    kind = generator.integers(1, len(SHAPES), count)  # a circle that turns stays as it is
    middle = FILM_SIDE * generator.uniform(0.4, 0.6, (count, 2)).astype(np.float32)
    size = FILM_SIDE * generator.uniform(0.15, 0.25, count).astype(np.float32)
    turn = turns(count, generator)
    speed = generator.uniform(0.6, 1.0, count).astype(np.float32)
    light = generator.uniform(0.5, 1.0, count).astype(np.float32)
    ways = np.array([[-1, 0], [1, 0], [0, -1], [0, 1], [0, 0], [0, 0], [0, 0]], dtype=np.float32)[numbers]
    grows = np.array([0, 0, 0, 0, 1, -1, 0], dtype=np.float32)[numbers]
    spins = (numbers == 6).astype(np.float32) * generator.choice(np.array([-1.0, 1.0], dtype=np.float32), count)
    found = np.zeros((count, frames, FILM_SIDE, FILM_SIDE), dtype=np.float32)
    for frame in range(frames):
        when = np.float32(2.0 * frame / (frames - 1) - 1.0) * speed  # from −1 to 1, 0 in the middle of the film
        there = middle + 0.2 * FILM_SIDE * when[:, None] * ways
        found[:, frame] = shapes(kind, FILM_SIDE, there, size * (1.0 + 0.45 * when * grows), turn + 0.8 * when * spins)
    return found * light[:, None, None, None]


class VoxelBodies(Volumes):
    """Solid bodies."""

    id: ClassVar[str] = "voxel-bodies"
    title: ClassVar[str] = "Bodies of voxels"
    summary: ClassVar[str] = "Balls, cubes, cylinders, cones and rings in a cube of voxels, turned in any way."
    question: ClassVar[str] = "Which body lies in the cube?"

    side: int = parameter(16, ge=8, le=32, help="Voxels along each side of the cube.")

    def class_names(self) -> tuple[str, ...]:
        return BODIES

    def shape(self) -> tuple[int, int, int]:
        return self.side, self.side, self.side

    def subtitle(self) -> str:
        return f"{self.examples} bodies of {self.side} × {self.side} × {self.side}"

    def made(self, numbers: NDArray[np.int64], generator: np.random.Generator) -> Floats:
        counts = np.bincount(numbers, minlength=len(BODIES)).tolist()
        return np.concatenate([bodies(kind, count, self.side, generator) for kind, count in enumerate(counts)])


def bodies(kind: int, count: int, side: int, generator: np.random.Generator) -> Floats:
    """One body in `count` sizes, places and turns, (count, side, side, side): the share of each voxel that it fills."""
    axis = np.arange(side, dtype=np.float32)
    places = np.stack(np.meshgrid(axis, axis, axis, indexing="ij")).reshape(3, -1)  # (3, side³)
    middle = side * generator.uniform(0.4, 0.6, (count, 3, 1)).astype(np.float32) - np.float32(0.5)
    size = side * generator.uniform(0.24, 0.36, (count, 1)).astype(np.float32)
    # The first factor of a random matrix, with positive diagonal in the second, is a turn without any preference.
    turn, other = np.linalg.qr(generator.standard_normal((count, 3, 3)))
    turn = (turn * np.sign(np.diagonal(other, axis1=1, axis2=2))[:, None]).astype(np.float32)
    z, y, x = np.moveaxis(turn @ (places - middle), 1, 0) / size  # (count, side³) each
    around = np.hypot(x, y)
    inside = (
        1.0 - np.hypot(around, z) if kind == 0
        else 0.8 - np.maximum(np.maximum(np.abs(x), np.abs(y)), np.abs(z)) if kind == 1
        else np.minimum(0.6 - around, 1.0 - np.abs(z)) if kind == 2
        else np.minimum(0.45 * (1.0 - z) - around, 0.9 - np.abs(z)) if kind == 3
        else 0.3 - np.hypot(around - 0.8, z)
    )  # fmt: skip
    return np.asarray(np.clip(0.5 + inside * size, 0.0, 1.0), dtype=np.float32).reshape(count, side, side, side)


DATASETS: tuple[type[Dataset], ...] = (MovingShapes, VoxelBodies)
