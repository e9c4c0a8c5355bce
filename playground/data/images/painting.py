"""Painting shapes on many pictures at once: coverage of pixels, colours, backgrounds. All arrays are float32."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
"""float32."""
Inside = Callable[[Floats, Floats], Floats]
"""How deep a point (x right, y down) of a shape of size 1 lies inside of it: positive inside, negative outside."""


def disc(x: Floats, y: Floats) -> Floats:
    return 1.0 - np.hypot(x, y)


def box(x: Floats, y: Floats) -> Floats:
    return 0.85 - np.maximum(np.abs(x), np.abs(y))


def triangle(x: Floats, y: Floats) -> Floats:
    """One with three equal sides, a corner on top."""
    return 0.5 - np.maximum(y, 0.8660254 * np.abs(x) - 0.5 * y)


def cross(x: Floats, y: Floats) -> Floats:
    wide, high = np.abs(x), np.abs(y)
    return np.minimum(0.32 - np.minimum(wide, high), 1.0 - np.maximum(wide, high))


def ellipse(x: Floats, y: Floats, across: float, down: float, wide: float, high: float) -> Floats:
    """One with its middle at (across, down) and these half axes."""
    return np.asarray((1.0 - np.hypot((x - across) / wide, (y - down) / high)) * min(wide, high))


def rectangle(x: Floats, y: Floats, left: float, top: float, right: float, bottom: float) -> Floats:
    return np.asarray(np.minimum(np.minimum(x - left, right - x), np.minimum(y - top, bottom - y)))


def wedge(x: Floats, y: Floats, across: float, top: float, bottom: float, half: float) -> Floats:
    """A triangle from a tip at (across, top) to a base of 2 · `half` at `bottom`, which may lie above the tip."""
    height = abs(bottom - top)
    below = (y - top) * np.float32(1.0 if bottom > top else -1.0)
    slant = (half * below / height - np.abs(x - across)) * height / np.hypot(half, height)
    return np.asarray(np.minimum(height - below, slant))


def raster(side: int) -> tuple[Floats, Floats]:
    """The places of the pixels of a square, (side, side) each: columns, then rows, from 0 to `side` − 1."""
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    return columns, rows


def placed(side: int, middle: Floats, size: Floats, turn: Floats) -> tuple[Floats, Floats]:
    """The pixels of n pictures in the coordinates of n shapes, (n, side, side) each.

    `middle` (n, 2) is across and down, in pixels; `size` (n,) in pixels; `turn` (n,) in radians, clockwise.
    """
    columns, rows = raster(side)
    x = (columns - middle[:, 0, None, None]) / size[:, None, None]
    y = (rows - middle[:, 1, None, None]) / size[:, None, None]
    cosine, sine = np.cos(turn)[:, None, None], np.sin(turn)[:, None, None]
    return cosine * x + sine * y, cosine * y - sine * x


def coverage(depth: Floats, size: Floats) -> Floats:
    """The share of each pixel that a shape covers, (n, side, side); `depth` is how deep its middle lies inside."""
    return np.asarray(np.clip(0.5 + depth * size[:, None, None], 0.0, 1.0), dtype=np.float32)


def laid_over(pictures: Floats, covered: Floats, colour: Floats) -> None:
    """Paint colours (n, 3) where shapes cover, (n, side, side), over pictures (n, 3, side, side), in place."""
    pictures += covered[:, None] * (colour[:, :, None, None] - pictures)


def hues(count: int, generator: np.random.Generator, strength: float = 0.9, brightness: float = 1.0) -> Floats:
    """Bright colours (count, 3) of any hue."""
    hue = generator.uniform(0.0, 1.0, (count, 1))
    ramp = np.abs((hue + np.array([0.0, 2.0, 1.0]) / 3.0) % 1.0 * 6.0 - 3.0) - 1.0
    pure = np.clip(ramp, 0.0, 1.0)
    return np.asarray(brightness * (1.0 - strength + strength * pure), dtype=np.float32)


def backgrounds(count: int, side: int, generator: np.random.Generator) -> Floats:
    """Pale or dark grounds (count, 3, side, side), each from one colour to another in some direction."""
    ends = 0.5 * hues(2 * count, generator, 0.35, 0.9).reshape(2, count, 3, 1, 1)
    ends += generator.uniform(0.0, 0.35, (2, count, 1, 1, 1)).astype(np.float32)
    way = generator.uniform(0.0, 2.0 * np.pi, (count, 1, 1)).astype(np.float32)
    columns, rows = raster(side)
    along = 0.5 + 0.35 * (np.cos(way) * (2 * columns / side - 1) + np.sin(way) * (2 * rows / side - 1))
    share = along[:, None]  # (count, 1, side, side)
    return np.ascontiguousarray(ends[0] + share * (ends[1] - ends[0]), dtype=np.float32)


def noisy(pictures: Floats, noise: float, generator: np.random.Generator) -> Floats:
    """Pictures with noise of this standard deviation on each pixel, kept from 0 to 1."""
    if noise:
        pictures = pictures + np.float32(noise) * generator.standard_normal(pictures.shape, dtype=np.float32)
    return np.clip(pictures, 0.0, 1.0)
