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
from playground.blocks.reveals import Reveal
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


def indexes(steps: int, width: int) -> torch.Tensor:
    """The bare number of each step, from 0, in every column: (steps, width)."""
    return torch.arange(steps, dtype=torch.float32)[:, None].repeat(1, width)


class FixedPositionsLayer(nn.Module):
    """Adds the same given numbers (time, width) to every example."""

    positions: torch.Tensor

    def __init__(self, positions: torch.Tensor) -> None:
        super().__init__()
        # They follow from the shape: no need to keep them in files.
        self.register_buffer("positions", positions, persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.positions

    def continued(self, x: torch.Tensor, memory: dict[str, torch.Tensor]) -> torch.Tensor:
        """Further steps (batch, new, width); how many there were is kept."""
        return x + next_rows(self.positions, x.shape[1], memory)

    def inside(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """What is added: `positions` (batch, time, width), the same for every example."""
        return {"positions": self.positions.expand_as(x)}


class LearnedPositionsLayer(nn.Embedding):
    """Adds a learned vector for each step, the same to every example."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.weight

    def continued(self, x: torch.Tensor, memory: dict[str, torch.Tensor]) -> torch.Tensor:
        """Further steps (batch, new, width); how many there were is kept."""
        return x + next_rows(self.weight, x.shape[1], memory)

    def inside(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """What is added: `positions` (batch, time, width), the same for every example."""
        return {"positions": self.weight.expand_as(x)}


def next_rows(positions: torch.Tensor, count: int, memory: dict[str, torch.Tensor]) -> torch.Tensor:
    """The positions of `count` further steps, counted in `memory`."""
    start = int(memory.get("steps", torch.zeros(())))
    memory["steps"] = torch.tensor(start + count)
    return positions[start : start + count]


class PositionalEncoding(Block):
    """Adds to each step a vector that tells where it stands."""

    id: ClassVar[str] = "positional-encoding"
    family: ClassVar[str] = "attention"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"positions"})
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

    kind: Literal["sinusoidal", "learned", "index", "none"] = parameter(
        "sinusoidal",
        help="Sines and cosines of ever longer waves, which need no learning; a learned vector for each step; the bare "
        "number of the step, which soon outgrows all else; or none.",
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
            return FixedPositionsLayer(torch.empty(steps, width))
        if self.kind == "none":
            return FixedPositionsLayer(torch.zeros(steps, width))
        return FixedPositionsLayer((indexes if self.kind == "index" else sinusoids)(steps, width))

    def to_code(self, *inputs: Signal) -> Code:
        steps, width = inputs[0].shape
        if self.kind == "learned":
            return kept(f"nn.Embedding({steps}, {width})", "{0} + {module}.weight")
        if self.kind == "none":
            return Code("{0}")
        made = indexes if self.kind == "index" else sinusoids
        return kept(f"FixedPositionsLayer({made.__name__}({steps}, {width}))", uses=(FixedPositionsLayer, made))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if isinstance(module, FixedPositionsLayer):
            plan_addition(operations, operations.buffer(module.positions), None)
        else:
            plan_addition(operations, operations.parameter("weight"), operations.parameter_gradient("weight"))
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return positions_parts(module, module.positions if isinstance(module, FixedPositionsLayer) else None)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def live_formula(self, *inputs: Signal) -> str:
        steps, width = inputs[0].shape
        what = {"learned": f"{steps} × {width} learned", "index": "the number t of the step", "none": "0"}
        return f"p is {what.get(self.kind, f'{steps} × {width}')}, the same for every example"


BLOCKS: tuple[type[Block], ...] = (PositionalEncoding,)
