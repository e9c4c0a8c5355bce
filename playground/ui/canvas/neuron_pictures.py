"""The output maps of neurons as small round-cornered images."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from playground.ui.canvas.pictures import SIGNED, shades

_SMALLEST = 40
"""Pixels of a picture's side; smaller maps are repeated, so that corners are round and large pixels stay crisp."""
_ROUNDING = 0.14
"""Corner radius as a share of the side."""


class Tiles:
    """One small picture for each map, orange below the middle and blue above; all of them are one image.

    The middle is 0, or one half for probabilities. Values are coloured as they are up to 1, larger ones are divided by
    the largest of the block.
    """

    def __init__(self, maps: NDArray[np.float32], scale: str = "any") -> None:
        """`maps` is (units, h, w)."""
        if maps.ndim != 3 or 0 in maps.shape:
            maps = np.empty((0, 1, 1), dtype=np.float32)
        repeat = -(-_SMALLEST // min(maps.shape[1:]))
        pixels = SIGNED.take(shades(maps, scale))
        if repeat > 1:
            pixels = pixels.repeat(repeat, axis=1).repeat(repeat, axis=2)
        _round_corners(pixels)
        self._pixels = pixels  # QImage does not copy: this reference keeps the bytes alive
        self._count, self._height, self._width = (int(size) for size in pixels.shape)
        form = QImage.Format.Format_ARGB32_Premultiplied
        self._image = QImage(pixels.data, self._width, self._count * self._height, 4 * self._width, form)

    def __len__(self) -> int:
        return self._count

    def paint(self, painter: QPainter, rect: QRectF, number: int) -> None:
        """Draw the picture with this number into a rectangle."""
        painter.drawImage(rect, self._image, QRectF(self._place(number)))

    def image(self, number: int) -> QImage:
        """The picture with this number, as a copy."""
        return self._image.copy(self._place(number))

    def _place(self, number: int) -> QRect:
        return QRect(0, number * self._height, self._width, self._height)


@functools.lru_cache(maxsize=16)
def _corners(height: int, width: int) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which pixels lie in the corners, (h, w), and the share of each that is seen, (n, 1)."""
    radius = _ROUNDING * min(height, width)
    y, x = np.indices((height, width), dtype=np.float64) + 0.5
    beyond_x = np.maximum(radius - np.minimum(x, width - x), 0.0)
    beyond_y = np.maximum(radius - np.minimum(y, height - y), 0.0)
    share = np.clip(radius + 0.5 - np.hypot(beyond_x, beyond_y), 0.0, 1.0)
    corner = share < 1.0
    return corner, share[corner, None].astype(np.float32)


def _round_corners(pixels: NDArray[np.uint32]) -> None:
    """Fade the corners of premultiplied pixels (units, h, w) in place."""
    corner, share = _corners(*pixels.shape[1:])
    channels = pixels.view(np.uint8).reshape(*pixels.shape, 4)  # (units, h, w, 4)
    channels[:, corner] = (channels[:, corner] * share).astype(np.uint8)


def plane_features(resolution: int = 32) -> NDArray[np.float32]:
    """The maps of x1 and x2 themselves, (2, resolution, resolution): x1 grows to the right, x2 upwards."""
    ramp = np.linspace(-1.0, 1.0, resolution, dtype=np.float32)
    x1, x2 = np.meshgrid(ramp, ramp[::-1])
    return np.stack([x1, x2])
