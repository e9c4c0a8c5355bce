"""Positions: what tells every step of a sequence where it stands."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import nn

from playground.blocks.attention.parts import positions_parts
from playground.blocks.base import Block, series_only
from playground.blocks.code import Code, kept
from playground.blocks.merge_operations import plan_addition
from playground.blocks.operations import Operations
from playground.blocks.parts import Part
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

BASE = 10_000.0
"""The slowest wave of the sinusoidal positions is this many times as long as the fastest, which takes 2π steps."""


def sinusoids(steps: int, width: int) -> torch.Tensor:
    """Sinusoidal positions (steps, width): sines in the even columns, cosines in the odd ones, ever slower waves."""
    places = torch.arange(steps, dtype=torch.float64)[:, None]
    columns = torch.arange(0, width, 2, dtype=torch.float64)
    angles = places * BASE ** (-columns / width)  # (steps, waves)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :width].float()


class SinusoidalLayer(nn.Module):
    """Adds the same sines and cosines to every example."""

    positions: torch.Tensor

    def __init__(self, positions: torch.Tensor) -> None:
        super().__init__()
        # They follow from the shape: no need to keep them in files.
        self.register_buffer("positions", positions, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.positions


class LearnedPositionsLayer(nn.Embedding):
    """Adds a learned vector for each step, the same to every example."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight


class PositionalEncoding(Block):
    """Adds to each step a vector that tells where it stands."""

    id: ClassVar[str] = "positional-encoding"
    family: ClassVar[str] = "attention"
    title: ClassVar[str] = "Positional encoding"
    summary: ClassVar[str] = (
        "Adds to every step a vector that tells where it stands. Without it attention sees a heap of tokens: their "
        "order would make no difference."
    )
    formula: ClassVar[str] = (
        r"a_t = x_t + p_t, \quad p_{t, 2i} = \sin\left(t / 10000^{2i/d}\right),"
        r" \quad p_{t, 2i+1} = \cos\left(t / 10000^{2i/d}\right)"
    )
    source: ClassVar[str] = "Vaswani et al. 2017, Attention is all you need; learned: Gehring et al. 2017"

    kind: Literal["sinusoidal", "learned"] = parameter(
        "sinusoidal",
        help="Sines and cosines of ever longer waves, which need no learning, or a learned vector for each step.",
    )

    def subtitle(self) -> str:
        return self.kind

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, *inputs)

    def build(self, *inputs: Signal) -> nn.Module:
        steps, width = inputs[0].shape
        if self.kind == "learned":
            return LearnedPositionsLayer(steps, width)
        if torch.get_default_device().type == "meta":  # Only the shape is asked for; `arange` loads symbolic algebra.
            return SinusoidalLayer(torch.empty(steps, width))
        return SinusoidalLayer(sinusoids(steps, width))

    def to_code(self, *inputs: Signal) -> Code:
        steps, width = inputs[0].shape
        if self.kind == "learned":
            return kept(f"nn.Embedding({steps}, {width})", "{0} + {module}.weight")
        return kept(f"SinusoidalLayer(sinusoids({steps}, {width}))", uses=(SinusoidalLayer, sinusoids))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if isinstance(module, SinusoidalLayer):
            plan_addition(operations, operations.buffer(module.positions), None)
        else:
            plan_addition(operations, operations.parameter("weight"), operations.parameter_gradient("weight"))
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return positions_parts(module, module.positions if isinstance(module, SinusoidalLayer) else None)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def live_formula(self, *inputs: Signal) -> str:
        steps, width = inputs[0].shape
        learned = " learned" if self.kind == "learned" else ""
        return f"p is {steps} × {width}{learned}, the same for every example"


BLOCKS: tuple[type[Block], ...] = (PositionalEncoding,)
