"""Convolution: kernels that slide over a series, an image or a volume."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.activation import ActivationName, activation
from playground.blocks.base import Advice, Block, BlockError, Fix
from playground.blocks.code import Code, kept
from playground.blocks.copied import DIVIDED, Copied, weighed
from playground.blocks.images.arriving import (
    SPACES,
    channels_of,
    extents_of,
    maps_only,
    sides,
    skipping,
    steps_in_words,
)
from playground.blocks.images.padding import Padding, Rim, fitting_only, inside_only, padded, rim_of
from playground.blocks.images.parts import convolution_parts
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Scale, Signal
from playground.blocks.windows import Along, Border, Window
from playground.document.declaration import parameter

WRITES_MAPS: frozenset[Reveal] = frozenset({"feature maps", "kernels", "sliding window"})


class Conv1DLayer(nn.Conv1d):
    """A cross-correlation over time and its activation: series (batch, time, features) in and out."""

    def __init__(self, channels: int, filters: int, rim: Rim, function: nn.Module, **options: Any) -> None:
        super().__init__(channels, filters, **options)
        self.rim, self.border, self.function = rim.flat, rim.border, function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(self.weighted_sum(x))  # type: ignore[no-any-return]

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """What goes into the activation: (batch, time', filters) for x (batch, time, features)."""
        x = x.transpose(1, 2)
        if self.rim:
            x = padded(x, self.rim, self.border)
        z = functional.conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        return z.transpose(1, 2)


class Conv2DLayer(nn.Conv2d):
    """A cross-correlation and its activation, in one module so that a node is one name: `node.weight`, `node.bias`."""

    def __init__(self, channels: int, filters: int, rim: Rim, function: nn.Module, **options: Any) -> None:
        super().__init__(channels, filters, **options)
        self.rim, self.border = rim.flat, rim.border
        self.function = function
        # A plain attribute is found at once, a submodule only after a detour through nn.Module.
        self.activate = function.forward

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activate(self.weighted_sum(x))  # type: ignore[no-any-return]

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """What goes into the activation: (batch, filters, height', width') for x (batch, channels, height, width)."""
        if self.rim:
            x = padded(x, self.rim, self.border)
        return functional.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Conv3DLayer(nn.Conv3d):
    """A cross-correlation over volumes (batch, channels, depth, height, width) and its activation."""

    def __init__(self, channels: int, filters: int, rim: Rim, function: nn.Module, **options: Any) -> None:
        super().__init__(channels, filters, **options)
        self.rim, self.border, self.function = rim.flat, rim.border, function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(self.weighted_sum(x))  # type: ignore[no-any-return]

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """What goes into the activation: (batch, filters, depth', height', width')."""
        if self.rim:
            x = padded(x, self.rim, self.border)
        return functional.conv3d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


LAYERS: dict[int, type[Conv1DLayer] | type[Conv2DLayer] | type[Conv3DLayer]] = {
    1: Conv1DLayer, 2: Conv2DLayer, 3: Conv3DLayer,
}  # fmt: skip
"""By the number of axes along which the window slides."""


class Convolution(Block):
    """Base of the convolutions whose kernels learn.

    As in every library this is a cross-correlation: the kernel is not flipped.
    """

    family: ClassVar[str] = "convolution"
    reveals: ClassVar[frozenset[Reveal]] = WRITES_MAPS
    prunable: ClassVar[bool] = True
    dimensions: ClassVar[int]
    """Axes along which the window slides."""
    source: ClassVar[str] = "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning"

    filters: int = parameter(8, ge=1, le=4_096, logarithmic=True, help="How many kernels, each with its feature map.")
    kernel_size: int = parameter(3, ge=1, le=64, help="Side k of the window that a kernel sees, in pixels.")
    stride: int = parameter(1, ge=1, le=64, help="How many pixels s the window moves on; 2 halves the image.")
    padding: Padding = parameter(
        "valid",
        help="Valid: the window stays inside the image, which shrinks by k − 1. Same: a border keeps its size. Number: "
        "the border is as wide as the padding size says.",
    )
    padding_size: int = parameter(
        0, ge=0, le=64, help="Width p of the border on each side where padding is a number.", advanced=True
    )
    border: Border = parameter(
        "zeros", help="What lies in the border: zeros, the picture mirrored, or its other end.", advanced=True
    )
    dilation: int = parameter(
        1, ge=1, le=64, advanced=True,
        help="From one number of the kernel to the next, d pixels: above 1 it sees further with as few weights.",
    )  # fmt: skip
    activation: ActivationName = parameter("relu", help="The function that is applied to each weighted sum.")
    bias: bool = parameter(True, help="Whether each filter has a bias, which shifts where it switches.")

    # What a kind of convolution may have of its own -------------------------------------------------------------------

    def maps(self, channels: int) -> int:
        """How many maps come out for so many channels."""
        return self.filters

    def divided(self, channels: int) -> int:
        """Into how many groups channels and maps are divided."""
        return 1

    def sizes(self) -> tuple[int, ...]:
        """Of the kernel, along each axis."""
        return (self.kernel_size,) * self.dimensions

    def kernels_in_words(self) -> str:
        """How many there are and how large: “8 filters 3 × 3”."""
        return f"{self.filters} filter{'s' if self.filters > 1 else ''} {sides(self.sizes())}"

    # ------------------------------------------------------------------------------------------------------------------

    def reaches(self) -> tuple[int, ...]:
        """How far the window reaches along each axis."""
        return tuple((size - 1) * self.dilation + 1 for size in self.sizes())

    def rim(self) -> Rim:
        """What is added around what arrives."""
        return rim_of(self.padding, self.padding_size, self.reaches(), self.border)

    def subtitle(self) -> str:
        words = [self.kernels_in_words(), self.activation]
        words.append(f"padding {self.padding_size}" if self.padding == "number" else self.padding)
        further = ("stride", self.stride), ("dilation", self.dilation)
        words += [f"{name} {value}" for name, value in further if value > 1]
        return " · ".join(words)

    def expect(self, *inputs: Signal) -> None:
        maps_only(self.title, self.dimensions, *inputs)
        extents, sizes = extents_of(inputs[0]), self.sizes()
        gaps = f" with gaps of {self.dilation - 1}" if self.dilation > 1 else ""
        what = f"slides a kernel of {sides(sizes)}{gaps} inside the {SPACES[self.dimensions].noun}"
        inside_only(
            self.title, what, self.rim(), self.reaches(), extents,
            Fix("Set padding to same", "set", parameters={"padding": "same"}), *self._smaller(extents),
        )  # fmt: skip
        fitting_only(self.title, self.rim(), extents)

    def _smaller(self, extents: tuple[int, ...]) -> tuple[Fix, ...]:
        """Ways to make the window fit into so many pixels."""
        fitting = min(extents)
        if self.dilation > 1 and max(self.sizes()) <= fitting:
            return (Fix("Set dilation to 1", "set", parameters={"dilation": 1}),)
        return (Fix(f"Set kernel size to {fitting}", "set", parameters={"kernel_size": fitting}),)

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        return skipping(self.title, max(self.reaches()), self.stride, SPACES[self.dimensions].cell)

    def _function(self, maps: int) -> Signal:
        """The signal that the activation is built for."""
        space = SPACES[self.dimensions]
        ones = (1,) * self.dimensions
        return Signal((*ones, maps) if space.channels_last else (maps, *ones), kind=space.kind)

    def build(self, *inputs: Signal) -> nn.Module:
        channels = channels_of(inputs[0])
        maps, rim = self.maps(channels), self.rim()
        return LAYERS[self.dimensions](
            channels, maps, rim, activation(self.activation).build(self._function(maps)),
            kernel_size=self.sizes(), stride=self.stride, padding=rim.before if rim.own else 0, dilation=self.dilation,
            groups=self.divided(channels), bias=self.bias,
        )  # fmt: skip

    def copied(self, *inputs: Signal) -> Copied:
        return weighed("weight") if self.divided(channels_of(inputs[0])) == 1 else DIVIDED

    def to_code(self, *inputs: Signal) -> Code:
        channels, rim, sizes = channels_of(inputs[0]), self.rim(), self.sizes()
        maps, groups = self.maps(channels), self.divided(channels)
        options: list[object] = [channels, maps, sizes[0] if len(set(sizes)) == 1 else sizes]
        options += [f"stride={self.stride}"] if self.stride > 1 else []
        before = rim.before
        if any(before) and rim.own:
            options.append(f"padding={before[0] if len(set(before)) == 1 else before}")
        options += [f"dilation={self.dilation}"] if self.dilation > 1 else []
        options += [f"groups={groups}"] if groups > 1 else []
        options += ["bias=False"] if not self.bias else []
        make = f"nn.Conv{self.dimensions}d({', '.join(map(str, options))})"
        return self._behind(make, rim.written(), maps)

    def _behind(self, make: str, arriving: str, maps: int) -> Code:
        """The code of a layer that takes channels first, with the activation behind it."""
        expression = f"{{module}}({arriving})"
        if SPACES[self.dimensions].channels_last:
            expression = f"{{module}}({arriving.replace('{0}', '{0}.transpose(1, 2)')}).transpose(1, 2)"
        function = activation(self.activation).to_code(self._function(maps))
        return function.behind(kept(make, expression))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        kind = SPACES[self.dimensions].kind
        return (activation(self.activation).mark(Signal(tuple(outputs[0][1:]), kind=kind, axes=inputs[0].axes)),)

    def output_scale(self) -> Scale:
        return activation(self.activation).output_scale()

    def window(self, module: nn.Module) -> Window:
        """The window of the kernels, with their weights."""
        assert isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d))
        rim = self.rim()
        along = tuple(
            Along(size, self.stride, before, self.dilation, rim.border)
            for size, before in zip(self.sizes(), rim.before, strict=True)
        )
        return Window(
            "weigh", along, module.weight, module.bias, self.activation, module.groups,
            channels_last=SPACES[self.dimensions].channels_last,
        )  # fmt: skip

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, (Conv1DLayer, Conv2DLayer, Conv3DLayer))
        return convolution_parts(module, module.function, self.window(module), inputs[0])

    def live_formula(self, *inputs: Signal) -> str:
        channels = channels_of(inputs[0])
        maps = self.maps(channels)
        kernels = sides((maps, channels // self.divided(channels), *self.sizes()))
        bias = f", b is {maps}" if self.bias else ""
        extents = extents_of(inputs[0])
        places = steps_in_words(extents, self.rim().totals, self.reaches(), self.stride)
        along = " along a side" if self.dimensions > 1 else ""
        return f"K is {kernels}{bias}; places{along}: {places}"


def dividing_groups(title: str, channels: int, filters: int, groups: int) -> None:
    """Refuse groups into which channels or filters cannot be divided evenly. Raises BlockError."""
    if channels % groups == 0 and filters % groups == 0:
        return
    common = math.gcd(channels, filters)
    raise BlockError(
        f"{title} divides channels and filters into {groups} groups of the same size, but {channels} "
        f"channel{'s' if channels != 1 else ''} arrive{'' if channels != 1 else 's'} and it has {filters} "
        f"filter{'s' if filters != 1 else ''}.",
        Fix(f"Set groups to {common}", "set", parameters={"groups": common}),
    )


class GroupedConvolution(Convolution):
    """Base of the convolutions whose channels may be divided into groups."""

    widened_by: ClassVar[str] = "filters"

    groups: int = parameter(
        1, ge=1, le=4_096, logarithmic=True, advanced=True,
        help="Divides channels and filters into so many groups; each filter then sees the channels of its group alone. "
        "As many groups as channels make a depthwise convolution.",
    )  # fmt: skip

    def divided(self, channels: int) -> int:
        return self.groups

    def subtitle(self) -> str:
        return super().subtitle() + (f" · {self.groups} groups" if self.groups > 1 else "")

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs)
        dividing_groups(self.title, channels_of(inputs[0]), self.filters, self.groups)


class Conv1D(GroupedConvolution):
    """Every filter weighs a few steps of the series at a time, over all features, with the same kernel."""

    id: ClassVar[str] = "conv1d"
    dimensions: ClassVar[int] = 1
    title: ClassVar[str] = "Conv1D"
    summary: ClassVar[str] = (
        "Slides small kernels along a series. Each filter looks for one pattern over a few steps, with the same "
        "weights everywhere, and tells at every step how much of it is there."
    )
    formula: ClassVar[str] = (
        r"z_{i,q} = b_q + \sum_{c,m} K_{q,c,m} \, x_{s i + d m - p,\, c}, \quad a = f(z), \quad"
        r" n' = \lfloor (n + 2 p - d (k - 1) - 1) / s \rfloor + 1"
    )


class Conv2D(GroupedConvolution):
    """Every filter weighs a small window at each place of the image, over all channels, with the same kernel."""

    id: ClassVar[str] = "conv2d"
    dimensions: ClassVar[int] = 2
    title: ClassVar[str] = "Conv2D"
    summary: ClassVar[str] = (
        "Slides small kernels over an image. Each filter looks for one pattern, with the same weights everywhere, and "
        "draws a feature map of where it is found. What all libraries call convolution is a cross-correlation: the "
        "kernel is not flipped."
    )
    formula: ClassVar[str] = (
        r"z_{q,i,j} = b_q + \sum_{c,m,n} K_{q,c,m,n} \, x_{c, s i + d m - p, s j + d n - p}, \quad a = f(z), \quad"
        r" n' = \lfloor (n + 2 p - d (k - 1) - 1) / s \rfloor + 1"
    )

    kernel_width: int = parameter(
        0, ge=0, le=64, advanced=True,
        help="Width of the window where it is no square, as the kernel size is then its height alone; 0 for a square.",
    )  # fmt: skip

    def sizes(self) -> tuple[int, ...]:
        return self.kernel_size, self.kernel_width or self.kernel_size


class Conv3D(GroupedConvolution):
    """Every filter weighs a small cube at each place of the volume, over all channels, with the same kernel."""

    id: ClassVar[str] = "conv3d"
    dimensions: ClassVar[int] = 3
    title: ClassVar[str] = "Conv3D"
    summary: ClassVar[str] = (
        "Slides small cubes over a volume, such as a body of voxels or the pictures of a film one behind the other. "
        "Each filter looks for one pattern in space, or in a movement."
    )
    formula: ClassVar[str] = (
        r"z_{q,h,i,j} = b_q + \sum_{c,l,m,n} K_{q,c,l,m,n} \, x_{c, s h + d l - p, s i + d m - p, s j + d n - p},"
        r" \quad a = f(z)"
    )


class DepthwiseConv2D(Convolution):
    """Each channel is weighed by kernels of its own; channels are not mixed."""

    id: ClassVar[str] = "depthwise-conv2d"
    dimensions: ClassVar[int] = 2
    title: ClassVar[str] = "Depthwise Conv2D"
    summary: ClassVar[str] = (
        "Slides a kernel of its own over each channel and mixes none of them. With a 1 × 1 convolution behind it, "
        "which mixes them, it does what a convolution does with a fraction of the weights."
    )
    formula: ClassVar[str] = (
        r"z_{c,i,j} = b_c + \sum_{m,n} K_{c,m,n} \, x_{c, s i + d m - p, s j + d n - p}, \quad a = f(z)"
    )
    source: ClassVar[str] = "Sifre 2014; Chollet 2017, Xception; Howard et al. 2017, MobileNets"

    filters: int = parameter(
        1, ge=1, le=64, label="Filters of each channel",
        help="How many kernels, each with its map, for each channel that arrives.",
    )  # fmt: skip

    def maps(self, channels: int) -> int:
        return self.filters * channels

    def divided(self, channels: int) -> int:
        return channels

    def copied(self, *inputs: Signal) -> Copied:
        return Copied("apart", ("weight", "bias"), each=self.filters)

    def kernels_in_words(self) -> str:
        return f"{super().kernels_in_words()} a channel"


BLOCKS: tuple[type[Block], ...] = (Conv1D, Conv2D, Conv3D, DepthwiseConv2D)
