"""Windows that slide over what arrives: which numbers lie under one at each place, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

Border = Literal["zeros", "reflect", "circular"]
"""What lies beyond the edge: zeros, the picture mirrored, or the picture once more."""
Reduction = Literal["weigh", "largest", "mean"]


@dataclass(frozen=True, slots=True)
class Along:
    """A window along one axis."""

    size: int
    """Numbers of the kernel."""
    stride: int = 1
    rim: int = 0
    """Numbers that are added before the first; of a transposed window, what is cut off there."""
    dilation: int = 1
    """From one number of the kernel to the next."""
    border: Border = "zeros"
    transposed: bool = False
    """Whether `stride` is how far apart the windows lie in what comes out."""

    def under(self, place: int, extent: int) -> tuple[int, ...]:
        """Which of `extent` numbers each number of the kernel lies on at a place of the result; −1 for none of them."""
        return tuple(self._source(place, number, extent) for number in range(self.size))

    def _source(self, place: int, number: int, extent: int) -> int:
        if self.transposed:
            found, between = divmod(place + self.rim - number * self.dilation, self.stride)
            return found if not between and 0 <= found < extent else -1
        found = place * self.stride - self.rim + number * self.dilation
        if 0 <= found < extent:
            return found
        if self.border == "circular":
            return found % extent
        if self.border == "reflect" and extent > 1:
            found %= 2 * (extent - 1)
            return min(found, 2 * (extent - 1) - found)
        return -1

    def span(self, place: int, extent: int) -> tuple[int, int]:
        """The first number under the window and how far it reaches, beyond the edge too; (0, 0) where it is empty."""
        if not self.transposed:
            return place * self.stride - self.rim, (self.size - 1) * self.dilation + 1
        found = [source for source in self.under(place, extent) if source >= 0]
        return (min(found), max(found) - min(found) + 1) if found else (0, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """A window over a series, an image or a volume, and what is made of the numbers in it."""

    reduction: Reduction
    along: tuple[Along, ...]
    """Along each axis but that of the channels."""
    weight: torch.Tensor | None = None
    """(maps, channels of a group, size along each axis); None where nothing is weighed."""
    bias: torch.Tensor | None = None
    """(maps,)."""
    function: str = ""
    """The activation behind the sum, by its id."""
    groups: int = 1
    """Into so many groups channels and maps are divided, each of which sees its own alone."""
    counts_rim: bool = True
    """Whether a mean counts what lies beyond the edge, as zeros."""
    channels_last: bool = False
    """Whether the channels are the last axis, as in a series of time × features."""

    def group_of(self, number: int, maps: int) -> int:
        """The group in which a map lies."""
        return number * self.groups // maps
