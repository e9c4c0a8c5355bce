"""The output maps of neurons as small round-cornered images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from playground.ui.canvas.pictures import SIGNED

_SMALLEST = 40
"""Pixels of a picture's side; smaller maps are repeated, so that corners are round and large pixels stay crisp."""
_ROUNDING = 0.14
"""Corner radius as a share of the side."""


def tile_images(maps: NDArray[np.float32], scale: str = "any") -> list[QImage]:
    """One image for each map of `maps` (units, h, w): orange below the middle, blue above.

    The middle is 0, or one half for probabilities. Values are coloured as they are up to 1, larger ones are divided by
    the largest of the block.
    """
    if maps.ndim != 3 or 0 in maps.shape:
        return []
    repeat = -(-_SMALLEST // min(maps.shape[1:]))
    pixels = SIGNED[_levels(maps, scale)]
    if repeat > 1:
        pixels = pixels.repeat(repeat, axis=1).repeat(repeat, axis=2)
    pixels = np.ascontiguousarray(pixels)
    _round_corners(pixels)
    height, width = pixels.shape[1:]
    form = QImage.Format.Format_ARGB32_Premultiplied
    # copy(): an image over numpy memory would dangle once the array goes.
    return [QImage(part.data, width, height, 4 * width, form).copy() for part in pixels]


def _levels(maps: NDArray[np.float32], scale: str) -> NDArray[np.intp]:
    finite = np.nan_to_num(maps, nan=0.0, posinf=1e9, neginf=-1e9)
    if scale == "probability":
        unit = finite
    else:
        unit = 0.5 + finite * (0.5 / max(1.0, float(np.abs(finite).max())))
    levels: NDArray[np.intp] = np.clip(unit * 255.0 + 0.5, 0, 255).astype(np.intp)
    return levels


def _round_corners(pixels: NDArray[np.uint32]) -> None:
    """Fade the corners of premultiplied pixels (units, h, w) in place."""
    height, width = pixels.shape[1:]
    radius = _ROUNDING * min(height, width)
    y, x = np.indices((height, width), dtype=np.float64) + 0.5
    beyond_x = np.maximum(radius - np.minimum(x, width - x), 0.0)
    beyond_y = np.maximum(radius - np.minimum(y, height - y), 0.0)
    share = np.clip(radius + 0.5 - np.hypot(beyond_x, beyond_y), 0.0, 1.0)
    corner = share < 1.0
    faded = pixels[:, corner]
    result = np.zeros_like(faded)
    for shift in (0, 8, 16, 24):
        channel = (faded >> np.uint32(shift)) & np.uint32(255)
        result |= (channel * share[corner]).astype(np.uint32) << np.uint32(shift)
    pixels[:, corner] = result


def plane_features(resolution: int = 32) -> NDArray[np.float32]:
    """The maps of x1 and x2 themselves, (2, resolution, resolution): x1 grows to the right, x2 upwards."""
    ramp = np.linspace(-1.0, 1.0, resolution, dtype=np.float32)
    x1, x2 = np.meshgrid(ramp, ramp[::-1])
    return np.stack([x1, x2])
