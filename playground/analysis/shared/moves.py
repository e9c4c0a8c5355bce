"""How a picture is moved: shifted, turned and scaled; and the same move of a map that was made from it."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch.nn import functional

from playground.analysis.shared.given import UNMOVED, Move
from playground.blocks.augmentation.geometry import moved_pictures
from playground.blocks.windows import Along
from playground.data.preparation import Prepared

NEARLY = 1e-4
"""Of a pixel: what rounding may leave of a place on the edge."""


def moved(prepared: Prepared, scaled: torch.Tensor, move: Move) -> torch.Tensor:
    """Pictures (n, channels, height, width), as the network sees them, moved.

    What comes in from outside is paper where the data are ink on paper, and else what lies along the edge.
    """
    if move == UNMOVED:
        return scaled
    raw = prepared.scaler.unscale(scaled.numpy())
    whole = torch.from_numpy(np.ascontiguousarray(raw, dtype=np.float32))
    each = functools.partial(torch.full, (len(whole),))
    found = moved_pictures(
        whole, angle=each(math.radians(move.rotation)), across=each(move.across), down=each(move.down),
        zoom=each(move.zoom), shear=each(0.0), border="zero" if prepared.dataset.ink else "edge",
    )  # fmt: skip
    return torch.from_numpy(prepared.scaler.scale(found.numpy().astype(raw.dtype, copy=False)))


@dataclass(frozen=True)
class Placement:
    """Where the numbers of a map lie in the picture that it was made from, along one axis, in pixels."""

    extent: int
    """Numbers of the map."""
    start: float = 0.0
    """The middle of what the first number looks at; the middle of the first pixel is 0."""
    stride: float = 1.0
    """From one number to the next."""

    def through(self, window: Along, extent: int) -> Placement:
        """That of what a sliding window makes of the map."""
        reach = (window.size - 1) * window.dilation / 2.0
        if window.transposed:
            stride = self.stride / window.stride
            return Placement(extent, self.start + (window.rim - reach) * stride, stride)
        return Placement(extent, self.start + (reach - window.rim) * self.stride, self.stride * window.stride)

    def spread_over(self, extent: int) -> Placement:
        """That of another number of values over the same picture, such as after upsampling or adaptive pooling."""
        if extent == self.extent:
            return self
        stride = self.stride * self.extent / extent
        return Placement(extent, self.start - self.stride / 2.0 + stride / 2.0, stride)


Placements = tuple[Placement, Placement]
"""Of the rows and of the columns."""


def moved_maps(
    maps: torch.Tensor, placements: Placements, picture: tuple[int, int], move: Move
) -> tuple[torch.Tensor, torch.Tensor]:
    """Maps (channels, height, width) of a picture, moved as the picture was, and which of their numbers are known.

    `picture` are its height and width. The second tensor, (height, width), is False where a number would come from
    outside the map, so that nothing can be said of it.
    """
    height, width = maps.shape[-2:]
    rows, columns = (
        torch.arange(count, dtype=torch.float32) * one.stride + one.start - (extent - 1) / 2.0
        for one, count, extent in zip(placements, (height, width), picture, strict=True)
    )
    down, across = torch.meshgrid(rows - move.down, columns - move.across, indexing="ij")
    cosine, sine = math.cos(math.radians(move.rotation)), math.sin(math.radians(move.rotation))
    from_column = (cosine * across - sine * down) / move.zoom  # the inverse of shift * zoom * turn
    from_row = (sine * across + cosine * down) / move.zoom
    places = []
    inside = torch.ones((height, width), dtype=torch.bool)
    for source, one, extent in ((from_column, placements[1], picture[1]), (from_row, placements[0], picture[0])):
        number = (source + (extent - 1) / 2.0 - one.start) / one.stride
        inside &= (number >= -NEARLY) & (number <= one.extent - 1 + NEARLY)
        places.append((2.0 * number + 1.0) / one.extent - 1.0)
    grid = torch.stack(places, dim=-1)[None]  # (1, height, width, 2)
    found = functional.grid_sample(maps[None], grid, mode="bilinear", padding_mode="border", align_corners=False)
    return found[0], inside


def concordance(first: torch.Tensor, second: torch.Tensor) -> float:
    """How nearly two sets of values (channels, values) are the same: 1 where they are, 0 where nothing is alike.

    Lin's concordance correlation coefficient (Lin 1989), its sums taken over all channels, each around its own means,
    so that a channel which is the same everywhere says nothing. NaN where nothing differs at all.
    """
    if not first.numel():
        return math.nan
    one, other = first.double(), second.double()
    mean_one, mean_other = one.mean(dim=1, keepdim=True), other.mean(dim=1, keepdim=True)
    apart = (one - mean_one).square().mean() + (other - mean_other).square().mean()
    spread = float(apart + (mean_one - mean_other).square().mean())
    return 1.0 - float((one - other).square().mean()) / spread if spread > 1e-12 else math.nan


def stepped(kind: str, amount: float) -> Sequence[Move]:
    """The moves of one size in all directions: a shift in pixels, a rotation in degrees, or a factor of size."""
    if kind == "shift":
        ways = ((amount, 0.0), (-amount, 0.0), (0.0, amount), (0.0, -amount)) if amount else ((0.0, 0.0),)
        return [Move(across=across, down=down) for across, down in ways]
    if kind == "rotation":
        return [Move(rotation=amount), Move(rotation=-amount)] if amount else [UNMOVED]
    return [replace(UNMOVED, zoom=amount)]


def as_rows(values: torch.Tensor) -> torch.Tensor:
    """Maps (channels, height, width) as (channels, values); a vector as one channel."""
    return values.reshape(len(values), -1) if values.ndim > 1 else values[None]
