"""Textures: pictures in which not the outline but the pattern tells the class."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.painting import Floats, hues, noisy, raster
from playground.data.images.scenes import ColourScenes, turns

TEXTURES = ("stripes", "checks", "dots", "bricks", "rings", "clouds")


def patterns(kind: int, count: int, side: int, generator: np.random.Generator) -> Floats:
    """One pattern in `count` sizes, turns and places, (count, side, side) from 0 to 1."""
    period = generator.uniform(4.0, 9.0, (count, 1, 1)).astype(np.float32)
    shift = generator.uniform(0.0, side, (2, count, 1, 1)).astype(np.float32)
    turn = turns(count, generator)[:, None, None]
    columns, rows = raster(side)
    across, down = columns - shift[0], rows - shift[1]
    if kind == 4:
        return np.asarray(0.5 + 0.5 * np.sin(2.0 * np.pi * np.hypot(across, down) / period), dtype=np.float32)
    if kind == 5:
        return clouds(count, side, generator)
    x = (np.cos(turn) * across + np.sin(turn) * down) / period
    y = (np.cos(turn) * down - np.sin(turn) * across) / period
    if kind == 0:
        return np.asarray(0.5 + 0.5 * np.sin(2.0 * np.pi * x), dtype=np.float32)
    if kind == 1:
        return np.asarray((np.floor(x) + np.floor(y)) % 2.0, dtype=np.float32)
    if kind == 2:
        dots = np.hypot(x % 1.0 - 0.5, y % 1.0 - 0.5)
        return np.asarray(np.clip((0.36 - dots) * period + 0.5, 0.0, 1.0), dtype=np.float32)
    along = (0.5 * x + 0.5 * (np.floor(y) % 2.0)) % 1.0  # every second row lies half a brick further on
    joint = np.minimum(np.minimum(along, 1.0 - along) * 2.0, np.minimum(y % 1.0, 1.0 - y % 1.0))
    return np.asarray(np.clip((joint - 0.08) * period + 0.5, 0.0, 1.0), dtype=np.float32)


def clouds(count: int, side: int, generator: np.random.Generator) -> Floats:
    """Noise without any direction: each frequency the fainter the higher it is, (count, side, side) from 0 to 1."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    weight = 1.0 / np.maximum(frequency, 1.0 / side) ** 1.5
    weight[0, 0] = 0.0
    white = np.fft.rfft2(generator.standard_normal((count, side, side)))
    made = np.fft.irfft2(white * weight, s=(side, side))
    made /= made.std(axis=(1, 2), keepdims=True)
    return np.asarray(np.clip(0.5 + 0.3 * made, 0.0, 1.0), dtype=np.float32)


class Textures(ColourScenes, ClassDataset):
    """Patterns of any colours."""

    id: ClassVar[str] = "textures"
    title: ClassVar[str] = "Textures"
    summary: ClassVar[str] = "Stripes, checks, dots, bricks, rings and clouds, in any colours, sizes and turns."
    question: ClassVar[str] = "Which pattern covers a picture?"

    def class_names(self) -> tuple[str, ...]:
        return TEXTURES

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers: NDArray[np.int64] = np.sort(np.arange(self.examples, dtype=np.int64) % len(TEXTURES))
        counts = np.bincount(numbers, minlength=len(TEXTURES)).tolist()
        made = [patterns(kind, count, self.side, generator) for kind, count in enumerate(counts)]
        share = np.concatenate(made)[:, None]  # (n, 1, side, side)
        first, second = hues(2 * self.examples, generator, 0.6, 0.9).reshape(2, self.examples, 3, 1, 1)
        dark = generator.uniform(0.1, 0.6, (self.examples, 1, 1, 1)).astype(np.float32)
        return Examples(noisy(first + share * (dark * second - first), self.noise, generator), numbers, (), TEXTURES)


DATASETS: tuple[type[Dataset], ...] = (Textures,)
