"""Larger, smaller, in pieces: upsampling, pixel shuffle, patches."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix
from playground.blocks.code import Code, computed, kept
from playground.blocks.copied import APART, Copied
from playground.blocks.images.arriving import any_maps_only, channels_of, extents_of, images_only, sides, summary_of
from playground.blocks.images.moving_parts import patches_parts, shuffle_parts, upsampling_parts
from playground.blocks.images.parts import extents
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}
"""What torch calls the mode, by the axes."""


class UpsamplingLayer(nn.Module):
    """A series (batch, time, features), an image or a volume, so many times as large along each axis."""

    def __init__(self, factor: int, mode: str, series: bool) -> None:
        super().__init__()
        self.factor, self.mode, self.series = factor, mode, series

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.series:
            return functional.interpolate(x.transpose(1, 2), scale_factor=self.factor, mode=self.mode).transpose(1, 2)
        return functional.interpolate(x, scale_factor=self.factor, mode=self.mode)


class Upsampling(Block):
    """Larger without weights."""

    id: ClassVar[str] = "upsampling"
    family: ClassVar[str] = "convolution"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps"})
    title: ClassVar[str] = "Upsampling"
    summary: ClassVar[str] = (
        "Makes an image, a series or a volume larger: each number is repeated, or what lies between is drawn straight "
        "from one to the next. It has no weights; a convolution behind it learns what to make of it."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = \sum_{m,n} w_{i,m} \, w_{j,n} \, x_{c,m,n}, \quad n' = s n"
    source: ClassVar[str] = "Odena, Dumoulin and Olah 2016, Deconvolution and checkerboard artifacts"

    factor: int = parameter(2, ge=2, le=16, help="How many times s as large it becomes along each axis.")
    mode: Literal["nearest", "bilinear"] = parameter(
        "nearest", help="Nearest repeats each number; bilinear draws straight lines from one to the next."
    )

    def neighbours(self) -> int | None:
        return 0 if self.mode == "nearest" else 1

    def subtitle(self) -> str:
        return f"{self.factor} times · {self.mode}"

    def expect(self, *inputs: Signal) -> None:
        any_maps_only(self.title, *inputs)

    def _mode(self, arriving: Signal) -> str:
        return "nearest" if self.mode == "nearest" else LINEAR[len(extents_of(arriving))]

    def copied(self, *inputs: Signal) -> Copied:
        return APART

    def build(self, *inputs: Signal) -> nn.Module:
        return UpsamplingLayer(self.factor, self._mode(inputs[0]), inputs[0].kind == "series")

    def to_code(self, *inputs: Signal) -> Code:
        options = f'scale_factor={self.factor}, mode="{self._mode(inputs[0])}"'
        if inputs[0].kind == "series":
            return computed(f"functional.interpolate({{0}}.transpose(1, 2), {options}).transpose(1, 2)")
        return computed(f"functional.interpolate({{0}}, {options})")

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (summary_of(inputs[0], tuple(outputs[0][1:])),)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, UpsamplingLayer)
        return upsampling_parts(module, extents(inputs[0], module.series), self.factor, self.mode, module.series)

    def live_formula(self, *inputs: Signal) -> str:
        before = extents_of(inputs[0])
        return f"{sides(before)} → {sides([self.factor * one for one in before])}"


class PixelShuffle(Block):
    """Channels become pixels, or pixels channels."""

    id: ClassVar[str] = "pixel-shuffle"
    family: ClassVar[str] = "convolution"
    rearranges: ClassVar[bool] = True
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps"})
    title: ClassVar[str] = "Pixel shuffle"
    summary: ClassVar[str] = (
        "Makes an image larger out of its own channels: every r · r of them become the pixels of one square. The "
        "convolution before it then draws the fine picture, at the price of the coarse one."
    )
    formula: ClassVar[str] = r"a_{c,\, r i + m,\, r j + n} = x_{c r^2 + r m + n,\, i,\, j}"
    source: ClassVar[str] = "Shi et al. 2016, Real-time single image super-resolution"

    factor: int = parameter(2, ge=2, le=16, help="How many times r as large the image becomes along each side.")
    inverse: bool = parameter(False, label="Pixels to channels", help="The other way round: squares become channels.")

    def neighbours(self) -> int | None:
        return 0

    def subtitle(self) -> str:
        return f"{self.factor} times {'smaller' if self.inverse else 'larger'}"

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)
        (channels, *side), factor = inputs[0].shape, self.factor
        if self.inverse and any(extent % factor for extent in side):
            raise BlockError(
                f"{self.title} cuts the image into squares of {factor} × {factor}, but {sides(side)} pixels are no "
                "whole number of them."
            )
        if not self.inverse and channels % factor**2:
            needed = -(-channels // factor**2) * factor**2
            raise BlockError(
                f"{self.title} makes squares of {factor} × {factor} out of {factor**2} channels each, but {channels} "
                f"arrive.",
                Fix(f"Set filters to {needed}", "set", parameters={"filters": needed}, node="input"),
                port="input",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return (nn.PixelUnshuffle if self.inverse else nn.PixelShuffle)(self.factor)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"functional.pixel_{'unshuffle' if self.inverse else 'shuffle'}({{0}}, {self.factor})")

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (summary_of(inputs[0], tuple(outputs[0][1:])),)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        shape = tuple(module(inputs[0]).shape[1:])
        return shuffle_parts(module, shape, self.factor, self.inverse)

    def live_formula(self, *inputs: Signal) -> str:
        (channels, height, width), r = inputs[0].shape, self.factor
        if self.inverse:
            return f"{sides(inputs[0].shape)} → {sides((channels * r * r, height // r, width // r))}"
        return f"{sides(inputs[0].shape)} → {sides((channels // (r * r), height * r, width * r))}"


class PatchesLayer(nn.Module):
    """An image (batch, channels, height, width) as a series of its patches (batch, patches, channels · p · p)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        channels, height, width = x.shape[1:]
        rows, columns = height // self.size, width // self.size
        cut = x.reshape(-1, channels, rows, self.size, columns, self.size)
        return cut.permute(0, 2, 4, 1, 3, 5).reshape(-1, rows * columns, channels * self.size * self.size)


