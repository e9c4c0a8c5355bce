"""What the units of every block give, and how many of them are dead or saturated.

A unit is dead when it gives 0 for all examples: a ReLU then has slope 0 everywhere, gets no gradient and stays so. A
value is saturated when the slope of sigmoid or tanh at it is less than a tenth of the greatest slope, after Glorot and
Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.shared.block_outputs import outputs_of
from playground.analysis.subject import Subject
from playground.blocks.base import Block
from playground.blocks.families import role_of
from playground.blocks.signal import Signal
from playground.document.project import Project
from playground.network.check import Report
from playground.training.phases import active_phases

FLAT_SLOPE = 0.1
"""A value is saturated where the slope is less than this part of the greatest."""
EXAMPLES = 256
"""Training examples that are looked at."""


@dataclass(frozen=True, slots=True)
class Health:
    """Shares between 0 and 1; NaN where the activation of a block cannot be dead or saturated."""

    dead: float
    """Of units that give 0 for every example."""
    saturated: float
    """Of values on the flat parts of their activation."""
    zero: float
    """Of values that are exactly 0."""
    units: int


NONE = Health(math.nan, math.nan, math.nan, 0)


def activation_of(block: Block) -> str:
    """The id of the activation whose values a block gives; empty where it has none. A state is a tanh times gates."""
    if role_of(block.family) == "activation":
        return block.id
    return str(getattr(block, "activation", "tanh" if "hidden states" in block.reveals else ""))


def by_units(values: NDArray[np.float32], signal: Signal) -> NDArray[np.float32]:
    """Values (N, ...) as (all places, units): the channels of an image are units, else the numbers of the last axis."""
    if signal.of_kind.unit_axis == 0 and values.ndim > 3:
        values = np.moveaxis(values, 1, -1)
    return values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(-1, 1)


def health(values: NDArray[np.float32], activation: str) -> Health:
    """Shares for values (places, units) of an activation."""
    if not values.size:
        return NONE
    zeros = values == 0.0
    dead = float(zeros.all(axis=0).mean()) if activation == "relu" else math.nan
    return Health(dead, _saturated(values, activation), float(zeros.mean()), values.shape[1])


def _saturated(values: NDArray[np.float32], activation: str) -> float:
    if activation == "sigmoid":
        slope = 4.0 * values * (1.0 - values)
    elif activation == "tanh":
        slope = 1.0 - values**2
    else:
        return math.nan
    return float((slope < FLAT_SLOPE).mean())


def health_of_blocks(subject: Subject, examples: int = EXAMPLES) -> dict[str, Health]:
    """The health of every block whose activation can be dead or saturated, with the weights that are loaded."""
    report = subject.report
    wanted = {
        name: output for name, output in outputs_of(report).items()
        if activation_of(report.blocks[name]) in ("relu", "sigmoid", "tanh")
    }  # fmt: skip
    if not wanted:
        return {}
    values = subject.values(subject.feeds("train", examples), list(wanted.values()))
    return {
        name: health(by_units(values[output], report.signals[output]), activation_of(report.blocks[name]))
        for name, output in wanted.items()
    }


# Gradients ------------------------------------------------------------------------------------------------------------


@contextmanager
def as_in_training(subject: Subject) -> Iterator[None]:
    """The network as it is while it learns: batch norm takes the statistics of the batch, dropout drops.

    What is frozen stays as it is, and running statistics are put back.
    """
    network = subject.network
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    for name, module in network.named_children():
        module.train(subject.graph.node(name).training.trainable)
    subject.calm()
    try:
        yield
    finally:
        network.eval()
        with torch.no_grad():
            for name, buffer in network.named_buffers():
                buffer.copy_(buffers[name])


def weight_gradients(
    subject: Subject, project: Project | None = None, examples: int = EXAMPLES
) -> dict[str, NDArray[np.float32]]:
    """The gradient of every parameter that learns, by `node.weight`, with the weights that are loaded.

    It is that of the mean loss over the first training examples. With phases, which the project tells, that of the
    losses which train the block.
    """
    network, found = subject.network, {}
    nodes = {node.id: node for node in subject.graph.nodes}
    named = {
        name: parameter for name, parameter in network.named_parameters()
        if nodes[name.split(".", 1)[0]].training.trainable
    }  # fmt: skip
    with as_in_training(subject), torch.enable_grad():
        values = network.run(subject.feeds("train", examples))
        for losses, learning in _turns(subject.report, project):
            taught = {name: p for name, p in named.items() if learning is None or name.split(".", 1)[0] in learning}
            total = network.total_loss(values, losses)
            if not taught or not total.requires_grad:
                continue
            gradients = torch.autograd.grad(
                total, list(taught.values()), retain_graph=True, allow_unused=True, materialize_grads=True
            )
            found.update({name: part.detach().numpy() for name, part in zip(taught, gradients, strict=True)})
    return found


def _turns(report: Report, project: Project | None) -> list[tuple[frozenset[str] | None, frozenset[str] | None]]:
    phases = active_phases(project, report) if project is not None else ()
    if len(phases) < 2:
        return [(None, None)] if report.loss_nodes() else []
    return [(phase.losses, phase.trains) for phase in phases]


def norms_by_node(arrays: Mapping[str, NDArray[np.float32]]) -> dict[str, float]:
    """The Euclidean norm of all parameters of a node together, from arrays by `node.weight`."""
    squares: dict[str, float] = {}
    for name, array in arrays.items():
        node = name.split(".", 1)[0]
        squares[node] = squares.get(node, 0.0) + float(np.square(array, dtype=np.float64).sum())
    return {node: math.sqrt(square) for node, square in squares.items()}
