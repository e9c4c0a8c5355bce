"""Measures: blocks at the end of wires that give a number for people. They learn nothing and teach nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from playground.blocks.base import Block, Port
from playground.blocks.signal import Signal


class Measure(Block):
    """Base of the measures. Their numbers become metrics: `modes_covered` is `test_modes_covered` on the test part."""

    family: ClassVar[str] = "measure"
    outputs: ClassVar[tuple[Port, ...]] = ()

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        """The numbers for all examples of a part, one tensor per wire."""
        raise NotImplementedError

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Identity()

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return ()


BLOCKS: tuple[type[Block], ...] = ()
