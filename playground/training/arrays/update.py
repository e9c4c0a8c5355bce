"""The update of an optimizer as array operations: what an optimizer's `plan` writes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from playground.blocks.memory import zeros
from playground.blocks.operations import Array, Call


class Update:
    """The update of one slice of the flat tensor, which learns at one rate.

    `values` and `gradients` are the slice and its gradient, (n,). `memory` is what torch's optimizer keeps of it; what
    an update remembers lies there under torch's names, so that torch can go on from it at any step.
    """

    def __init__(
        self, values: torch.Tensor, gradients: torch.Tensor, group: dict[str, Any], memory: dict[str, Any]
    ) -> None:
        self.values: Array = values.numpy()
        self.gradients: Array = gradients.numpy()
        self.group = group
        """Torch's numbers of the optimizer for this slice; `lr` is the rate of the next step."""
        self.memory = memory
        self.rate = self.constant(group["lr"])
        """The rate of the step as an array ()."""
        self.calls: list[Call] = []
        self.every_step: list[Callable[[], None]] = []
        """What is to be worked out in Python before the calls of each step, and whenever the rate has changed."""
        self._counters: list[tuple[Array, list[float]]] = []

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    def call(self, function: Callable[..., object], *arguments: object, **options: object) -> None:
        """Append a call."""
        self.calls.append(partial(function, *arguments, **options))

    def scratch(self, *shape: int) -> Array:
        """Memory of the update's own."""
        return zeros(shape or (self.size,), self.values.dtype)

    def constant(self, value: float) -> Array:
        """A number as an array (), which may be set anew in every step."""
        held = zeros((), self.values.dtype)
        held[()] = value
        return held

    def state(self, name: str) -> Array:
        """What the optimizer remembers of each value under a name, (n,); zero at first."""
        row: Array = self.states(name)[0]
        return row

    def states(self, *names: str) -> Array:
        """Several of these in one array, (names, n)."""
        together = self.scratch(len(names), self.size)
        for row, name in zip(together, names, strict=True):
            known = self.memory.get(name)
            if known is not None:
                row[:] = known.numpy()
            self.memory[name] = torch.from_numpy(row)
        return together

    def counter(self, name: str, start: float = 0.0) -> list[float]:
        """A number that the optimizer remembers, in a list of one; it goes back to torch after the last step."""
        if self.memory.get(name) is None:
            self.memory[name] = torch.tensor(start)
        place = self.memory[name].numpy()
        now = [float(place)]
        self._counters.append((place, now))
        return now

    def set_rate(self, rate: float) -> None:
        """The rate of the steps that follow."""
        self.rate[()] = rate

    def write_back(self) -> None:
        """Let torch know the counters."""
        for place, now in self._counters:
            place[()] = now[0]
