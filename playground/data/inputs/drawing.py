"""A drawing as strokes of a pen, and the grey picture that it becomes, placed as the pictures of the data are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Stroke = tuple[tuple[float, float], ...]
"""Places of the pen, x to the right and y downwards."""

FINE = 4
"""Points along a pixel at which a stroke is looked at."""


@dataclass(frozen=True)
class Placing:
    """Where in its picture a drawing lies."""

    box: float
    """Pixels of its longer side."""
    by: Literal["mass", "box"]
    """Whether the centre of its mass comes to `centre`, or that of the box around it."""
    centre: float
    """In pixels from the upper left corner, the same both ways."""
    pen: float = 0.12
    """Width of the pen, as a share of the box: about that of the handwriting."""


@dataclass(frozen=True)
class Drawing:
    """Strokes on a square of side 1."""

    strokes: tuple[Stroke, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn."""
        return not any(self.strokes)


def inked(drawing: Drawing, side: int, placing: Placing) -> Floats:
    """The picture (side, side) of a drawing, 0 paper to 1 ink; it is brought to the size and place of the data.

    The pen keeps its width whatever the size of the drawing.
    """
    places = np.array([place for stroke in drawing.strokes for place in stroke], dtype=np.float64)
    low, high = places.min(axis=0), places.max(axis=0)
    pen = placing.pen * placing.box
    scale = (placing.box - pen) / max(float((high - low).max()), 1e-9)
    scale = min(scale, 8.0 * side)  # a dot stays a dot
    middle = (low + high) / 2.0
    strokes = [(np.array(stroke) - middle) * scale + placing.centre for stroke in drawing.strokes if stroke]
    picture = _drawn(strokes, side, pen)
    if placing.by == "mass":
        move = placing.centre - mass_centre(picture)
        picture = _drawn([stroke + move for stroke in strokes], side, pen)
    return picture


def _drawn(strokes: Sequence[NDArray[np.float64]], side: int, pen: float) -> Floats:
    """Strokes in pixels, as a picture: how much of each pixel is inked."""
    fine = side * FINE
    ink = np.zeros((fine, fine), dtype=bool)
    radius = pen / 2.0
    for stroke in strokes:
        for start, stop in zip(stroke, stroke[1:] if len(stroke) > 1 else stroke, strict=False):
            corners = np.stack([start, stop])
            first = np.clip(np.floor((corners.min(axis=0) - radius) * FINE), 0, fine).astype(int)
            last = np.clip(np.ceil((corners.max(axis=0) + radius) * FINE) + 1, 0, fine).astype(int)
            xs = (np.arange(first[0], last[0]) + 0.5) / FINE
            ys = (np.arange(first[1], last[1]) + 0.5) / FINE
            if len(xs) and len(ys):
                ink[first[1] : last[1], first[0] : last[0]] |= _near(xs, ys, start, stop) <= radius
    return np.asarray(ink.reshape(side, FINE, side, FINE).mean(axis=(1, 3)), dtype=np.float32)


def _near(
    xs: NDArray[np.float64], ys: NDArray[np.float64], start: NDArray[np.float64], stop: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distances (ys, xs) from the line between two places."""
    way = stop - start
    length = float(way @ way)
    across, down = xs[None, :] - start[0], ys[:, None] - start[1]
    along = np.clip((across * way[0] + down * way[1]) / length, 0.0, 1.0) if length else np.zeros((1, 1))
    return np.asarray(np.hypot(across - along * way[0], down - along * way[1]))


def mass_centre(picture: Floats) -> NDArray[np.float64]:
    """The centre of mass (x, y) of a picture (height, width) in pixels; its middle where it is empty."""
    height, width = picture.shape
    mass = float(picture.sum())
    if not mass > 0.0:
        return np.array([width / 2.0, height / 2.0])
    x = float((picture.sum(axis=0) * (np.arange(width) + 0.5)).sum()) / mass
    y = float((picture.sum(axis=1) * (np.arange(height) + 0.5)).sum()) / mass
    return np.array([x, y])


def placed(ink: Floats, side: int, placing: Placing) -> Floats:
    """A picture of a drawing (height, width), 0 paper to 1 ink, brought to the size and place of the data."""
    rows, columns = np.flatnonzero((ink > 0.2).any(axis=1)), np.flatnonzero((ink > 0.2).any(axis=0))
    if not len(rows):
        return np.zeros((side, side), dtype=np.float32)
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    share = placing.box / max(cut.shape)
    small = resized(cut, max(1, round(cut.shape[0] * share)), max(1, round(cut.shape[1] * share)))
    middle = mass_centre(small) if placing.by == "mass" else np.array([small.shape[1] / 2.0, small.shape[0] / 2.0])
    left, top = (round(placing.centre - one) for one in middle.tolist())
    left = min(max(left, 0), side - small.shape[1])
    top = min(max(top, 0), side - small.shape[0])
    picture = np.zeros((side, side), dtype=np.float32)
    picture[top : top + small.shape[0], left : left + small.shape[1]] = small
    return picture


def resized(picture: Floats, height: int, width: int) -> Floats:
    """A picture (h, w) or (h, w, channels) of another size, by the mean over the area of each new pixel."""
    down, across = _areas(picture.shape[0], height), _areas(picture.shape[1], width)
    first = np.tensordot(down, picture, axes=(1, 0))  # (height, w, ...)
    both = np.tensordot(first, across, axes=(1, 1))  # (height, ..., width)
    return np.moveaxis(both, -1, 1).astype(np.float32)


def _areas(before: int, after: int) -> NDArray[np.float64]:
    """Which share of each old pixel a new one covers, (after, before); rows sum to 1."""
    edges = np.linspace(0.0, before, after + 1)
    starts = np.arange(before)
    covered = np.clip(np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts), 0.0, None)
    return np.asarray(covered / covered.sum(axis=1, keepdims=True))
