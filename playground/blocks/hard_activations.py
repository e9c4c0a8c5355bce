"""Activations made of straight pieces, for small machines; blocks of their own, not choices inside a layer."""

from __future__ import annotations

from typing import ClassVar

from torch import nn

from playground.blocks import activation_operations as operations_of
from playground.blocks.activation import Activation
from playground.blocks.base import Block
from playground.blocks.code import ArrayCode
from playground.blocks.signal import Signal


class HardSwish(Activation):
    """Swish made of straight pieces."""

    id: ClassVar[str] = "hard-swish"
    title: ClassVar[str] = "Hard swish"
    summary: ClassVar[str] = "Swish with straight pieces in the place of the sigmoid: nearly the same, and cheaper."
    formula: ClassVar[str] = r"f(x) = x \, \frac{\min(\max(x + 3, 0), 6)}{6}"
    source: ClassVar[str] = "Howard et al. 2019, Searching for MobileNetV3"
    operations: ClassVar[type[operations_of.Function]] = operations_of.HardSwish
    written: ClassVar[str] = "functional.hardswish({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode(
        "{x} * np.clip({x} + 3, 0, 6) / 6", "{d} * np.where({x} <= -3, 0, np.where({x} >= 3, 1, (2 * {x} + 3) / 6))"
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Hardswish()


class ReLU6(Activation):
    """ReLU with a ceiling."""

    id: ClassVar[str] = "relu6"
    title: ClassVar[str] = "ReLU6"
    summary: ClassVar[str] = "ReLU that stops at 6, so that few bits are enough for its values; used in MobileNets."
    formula: ClassVar[str] = r"f(x) = \min(\max(0, x), 6)"
    source: ClassVar[str] = "Krizhevsky 2010; Sandler et al. 2018, MobileNetV2"
    reach: ClassVar[tuple[float, float]] = (0.0, 6.0)
    operations: ClassVar[type[operations_of.Function]] = operations_of.ReLU6
    written: ClassVar[str] = "functional.relu6({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode("np.clip({x}, 0, 6)", "{d} * (({x} > 0) & ({x} < 6))")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.ReLU6()


BLOCKS: tuple[type[Block], ...] = (HardSwish, ReLU6)
