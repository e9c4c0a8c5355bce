"""Pictures moved, resized and made noisy, to see what a network makes of them that has never seen such ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def moved(pictures: NDArray[np.float32], shift: int, rotation: float, scale: float) -> NDArray[np.float32]:
    """Pictures (n, channels, height, width) shifted by so many pixels, turned by so many degrees and resized.

    They go up, right, down and left in turn, and turn to one side and to the other. What comes in at the rim is 0.
    Between pixels it is interpolated linearly.
    """
    from scipy import ndimage

    found = np.zeros_like(pictures)
    middle = (np.array(pictures.shape[2:]) - 1.0) / 2.0
    for number, picture in enumerate(pictures):
        way = shift * np.array([(-1, 0), (0, 1), (1, 0), (0, -1)][number % 4])
        angle = np.deg2rad(rotation) * (-1.0) ** number
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
        for channel, plane in enumerate(picture):
            start = middle - turn @ (middle + way)
            found[number, channel] = ndimage.affine_transform(plane, turn, start, order=1)
    return found


def noisy(pictures: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    """Pictures (n, channels, height, width) from 0 to 1 with noise on every pixel, the same at every call; what
    leaves 0 to 1 is cut off."""
    drawn = np.random.default_rng(83).standard_normal(pictures.shape, dtype=np.float32)
    return np.clip(pictures + deviation * drawn, 0.0, 1.0).astype(np.float32)
