"""Blocks without weights that arrange steps of time: one vector at every step, and the steps from last to first."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import nn

from playground.blocks.base import Block, BlockError, Fix, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.operations import Operations
from playground.blocks.parts import Factor, Index, Part, at, passed_on, running
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class RepeatOverTimeLayer(nn.Module):
    """A vector (batch, features) at each of `steps` steps: (batch, steps, features)."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.unsqueeze(1).expand(-1, self.steps, -1)


class RepeatOverTime(Block):
    """Makes a series of one vector, so that layers that read step by step can write a sequence from it."""

    id: ClassVar[str] = "repeat-over-time"
    family: ClassVar[str] = "merge"
    title: ClassVar[str] = "Repeat over time"
    summary: ClassVar[str] = (
        "Gives the same vector at every step of time, so that a recurrent layer behind it can make a sequence of it."
    )
    formula: ClassVar[str] = r"a_t = x, \quad t = 1, \ldots, T"

    steps: int = parameter(8, ge=1, le=1_000, logarithmic=True, help="Steps of time of what comes out.")

    def subtitle(self) -> str:
        return f"{self.steps} step{'s' if self.steps > 1 else ''}"

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        if len(inputs[0].shape) != 1:
            flat = (Fix("Insert Flatten", "insert", block="flatten"),)
            raise BlockError(f"{self.title} expects one vector, but {inputs[0].words()} arrives.", *flat)

    def build(self, *inputs: Signal) -> nn.Module:
        return RepeatOverTimeLayer(self.steps)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"{{0}}.unsqueeze(1).expand(-1, {self.steps}, -1)")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        operations.forward(np.copyto, operations.output, operations.input[:, None])
        towards = operations.input_gradient() if operations.learns else None
        if towards is not None:
            operations.backward(np.add.reduce, operations.output_gradient, 1, None, towards)
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        def source(index: Index) -> Factor:
            return at(0, index[1])

        return (
            passed_on(
                running(module), (self.steps, inputs[0].shape[1]), source, title="repeated",
                sentence="Every step gets the same vector.",
                backward=r"\frac{\partial L}{\partial x} = \sum_t \frac{\partial L}{\partial a_t}",
                backward_sentence="The gradients of all steps are added up.",
            ),
        )  # fmt: skip

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        arriving = inputs[0]
        return (Signal(tuple(outputs[0][1:]), kind="series", low=arriving.low, high=arriving.high),)


class ReverseTimeLayer(nn.Module):
    """The steps (batch, time, ...) from the last to the first."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flip(1)


class ReverseTime(Block):
    """Turns a sequence round: a recurrent layer behind it reads the last step first."""

    id: ClassVar[str] = "reverse-time"
    family: ClassVar[str] = "merge"
    title: ClassVar[str] = "Reverse time"
    summary: ClassVar[str] = (
        "Turns a sequence round, so that the last step is read first. What stood at the beginning then lies right "
        "before the end."
    )
    formula: ClassVar[str] = r"a_t = x_{T + 1 - t}"
    source: ClassVar[str] = "Sutskever, Vinyals & Le 2014, who reversed the sentence to be translated"

    def expect(self, *inputs: Signal) -> None:
        arriving = inputs[0]
        if arriving.kind not in ("tokens", "series"):
            raise BlockError(f"{self.title} expects a sequence, but {arriving.words()} arrives.")

    def build(self, *inputs: Signal) -> nn.Module:
        return ReverseTimeLayer()

    def to_code(self, *inputs: Signal) -> Code:
        return computed("{0}.flip(1)")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        operations.forward(np.copyto, operations.output, operations.input[:, ::-1])
        towards = operations.input_gradient() if operations.learns else None
        if towards is not None:
            operations.backward(np.copyto, towards, operations.output_gradient[:, ::-1])
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        steps = inputs[0].shape[1]

        def source(index: Index) -> Factor:
            return at(0, steps - 1 - index[0], *index[1:])

        return (
            passed_on(
                running(module), tuple(inputs[0].shape[1:]), source, title="turned round",
                sentence="The same steps, from the last to the first.",
                backward=r"\frac{\partial L}{\partial x_t} = \frac{\partial L}{\partial a_{T + 1 - t}}",
                backward_sentence="Every gradient goes back to the step where its numbers came from.",
            ),
        )  # fmt: skip

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (inputs[0],)


BLOCKS: tuple[type[Block], ...] = (RepeatOverTime, ReverseTime)
