"""Pooling: one number in the place of each window, of each cell, or of everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, cast

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Advice, Block, BlockError, Fix, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.copied import APART, Copied
from playground.blocks.images.arriving import (
    SPACES,
    any_maps_only,
    channels_of,
    extents_of,
    maps_only,
    sides,
    skipping,
    steps_in_words,
    summary_of,
)
from playground.blocks.images.max_pooling import MaxPoolLayer
from playground.blocks.images.padding import Padding, Rim, inside_only, rim_of
from playground.blocks.images.parts import adaptive_parts, global_parts, pooling_parts
from playground.blocks.merge_operations import plan_mean
from playground.blocks.operations import Operations
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.blocks.windows import Along, Reduction, Window
from playground.document.declaration import parameter

PLAIN: Mapping[tuple[Reduction, int], type[nn.Module]] = {
    ("largest", 1): nn.MaxPool1d, ("largest", 2): MaxPoolLayer, ("largest", 3): nn.MaxPool3d,
    ("mean", 1): nn.AvgPool1d, ("mean", 2): nn.AvgPool2d, ("mean", 3): nn.AvgPool3d,
}  # fmt: skip
"""torch's pooling, by what is made of a window and along how many axes it slides."""


class PoolingLayer(nn.Module):
    """Pooling of series (batch, time, features), or with another border than torch's own."""

    def __init__(self, pool: nn.Module, flat: tuple[int, ...], fill: float, series: bool) -> None:
        super().__init__()
        self.pool, self.flat, self.fill, self.series = pool, flat, fill, series

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.series:
            x = x.transpose(1, 2)
        if self.flat:
            x = functional.pad(x, self.flat, value=self.fill)
        x = self.pool(x)
        return x.transpose(1, 2) if self.series else x


class Pooling(Block):
    """Base of the blocks that put one number in the place of each window, channel by channel."""

    family: ClassVar[str] = "convolution"
    reduction: ClassVar[Literal["largest", "mean"]]
    """What is made of the numbers of a window."""
    dimensions: ClassVar[int]
    """Axes along which the window slides."""
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps", "sliding window"})

    kernel_size: int = parameter(2, ge=1, le=64, label="Window size", help="Side k of the window, in pixels.")
    stride: int = parameter(2, ge=1, le=64, help="How many pixels s the window moves on; usually its width.")
    padding: Padding = parameter(
        "valid",
        help="Valid: the window stays inside the image. Same: with a stride of 1 the image keeps its size. Number: the "
        "border is as wide as the padding size says.",
        advanced=True,
    )
    padding_size: int = parameter(
        0, ge=0, le=32, help="Width p of the border on each side where padding is a number.", advanced=True
    )

    def rim(self) -> Rim:
        """What is added around what arrives."""
        return rim_of(self.padding, self.padding_size, (self.kernel_size,) * self.dimensions)

    def _size(self) -> str:
        return sides((self.kernel_size,) * self.dimensions)

    def subtitle(self) -> str:
        stride = f" · stride {self.stride}" if self.stride != self.kernel_size else ""
        padding = f" · padding {self.padding_size}" if self.padding == "number" else f" · {self.padding}"
        return f"{self._size()}{stride}{padding if self.padding != 'valid' else ''}"

    def expect(self, *inputs: Signal) -> None:
        maps_only(self.title, self.dimensions, *inputs)
        extents, space = extents_of(inputs[0]), SPACES[self.dimensions]
        fitting = min(extents)
        inside_only(
            self.title, f"looks at windows of {self._size()} {space.cell}", self.rim(),
            (self.kernel_size,) * self.dimensions, extents,
            Fix(f"Set window size to {fitting}", "set", parameters={"kernel_size": fitting}),
        )  # fmt: skip
        if self.padding == "number" and 2 * self.padding_size > self.kernel_size:
            most = self.kernel_size // 2
            raise BlockError(
                f"{self.title} with a window of {self.kernel_size} takes a border of {most} at most, as a window "
                f"further out would see nothing; the padding size is {self.padding_size}.",
                Fix(f"Set padding size to {most}", "set", parameters={"padding_size": most}),
            )

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        return skipping(self.title, self.kernel_size, self.stride, SPACES[self.dimensions].cell)

    def copied(self, *inputs: Signal) -> Copied:
        return APART

    def build(self, *inputs: Signal) -> nn.Module:
        rim, series = self.rim(), SPACES[self.dimensions].channels_last
        pool = PLAIN[self.reduction, self.dimensions](self.kernel_size, self.stride, rim.before if rim.own else 0)
        return PoolingLayer(pool, rim.flat, self._fill(), series) if series or rim.flat else pool

    def _fill(self) -> float:
        """What stands in a border."""
        return float("-inf") if self.reduction == "largest" else 0.0

    def to_code(self, *inputs: Signal) -> Code:
        rim, series = self.rim(), SPACES[self.dimensions].channels_last
        arriving = rim.written('float("-inf")' if self.reduction == "largest" else "")
        options = [str(self.kernel_size), *([f"stride={self.stride}"] if self.stride != self.kernel_size else [])]
        options += [f"padding={rim.before[0]}"] if any(rim.before) and rim.own else []
        name = f"{'max' if self.reduction == 'largest' else 'avg'}_pool{self.dimensions}d"
        if series:
            arriving = arriving.replace("{0}", "{0}.transpose(1, 2)")
        pooled = f"functional.{name}({arriving}, {', '.join(options)})"
        return computed(f"{pooled}.transpose(1, 2)" if series else pooled)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        found = summary_of(inputs[0], tuple(outputs[0][1:]))
        if self.reduction == "mean" and self.padding != "valid":  # zeros of the border are counted
            found = found.but(low=min(found.low, 0.0), high=max(found.high, 0.0))
        return (found,)

    def window(self, module: nn.Module) -> Window:
        """The window of each channel."""
        along = tuple(Along(self.kernel_size, self.stride, before) for before in self.rim().before)
        return Window(self.reduction, along, channels_last=SPACES[self.dimensions].channels_last)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return pooling_parts(module, self.window(module), inputs[0])

    def live_formula(self, *inputs: Signal) -> str:
        sizes = (self.kernel_size,) * self.dimensions
        places = steps_in_words(extents_of(inputs[0]), self.rim().totals, sizes, self.stride)
        along = " along a side" if self.dimensions > 1 else ""
        return f"x is {sides(inputs[0].shape)}; places{along}: {places}"


