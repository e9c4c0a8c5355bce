"""Images: kernels that slide over them, and pooling, which makes them smaller."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, cast

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.activation import ActivationName, activation
from playground.blocks.base import Advice, Block, BlockError, Fix, numbers_only
from playground.blocks.code import Code, computed, kept
from playground.blocks.convolution_parts import convolution_parts, global_mean_parts, pooling_parts
from playground.blocks.merge_operations import plan_mean
from playground.blocks.operations import Operations
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal, Window
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter

Padding = Literal["valid", "same"]


def images_only(title: str, *inputs: Signal) -> None:
    """Refuse anything but an image of channels × height × width, offering ways to make one. Raises BlockError."""
    numbers_only(title, *inputs)
    arriving = inputs[0]
    if arriving.kind == "image" and len(arriving.shape) == 3:
        return
    raise BlockError(
        f"{title} expects an image of channels × height × width, but {arriving.words()} arrives.",
        *(_reshape(shape, words) for shape, words in _as_image(arriving)),
    )


def _as_image(arriving: Signal) -> list[tuple[tuple[int, ...], str]]:
    """Shapes in which the numbers are an image, and what to call them."""
    if arriving.kind == "series" and len(arriving.shape) == 2:
        return [((1, *arriving.shape), "one row a step")]
    if len(arriving.shape) != 1:
        return []
    sides = {channels: math.isqrt(arriving.size // channels) for channels in (1, 3)}
    words = {1: "grey", 3: "coloured"}
    return [
        ((channels, side, side), f"a {words[channels]} image of {side} × {side}")
        for channels, side in sides.items()
        if side > 1 and channels * side * side == arriving.size
    ]


def _reshape(shape: tuple[int, ...], words: str) -> Fix:
    parameters = {"shape": " x ".join(map(str, shape))}
    return Fix(f"Insert Reshape: {words}", "insert", block="reshape", parameters=parameters)


def steps_in_words(extents: tuple[int, ...], padding: int, size: int, stride: int) -> str:
    """How many places a window has along each axis, with the numbers: “(28 + 4 − 5) / 1 + 1 = 28”."""
    lines: list[str] = []
    for extent in dict.fromkeys(extents):
        room = f"({extent} + {padding} − {size})" if padding else f"({extent} − {size})"
        way = extent + padding - size
        rounded = ", rounded down," if way % stride else ""
        lines.append(f"{room} / {stride} + 1{rounded} = {way // stride + 1}")
    return " and ".join(lines)


def _skipping(title: str, size: int, stride: int) -> tuple[Advice, ...]:
    """What to say of a window that jumps over pixels."""
    if stride <= size:
        return ()
    words = f"{title} moves on by {stride} but looks at {size} only, so some pixels are never seen."
    return (Advice(words, (Fix(f"Set stride to {size}", "set", parameters={"stride": size}),)),)


class Conv2DLayer(nn.Conv2d):
    """A cross-correlation and its activation, in one module so that a node is one name: `node.weight`, `node.bias`.

    With same padding `kernel_size − 1` zeros are added along each axis, one more at the end where that is odd.
    """

    def __init__(
        self, channels: int, filters: int, size: int, stride: int, same: bool, bias: bool, function: nn.Module
    ) -> None:
        before, after = ((size - 1) // 2, size // 2) if same else (0, 0)
        super().__init__(channels, filters, size, stride=stride, padding=before, bias=bias)
        self.rim = (before, after, before, after)
        """Zeros that are added on the left, the right, above and below."""
        self.function = function
        # A plain attribute is found at once, a submodule only after a detour through nn.Module.
        self.activate = function.forward

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activate(self.weighted_sum(x))  # type: ignore[no-any-return]

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """What goes into the activation: (batch, filters, height', width') for x (batch, channels, height, width)."""
        before, after, *_ = self.rim
        if before != after:
            return functional.conv2d(functional.pad(x, self.rim), self.weight, self.bias, self.stride)
        return functional.conv2d(x, self.weight, self.bias, self.stride, before)


class Conv2D(Block):
    """Every filter weighs a small window at each place of the image, over all channels, with the same kernel.

    As in every library this is a cross-correlation: the kernel is not flipped.
    """

    id: ClassVar[str] = "conv2d"
    family: ClassVar[str] = "convolution"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps", "kernels", "sliding window"})
    title: ClassVar[str] = "Conv2D"
    summary: ClassVar[str] = (
        "Slides small kernels over an image. Each filter looks for one pattern, with the same weights everywhere, and "
        "draws a feature map of where it is found. What all libraries call convolution is a cross-correlation: the "
        "kernel is not flipped."
    )
    formula: ClassVar[str] = (
        r"z_{q,i,j} = b_q + \sum_{c,m,n} K_{q,c,m,n} \, x_{c, s i + m - p, s j + n - p}, \quad a = f(z), \quad"
        r" n' = \lfloor (n + 2 p - k) / s \rfloor + 1"
    )
    source: ClassVar[str] = "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning"

    filters: int = parameter(8, ge=1, le=4_096, logarithmic=True, help="How many kernels, each with its feature map.")
    kernel_size: int = parameter(3, ge=1, le=64, help="Side k of the window that a kernel sees, in pixels.")
    stride: int = parameter(1, ge=1, le=64, help="How many pixels s the window moves on; 2 halves the image.")
    padding: Padding = parameter(
        "valid",
        help="Valid: the window stays inside the image, which shrinks by k − 1. Same: zeros around it keep its size.",
    )
    activation: ActivationName = parameter("relu", help="The function that is applied to each weighted sum.")
    bias: bool = parameter(True, help="Whether each filter has a bias, which shifts where it switches.")

    def subtitle(self) -> str:
        size, stride = self.kernel_size, f" · stride {self.stride}" if self.stride > 1 else ""
        filters = f"{self.filters} filter{'s' if self.filters > 1 else ''}"
        return f"{filters} {size} × {size} · {self.activation} · {self.padding}{stride}"

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)
        height, width = inputs[0].shape[1:]
        if self.padding == "valid" and self.kernel_size > min(height, width):
            fitting = min(height, width)
            raise BlockError(
                f"{self.title} slides a kernel of {self.kernel_size} × {self.kernel_size} inside the image, but the "
                f"image that arrives has only {height} × {width} pixels.",
                Fix("Set padding to same", "set", parameters={"padding": "same"}),
                Fix(f"Set kernel size to {fitting}", "set", parameters={"kernel_size": fitting}),
            )

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        return _skipping(self.title, self.kernel_size, self.stride)

    def build(self, *inputs: Signal) -> nn.Module:
        function = activation(self.activation).build(Signal((self.filters, 1, 1), kind="image"))
        return Conv2DLayer(
            inputs[0].shape[0], self.filters, self.kernel_size, self.stride, self.padding == "same", self.bias, function
        )

    def to_code(self, *inputs: Signal) -> Code:
        size = self.kernel_size
        options = [f"stride={self.stride}"] if self.stride > 1 else []
        before, after = ((size - 1) // 2, size // 2) if self.padding == "same" else (0, 0)
        if before and before == after:
            options.append(f"padding={before}")
        if not self.bias:
            options.append("bias=False")
        make = f"nn.Conv2d({', '.join(map(str, (inputs[0].shape[0], self.filters, size, *options)))})"
        padded = f"functional.pad({{0}}, {(before, after) * 2})" if before != after else "{0}"
        function = activation(self.activation).to_code(Signal((self.filters, 1, 1), kind="image"))
        return function.behind(kept(make, f"{{module}}({padded})"))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        image = Signal(tuple(outputs[0][1:]), kind="image", axes=inputs[0].axes)
        return (activation(self.activation).mark(image),)

    def output_scale(self) -> Scale:
        return activation(self.activation).output_scale()

    def window(self, module: nn.Module) -> Window:
        """The window of the kernels, with their weights."""
        assert isinstance(module, Conv2DLayer)
        size, stride, rim = self.kernel_size, self.stride, module.rim[0]
        return Window("weigh", size, stride, rim, module.weight, module.bias, self.activation)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, Conv2DLayer)
        return convolution_parts(module, self.window(module), module.rim, inputs[0])

    def live_formula(self, *inputs: Signal) -> str:
        channels, *extents = inputs[0].shape
        size, padding = self.kernel_size, self.kernel_size - 1 if self.padding == "same" else 0
        bias = f", b is {self.filters}" if self.bias else ""
        places = steps_in_words(tuple(extents), padding, size, self.stride)
        return f"K is {self.filters} × {channels} × {size} × {size}{bias}; places along a side: {places}"


class Pooling(Block):
    """Base of the blocks that put one number in the place of each window, channel by channel."""

    family: ClassVar[str] = "convolution"
    reduction: ClassVar[Literal["largest", "mean"]]
    """What is made of the numbers of a window."""
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps", "sliding window"})

    kernel_size: int = parameter(2, ge=1, le=64, label="Window size", help="Side k of the window, in pixels.")
    stride: int = parameter(2, ge=1, le=64, help="How many pixels s the window moves on; usually its width.")

    def subtitle(self) -> str:
        stride = f" · stride {self.stride}" if self.stride != self.kernel_size else ""
        return f"{self.kernel_size} × {self.kernel_size}{stride}"

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)
        height, width = inputs[0].shape[1:]
        fitting = min(height, width)
        if self.kernel_size > fitting:
            raise BlockError(
                f"{self.title} looks at windows of {self.kernel_size} × {self.kernel_size} pixels, but the image that "
                f"arrives has only {height} × {width}.",
                Fix(f"Set window size to {fitting}", "set", parameters={"kernel_size": fitting}),
            )

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        return _skipping(self.title, self.kernel_size, self.stride)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (_summary_of(inputs[0], tuple(outputs[0][1:])),)

    def _window(self) -> str:
        """The window as an argument of torch's functions."""
        return f"{self.kernel_size}" + (f", stride={self.stride}" if self.stride != self.kernel_size else "")

    def window(self, module: nn.Module) -> Window:
        """The window of each channel."""
        return Window(self.reduction, self.kernel_size, self.stride)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return pooling_parts(module, self.window(module), inputs[0])

    def live_formula(self, *inputs: Signal) -> str:
        places = steps_in_words(inputs[0].shape[1:], 0, self.kernel_size, self.stride)
        return f"x is {' × '.join(map(str, inputs[0].shape))}; places along a side: {places}"


