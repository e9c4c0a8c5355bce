"""What the blocks of a network learn and keep, by name: without a module that has memory for it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import torch

from playground.blocks.base import Block
from playground.blocks.signal import Signal
from playground.network.check import Report
from playground.network.lean import NothingDrawn


@dataclass(frozen=True, slots=True)
class Kept:
    """One tensor in the state of a block's module."""

    name: str
    shape: tuple[int, ...]
    learned: bool
    """A parameter; else a buffer that is saved."""


@functools.lru_cache(maxsize=4096)
def kept_by(block: Block, inputs: tuple[Signal, ...]) -> tuple[Kept, ...]:
    """What the module of a block keeps for these inputs: parameters first."""
    with torch.device("meta"), NothingDrawn(), torch.no_grad():
        module = block.build(*inputs)
    learned = {name: tuple(value.shape) for name, value in module.named_parameters()}
    saved = {name: tuple(value.shape) for name, value in module.state_dict().items() if name not in learned}
    return (
        *(Kept(name, shape, True) for name, shape in learned.items()),
        *(Kept(name, shape, False) for name, shape in saved.items()),
    )


def kept_by_node(report: Report, name: str) -> tuple[Kept, ...]:
    """The same for a node that has all its inputs."""
    return kept_by(report.blocks[name], tuple(report.signals[source] for source in report.inputs[name]))
