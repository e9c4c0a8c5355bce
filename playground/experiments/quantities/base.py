"""A quantity of a run, and what the quantities share: some examples, what the blocks make of them, the weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from playground.data.base import Dataset, Part
from playground.training.session.session import Session

EXAMPLES = 512
"""At most so many training examples are looked at."""

Values = dict[str, torch.Tensor]
"""First output of every block for some examples, (n, ...)."""


@dataclass(frozen=True)
class Measured:
    """A run that is measured."""

    session: Session
    nodes: Sequence[str]
    """The blocks that are meant: one, or all."""
    first: torch.Tensor
    """All parameters at the start, (P,)."""
    diverged: bool = False


@dataclass(frozen=True)
class Quantity:
    """A number of a run."""

    id: str
    title: str
    summary: str
    compute: Callable[[Measured], float]
    of_blocks: bool = True
    """Whether it can be asked of one block, by its name behind a dot."""
    needs: str = ""
    """What a network must have for it to be a number, such as “attention”; empty where any has it."""


def batch(session: Session, part: Part = "train") -> list[torch.Tensor]:
    """The first examples of a part, one tensor for each feed; of the training part where this one is empty."""
    examples = session.evaluator.examples(part) or session.evaluator.train
    return list(session.learner.model.network.read_batch([tensor[:EXAMPLES] for tensor in examples]))


@contextmanager
def calm(session: Session) -> Iterator[None]:
    """The network as outside of training: nothing is dropped, and batch norm uses what it has learned."""
    modes = [(module, module.training) for module in session.learner.model.network.modules()]
    for module, _ in modes:
        module.training = False
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@torch.no_grad()
def outputs(run: Measured, part: Part = "train", examples: Sequence[torch.Tensor] | None = None) -> Values:
    """What the blocks give for the first examples of a part, or for these, outside of training."""
    session = run.session
    network = session.learner.model.network
    with calm(session):
        slots = network.run_batch(batch(session, part) if examples is None else examples)
    found = {}
    for name in run.nodes:
        block = session.report.blocks[name]
        if isinstance(block, Dataset) or not block.outputs or (name, block.outputs[0].name) not in network.slots:
            continue
        values = slots[network.slots[name, block.outputs[0].name]]
        if values.ndim > 1:  # no loss, which has one number for all examples
            found[name] = values
    return found


def weights(run: Measured) -> list[torch.Tensor]:
    """The weight matrices of the blocks, without biases and gains."""
    flat, wanted = run.session.learner.model.flat, set(run.nodes)
    return [
        flat.view(place.name).detach() for place in flat.layout.places
        if place.node in wanted and len(place.shape) > 1
    ]  # fmt: skip


def share(masks: Sequence[torch.Tensor]) -> float:
    """Which share of all numbers is true; NaN where there are none."""
    count = sum(mask.numel() for mask in masks)
    return sum(float(mask.sum()) for mask in masks) / count if count else math.nan