def _summary_of(arriving: Signal, shape: tuple[int, ...]) -> Signal:
    """The signal of values that lie between those that arrive."""
    scale: Scale = arriving.scale if arriving.scale in ("probability", "log-probability") else "any"
    if len(shape) != 3:
        return Signal(shape, scale=scale, low=arriving.low, high=arriving.high)
    return Signal(shape, kind="image", scale=scale, axes=arriving.axes, low=arriving.low, high=arriving.high)


def _fours(x: torch.Tensor) -> list[torch.Tensor]:
    """The four pixels of every window of 2 × 2, each (..., height / 2, width / 2), row by row."""
    return [x[..., row::2, column::2] for row in (0, 1) for column in (0, 1)]


def _largest_of_four(x: torch.Tensor) -> torch.Tensor:
    rows = torch.maximum(x[..., 0::2, :], x[..., 1::2, :])  # first whole rows: their numbers lie side by side
    return torch.maximum(rows[..., 0::2], rows[..., 1::2])


class _LargestOfFour(torch.autograd.Function):
    """Max pooling over windows of 2 × 2, whose gradient goes to the first of the largest, as torch's does.

    Twice as fast as torch's on a processor, forward ten times: 64 × 6 × 28 × 28 takes 0.6 ms there and back, not 1.3.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: torch.Tensor) -> torch.Tensor:
        return _largest_of_four(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        ctx.save_for_backward(inputs[0], output)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        x, largest = ctx.saved_tensors
        parts, rest = [], gradients[0]
        for pixel in _fours(x)[:3]:
            parts.append(rest * (pixel == largest))
            rest = rest - parts[-1]
        parts.append(rest)
        if torch.is_grad_enabled():  # The way back is itself derived, for curvature.
            rows = [torch.stack(parts[start : start + 2], dim=-1).flatten(-2) for start in (0, 2)]
            return torch.stack(rows, dim=-2).flatten(-3, -2)
        back = torch.empty_like(x)
        for part, place in zip(parts, _fours(back), strict=True):
            place.copy_(part)
        return back


class MaxPoolLayer(nn.MaxPool2d):
    """torch's max pooling, but for the usual windows of 2 × 2 on a processor."""

    def plain(self) -> nn.Module:
        """torch's own, which exporters know as one operation."""
        return nn.MaxPool2d(self.kernel_size, self.stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        usual = self.kernel_size == self.stride == 2 and x.device.type == "cpu"
        if not usual or x.shape[-2] % 2 or x.shape[-1] % 2:
            pooled: torch.Tensor = super().forward(x)
        elif torch.is_grad_enabled():  # inside vmap a tensor does not know that it requires a gradient
            pooled = _LargestOfFour.apply(x)  # type: ignore[no-untyped-call]
        else:
            pooled = _largest_of_four(x)
        return pooled


class MaxPool2D(Pooling):
    """The largest number of each window."""

    id: ClassVar[str] = "max-pool2d"
    reduction: ClassVar[Literal["largest", "mean"]] = "largest"
    title: ClassVar[str] = "Max pooling"
    summary: ClassVar[str] = (
        "Keeps the largest number of each small window, so that the image becomes smaller, and where exactly in the "
        "window a pattern was found no longer matters."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = \max_{m,n < k} x_{c,\, s i + m,\, s j + n}"
    source: ClassVar[str] = "Riesenhuber & Poggio 1999; Scherer, Müller & Behnke 2010, Evaluation of pooling operations"

    def build(self, *inputs: Signal) -> nn.Module:
        return MaxPoolLayer(self.kernel_size, self.stride)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"functional.max_pool2d({{0}}, {self._window()})")


class AvgPool2D(Pooling):
    """The mean of each window."""

    id: ClassVar[str] = "avg-pool2d"
    reduction: ClassVar[Literal["largest", "mean"]] = "mean"
    title: ClassVar[str] = "Average pooling"
    summary: ClassVar[str] = (
        "Puts the mean of each small window in its place, so that the image becomes smaller and smoother. It has no "
        "weights, so it learns nothing."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = \frac{1}{k^2} \sum_{m,n < k} x_{c,\, s i + m,\, s j + n}"
    source: ClassVar[str] = "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning"

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.AvgPool2d(self.kernel_size, self.stride)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"functional.avg_pool2d({{0}}, {self._window()})")


class MeanLayer(nn.Module):
    """The mean over some axes, batch included in their count."""

    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(self.axes)


class GlobalAveragePooling(Block):
    """One number for each channel of an image, or for each feature of a series."""

    id: ClassVar[str] = "global-average-pooling"
    family: ClassVar[str] = "convolution"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps"})
    title: ClassVar[str] = "Global average pooling"
    summary: ClassVar[str] = (
        "Puts the mean over the whole image in the place of each channel (of a series: over all steps). It takes "
        "images of every size, and needs far fewer weights behind it than Flatten."
    )
    formula: ClassVar[str] = r"a_c = \frac{1}{H W} \sum_{i,j} x_{c,i,j}"
    source: ClassVar[str] = "Lin, Chen & Yan 2014, Network in network"

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        if not inputs[0].stepwise:
            images_only(self.title, *inputs)

    def build(self, *inputs: Signal) -> nn.Module:
        return MeanLayer((1,) if inputs[0].stepwise else (2, 3))

    def to_code(self, *inputs: Signal) -> Code:
        return computed("{0}.mean(dim=1)" if inputs[0].stepwise else "{0}.mean(dim=(2, 3))")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_mean(operations, cast(MeanLayer, module).axes)
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return global_mean_parts(module, inputs[0], cast(MeanLayer, module).axes == (1,))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (_summary_of(inputs[0], tuple(outputs[0][1:])),)

    def live_formula(self, *inputs: Signal) -> str:
        return f"{' × '.join(map(str, inputs[0].shape))} → {inputs[0].shape[-1 if inputs[0].stepwise else 0]}"


BLOCKS: tuple[type[Block], ...] = (Conv2D, MaxPool2D, AvgPool2D, GlobalAveragePooling)
