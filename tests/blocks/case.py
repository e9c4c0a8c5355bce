"""A case for a block: the block, what arrives, and the shape that must come out; and batches for it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from playground.blocks.base import Block
from playground.blocks.signal import Signal

BATCH = 6
CLASSES = ("a", "b", "c")
VECTOR = Signal((4,), axes=("features",))
SERIES = Signal((5, 4), kind="series")
TOKENS = Signal((5,), kind="tokens", scale="index", classes=CLASSES)
IMAGE = Signal((3, 4, 5), kind="image")
LOGITS = Signal((3,))
PROBABILITIES = Signal((3,), scale="probability", low=0.0, high=1.0, sums_to_one=True)
LOGARITHMS = Signal((3,), scale="log-probability", high=0.0, sums_to_one=True)
INDEX = Signal((), kind="classes", scale="index", classes=CLASSES)
ONE_HOT = Signal((3,), kind="classes", scale="one-hot", classes=CLASSES)
ONE = Signal((1,))
ONE_PROBABILITY = Signal((1,), scale="probability", low=0.0, high=1.0)
ZERO_ONE = Signal((1,), kind="classes", scale="zero-one", classes=("no", "yes"))
SIGNED = Signal((1,), kind="classes", scale="signed", classes=("no", "yes"))


@dataclass(frozen=True)
class Case:
    """A block with parameters, the arriving signals, the shape per example, and what is special."""

    block: Block
    inputs: tuple[Signal, ...]
    shape: tuple[int, ...]
    parameters: int = 0
    gradient: bool = True
    """Whether a gradient other than zero reaches the first input."""
    batch: int = 1
    """Rows that come out for each row that goes in."""
    changed: Block | None = None
    """The same block with other numbers, which `update` must be able to write into a living module."""

    @property
    def name(self) -> str:
        arriving = "-".join(signal.scale if signal.scale != "any" else signal.kind for signal in self.inputs)
        return f"{self.block.id}:{arriving}"


def same(block: Block, signal: Signal = VECTOR, parameters: int = 0, **special: object) -> Case:
    return Case(block, (signal,), signal.shape, parameters, **special)  # type: ignore[arg-type]


def compared(block: Block, *inputs: Signal, changed: Block | None = None) -> Case:
    return Case(block, inputs, (), changed=changed)


def batch_of(signal: Signal, count: int = BATCH, seed: int = 0) -> torch.Tensor:
    """Random numbers that a wire with this signal could carry: (count, ...)."""
    generator = torch.Generator().manual_seed(seed)
    shape = (count, *signal.shape)
    if signal.scale == "index":
        return torch.randint(len(signal.classes), shape, generator=generator)
    if signal.kind == "graph":
        edges = (torch.rand(shape, generator=generator) < 0.5).float()
        return torch.maximum(edges, edges.transpose(1, 2))
    if signal.scale == "one-hot":
        return torch.eye(len(signal.classes))[torch.randint(len(signal.classes), (count,), generator=generator)]
    if signal.scale in ("zero-one", "signed"):
        bits = torch.randint(2, shape, generator=generator).float()
        return bits if signal.scale == "zero-one" else 2.0 * bits - 1.0
    numbers = torch.randn(shape, generator=generator)
    if signal.scale == "probability":
        return numbers.softmax(-1) if signal.sums_to_one else numbers.sigmoid()
    return numbers.log_softmax(-1) if signal.scale == "log-probability" else numbers


def batches_of(signals: tuple[Signal, ...]) -> list[torch.Tensor]:
    """One batch per wire, each from its own seed."""
    return [batch_of(signal, seed=index) for index, signal in enumerate(signals)]
