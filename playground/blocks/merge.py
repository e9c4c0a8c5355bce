"""Merge and reshape: blocks without weights that bring wires together or rearrange what one carries."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import reduce
from typing import Any, ClassVar

import torch
from pydantic import field_validator
from torch import nn

from playground.blocks.base import Advice, Block, BlockError, Fix, Port, numbers_only
from playground.blocks.code import ArrayCode, Code, computed
from playground.blocks.copied import Copied, channel_axis, flattened
from playground.blocks.kinds import usual_kind
from playground.blocks.merge_operations import plan_concatenation, plan_passing_on, plan_product, plan_sum
from playground.blocks.merge_parts import joined_parts, rearranged_parts, together_parts
from playground.blocks.operations import Operations
from playground.blocks.parts import Part
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter


def _rearranged(shape: torch.Size, arriving: Signal) -> Signal:
    """The signal of the same numbers in another shape."""
    per_example = tuple(shape[1:])
    if per_example == arriving.shape:
        return arriving
    scale: Scale = arriving.scale if arriving.scale in ("probability", "log-probability") else "any"
    kind = usual_kind(len(per_example))
    return Signal(per_example, kind=kind, scale=scale, low=arriving.low, high=arriving.high)


class Flatten(Block):
    """All numbers of an example in one row."""

    id: ClassVar[str] = "flatten"
    family: ClassVar[str] = "merge"
    rearranges: ClassVar[bool] = True
    title: ClassVar[str] = "Flatten"
    summary: ClassVar[str] = "Lays all numbers of an example in one row, so that a Dense block can weigh them."
    formula: ClassVar[str] = r"C \times H \times W \to C H W"

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)

    def copied(self, *inputs: Signal) -> Copied:
        return flattened(inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Flatten()

    def to_code(self, *inputs: Signal) -> Code:
        return computed("{0}.flatten(1)" if len(inputs[0].shape) != 1 else "{0}")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        if len(inputs[0].shape) == 1:
            return ArrayCode("{x}", "{d}")
        return ArrayCode("{x}.reshape(len({x}), -1)", "{d}.reshape({x}.shape)")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_passing_on(operations)
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (_rearranged(outputs[0], inputs[0]),)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return rearranged_parts(module, inputs[0], (inputs[0][0].numel(),))

    def live_formula(self, *inputs: Signal) -> str:
        return f"{' × '.join(map(str, inputs[0].shape))} → {inputs[0].size}"


class ReshapeLayer(nn.Module):
    """Gives every example another shape."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.reshape(x.shape[0], *self.shape)


