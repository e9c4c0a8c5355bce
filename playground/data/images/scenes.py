"""Scenes of coloured shapes, with the truth for every task: which shapes, which pixels, boxes, key points, depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Port
from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples, ScaledDataset
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.painting import (
    Floats,
    backgrounds,
    box,
    coverage,
    cross,
    disc,
    hues,
    laid_over,
    noisy,
    placed,
    raster,
    triangle,
)
from playground.document.declaration import parameter

SHAPES = ("circle", "square", "triangle", "cross")
CORNERS = ("tip", "left", "right")
SIDES = Literal[16, 24, 32, 48, 64]
EXTENTS = (1.0, 1.15, 1.0, 1.0)
"""By what the sizes of the shapes are multiplied, so that all cover about as much."""


@dataclass(frozen=True)
class Scenes:
    """n scenes with k shapes each, the nearest last."""

    pictures: Floats
    """(n, 3, side, side) from 0 to 1."""
    kinds: NDArray[np.int64]
    """(n, k) numbers of the shapes; −1 where there is none."""
    pixels: NDArray[np.int64]
    """(n, side, side): 0 for the ground, else 1 + the number of the shape that is seen there."""
    boxes: Floats
    """(n, k, 4): middle across and down, width and height, in shares of the side."""
    depth: Floats
    """(n, side, side): how far away, from 0 near to 1 far."""


def scenes(kinds: NDArray[np.int64], side: int, noise: float, generator: np.random.Generator) -> Scenes:
    """Scenes of shapes (n, k); later ones stand before earlier ones, and near ones are large, low and clear.

    What is far away fades into the haze, so that size, place and colour together tell the depth.
    """
    count, most = kinds.shape
    pictures = backgrounds(count, side, generator)
    haze = pictures.mean(axis=(2, 3))  # (n, 3)
    pixels = np.zeros((count, side, side), dtype=np.int64)
    boxes = np.zeros((count, most, 4), dtype=np.float32)
    depth = np.tile(1.0 - 0.25 * raster(side)[1] / side, (count, 1, 1)).astype(np.float32)
    away = np.sort(generator.uniform(0.05, 0.55, (count, most)).astype(np.float32), axis=1)[:, ::-1]
    for number in range(most):
        far = away[:, number]
        size = side * (0.28 - 0.2 * far) * generator.uniform(0.9, 1.1, count)
        across = generator.uniform(0.22, 0.78, count)
        down = 0.75 - 0.5 * far + generator.uniform(-0.06, 0.06, count)
        middle = (side * np.stack([across, down], axis=1)).astype(np.float32)
        covered = shapes(kinds[:, number], side, middle, size.astype(np.float32), turns(count, generator))
        colour = hues(count, generator) * (1.0 - far[:, None]) + haze * far[:, None]
        laid_over(pictures, covered, colour)
        seen = covered > 0.5
        pixels = np.where(seen, kinds[:, number, None, None] + 1, pixels)
        depth = np.where(seen, far[:, None, None], depth)
        boxes[:, number] = bounds(seen)
    return Scenes(noisy(pictures, noise, generator), kinds, pixels, boxes, depth)


def turns(count: int, generator: np.random.Generator) -> Floats:
    """Angles of any size, (count,)."""
    return generator.uniform(0.0, 2.0 * np.pi, count).astype(np.float32)


def shapes(kinds: NDArray[np.int64], side: int, middle: Floats, size: Floats, turn: Floats) -> Floats:
    """The share of each pixel that shapes of these numbers (n,) cover, (n, side, side); nothing for −1."""
    covered = np.zeros((len(kinds), side, side), dtype=np.float32)
    for kind, inside in enumerate((disc, box, triangle, cross)):
        rows = np.flatnonzero(kinds == kind)
        length = size[rows] * np.float32(EXTENTS[kind])
        x, y = placed(side, middle[rows], length, turn[rows])
        covered[rows] = coverage(inside(x, y), length)
    return covered


def bounds(seen: NDArray[np.bool_]) -> Floats:
    """The boxes (n, 4) around what is True in (n, side, side): middle across and down, width, height, in shares of the
    side; zeros where nothing is."""
    side = seen.shape[-1]
    ends = []
    for axis in (1, 2):
        there: NDArray[np.bool_] = np.asarray(seen.any(axis=axis))
        first = there.argmax(axis=1)
        ends.append((first, side - there[:, ::-1].argmax(axis=1), np.asarray(there.any(axis=1))))
    (left, right, any_seen), (top, bottom, _) = ends
    found = np.stack([(left + right) / 2, (top + bottom) / 2, right - left, bottom - top], axis=1) / side
    return np.where(any_seen[:, None], found, 0.0).astype(np.float32)


def some_shapes(count: int, most: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """From 1 to `most` shapes by chance for each picture, (count, most); −1 where there are fewer."""
    kinds = generator.integers(0, len(SHAPES), (count, most))
    missing = np.arange(most)[None] >= generator.integers(1, most + 1, (count, 1))
    return generator.permuted(np.where(missing, -1, kinds), axis=1)


class ColourScenes(ScaledDataset):
    """Base of the scenes of coloured shapes."""

    ink: ClassVar[bool] = False

    examples: int = parameter(
        2_000, ge=40, le=20_000, logarithmic=True, help="How many pictures to paint for all three parts."
    )
    side: SIDES = parameter(32, help="Width and height of the pictures, in pixels.")
    noise: float = parameter(0.05, ge=0.0, le=1.0, help="Standard deviation of the noise over each pixel.")

    def feature_signal(self) -> Signal:
        shape = (3, self.side, self.side)
        if self.scaling == "none":
            return Signal(shape, kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal(shape, kind="image", axes=IMAGE_AXES)

    def subtitle(self) -> str:
        return f"{self.examples} images of {self.side} × {self.side}"


class ShapeClasses(ColourScenes, ClassDataset):
    """One coloured shape in each picture."""

    id: ClassVar[str] = "coloured-shapes"
    title: ClassVar[str] = "Coloured shapes"
    summary: ClassVar[str] = (
        "Circles, squares, triangles and crosses of any colour, size, turn and place, one in each picture."
    )
    question: ClassVar[str] = "Which shape does a picture show?"

    def class_names(self) -> tuple[str, ...]:
        return SHAPES

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = np.sort(np.arange(self.examples, dtype=np.int64) % len(SHAPES))
        made = scenes(numbers[:, None], self.side, self.noise, generator)
        return Examples(made.pictures, numbers, (), SHAPES)


class ShapeLabels(ColourScenes):
    """Several shapes in each picture, and which ones are there."""

    id: ClassVar[str] = "shape-labels"
    title: ClassVar[str] = "Shapes with labels"
    summary: ClassVar[str] = "Up to three shapes in one picture: a yes or no for each kind (multi-label)."
    question: ClassVar[str] = "Which of the four shapes are in a picture?"

    objects: int = parameter(3, ge=1, le=6, label="Most shapes", help="A picture has from one to so many shapes.")

    def signals(self) -> tuple[Signal, ...]:
        axes = ("labels",)
        target = Signal((len(SHAPES),), scale="probability", axes=axes, classes=SHAPES, low=0.0, high=1.0)
        return self.feature_signal(), target

    def generate(self, generator: np.random.Generator) -> Examples:
        made = scenes(some_shapes(self.examples, self.objects, generator), self.side, self.noise, generator)
        # A shape counts as far as it is seen: one may stand before another.
        there = [(made.pixels == kind + 1).any(axis=(1, 2)) for kind in range(len(SHAPES))]
        return Examples(made.pictures, np.stack(there, axis=1).astype(np.float32))


class ShapeMasks(ColourScenes):
    """What is seen at each pixel."""

    id: ClassVar[str] = "shape-masks"
    title: ClassVar[str] = "Shapes to segment"
    summary: ClassVar[str] = "Up to three shapes in one picture, and for every pixel what is seen there."
    question: ClassVar[str] = "What is seen at each pixel: the ground, or which shape?"

    objects: int = parameter(3, ge=1, le=6, label="Most shapes", help="A picture has from one to so many shapes.")

    def signals(self) -> tuple[Signal, ...]:
        names, axes = ("ground", *SHAPES), ("height", "width")
        return self.feature_signal(), Signal((self.side, self.side), "classes", "index", axes, names)

    def generate(self, generator: np.random.Generator) -> Examples:
        made = scenes(some_shapes(self.examples, self.objects, generator), self.side, self.noise, generator)
        return Examples(made.pictures, made.pixels)


class ShapeBoxes(ColourScenes):
    """One shape in each picture, with the box around it and its kind."""

    id: ClassVar[str] = "shape-boxes"
    title: ClassVar[str] = "Shapes in boxes"
    summary: ClassVar[str] = "One shape in each picture, with the box around it and its kind."
    question: ClassVar[str] = "Where is the shape, and which one is it?"
    outputs: ClassVar[tuple[Port, ...]] = (*Dataset.outputs, Port("kind", "Kind"))

    def signals(self) -> tuple[Signal, ...]:
        box_signal = Signal((4,), scale="box", axes=("box",), low=0.0, high=1.0)
        return self.feature_signal(), box_signal, Signal((), "classes", "index", classes=SHAPES)

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = np.arange(self.examples, dtype=np.int64) % len(SHAPES)
        made = scenes(numbers[:, None], self.side, self.noise, generator)
        return Examples(made.pictures, made.boxes[:, 0], fields={"kind": numbers})


class ShapeKeyPoints(ColourScenes):
    """An arrowhead with three marked corners."""

    id: ClassVar[str] = "shape-key-points"
    title: ClassVar[str] = "Shapes with key points"
    summary: ClassVar[str] = (
        "An arrowhead of any colour, size and turn, with the places of its tip and its two other corners."
    )
    question: ClassVar[str] = "Where are the tip, the left and the right corner of the arrowhead?"

    turn: float = parameter(180.0, ge=0.0, le=180.0, unit="°", help="Turned by up to so much either way.")

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), Signal((6,), scale="points", axes=("points",), low=0.0, high=1.0)

    def target_names(self) -> tuple[str, ...]:
        """Names of the numbers to predict."""
        return tuple(f"{corner} {axis}" for corner in CORNERS for axis in ("x", "y"))

    def generate(self, generator: np.random.Generator) -> Examples:
        pictures, corners = arrowheads(self.examples, self.side, self.turn, generator)
        return Examples(noisy(pictures, self.noise, generator), corners.reshape(-1, 6))


def arrowheads(
    count: int, side: int, most: float, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Pictures (count, 3, side, side) of arrowheads, turned by up to `most` degrees, and their corners (count, 3, 2):
    tip, left, right, each across and down in shares of the side."""
    pictures = backgrounds(count, side, generator)
    middle = generator.uniform(0.36, 0.64, (count, 2)).astype(np.float32)
    size = generator.uniform(0.2, 0.34, count).astype(np.float32)
    turn = np.deg2rad(generator.uniform(-most, most, count)).astype(np.float32)
    x, y = placed(side, side * middle - np.float32(0.5), side * size, turn)
    sides = np.maximum(y - 0.7, 0.95 * np.abs(x) - 0.3 * y - 0.3)  # from a tip at (0, −1) to corners at (± 0.54, 0.7)
    laid_over(pictures, coverage(-sides, side * size), hues(count, generator))
    corner = np.array([[0.0, -1.0], [-0.51 / 0.95, 0.7], [0.51 / 0.95, 0.7]], dtype=np.float32)  # (3, 2)
    cosine, sine = np.cos(turn)[:, None], np.sin(turn)[:, None]
    across = cosine * corner[:, 0] - sine * corner[:, 1]
    down = sine * corner[:, 0] + cosine * corner[:, 1]
    return pictures, middle[:, None] + size[:, None, None] * np.stack([across, down], axis=2)


class ShapeDepth(ColourScenes):
    """How far away each pixel is."""

    id: ClassVar[str] = "shape-depth"
    title: ClassVar[str] = "Shapes in depth"
    summary: ClassVar[str] = (
        "Near shapes are large, low and clear, far ones small, high and pale; and how far away each pixel is."
    )
    question: ClassVar[str] = "How far away is what is seen at each pixel, from 0 near to 1 far?"

    objects: int = parameter(3, ge=1, le=6, label="Most shapes", help="A picture has from one to so many shapes.")

    def signals(self) -> tuple[Signal, ...]:
        target = Signal((1, self.side, self.side), kind="image", scale="depth", axes=IMAGE_AXES, low=0.0, high=1.0)
        return self.feature_signal(), target

    def generate(self, generator: np.random.Generator) -> Examples:
        made = scenes(some_shapes(self.examples, self.objects, generator), self.side, self.noise, generator)
        return Examples(made.pictures, made.depth[:, None])


DATASETS: tuple[type[Dataset], ...] = (
    ShapeClasses, ShapeLabels, ShapeMasks, ShapeBoxes, ShapeKeyPoints, ShapeDepth,
)  # fmt: skip
