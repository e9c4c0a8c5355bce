"""Features made by hand: functions of the inputs as further inputs."""

from __future__ import annotations

from typing import ClassVar, Self

import torch
from pydantic import model_validator
from torch import nn

from playground.blocks.base import Block, BlockError, Fix, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.merge_operations import Expansion
from playground.blocks.merge_parts import expanded_parts
from playground.blocks.operations import Operations
from playground.blocks.parts import Factor, Part, at
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

LARGEST_EXPANSION = 65_536


class FeatureExpansionLayer(nn.Module):
    """The chosen functions of the inputs, side by side."""

    def __init__(self, chosen: FeatureExpansion) -> None:
        super().__init__()
        self.chosen = chosen

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        chosen = self.chosen
        parts: list[torch.Tensor] = []
        if chosen.originals:
            parts.append(x)
        if chosen.squares:
            parts.append(x * x)
        if chosen.products:
            parts.extend(x[:, i : i + 1] * x[:, i + 1 :] for i in range(x.shape[1] - 1))
        if chosen.sines:
            parts.append(torch.sin(x))
        if chosen.cosines:
            parts.append(torch.cos(x))
        return torch.cat(parts, dim=1)  # (batch, inputs) -> (batch, features)


class FeatureExpansion(Block):
    """Hand-made features, as TensorFlow Playground offers them: x1, x2, x1², x2², x1x2, sin x1, sin x2."""

    id: ClassVar[str] = "feature-expansion"
    family: ClassVar[str] = "merge"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature names"})
    title: ClassVar[str] = "Feature expansion"
    summary: ClassVar[str] = (
        "Adds squares, products, sines of the inputs as new inputs. With the right features even a straight line can "
        "part circles; a deep network finds its own."
    )
    formula: ClassVar[str] = r"(x_1, x_2) \to (x_1, x_2, x_1^2, x_2^2, x_1 x_2, \sin x_1, \sin x_2)"
    source: ClassVar[str] = "Smilkov et al. 2017, TensorFlow Playground"

    originals: bool = parameter(True, label="x", help="The inputs themselves.")
    squares: bool = parameter(True, label="x²", help="The square of each input: circles become straight lines.")
    products: bool = parameter(True, label="x₁x₂", help="The product of each pair of inputs: parts XOR.")
    sines: bool = parameter(True, label="sin x", help="The sine of each input: waves.")
    cosines: bool = parameter(False, label="cos x", help="The cosine of each input: waves, shifted.")

    @model_validator(mode="after")
    def _at_least_one(self) -> Self:
        if not (self.originals or self.squares or self.products or self.sines or self.cosines):
            raise ValueError("switch at least one feature on")
        return self

    def subtitle(self) -> str:
        switches = {"x": self.originals, "x²": self.squares, "x₁x₂": self.products}
        switches |= {"sin": self.sines, "cos": self.cosines}
        return " · ".join(name for name, on in switches.items() if on)

    def names(self, count: int) -> tuple[str, ...]:
        """Names of the features made from `count` inputs, in order."""
        inputs = [f"x{i}" for i in range(1, count + 1)]
        names = list(inputs) if self.originals else []
        names += [f"{name}²" for name in inputs] if self.squares else []
        if self.products:
            names += [first + second for i, first in enumerate(inputs) for second in inputs[i + 1 :]]
        names += [f"sin {name}" for name in inputs] if self.sines else []
        names += [f"cos {name}" for name in inputs] if self.cosines else []
        return tuple(names)

    def width(self, count: int) -> int:
        """Number of features made from `count` inputs."""
        single = self.originals + self.squares + self.sines + self.cosines
        return single * count + (count * (count - 1) // 2 if self.products else 0)

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        arriving = inputs[0]
        if len(arriving.shape) != 1:
            raise BlockError(
                f"{self.title} expects a flat vector, but {arriving.words()} arrives.",
                Fix("Insert Flatten", "insert", block="flatten", port="input"),
            )
        width = self.width(arriving.shape[0])
        if width == 0:
            raise BlockError(
                f"{self.title} has only products switched on, but {arriving.words()} arrives, which has no pairs.",
                Fix("Switch the inputs on", "set", parameters={"originals": True}),
            )
        if width > LARGEST_EXPANSION:
            raise BlockError(
                f"{self.title} would make {width:,} features of {arriving.words()}; "
                f"it makes {LARGEST_EXPANSION:,} at most.",
                Fix("Leave the products out", "set", parameters={"products": False, "originals": True}),
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return FeatureExpansionLayer(self)

    def to_code(self, *inputs: Signal) -> Code:
        count = inputs[0].shape[0]
        products = "{0}[:, :1] * {0}[:, 1:]" if count == 2 else (
            f"*({{0}}[:, i : i + 1] * {{0}}[:, i + 1 :] for i in range({count - 1}))"
        )
        chosen = {
            "{0}": self.originals, "{0} * {0}": self.squares, products: self.products and count > 1,
            "torch.sin({0})": self.sines, "torch.cos({0})": self.cosines,
        }  # fmt: skip
        return computed(f"torch.cat([{', '.join(part for part, wanted in chosen.items() if wanted)}], dim=1)")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        expansion = Expansion(operations)
        chosen = {
            expansion.originals: self.originals, expansion.squares: self.squares, expansion.products: self.products,
            expansion.sines: self.sines, expansion.cosines: self.cosines,
        }  # fmt: skip
        for write, wanted in chosen.items():
            if wanted:
                write()
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        places = range(inputs[0].shape[1])
        chosen: list[tuple[Factor, ...]] = [(at(0, i),) for i in places] if self.originals else []
        chosen += [(at(0, i), at(0, i)) for i in places] if self.squares else []
        chosen += [(at(0, i), at(0, j)) for i in places for j in places if i < j] if self.products else []
        chosen += [(Factor(0, (i,), through="sin"),) for i in places] if self.sines else []
        chosen += [(Factor(0, (i,), through="cos"),) for i in places] if self.cosines else []
        return expanded_parts(module, chosen)

    def live_formula(self, *inputs: Signal) -> str:
        count = inputs[0].shape[0]
        names = self.names(count) if self.width(count) <= 16 else ()
        return f"{count} → {self.width(count)}" + (f": {', '.join(names)}" if names else "")


BLOCKS: tuple[type[Block], ...] = (FeatureExpansion,)
