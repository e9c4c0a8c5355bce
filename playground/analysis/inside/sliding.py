"""How one number of a feature map comes about: the window under the kernel, the products, and their sum.

Maps are pictures. Those of a series are one row high, and of a volume every slice of every channel is a map: the maps
that arrive and those that come out are counted channel by channel, and within a channel slice by slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from playground.blocks.reveals import SlidesWindow
from playground.blocks.windows import Along, Reduction


@dataclass(frozen=True)
class Look:
    """One window of one channel, and what the block makes of the windows of all channels."""

    window: NDArray[np.float32]
    """(rows, columns); zeros where it reaches over the edge."""
    kernel: NDArray[np.float32] | None
    """(rows, columns); None where nothing is weighed."""
    inside: NDArray[np.bool_]
    """(rows, columns): which of the numbers are pixels."""
    total: float
    """The sum of the products of all channels; of pooling, its result."""
    bias: float

    @property
    def products(self) -> NDArray[np.float32]:
        """(rows, columns): window times kernel, number by number."""
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
class Frame:
    """A rectangle of a map, which may reach over its edge."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Sliding:
    """A window that slides over what arrives at a block."""

    way: Reduction
    along: tuple[Along, ...]
    """The window along each axis: one of a series, two of an image, three of a volume."""
    source: str
    """The node whose maps arrive."""
    arriving: NDArray[np.float32]
    """(channels, ...)."""
    function: str = ""
    """The activation behind the sum, by its id."""
    kernels: NDArray[np.float32] | None = None
    """(filters, channels of a group, ...)."""
    biases: NDArray[np.float32] | None = None
    """(filters,)."""
    each: int = 0
    """Filters of one group, where channels and filters are divided into groups; 0 for one group alone."""
    counts_rim: bool = True
    """Whether a mean counts what lies beyond the edge, as zeros."""
    slices: int = 1
    """Maps that come out of each filter."""

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the window."""
        return self.along[-2].size if len(self.along) > 1 else 1, self.along[-1].size

    @property
    def channels(self) -> int:
        """How many channels, and slices of them, the window of one map looks at."""
        deep = self.along[0].size if len(self.along) == 3 else 1
        return deep * (1 if self.kernels is None else self.kernels.shape[1])

    @cached_property
    def _extents(self) -> tuple[int, ...]:
        return self.arriving.shape[1:]

    def _under(self, number: int, row: int, column: int) -> list[tuple[int, ...]]:
        """Which numbers lie under the window along each axis, at a place of a map; −1 for none."""
        place = (number % self.slices, row, column)[-len(self.along) :]
        return [a.under(one, extent) for a, one, extent in zip(self.along, place, self._extents, strict=True)]

    def _first(self, filter_number: int) -> int:
        """The first channel that a filter sees."""
        if self.kernels is None:
            return filter_number
        return filter_number // self.each * self.kernels.shape[1] if self.each else 0

    def sources(self, number: int, row: int, column: int) -> list[int]:
        """Which of the maps that arrive lie under the window of a number, for each of `channels`; −1 for none."""
        first, seen = self._first(number // self.slices), 1 if self.kernels is None else self.kernels.shape[1]
        if len(self.along) < 3:
            return [first + channel for channel in range(seen)]
        depth, under = self._extents[0], self._under(number, row, column)[0]
        return [
            (first + channel) * depth + slice_ if slice_ >= 0 else -1 for channel in range(seen) for slice_ in under
        ]

    def frame(self, number: int, row: int, column: int) -> Frame | None:
        """Where the window of a number lies in each map under it; None where nothing lies under it."""
        height, width = self._extents[-2:] if len(self.along) > 1 else (1, self._extents[0])
        across = self.along[-1].span(column, width)
        down = self.along[-2].span(row, height) if len(self.along) > 1 else (0, 1)
        return Frame(down[0], across[0], down[1], across[1]) if across[1] and down[1] else None

    def windows(self, number: int, row: int, column: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """What lies under the window at a place of a map, (channels, ...), and which of it are pixels, (...)."""
        under = [np.array(one) for one in self._under(number, row, column)]
        reached = np.ones((), dtype=np.bool_)
        for one in under:
            reached = np.logical_and.outer(reached, one >= 0)
        first, seen = self._first(number // self.slices), 1 if self.kernels is None else self.kernels.shape[1]
        found = self.arriving[first : first + seen]
        for axis, one in enumerate(under, start=1):
            found = found.take(np.maximum(one, 0), axis=axis)
        return np.where(reached, found, np.float32(0.0)), reached

    def look(self, number: int, row: int, column: int, channel: int = 0) -> Look:
        """How the number at (row, column) of map `number` comes about, with the window of one channel."""
        windows, inside = self.windows(number, row, column)
        place, deep = number // self.slices, self.along[0].size if len(self.along) == 3 else 1
        flat = windows.reshape(-1, *self.size)  # (channels · slices, rows, columns)
        reached = np.broadcast_to(inside, windows.shape).reshape(flat.shape)[channel]
        if self.kernels is None:
            seen = windows[0][inside]
            count = windows[0].size if self.counts_rim else max(1, seen.size)
            total = float(seen.max() if self.way == "largest" else seen.sum(dtype=np.float64) / count)
            return Look(flat[channel % deep], None, reached, total, 0.0)
        kernel = self.kernels[place]
        bias = float(self.biases[place]) if self.biases is not None else 0.0
        total = float((windows * kernel).sum(dtype=np.float64))
        return Look(flat[channel], kernel.reshape(flat.shape)[channel], reached, total, bias)


def sliding_of(
    block: object, module: nn.Module, source: str, arriving: torch.Tensor, filters: int, given: Sequence[int]
) -> Sliding | None:
    """How a block slides over one example; None for a block without a window.

    `filters` is how many of them are shown, `given` the shape of what comes out for the example.
    """
    if not isinstance(block, SlidesWindow):
        return None
    window = block.window(module)
    first = arriving.movedim(-1, 0) if window.channels_last else arriving
    kernels, biases = (_shown(values, filters) for values in (window.weight, window.bias))
    each = len(window.weight) // window.groups if window.weight is not None and window.groups > 1 else 0
    slices = given[1] if len(window.along) == 3 else 1
    return Sliding(
        window.reduction, window.along, source, np.ascontiguousarray(first.numpy(), dtype=np.float32), window.function,
        kernels, biases, each, window.counts_rim, slices,
    )  # fmt: skip


def _shown(values: torch.Tensor | None, most: int) -> NDArray[np.float32] | None:
    return None if values is None else values.detach()[:most].numpy().copy()
