"""What all optimizers have in common: a declaration that makes one of torch's optimizers, and changes a living one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import torch

from playground.blocks.code import Code
from playground.document.declaration import Declaration, parameter
from playground.network.lean import leave_compiler_out
from playground.training.arrays.update import Update

Group = dict[str, Any]
"""One of torch's parameter groups; an entry `factor` multiplies the learning rate of the group."""


def rate(default: float) -> float:
    """The parameter that every optimizer has first."""
    return parameter(
        default,
        ge=0.0,
        le=1000.0,
        logarithmic=True,
        help="Size of a step. Too small: nothing seems to happen. Too large: the loss jumps or grows without bound.",
    )


@dataclass(frozen=True, slots=True)
class ArrayUpdate:
    """How an array of weights `w` with the gradient `d` changes, in numpy and by hand."""

    lines: tuple[str, ...] = ()
    """Statements; `{rate}` is the learning rate, `t` the number of the step, counted from 1."""
    memory: tuple[str, ...] = ()
    """Arrays as large as `w` that are kept from step to step, zero at first."""

    @property
    def counts(self) -> bool:
        """Whether it asks for the number of the step."""
        return any(re.search(r"\bt\b", line) for line in self.lines)


class Optimizer(Declaration):
    """Base of the optimizers. `build` makes torch's optimizer, `update` changes the numbers of a living one."""

    kind: ClassVar[type[torch.optim.Optimizer]]
    """The class of torch that does the work."""
    fused_on: ClassVar[frozenset[str]] = frozenset()
    """Device types on which torch's fused implementation is the fastest one."""

    evaluates: ClassVar[bool] = False
    """Whether a step asks for the loss and its gradient at other weights too; then `step` is given a closure."""
    most_parameters: ClassVar[int] = 2**63 - 1
    """So many weights it can take."""

    learning_rate: float = rate(0.01)

    def numbers(self) -> dict[str, Any]:
        """Torch's names and values for everything but the learning rate."""
        return {}

    def build(self, groups: list[Group]) -> torch.optim.Optimizer:
        """A new optimizer for `groups`, each `{"params": [flat tensor], "lr": ...}`; a group may leave `lr` out."""
        leave_compiler_out()
        tensors = [values for group in groups for values in group["params"]]
        make = cast(Callable[..., torch.optim.Optimizer], self.kind)
        return make(groups, lr=self.learning_rate, **self.numbers(), **self._implementation(tensors))

    def update(self, optimizer: torch.optim.Optimizer) -> None:
        """Write these numbers into an optimizer of the same kind; what it remembers of past gradients stays.

        The rate of a group becomes the learning rate times the group's `factor`, before any schedule.
        """
        numbers = self.numbers()
        for group in optimizer.param_groups:
            group.update(numbers)
            group["lr"] = self.learning_rate * group.get("factor", 1.0)

    def to_code(self) -> Code:
        """How it is made in a written file: `{0}` are the parameters, or groups of them. Numbers that are as torch has
        them anyway are left out."""
        usual = inspect.signature(self.kind).parameters
        numbers = {name: value for name, value in self.numbers().items()
                   if name not in usual or usual[name].default != value}  # fmt: skip
        words = "".join(f", {name}={value!r}" for name, value in {"lr": self.learning_rate, **numbers}.items())
        if self.kind.__module__.startswith("torch."):
            return Code(f"torch.optim.{self.kind.__name__}({{0}}{words})")
        return Code(f"{self.kind.__name__}({{0}}{words})", uses=(self.kind,))

    def plan(self, update: Update) -> bool:
        """Write the update of one slice as array operations. Returns False where it has none: torch then does it."""
        return False

    def to_numpy(self) -> ArrayUpdate | None:
        """How a step is written by hand; None for what takes more than a few lines."""
        return None

    def _implementation(self, tensors: list[torch.Tensor]) -> dict[str, Any]:
        fused = bool(self.fused_on) and all(values.device.type in self.fused_on for values in tensors)
        return {"fused": True} if fused else {"foreach": False}
