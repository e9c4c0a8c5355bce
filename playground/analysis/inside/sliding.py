"""How one number of a feature map comes about: the window under the kernel, the products, and their sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from playground.blocks.reveals import SlidesWindow

Reduction = Literal["weigh", "largest", "mean"]


@dataclass(frozen=True)
class Look:
    """One window of one channel, and what the block makes of the windows of all channels."""

    window: NDArray[np.float32]
    """(k, k); zeros where it reaches over the edge."""
    kernel: NDArray[np.float32] | None
    """(k, k); None where nothing is weighed."""
    inside: NDArray[np.bool_]
    """(k, k): which of the pixels lie in the image."""
    total: float
    """The sum of the products of all channels; of pooling, its result."""
    bias: float

    @property
    def products(self) -> NDArray[np.float32]:
        """(k, k): window times kernel, number by number."""
        return self.window if self.kernel is None else self.window * self.kernel

    @property
    def part(self) -> float:
        """The sum of the products of this channel alone."""
        return float(self.products.sum(dtype=np.float64))

    @property
    def before(self) -> float:
        """What goes into the activation."""
        return self.total + self.bias


@dataclass(frozen=True)
class Sliding:
    """A window that slides over the image which arrives at a block."""

    way: Reduction
    size: int
    """Side k of the window."""
    stride: int
    rim: int
    """Rows and columns of zeros above and on the left."""
    source: str
    """The node whose maps arrive."""
    arriving: NDArray[np.float32]
    """(channels, height, width)."""
    function: str = ""
    """The activation behind the sum, by its id."""
    kernels: NDArray[np.float32] | None = None
    """(maps, channels, k, k)."""
    biases: NDArray[np.float32] | None = None
    """(maps,)."""

    @property
    def channels(self) -> int:
        """How many channels the window of one map looks at."""
        return len(self.arriving) if self.way == "weigh" else 1

    def place(self, row: int, column: int) -> tuple[int, int]:
        """Row and column of the upper left pixel of a window, which may lie outside."""
        return row * self.stride - self.rim, column * self.stride - self.rim

    def windows(self, row: int, column: int) -> NDArray[np.float32]:
        """(channels, k, k): what arrives under the window at a place of the map."""
        channels, height, width = self.arriving.shape
        top, left = self.place(row, column)
        found = np.zeros((channels, self.size, self.size), dtype=np.float32)
        rows = slice(max(top, 0), min(top + self.size, height))
        columns = slice(max(left, 0), min(left + self.size, width))
        target = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        found[:, *target] = self.arriving[:, rows, columns]
        return found

    def look(self, number: int, row: int, column: int, channel: int = 0) -> Look:
        """How the number at (row, column) of map `number` comes about, with the window of one channel."""
        windows = self.windows(row, column)
        top, left = self.place(row, column)
        _, height, width = self.arriving.shape
        downwards, across = np.arange(top, top + self.size), np.arange(left, left + self.size)
        inside = ((downwards >= 0) & (downwards < height))[:, None] & ((across >= 0) & (across < width))
        if self.kernels is None:
            window = windows[number]
            total = float(window.max() if self.way == "largest" else window.mean(dtype=np.float64))
            return Look(window, None, inside, total, 0.0)
        total = float((windows * self.kernels[number]).sum(dtype=np.float64))
        bias = float(self.biases[number]) if self.biases is not None else 0.0
        return Look(windows[channel], self.kernels[number, channel], inside, total, bias)


def sliding_of(
    block: object, module: nn.Module, source: str, arriving: torch.Tensor, most_maps: int
) -> Sliding | None:
    """How a block slides over one example (channels, height, width); None for a block without a window."""
    if not isinstance(block, SlidesWindow):
        return None
    image = np.ascontiguousarray(arriving.numpy(), dtype=np.float32)
    window = block.window(module)
    kernels, biases = (_first(values, most_maps) for values in (window.weight, window.bias))
    return Sliding(
        window.reduction, window.size, window.stride, window.rim, source, image, window.function, kernels, biases
    )


def _first(values: torch.Tensor | None, most: int) -> NDArray[np.float32] | None:
    return None if values is None else values.detach().numpy()[:most].copy()
