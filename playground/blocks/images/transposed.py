"""Transposed convolution: every number that arrives lays a kernel onto a larger picture."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import nn

from playground.blocks.activation import ActivationName, activation
from playground.blocks.base import Block, BlockError, Fix
from playground.blocks.code import Code, kept
from playground.blocks.copied import DIVIDED, Copied, weighed
from playground.blocks.images.arriving import SPACES, channels_of, extents_of, maps_only, sides
from playground.blocks.images.convolution import WRITES_MAPS, dividing_groups
from playground.blocks.images.padding import Padding
from playground.blocks.images.parts import convolution_parts
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Scale, Signal
from playground.blocks.windows import Along, Window
from playground.document.declaration import parameter


class ConvTranspose1DLayer(nn.ConvTranspose1d):
    """A transposed convolution over time and its activation: series (batch, time, features) in and out."""

    def __init__(self, channels: int, filters: int, function: nn.Module, **options: Any) -> None:
        super().__init__(channels, filters, **options)
        self.function = function

    def forward(self, x: torch.Tensor, output_size: list[int] | None = None) -> torch.Tensor:
        return self.function(self.weighted_sum(x))  # type: ignore[no-any-return]

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """What goes into the activation: (batch, time', filters) for x (batch, time, features)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class ConvTranspose2DLayer(nn.ConvTranspose2d):
    """A transposed convolution over images and its activation."""

    def __init__(self, channels: int, filters: int, function: nn.Module, **options: Any) -> None:
        super().__init__(channels, filters, **options)
        self.function = function

    def forward(self, x: torch.Tensor, output_size: list[int] | None = None) -> torch.Tensor:
        return self.function(self.weighted_sum(x))  # type: ignore[no-any-return]

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """What goes into the activation: (batch, filters, height', width')."""
        return super().forward(x)


class ConvTranspose3DLayer(nn.ConvTranspose3d):
    """A transposed convolution over volumes and its activation."""

    def __init__(self, channels: int, filters: int, function: nn.Module, **options: Any) -> None:
        super().__init__(channels, filters, **options)
        self.function = function

    def forward(self, x: torch.Tensor, output_size: list[int] | None = None) -> torch.Tensor:
        return self.function(self.weighted_sum(x))  # type: ignore[no-any-return]

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """What goes into the activation: (batch, filters, depth', height', width')."""
        return super().forward(x)


Layer = ConvTranspose1DLayer | ConvTranspose2DLayer | ConvTranspose3DLayer
LAYERS: dict[int, type[Layer]] = {1: ConvTranspose1DLayer, 2: ConvTranspose2DLayer, 3: ConvTranspose3DLayer}


class TransposedConvolution(Block):
    """Base of the convolutions that make larger."""

    family: ClassVar[str] = "convolution"
    reveals: ClassVar[frozenset[Reveal]] = WRITES_MAPS
    dimensions: ClassVar[int]
    """Axes along which the window slides."""
    source: ClassVar[str] = "Zeiler et al. 2010, Deconvolutional networks; Dumoulin and Visin 2016"

    filters: int = parameter(8, ge=1, le=4_096, logarithmic=True, help="How many kernels, each with its feature map.")
    kernel_size: int = parameter(3, ge=1, le=64, help="Side k of the kernel that each number lays down, in pixels.")
    stride: int = parameter(2, ge=1, le=64, help="How far apart the kernels lie: 2 doubles the image.")
    padding: Padding = parameter(
        "same",
        help="Valid: all that the kernels reach comes out. Same: just s times as large. Number: so much is cut off on "
        "each side as the padding size says.",
    )
    padding_size: int = parameter(
        0, ge=0, le=64, help="How much p is cut off on each side where padding is a number.", advanced=True
    )
    output_padding: int = parameter(
        0, ge=0, le=63, advanced=True,
        help="So much is added behind, as several sizes become the same one by a stride; less than the stride.",
    )  # fmt: skip
    dilation: int = parameter(
        1, ge=1, le=64, help="From one number of the kernel to the next, d pixels.", advanced=True
    )
    activation: ActivationName = parameter("relu", help="The function that is applied to each sum.")
    bias: bool = parameter(True, help="Whether each filter has a bias, which shifts where it switches.")
    groups: int = parameter(
        1, ge=1, le=4_096, logarithmic=True, advanced=True,
        help="Divides channels and filters into so many groups; each filter then sees the channels of its group alone.",
    )  # fmt: skip

    def reach(self) -> int:
        """How far a kernel reaches."""
        return (self.kernel_size - 1) * self.dilation + 1

    def cut(self) -> tuple[int, int]:
        """What is cut off on each side, and what is added behind."""
        if self.padding == "number":
            return self.padding_size, self.output_padding
        if self.padding == "valid":
            return 0, self.output_padding
        cut = max(0, math.ceil((self.reach() - self.stride) / 2))
        return cut, self.stride - self.reach() + 2 * cut

    def subtitle(self) -> str:
        kernel = sides((self.kernel_size,) * self.dimensions)
        words = [f"{self.filters} filter{'s' if self.filters > 1 else ''} {kernel}"]
        words += [self.activation, f"padding {self.padding_size}" if self.padding == "number" else self.padding]
        further = ("stride", self.stride), ("dilation", self.dilation), ("groups", self.groups)
        return " · ".join([*words, *(f"{name} {value}" for name, value in further if value > 1)])

    def expect(self, *inputs: Signal) -> None:
        maps_only(self.title, self.dimensions, *inputs)
        dividing_groups(self.title, channels_of(inputs[0]), self.filters, self.groups)
        cut, behind = self.cut()
        if self.padding == "same" and behind >= max(self.stride, self.dilation):
            raise BlockError(
                f"{self.title} cannot cut the same off on both sides where an even kernel of {self.kernel_size} moves "
                "on by 1.",
                Fix(f"Set kernel size to {self.kernel_size + 1}", "set",
                    parameters={"kernel_size": self.kernel_size + 1}),
                Fix("Set padding to valid", "set", parameters={"padding": "valid"}),
            )  # fmt: skip
        if behind >= max(self.stride, self.dilation):
            raise BlockError(
                f"{self.title} can add less behind than its stride of {self.stride}, but output padding is {behind}.",
                Fix("Set output padding to 0", "set", parameters={"output_padding": 0}),
            )
        if any((extent - 1) * self.stride + self.reach() + behind <= 2 * cut for extent in extents_of(inputs[0])):
            raise BlockError(
                f"{self.title} cuts off {cut} on each side, which is more than there is.",
                Fix("Set padding to same", "set", parameters={"padding": "same"}),
            )

    def _function(self) -> Signal:
        space, ones = SPACES[self.dimensions], (1,) * self.dimensions
        return Signal((*ones, self.filters) if space.channels_last else (self.filters, *ones), kind=space.kind)

    def copied(self, *inputs: Signal) -> Copied:
        return weighed("weight", axis=0) if self.groups == 1 else DIVIDED

    def build(self, *inputs: Signal) -> nn.Module:
        cut, behind = self.cut()
        return LAYERS[self.dimensions](
            channels_of(inputs[0]), self.filters, activation(self.activation).build(self._function()),
            kernel_size=self.kernel_size, stride=self.stride, padding=cut, output_padding=behind, groups=self.groups,
            bias=self.bias, dilation=self.dilation,
        )  # fmt: skip

    def to_code(self, *inputs: Signal) -> Code:
        cut, behind = self.cut()
        options: list[object] = [channels_of(inputs[0]), self.filters, self.kernel_size]
        further = (
            ("stride", self.stride, 1), ("padding", cut, 0), ("output_padding", behind, 0), ("groups", self.groups, 1),
            ("dilation", self.dilation, 1), ("bias", self.bias, True),
        )  # fmt: skip
        options += [f"{name}={value}" for name, value, usual in further if value != usual]
        make = f"nn.ConvTranspose{self.dimensions}d({', '.join(map(str, options))})"
        series = SPACES[self.dimensions].channels_last
        expression = "{module}({0}.transpose(1, 2)).transpose(1, 2)" if series else "{module}({0})"
        return activation(self.activation).to_code(self._function()).behind(kept(make, expression))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        kind = SPACES[self.dimensions].kind
        return (activation(self.activation).mark(Signal(tuple(outputs[0][1:]), kind=kind, axes=inputs[0].axes)),)

    def output_scale(self) -> Scale:
        return activation(self.activation).output_scale()

    def window(self, module: nn.Module) -> Window:
        """What lies under the kernel at a place of the result: only every s-th of its numbers meets something."""
        assert isinstance(module, (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d))
        along = Along(self.kernel_size, self.stride, self.cut()[0], self.dilation, transposed=True)
        return Window(
            "weigh", (along,) * self.dimensions, maps_first(module.weight, self.groups), module.bias, self.activation,
            self.groups, channels_last=SPACES[self.dimensions].channels_last,
        )  # fmt: skip

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, (ConvTranspose1DLayer, ConvTranspose2DLayer, ConvTranspose3DLayer))
        return convolution_parts(module, module.function, self.window(module), inputs[0], transposed=True)

    def live_formula(self, *inputs: Signal) -> str:
        channels, (cut, behind) = channels_of(inputs[0]), self.cut()
        kernels = sides((channels, self.filters // self.groups, *(self.kernel_size,) * self.dimensions))
        bias = f", b is {self.filters}" if self.bias else ""
        lines = []
        for extent in dict.fromkeys(extents_of(inputs[0])):
            places = (extent - 1) * self.stride + self.reach() - 2 * cut + behind
            less, more = f" − {2 * cut}" if cut else "", f" + {behind}" if behind else ""
            lines.append(f"({extent} − 1) · {self.stride} + {self.reach()}{less}{more} = {places}")
        return f"K is {kernels}{bias}; places{' along a side' if self.dimensions > 1 else ''}: {' and '.join(lines)}"


def maps_first(weight: torch.Tensor, groups: int) -> torch.Tensor:
    """Weights (channels, maps of a group, ...) of torch as (maps, channels of a group, ...)."""
    split = weight.reshape(groups, -1, *weight.shape[1:])  # (groups, channels of a group, maps of a group, ...)
    return split.transpose(1, 2).flatten(0, 1)


class ConvTranspose1D(TransposedConvolution):
    """A transposed convolution over time."""

    id: ClassVar[str] = "conv-transpose1d"
    dimensions: ClassVar[int] = 1
    title: ClassVar[str] = "Transposed Conv1D"
    summary: ClassVar[str] = (
        "Makes a series longer: every step that arrives lays a kernel onto the result, times its value, and what "
        "overlaps adds up. It is the way back of a Conv1D, with weights that learn."
    )
    formula: ClassVar[str] = r"z_{s i + d m - p,\, q} = b_q + \sum_{c,i,m} K_{c,q,m} \, x_{i,c}, \quad a = f(z)"


class ConvTranspose2D(TransposedConvolution):
    """A transposed convolution over images."""

    id: ClassVar[str] = "conv-transpose2d"
    dimensions: ClassVar[int] = 2
    title: ClassVar[str] = "Transposed Conv2D"
    summary: ClassVar[str] = (
        "Makes an image larger: every pixel that arrives lays a kernel onto the result, times its value, and what "
        "overlaps adds up. It is the way back of a Conv2D, with weights that learn."
    )
    formula: ClassVar[str] = (
        r"z_{q,\, s i + d m - p,\, s j + d n - p} = b_q + \sum_{c,m,n} K_{c,q,m,n} \, x_{c,i,j}, \quad a = f(z), \quad"
        r" n' = (n - 1) s - 2 p + d (k - 1) + 1"
    )


class ConvTranspose3D(TransposedConvolution):
    """A transposed convolution over volumes."""

    id: ClassVar[str] = "conv-transpose3d"
    dimensions: ClassVar[int] = 3
    title: ClassVar[str] = "Transposed Conv3D"
    summary: ClassVar[str] = (
        "Makes a volume larger: every voxel that arrives lays a small cube onto the result, times its value, and what "
        "overlaps adds up. It is the way back of a Conv3D, with weights that learn."
    )
    formula: ClassVar[str] = (
        r"z_{q,\, s h + d l - p,\, s i + d m - p,\, s j + d n - p} = b_q + \sum_{c,l,m,n} K_{c,q,l,m,n} \, x_{c,h,i,j}"
    )


BLOCKS: tuple[type[Block], ...] = (ConvTranspose1D, ConvTranspose2D, ConvTranspose3D)
