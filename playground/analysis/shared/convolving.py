"""Four ways to compute one and the same convolution: loops, one matrix product, Fourier transforms, and Winograd's.

All take maps x (channels, height, width) and kernels w (filters, channels, k, k), and give the cross-correlation
without padding, (filters, height - k + 1, width - k + 1), as a layer computes it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def by_loops(x: Floats, w: Floats) -> Floats:
    """One multiplication after the other."""
    filters, channels, size, _ = w.shape
    height, width = x.shape[1] - size + 1, x.shape[2] - size + 1
    maps, kernels = x.tolist(), w.tolist()
    found = np.zeros((filters, height, width), dtype=np.float32)
    for f in range(filters):
        for row in range(height):
            for column in range(width):
                total = 0.0
                for c in range(channels):
                    for i in range(size):
                        line, weights = maps[c][row + i], kernels[f][c][i]
                        for j in range(size):
                            total += line[column + j] * weights[j]
                found[f, row, column] = total
    return found


def by_matrix(x: Floats, w: Floats) -> Floats:
    """im2col: every window becomes a column, and all sums one matrix product (Chellapilla, Puri and Simard 2006)."""
    filters, channels, size, _ = w.shape
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))  # (c, h, w, k, k)
    height, width = windows.shape[1:3]
    columns = windows.transpose(0, 3, 4, 1, 2).reshape(channels * size * size, height * width)
    return np.asarray((w.reshape(filters, -1) @ columns).reshape(filters, height, width), dtype=np.float32)


def by_fourier(x: Floats, w: Floats) -> Floats:
    """Products of spectra instead of sums over windows (Mathieu, Henaff and LeCun 2013)."""
    size, extents = w.shape[-1], x.shape[1:]
    spectra, kernels = np.fft.rfft2(x), np.fft.rfft2(w, s=extents)
    products = np.einsum("chw,fchw->fhw", spectra, kernels.conj())
    whole = np.fft.irfft2(products, s=extents)
    return np.asarray(whole[:, : extents[0] - size + 1, : extents[1] - size + 1], dtype=np.float32)


INPUT = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], dtype=np.float32)
KERNEL = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], dtype=np.float32)
OUTPUT = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], dtype=np.float32)
"""Of F(2 × 2, 3 × 3): four results of a 3 × 3 kernel by 16 multiplications instead of 36 (Lavin and Gray 2016)."""


def by_winograd(x: Floats, w: Floats) -> Floats:
    """Tiles of 4 × 4 and their kernels, each transformed, give 2 × 2 results. Raises ValueError unless k is 3."""
    if w.shape[-1] != 3:
        raise ValueError("Winograd's F(2 × 2, 3 × 3) takes kernels of 3 × 3 alone.")
    height, width = x.shape[1] - 2, x.shape[2] - 2
    even = np.pad(x, ((0, 0), (0, height % 2), (0, width % 2)))
    tiles = np.lib.stride_tricks.sliding_window_view(even, (4, 4), axis=(1, 2))[:, ::2, ::2]  # (c, h / 2, w / 2, 4, 4)
    moved = INPUT @ tiles @ INPUT.T
    kernels = KERNEL @ w @ KERNEL.T  # (f, c, 4, 4)
    channels, down, across = moved.shape[:3]
    columns = moved.reshape(channels, down * across, 16).transpose(2, 0, 1)  # (16, c, tiles)
    products = kernels.reshape(*kernels.shape[:2], 16).transpose(2, 0, 1) @ columns  # (16, f, tiles)
    back = products.transpose(1, 2, 0).reshape(len(w), down, across, 4, 4)
    found = OUTPUT @ back @ OUTPUT.T  # (f, h / 2, w / 2, 2, 2)
    whole = found.transpose(0, 1, 3, 2, 4).reshape(len(w), 2 * down, 2 * across)
    return np.ascontiguousarray(whole[:, :height, :width], dtype=np.float32)