LARGEST_SOURCE = "Riesenhuber & Poggio 1999; Scherer, Müller & Behnke 2010, Evaluation of pooling operations"
MEAN_SOURCE = "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning"


class MaxPool1D(Pooling):
    """The largest number of each window of a series."""

    id: ClassVar[str] = "max-pool1d"
    reduction: ClassVar[Literal["largest", "mean"]] = "largest"
    dimensions: ClassVar[int] = 1
    title: ClassVar[str] = "Max pooling 1D"
    summary: ClassVar[str] = (
        "Keeps the largest of a few steps of a series, so that it becomes shorter, and when exactly a pattern was "
        "found no longer matters."
    )
    formula: ClassVar[str] = r"a_{i,c} = \max_{m < k} x_{s i + m - p,\, c}"
    source: ClassVar[str] = LARGEST_SOURCE


class MaxPool2D(Pooling):
    """The largest number of each window."""

    id: ClassVar[str] = "max-pool2d"
    reduction: ClassVar[Literal["largest", "mean"]] = "largest"
    dimensions: ClassVar[int] = 2
    title: ClassVar[str] = "Max pooling"
    summary: ClassVar[str] = (
        "Keeps the largest number of each small window, so that the image becomes smaller, and where exactly in the "
        "window a pattern was found no longer matters."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = \max_{m,n < k} x_{c,\, s i + m - p,\, s j + n - p}"
    source: ClassVar[str] = LARGEST_SOURCE


class MaxPool3D(Pooling):
    """The largest number of each window of a volume."""

    id: ClassVar[str] = "max-pool3d"
    reduction: ClassVar[Literal["largest", "mean"]] = "largest"
    dimensions: ClassVar[int] = 3
    title: ClassVar[str] = "Max pooling 3D"
    summary: ClassVar[str] = (
        "Keeps the largest number of each small cube of a volume, so that it becomes smaller, and where exactly in the "
        "cube a pattern was found no longer matters."
    )
    formula: ClassVar[str] = r"a_{c,h,i,j} = \max_{l,m,n < k} x_{c,\, s h + l - p,\, s i + m - p,\, s j + n - p}"
    source: ClassVar[str] = LARGEST_SOURCE


class AvgPool1D(Pooling):
    """The mean of each window of a series."""

    id: ClassVar[str] = "avg-pool1d"
    reduction: ClassVar[Literal["largest", "mean"]] = "mean"
    dimensions: ClassVar[int] = 1
    title: ClassVar[str] = "Average pooling 1D"
    summary: ClassVar[str] = (
        "Puts the mean of a few steps in their place, so that the series becomes shorter and smoother. It has no "
        "weights, so it learns nothing."
    )
    formula: ClassVar[str] = r"a_{i,c} = \frac{1}{k} \sum_{m < k} x_{s i + m - p,\, c}"
    source: ClassVar[str] = MEAN_SOURCE


class AvgPool2D(Pooling):
    """The mean of each window."""

    id: ClassVar[str] = "avg-pool2d"
    reduction: ClassVar[Literal["largest", "mean"]] = "mean"
    dimensions: ClassVar[int] = 2
    title: ClassVar[str] = "Average pooling"
    summary: ClassVar[str] = (
        "Puts the mean of each small window in its place, so that the image becomes smaller and smoother. It has no "
        "weights, so it learns nothing."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = \frac{1}{k^2} \sum_{m,n < k} x_{c,\, s i + m - p,\, s j + n - p}"
    source: ClassVar[str] = MEAN_SOURCE


class AvgPool3D(Pooling):
    """The mean of each window of a volume."""

    id: ClassVar[str] = "avg-pool3d"
    reduction: ClassVar[Literal["largest", "mean"]] = "mean"
    dimensions: ClassVar[int] = 3
    title: ClassVar[str] = "Average pooling 3D"
    summary: ClassVar[str] = (
        "Puts the mean of each small cube in its place, so that the volume becomes smaller and smoother. It has no "
        "weights, so it learns nothing."
    )
    formula: ClassVar[str] = (
        r"a_{c,h,i,j} = \frac{1}{k^3} \sum_{l,m,n < k} x_{c,\, s h + l - p,\, s i + m - p,\, s j + n - p}"
    )
    source: ClassVar[str] = MEAN_SOURCE


class AdaptiveLayer(nn.Module):
    """One number for each of `size` cells along each axis, whatever the extent; of series along the time."""

    def __init__(self, size: int, largest: bool, dimensions: int, series: bool) -> None:
        super().__init__()
        self.size, self.largest, self.series = size, largest, series
        kind = "max" if largest else "avg"
        self.pool = getattr(functional, f"adaptive_{kind}_pool{dimensions}d")
        self.dimensions = dimensions

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.series:
            return cast(torch.Tensor, self.pool(x.transpose(1, 2), self.size)).transpose(1, 2)
        return cast(torch.Tensor, self.pool(x, self.size))

    def plain(self) -> nn.Module:
        """The same, cell by cell along one axis after the other, which exporters can follow for all sizes."""
        return CellByCell(self.size, self.largest, (1,) if self.series else tuple(range(2, 2 + self.dimensions)))


class CellByCell(nn.Module):
    """Adaptive pooling in operations that every format has."""

    def __init__(self, size: int, largest: bool, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.size, self.largest, self.axes = size, largest, axes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for axis in self.axes:
            cells = [x.narrow(axis, cell.start, len(cell)) for cell in cells_of(x.shape[axis], self.size)]
            x = torch.cat([(cell.amax if self.largest else cell.mean)(axis, keepdim=True) for cell in cells], axis)
        return x


def cells_of(extent: int, size: int) -> list[range]:
    """Which numbers along an axis make each of `size` cells, as torch divides them; cells may overlap."""
    return [range(cell * extent // size, -(-(cell + 1) * extent // size)) for cell in range(size)]


class AdaptivePooling(Block):
    """Base of the pooling that gives the same size for inputs of every size."""

    family: ClassVar[str] = "convolution"
    largest: ClassVar[bool]
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps"})
    source: ClassVar[str] = "He, Zhang, Ren and Sun 2014, Spatial pyramid pooling"

    size: int = parameter(4, ge=1, le=64, label="Cells", help="How many cells come out along each axis.")

    def neighbours(self) -> int | None:
        return 0

    def subtitle(self) -> str:
        return f"{self.size} cells a side"

    def expect(self, *inputs: Signal) -> None:
        any_maps_only(self.title, *inputs)

    def copied(self, *inputs: Signal) -> Copied:
        return APART

    def build(self, *inputs: Signal) -> nn.Module:
        dimensions = len(extents_of(inputs[0]))
        return AdaptiveLayer(self.size, self.largest, dimensions, inputs[0].kind == "series")

    def to_code(self, *inputs: Signal) -> Code:
        kind, dimensions = "max" if self.largest else "avg", len(extents_of(inputs[0]))
        function = f"functional.adaptive_{kind}_pool{dimensions}d"
        if inputs[0].kind == "series":
            return computed(f"{function}({{0}}.transpose(1, 2), {self.size}).transpose(1, 2)")
        return computed(f"{function}({{0}}, {self.size})")

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (summary_of(inputs[0], tuple(outputs[0][1:])),)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        series = cast(AdaptiveLayer, module).series
        extents = inputs[0].shape[1:-1] if series else inputs[0].shape[2:]
        return adaptive_parts(module, [cells_of(one, self.size) for one in extents], self.largest, series)

    def live_formula(self, *inputs: Signal) -> str:
        return f"{sides(extents_of(inputs[0]))} → {sides((self.size,) * len(extents_of(inputs[0])))}"


class AdaptiveAvgPool(AdaptivePooling):
    """The mean of each cell."""

    id: ClassVar[str] = "adaptive-avg-pool"
    largest: ClassVar[bool] = False
    title: ClassVar[str] = "Adaptive average pooling"
    summary: ClassVar[str] = (
        "Divides an image, a series or a volume into a fixed number of cells, whatever its size, and keeps the mean of "
        "each: dense layers behind it then take images of every size."
    )
    formula: ClassVar[str] = (
        r"a_{c,i,j} = \mathrm{mean} \; x_{c,\, \lfloor i n / g \rfloor \ldots \lceil (i + 1) n / g \rceil - 1}"
    )


class AdaptiveMaxPool(AdaptivePooling):
    """The largest of each cell."""

    id: ClassVar[str] = "adaptive-max-pool"
    largest: ClassVar[bool] = True
    title: ClassVar[str] = "Adaptive max pooling"
    summary: ClassVar[str] = (
        "Divides an image, a series or a volume into a fixed number of cells, whatever its size, and keeps the largest "
        "number of each: dense layers behind it then take images of every size."
    )
    formula: ClassVar[str] = (
        r"a_{c,i,j} = \max \; x_{c,\, \lfloor i n / g \rfloor \ldots \lceil (i + 1) n / g \rceil - 1}"
    )


class MeanLayer(nn.Module):
    """The mean over some axes, batch included in their count."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(self.axes)


class LargestLayer(MeanLayer):
    """The largest over some axes; of several that are largest each gets its share of the gradient."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.amax(self.axes)


class GlobalPooling(Block):
    """Base of the blocks that leave one number of each channel."""

    family: ClassVar[str] = "convolution"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps"})
    largest: ClassVar[bool]

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        if not inputs[0].stepwise:
            any_maps_only(self.title, *inputs)

    def _axes(self, arriving: Signal) -> tuple[int, ...]:
        return (1,) if arriving.stepwise else tuple(range(2, 1 + len(arriving.shape)))

    def copied(self, *inputs: Signal) -> Copied:
        return APART

    def build(self, *inputs: Signal) -> nn.Module:
        return (LargestLayer if self.largest else MeanLayer)(self._axes(inputs[0]))

    def to_code(self, *inputs: Signal) -> Code:
        axes = self._axes(inputs[0])
        over = axes[0] if len(axes) == 1 else axes
        return computed(f"{{0}}.{'amax' if self.largest else 'mean'}(dim={over})")

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return global_parts(module, inputs[0], cast(MeanLayer, module).axes == (1,), self.largest)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (summary_of(inputs[0], tuple(outputs[0][1:])),)

    def live_formula(self, *inputs: Signal) -> str:
        return f"{sides(inputs[0].shape)} → {channels_of(inputs[0])}"


class GlobalAveragePooling(GlobalPooling):
    """One number for each channel of an image or a volume, or for each feature of a series."""

    id: ClassVar[str] = "global-average-pooling"
    largest: ClassVar[bool] = False
    title: ClassVar[str] = "Global average pooling"
    summary: ClassVar[str] = (
        "Puts the mean over the whole image in the place of each channel (of a series: over all steps). It takes "
        "images of every size, and needs far fewer weights behind it than Flatten."
    )
    formula: ClassVar[str] = r"a_c = \frac{1}{H W} \sum_{i,j} x_{c,i,j}"
    source: ClassVar[str] = "Lin, Chen & Yan 2014, Network in network"

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_mean(operations, cast(MeanLayer, module).axes)
        return True


class GlobalMaxPooling(GlobalPooling):
    """The largest number of each channel of an image or a volume, or of each feature of a series."""

    id: ClassVar[str] = "global-max-pooling"
    largest: ClassVar[bool] = True
    title: ClassVar[str] = "Global max pooling"
    summary: ClassVar[str] = (
        "Keeps the largest number of each channel over the whole image (of a series: over all steps): whether a "
        "pattern was found anywhere, and no longer where."
    )
    formula: ClassVar[str] = r"a_c = \max_{i,j} x_{c,i,j}"
    source: ClassVar[str] = "Oquab, Bottou, Laptev and Sivic 2015, Is object localization for free?"


BLOCKS: tuple[type[Block], ...] = (
    MaxPool2D, AvgPool2D, MaxPool1D, AvgPool1D, MaxPool3D, AvgPool3D, AdaptiveAvgPool, AdaptiveMaxPool,
    GlobalAveragePooling, GlobalMaxPooling,
)  # fmt: skip
