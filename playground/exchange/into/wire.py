"""A tensor of a file, seen as what a block gives: which of its axes is the batch, and in which order the rest comes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from playground.network.check import Output

Array = NDArray[np.generic]


@dataclass(frozen=True, slots=True, eq=False)
class Wire:
    """A tensor that is computed from the input.

    Files permute axes where blocks do not: a transposition is noted here, and counts where somebody reads the tensor.
    """

    output: Output
    axes: tuple[int | None, ...]
    """For each axis of the file's tensor, which axis of the block's output it is (0 is the batch); None for one more,
    of size 1."""
    shape: tuple[int, ...]
    """Of the block's output, without the batch."""
    order: NDArray[np.int64] | None = None
    """Of a vector: number j of the file is number `order[j]` of the block; None where they agree."""

    sole: bool = True
    """Whether no other reading of the same block's output goes somewhere else."""

    @classmethod
    def plain(cls, output: Output, shape: tuple[int, ...]) -> Wire:
        """What a block gives, as it is."""
        return cls(output, tuple(range(len(shape) + 1)), shape)

    @property
    def is_plain(self) -> bool:
        """Whether file and block agree in everything."""
        return self.order is None and self.axes == tuple(range(len(self.shape) + 1))

    def extents(self, batch: int) -> tuple[int, ...]:
        """The shape of the file's tensor, for so many examples."""
        sizes = (batch, *self.shape)
        return tuple(1 if axis is None else sizes[axis] for axis in self.axes)

    def permuted(self, permutation: tuple[int, ...]) -> Wire:
        """With the file's axes in another order."""
        return replace(self, axes=tuple(self.axes[axis] for axis in permutation))

    def regrouped(self, extents: tuple[int, ...], batch: int) -> Wire | None:
        """The same with axes of size 1 put in or taken out, so that it has this shape; None where that is not all.

        Axes of the block that have size 1 come and go as None does.
        """
        sizes = (batch, *self.shape)
        left = [axis for axis in self.axes if axis is not None and (axis == 0 or sizes[axis] != 1)]
        ones = [axis for axis in range(1, len(sizes)) if sizes[axis] == 1]
        axes: list[int | None] = []
        for extent in extents:
            if left and sizes[left[0]] == extent:
                axes.append(left.pop(0))
            elif extent == 1:
                axes.append(None)
            else:
                return None
        if left:
            return None
        return replace(self, axes=_with_ones(axes, ones, len(sizes)))


def _with_ones(axes: list[int | None], ones: list[int], count: int) -> tuple[int | None, ...]:
    """Let axes of size 1 be those of the block, where the rest is in its order and all of them find a place."""
    places = [place for place, axis in enumerate(axes) if axis is None]
    if len(axes) == count and len(places) == len(ones):
        filled = [axis if axis is not None else ones[places.index(place)] for place, axis in enumerate(axes)]
        if filled == list(range(count)):
            return tuple(filled)
    return tuple(axes)
