"""Fixed convolution: a kernel that one picks or types, and that never learns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
from pydantic import field_validator
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, Fix
from playground.blocks.code import Code, kept
from playground.blocks.images.arriving import images_only, sides
from playground.blocks.images.padding import Padding, fitting_only, inside_only, padded, rim_of
from playground.blocks.images.parts import fixed_parts
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.blocks.windows import Along, Border, Window
from playground.document.declaration import parameter

Kernel = tuple[tuple[float, ...], ...]
KernelName = Literal[
    "identity", "blur", "gaussian", "sharpen", "edge", "emboss", "sobel-x", "sobel-y", "nine-loop", "line", "diagonal",
    "typed",
]  # fmt: skip
NINTH = 1.0 / 9.0
KERNELS: Mapping[str, Kernel] = {
    "identity": ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0)),
    "blur": ((NINTH,) * 3,) * 3,
    "gaussian": ((1 / 16, 2 / 16, 1 / 16), (2 / 16, 4 / 16, 2 / 16), (1 / 16, 2 / 16, 1 / 16)),
    "sharpen": ((0.0, -1.0, 0.0), (-1.0, 5.0, -1.0), (0.0, -1.0, 0.0)),
    "edge": ((-1.0, -1.0, -1.0), (-1.0, 8.0, -1.0), (-1.0, -1.0, -1.0)),
    "emboss": ((-2.0, -1.0, 0.0), (-1.0, 1.0, 1.0), (0.0, 1.0, 2.0)),
    "sobel-x": ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0)),
    "sobel-y": ((-1.0, -2.0, -1.0), (0.0, 0.0, 0.0), (1.0, 2.0, 1.0)),
    "nine-loop": ((1.0, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, 1.0)),
    "line": ((-1.0, 1.0, -1.0), (-1.0, 1.0, -1.0), (-1.0, 1.0, -1.0)),
    "diagonal": ((-1.0, -1.0, 1.0), (-1.0, 1.0, -1.0), (1.0, -1.0, -1.0)),
}
"""Kernels to pick, by their names; the last three find the loop, the line and the tail of a 9."""
MOST_SIDE = 15


def kernel_of(text: str) -> Kernel:
    """The kernel that a text like “1 0 -1; 1 0 -1; 1 0 -1” writes row by row. Raises ValueError with a sentence."""
    rows = [[word for word in re.split(r"[\s,]+", row.strip()) if word] for row in re.split(r"[;\n]", text.strip())]
    rows = [row for row in rows if row]
    if not rows or len({len(row) for row in rows}) != 1:
        raise ValueError("write rows of as many numbers each, with a ; between them, such as 1 0 -1; 1 0 -1; 1 0 -1")
    if max(len(rows), len(rows[0])) > MOST_SIDE:
        raise ValueError(f"write at most {MOST_SIDE} rows and columns")
    return tuple(tuple(_number(word) for word in row) for row in rows)


def _number(word: str) -> float:
    """A number, or a quotient such as 1/9."""
    found = re.fullmatch(r"([+-−]?\d*\.?\d+)(?:/(\d*\.?\d+))?", word)
    if found is None or (found[2] is not None and float(found[2]) == 0.0):
        raise ValueError(f"“{word}” is no number; write numbers such as -1, 0.5 or 1/9")
    return float(found[1].replace("−", "-")) / float(found[2] or 1.0)


class FixedConvolutionLayer(nn.Module):
    """The same kernel over every channel alone; x (batch, channels, height, width)."""

    weight: torch.Tensor

    def __init__(
        self, kernel: Kernel, channels: int, flat: tuple[int, ...], border: Border, stride: int, dilation: int
    ) -> None:
        super().__init__()
        weight = torch.tensor(kernel).expand(channels, 1, -1, -1)
        self.register_buffer("weight", weight.contiguous())  # (channels, 1, rows, columns)
        self.flat, self.border, self.stride, self.dilation = flat, border, stride, dilation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weighted_sum(x)

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """The sums under the kernel: (batch, channels, height', width')."""
        if self.flat:
            x = padded(x, self.flat, self.border)
        return functional.conv2d(x, self.weight, None, self.stride, 0, self.dilation, len(self.weight))


class FixedConvolution(Block):
    """A kernel that a person picks or types, over every channel alone."""

    id: ClassVar[str] = "fixed-convolution"
    family: ClassVar[str] = "convolution"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps", "kernels", "sliding window"})
    title: ClassVar[str] = "Fixed convolution"
    summary: ClassVar[str] = (
        "Slides a kernel of your own over every channel: blur, sharpen, find edges, or type numbers. It never learns, "
        "and the switch turns the kernel over, which is what mathematics calls a convolution."
    )
    formula: ClassVar[str] = (
        r"(x \star K)_{i,j} = \sum_{m,n} K_{m,n} \, x_{i+m,\, j+n}, \quad"
        r" (x * K)_{i,j} = \sum_{m,n} K_{m,n} \, x_{i-m,\, j-n}"
    )
    source: ClassVar[str] = "Gonzalez and Woods, Digital image processing; Sobel and Feldman 1968"

    kernel: KernelName = parameter("edge", help="Which kernel; typed takes the numbers below.")
    numbers: str = parameter(
        "1 0 -1; 1 0 -1; 1 0 -1", max_length=2_000,
        help="The typed kernel row by row, with a ; between rows, such as 1 0 -1; 2 0 -2; 1 0 -1.",
    )  # fmt: skip
    operation: Literal["cross-correlation", "convolution"] = parameter(
        "cross-correlation",
        help="Cross-correlation lays the kernel down as it is, as all libraries do; convolution turns it over first, "
        "in both directions.",
    )
    padding: Padding = parameter(
        "same",
        help="Valid: the window stays inside the image. Same: a border keeps its size. Number: the border is as wide "
        "as the padding size says.",
    )
    padding_size: int = parameter(
        0, ge=0, le=64, help="Width p of the border on each side where padding is a number.", advanced=True
    )
    border: Border = parameter(
        "reflect", help="What lies in the border: zeros, the picture mirrored, or its other end.", advanced=True
    )
    stride: int = parameter(1, ge=1, le=64, help="How many pixels s the window moves on.", advanced=True)
    dilation: int = parameter(
        1, ge=1, le=64, help="From one number of the kernel to the next, d pixels.", advanced=True
    )

    @field_validator("numbers", mode="before")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        if isinstance(value, str):
            kernel_of(value)
        return value

    def laid(self) -> Kernel:
        """The kernel as it lies on the picture: turned over for a convolution."""
        chosen = kernel_of(self.numbers) if self.kernel == "typed" else KERNELS[self.kernel]
        if self.operation == "convolution":
            return tuple(tuple(reversed(row)) for row in reversed(chosen))
        return chosen

    def _sizes(self) -> tuple[int, int]:
        kernel = self.laid()
        return len(kernel), len(kernel[0])

    def _reaches(self) -> tuple[int, ...]:
        return tuple((size - 1) * self.dilation + 1 for size in self._sizes())

    def subtitle(self) -> str:
        turned = " · turned over" if self.operation == "convolution" else ""
        return f"{self.kernel} {sides(self._sizes())} · {self.padding}{turned}"

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)
        extents, rim = inputs[0].shape[1:], rim_of(self.padding, self.padding_size, self._reaches(), self.border)
        inside_only(
            self.title, f"slides a kernel of {sides(self._sizes())} inside the image", rim, self._reaches(), extents,
            Fix("Set padding to same", "set", parameters={"padding": "same"}),
        )  # fmt: skip
        fitting_only(self.title, rim, extents)

    def build(self, *inputs: Signal) -> nn.Module:
        rim = rim_of(self.padding, self.padding_size, self._reaches(), self.border)
        flat = tuple(side for axis in reversed(rim.axes) for side in axis) if any(rim.totals) else ()
        return FixedConvolutionLayer(self.laid(), inputs[0].shape[0], flat, self.border, self.stride, self.dilation)

    def to_code(self, *inputs: Signal) -> Code:
        rim = rim_of(self.padding, self.padding_size, self._reaches(), self.border)
        flat = tuple(side for axis in reversed(rim.axes) for side in axis) if any(rim.totals) else ()
        values = self.laid(), inputs[0].shape[0], flat, self.border, self.stride, self.dilation
        return kept(f"FixedConvolutionLayer({', '.join(map(repr, values))})", uses=(FixedConvolutionLayer,))

    def window(self, module: nn.Module) -> Window:
        """The window of the kernel, the same for each channel."""
        assert isinstance(module, FixedConvolutionLayer)
        rim = rim_of(self.padding, self.padding_size, self._reaches(), self.border)
        each = zip(self._sizes(), rim.before, strict=True)
        along = tuple(Along(size, self.stride, before, self.dilation, self.border) for size, before in each)
        return Window("weigh", along, module.weight, None, "identity", len(module.weight))

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return fixed_parts(module, self.window(module), inputs[0])

    def live_formula(self, *inputs: Signal) -> str:
        rows = "; ".join(" ".join(f"{number:.3g}" for number in row) for row in self.laid())
        return f"K as it lies on the picture: {rows}"


BLOCKS: tuple[type[Block], ...] = (FixedConvolution,)