class Reshape(Block):
    """The same numbers in another shape, in row-major order."""

    id: ClassVar[str] = "reshape"
    family: ClassVar[str] = "merge"
    rearranges: ClassVar[bool] = True
    title: ClassVar[str] = "Reshape"
    summary: ClassVar[str] = "Arranges the numbers of an example in another shape, row by row; their count must fit."
    formula: ClassVar[str] = r"n_1 n_2 \cdots \to m_1 \times m_2 \times \cdots"

    shape: str = parameter(
        "1 x 8 x 8", max_length=60, help="The new sizes without the batch, such as 1 x 28 x 28; -1 means what is left."
    )

    @field_validator("shape", mode="before")
    @classmethod
    def _plain_text(cls, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            value = " x ".join(map(str, value))
        if not isinstance(value, str):
            return value
        words = [word for word in re.split(r"[\s,;x×*()\[\]]+", value.strip()) if word]
        if not words or not all(re.fullmatch(r"-1|[1-9][0-9]{0,8}", word) for word in words):
            raise ValueError("write whole numbers above 0 with an x between them, such as 8 x 8")
        if words.count("-1") > 1 or len(words) > 6:
            raise ValueError("write at most 6 sizes, of which one may be -1")
        return " x ".join(words)

    def sizes(self) -> tuple[int, ...]:
        """The sizes as numbers; one may be -1."""
        return tuple(int(word) for word in self.shape.split(" x "))

    def subtitle(self) -> str:
        return self.shape.replace("x", "×")

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        arriving, sizes = inputs[0], self.sizes()
        known = math.prod(size for size in sizes if size > 0)
        if arriving.size == known or (-1 in sizes and arriving.size % known == 0):
            return
        needed = f"a multiple of {known}" if -1 in sizes else str(known)
        shape = self._that_fits(arriving.size)
        raise BlockError(
            f"{self.title} to {self.subtitle()} needs {needed} numbers for each example, "
            f"but {arriving.words()} arrives" + (f", which are {arriving.size}." if len(arriving.shape) > 1 else "."),
            Fix(f"Set shape to {shape.replace('x', '×')}", "set", parameters={"shape": shape}),
            Fix(f"Set units to {known}", "set", parameters={"units": known}, node="input"),
            port="input",
        )

    def _that_fits(self, count: int) -> str:
        """A shape for `count` numbers with as many axes as now: a square picture when that works out."""
        axes = len(self.sizes())
        side = math.isqrt(count)
        if axes < 2:
            return str(count)
        while count % side:
            side -= 1
        return " x ".join(["1"] * (axes - 2) + [str(side), str(count // side)])

    def build(self, *inputs: Signal) -> nn.Module:
        return ReshapeLayer(self.sizes())

    def to_code(self, *inputs: Signal) -> Code:
        sizes = self.sizes()
        rows = "len({0})" if -1 in sizes else "-1"
        return computed(f"{{0}}.reshape({rows}, {', '.join(map(str, sizes))})")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_passing_on(operations)
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (_rearranged(outputs[0], inputs[0]),)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return rearranged_parts(module, inputs[0], tuple(module(inputs[0]).shape[1:]))

    def live_formula(self, *inputs: Signal) -> str:
        return f"{' × '.join(map(str, inputs[0].shape))} → {self.subtitle()}"


class Merge(Block):
    """Base of the blocks that take any number of wires."""

    family: ClassVar[str] = "merge"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Inputs", many=True),)

    def neighbours(self) -> int | None:
        return 0

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        if len(inputs) > 1:
            return ()
        return (Advice(f"Only one wire arrives, so {self.title} passes it on as it is. Wire a second one here."),)


def _odd_ones(inputs: Sequence[Signal]) -> list[int]:
    """Which wires carry another number of axes than the first vector, or else than the first wire."""
    axes = 1 if any(len(signal.shape) == 1 for signal in inputs) else len(inputs[0].shape)
    return [index for index, signal in enumerate(inputs) if len(signal.shape) != axes]


def _wires(inputs: Sequence[Signal], between: str) -> str:
    """The template that names all wires."""
    return between.join(f"{{{wire}}}" for wire in range(len(inputs)))


def _listed(inputs: Sequence[Signal]) -> str:
    words = [signal.words() for signal in inputs]
    return f"{', '.join(words[:-1])} and {words[-1]}"


class ConcatenateLayer(nn.Module):
    """Joins its inputs along one axis."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, *parts: torch.Tensor) -> torch.Tensor:
        return torch.cat(parts, dim=self.axis)


class Concatenate(Merge):
    """Puts the wires side by side, in the order in which they were laid."""

    id: ClassVar[str] = "concatenate"
    title: ClassVar[str] = "Concatenate"
    summary: ClassVar[str] = "Puts its inputs side by side: one longer vector, or one image with more channels."
    formula: ClassVar[str] = r"a = (x_1, x_2, \ldots)"

    axis: int = parameter(
        1, ge=1, le=5, help="Along which axis: 1 is the units of a vector or the channels of an image, 2 its height.",
        advanced=True,
    )

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        odd = _odd_ones(inputs)
        if odd:
            raise BlockError(
                f"{self.title} joins inputs with the same number of axes, but {_listed(inputs)} arrive.",
                *(Fix("Insert Flatten", "insert", block="flatten", port="input", wire=index) for index in odd),
                port="input",
            )
        axes = len(inputs[0].shape)
        if self.axis > axes:
            raise BlockError(
                f"{self.title} should join along axis {self.axis}, but {inputs[0].words()} has only {axes}.",
                Fix("Set axis to 1", "set", parameters={"axis": 1}),
            )
        others = {signal.shape[: self.axis - 1] + signal.shape[self.axis :] for signal in inputs}
        if len(others) > 1:
            raise BlockError(
                f"{self.title} joins along axis {self.axis}, so all other sizes must agree, "
                f"but {_listed(inputs)} arrive.",
                *self._fixes(inputs),
                port="input",
            )

    def _fixes(self, inputs: Sequence[Signal]) -> list[Fix]:
        fixes = [
            Fix(f"Set axis to {axis}", "set", parameters={"axis": axis})
            for axis in range(1, len(inputs[0].shape) + 1)
            if len({signal.shape[: axis - 1] + signal.shape[axis:] for signal in inputs}) == 1
        ]
        flat = [Fix("Insert Flatten", "insert", block="flatten", port="input", wire=i) for i in range(len(inputs))]
        return fixes or flat

    def copied(self, *inputs: Signal) -> Copied:
        along = self.axis == channel_axis(inputs[0])
        return Copied("joined") if along else Copied("stopped", because="joins wires along another axis")

    def build(self, *inputs: Signal) -> nn.Module:
        return ConcatenateLayer(self.axis)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"torch.cat([{_wires(inputs, ', ')}], dim={self.axis})")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_concatenation(operations, self.axis)
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        scales = {signal.scale for signal in inputs}
        scale: Scale = "probability" if scales == {"probability"} else "any"
        low, high = min(signal.low for signal in inputs), max(signal.high for signal in inputs)
        joined = self._plain(outputs[0], *inputs)
        return (joined.but(scale=scale, low=low, high=high, axes=() if len(inputs) > 1 else joined.axes),)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return joined_parts(module, self.axis, *inputs)

    def live_formula(self, *inputs: Signal) -> str:
        sizes = [signal.shape[self.axis - 1] for signal in inputs]
        return f"{' + '.join(map(str, sizes))} = {sum(sizes)} along axis {self.axis}"


class Elementwise(Merge):
    """Base of sum and product: shapes agree, or an axis of size 1 stretches."""

    joins: ClassVar[str]
    """What it does with another path, in a sentence."""

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        odd = _odd_ones(inputs)
        stretch = not odd and all(
            len(set(sizes) - {1}) <= 1 for sizes in zip(*(signal.shape for signal in inputs), strict=True)
        )
        if not stretch:
            raise BlockError(
                f"{self.title} takes number by number, so all inputs must have the same shape, "
                f"but {_listed(inputs)} arrive.",
                *self._fixes(inputs, odd),
                port="input",
            )

    def copied(self, *inputs: Signal) -> Copied:
        alone = f"{self.joins} another path to it, whose width would have to grow alike"
        return Copied("alike", because=alone)

    def _fixes(self, inputs: Sequence[Signal], odd: list[int]) -> list[Fix]:
        if odd:
            return [Fix("Insert Flatten", "insert", block="flatten", port="input", wire=index) for index in odd]
        shape = inputs[0].shape
        fixes: list[Fix] = []
        for index, signal in enumerate(inputs):
            if signal.shape == shape:
                continue
            if signal.size == inputs[0].size:
                text = " x ".join(map(str, shape))
                new = {"shape": text}
                label = f"Insert Reshape to {text.replace('x', '×')}"
                fixes.append(Fix(label, "insert", block="reshape", parameters=new, port="input", wire=index))
            elif len(shape) == 1:
                units = {"units": shape[0]}
                linear = {**units, "activation": "identity"}
                fixes.append(Fix(f"Set units to {shape[0]}", "set", parameters=units, node="input", wire=index))
                label = f"Insert Dense of {shape[0]}"
                fixes.append(Fix(label, "insert", block="dense", parameters=linear, port="input", wire=index))
        return fixes or [Fix("Use Concatenate", "replace", block="concatenate")]


class AddLayer(nn.Module):
    """Sum of its inputs."""

    def forward(self, *parts: torch.Tensor) -> torch.Tensor:
        return reduce(torch.add, parts)


class Add(Elementwise):
    """Sum of its inputs: a residual (skip) connection when one wire goes round a layer."""

    id: ClassVar[str] = "add"
    title: ClassVar[str] = "Add"
    joins: ClassVar[str] = "adds"
    summary: ClassVar[str] = (
        "Adds its inputs number by number. With a wire that goes round some layers it makes a skip connection, through "
        "which gradients flow back undiminished."
    )
    formula: ClassVar[str] = r"a = x_1 + x_2 + \cdots"
    source: ClassVar[str] = "He et al. 2016, Deep residual learning"

    def build(self, *inputs: Signal) -> nn.Module:
        return AddLayer()

    def to_code(self, *inputs: Signal) -> Code:
        return computed(_wires(inputs, " + "))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if len(operations.inputs) == 1:
            plan_passing_on(operations)
        else:
            plan_sum(operations)
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return together_parts(module, False, *inputs)


class MultiplyLayer(nn.Module):
    """Product of its inputs."""

    def forward(self, *parts: torch.Tensor) -> torch.Tensor:
        return reduce(torch.mul, parts)


class Multiply(Elementwise):
    """Product of its inputs: a gate when one of them lies between 0 and 1."""

    id: ClassVar[str] = "multiply"
    title: ClassVar[str] = "Multiply"
    joins: ClassVar[str] = "multiplies"
    summary: ClassVar[str] = (
        "Multiplies its inputs number by number. An input between 0 and 1, such as a sigmoid's, acts as a gate."
    )
    formula: ClassVar[str] = r"a = x_1 \odot x_2 \odot \cdots"

    def build(self, *inputs: Signal) -> nn.Module:
        return MultiplyLayer()

    def to_code(self, *inputs: Signal) -> Code:
        return computed(_wires(inputs, " * "))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if len(operations.inputs) == 1:
            plan_passing_on(operations)
        else:
            plan_product(operations)
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return together_parts(module, True, *inputs)


BLOCKS: tuple[type[Block], ...] = (Flatten, Reshape, Concatenate, Add, Multiply)
