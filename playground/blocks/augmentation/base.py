"""What all blocks of augmentation share: pictures in, pictures of the same shape out, nothing outside training."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import nn

from playground.blocks.base import Block
from playground.blocks.images.arriving import images_only
from playground.blocks.normalization_parts import undisturbed
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal

Border = Literal["edge", "zero", "mirror"]
"""What stands where a picture that was moved leaves room: its outermost pixels, zeros, or its mirror image."""
BORDER_HELP = (
    "What fills the room that a moved picture leaves: its outermost pixels, zeros, or its mirror image. Zero is black "
    "only where the data are not standardized."
)


class Augmentation(Block):
    """Base of the family: draws anew for every picture of a training batch; outside training it does nothing."""

    family: ClassVar[str] = "augmentation"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"augmentation"})

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        low, high = self.bounds(inputs[0].low, inputs[0].high)
        return (inputs[0].but(low=low, high=high, scale="any", sums_to_one=False),)

    def bounds(self, low: float, high: float) -> tuple[float, float]:
        """Between which values the numbers lie that leave the block when they arrive between these."""
        return low, high

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return undisturbed(module, inputs[0], "Nothing is changed here: pictures are augmented while training only.")


def with_zero(low: float, high: float, border: Border) -> tuple[float, float]:
    """The bounds of pictures whose empty room is filled by this."""
    return (min(low, 0.0), max(high, 0.0)) if border == "zero" else (low, high)


def anywhere(low: float, high: float) -> tuple[float, float]:
    """No bounds at all."""
    return -math.inf, math.inf
