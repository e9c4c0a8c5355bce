"""What stands for an operation of another program that has no block here: it says so, and how to go on."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import torch
from pydantic import field_validator
from torch import nn

from playground.blocks.base import Advice, Block, BlockError, Fix, Port
from playground.blocks.code import Code
from playground.blocks.kinds import usual_kind
from playground.blocks.signal import Signal
from playground.document.declaration import in_a_sentence, parameter


class ZerosLayer(nn.Module):
    """Zeros in a shape (batch, ...), as many rows as arrive."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, *parts: torch.Tensor) -> torch.Tensor:
        return torch.zeros((parts[0].shape[0], *self.shape), device=parts[0].device)


class ForeignOperator(Block):
    """An operation that came with a file and has no block here."""

    id: ClassVar[str] = "foreign-operator"
    family: ClassVar[str] = "merge"
    listed: ClassVar[bool] = False
    title: ClassVar[str] = "Not supported"
    summary: ClassVar[str] = (
        "Stands for an operation of a file that has no block here. Build what it does from other blocks, or delete it; "
        "until then it may give zeros, so that the rest of the network can be looked at."
    )
    formula: ClassVar[str] = r"a = \; ?"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Inputs", many=True),)

    operator: str = parameter("", max_length=100, help="What the operation is called where it comes from.")
    reason: str = parameter("", max_length=600, help="Why there is no block for it.")
    shape: str = parameter("", max_length=60, help="The sizes of what it gives, without the batch, if known.")
    zeros: bool = parameter(False, label="Give zeros", help="Give zeros in that shape, so that the rest can run.")

    @field_validator("shape", mode="after")
    @classmethod
    def _sizes_only(cls, value: str) -> str:
        if value and not re.fullmatch(r"[1-9][0-9]{0,8}( x [1-9][0-9]{0,8}){0,5}", value):
            raise ValueError("write whole numbers above 0 with an x between them, such as 8 x 8")
        return value

    def sizes(self) -> tuple[int, ...]:
        """The sizes as numbers; none where they are not known."""
        return tuple(int(word) for word in self.shape.split(" x ")) if self.shape else ()

    def subtitle(self) -> str:
        return self.operator

    def expect(self, *inputs: Signal) -> None:
        if self.zeros and self.shape:
            return
        zeros = (Fix("Let it give zeros", "set", parameters={"zeros": True}),) if self.shape else ()
        same = (Fix("Pass on what arrives", "replace", block="identity"),) if len(inputs) == 1 else ()
        reason = f" {self.reason}" if self.reason else ""
        raise BlockError(
            f"{self.title}: {self.operator or 'this operation'}.{reason} Build what it does from other blocks, or "
            "delete this card.",
            *zeros, *same,
        )  # fmt: skip

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        back = Fix("Stop giving zeros", "set", parameters={"zeros": False})
        words = f"This gives zeros in the place of {in_a_sentence(self.operator or 'what is missing')}, so what comes "
        return (Advice(words + "behind it is not what the file computes.", (back,)),)

    def build(self, *inputs: Signal) -> nn.Module:
        return ZerosLayer(self.sizes())

    def to_code(self, *inputs: Signal) -> Code:
        sizes = ", ".join(map(str, self.sizes()))
        remark = f"{self.operator} is missing" if self.operator.isprintable() else "an operation is missing"
        return Code(f"torch.zeros({{0}}.shape[0], {sizes}, device={{0}}.device)", remark=remark)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        shape: tuple[Any, ...] = tuple(outputs[0][1:])
        return (Signal(shape, kind=usual_kind(len(shape))),)


BLOCKS: tuple[type[Block], ...] = (ForeignOperator,)