class Patches(Block):
    """An image cut into squares, one after the other."""

    id: ClassVar[str] = "patches"
    family: ClassVar[str] = "convolution"
    rearranges: ClassVar[bool] = True
    title: ClassVar[str] = "Patches"
    summary: ClassVar[str] = (
        "Cuts an image into squares and lays them one after the other, row by row: a series whose steps are pieces of "
        "the picture, as a vision transformer reads it."
    )
    formula: ClassVar[str] = r"C \times H \times W \to \frac{H W}{p^2} \times C p^2"
    source: ClassVar[str] = "Dosovitskiy et al. 2021, An image is worth 16 x 16 words"

    size: int = parameter(4, ge=1, le=256, help="Side p of a patch, in pixels; it must divide height and width.")

    def subtitle(self) -> str:
        return f"{self.size} × {self.size}"

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)
        height, width = inputs[0].shape[1:]
        if height % self.size == 0 == width % self.size:
            return
        fitting = [one for one in range(min(height, width), 0, -1) if height % one == 0 == width % one]
        near = min(fitting, key=lambda one: abs(one - self.size))
        raise BlockError(
            f"{self.title} of {self.size} × {self.size} pixels do not fill an image of {height} × {width}.",
            Fix(f"Set size to {near}", "set", parameters={"size": near}),
        )

    def build(self, *inputs: Signal) -> nn.Module:
        return PatchesLayer(self.size)

    def to_code(self, *inputs: Signal) -> Code:
        return kept(f"PatchesLayer({self.size})", uses=(PatchesLayer,))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        one = summary_of(inputs[0], tuple(outputs[0][1:]))
        return (one.but(kind="series", axes=("patches", "pixels")),)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return patches_parts(module, tuple(inputs[0].shape[1:]), self.size)

    def live_formula(self, *inputs: Signal) -> str:
        channels, (height, width) = channels_of(inputs[0]), inputs[0].shape[1:]
        count = (height // self.size) * (width // self.size)
        return f"{sides(inputs[0].shape)} → {count} × {channels * self.size**2}"


BLOCKS: tuple[type[Block], ...] = (Upsampling, PixelShuffle, Patches)
