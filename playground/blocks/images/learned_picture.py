"""A picture that learns: no weight of a layer, but the pixels themselves are what the gradient changes."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import nn

from playground.blocks.base import Block, Port
from playground.blocks.code import Code, Part
from playground.blocks.images.arriving import images_only
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class LearnedPictureLayer(nn.Module):
    """One picture (channels, height, width), the same for each of the examples x (batch, channels, height, width)."""

    own_start: frozenset[str] = frozenset({"picture"})
    fresh: torch.Tensor

    def __init__(self, shape: tuple[int, ...], low: float | None, high: float | None, noise: int | None) -> None:
        """Begins as noise from this seed; without one as the first picture that arrives."""
        super().__init__()
        drawn = torch.rand(shape, generator=torch.Generator().manual_seed(noise or 0))
        self.low, self.high = low, high
        self.constrained = low is not None or high is not None
        self.picture = nn.Parameter(drawn)
        self.register_buffer("fresh", torch.tensor(noise is None))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.fresh:
            with torch.no_grad():
                self.picture.copy_(x[0])
                self.fresh.fill_(False)
            self.constrain()
        return self.picture.expand(len(x), *self.picture.shape)

    def constrain(self) -> None:
        """Bring every pixel back between black and white."""
        if self.constrained:
            with torch.no_grad():
                self.picture.clamp_(self.low, self.high)

    def plain(self) -> nn.Module:
        """The same without a beginning."""
        return GivenPicture(self.picture)


class GivenPicture(nn.Module):
    """One picture for every example."""

    def __init__(self, picture: torch.Tensor) -> None:
        super().__init__()
        self.picture = nn.Parameter(picture.detach().clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.picture.expand(x.shape[0], *self.picture.shape)


class LearnedPicture(Block):
    """The pixels of one picture are parameters."""

    id: ClassVar[str] = "learned-picture"
    family: ClassVar[str] = "convolution"
    title: ClassVar[str] = "Learned picture"
    summary: ClassVar[str] = (
        "A picture whose pixels are what learns. Freeze the network behind it, and gradient descent paints what the "
        "losses ask for: style transfer, textures, what a class looks like."
    )
    formula: ClassVar[str] = r"x \leftarrow \min(1, \max(0, x - \eta \, \partial L / \partial x))"
    source: ClassVar[str] = "Gatys, Ecker and Bethge 2016, Image style transfer using convolutional neural networks"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "First picture"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("output", "Picture"),)
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"learned picture"})

    start: Literal["given", "noise"] = parameter(
        "given", help="Begins as the first picture that arrives, or as noise; its shape is that of what arrives."
    )
    seed: int = parameter(0, ge=0, le=2**31 - 1, help="Another seed, other noise to begin with.", advanced=True)

    def subtitle(self) -> str:
        return "from noise" if self.start == "noise" else "from what arrives"

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        arriving = inputs[0]
        return (Signal(arriving.shape, kind="image", axes=arriving.axes, low=arriving.low, high=arriving.high),)

    def build(self, *inputs: Signal) -> nn.Module:
        return LearnedPictureLayer(*self._made_with(inputs[0]))

    def _made_with(self, arriving: Signal) -> tuple[tuple[int, ...], float | None, float | None, int | None]:
        low = arriving.low if math.isfinite(arriving.low) else None
        high = arriving.high if math.isfinite(arriving.high) else None
        return arriving.shape, low, high, self.seed if self.start == "noise" else None

    def to_code(self, *inputs: Signal) -> Code:
        made = self._made_with(inputs[0])
        bounded = made[1] is not None or made[2] is not None
        return Code(
            "{module}({0})", (Part(f"LearnedPictureLayer({', '.join(map(repr, made))})"),),
            uses=(LearnedPictureLayer,), constrain="{module}.constrain()" if bounded else "",
        )  # fmt: skip

    def begins_anew(self, before: Block) -> bool:
        assert isinstance(before, LearnedPicture)
        return (self.start, self.seed) != (before.start, before.seed)

    def live_formula(self, *inputs: Signal) -> str:
        return f"x is {' × '.join(map(str, inputs[0].shape))}: {inputs[0].size:,} numbers that learn"


BLOCKS: tuple[type[Block], ...] = (LearnedPicture,)
