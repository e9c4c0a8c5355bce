"""The gradient of a recurrent block from step to step: how much of it is left where it has come from."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.autograd.graph import GradientEdge, Node

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.inside.hidden_states import recurrent_nodes
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.blocks.reveals import Unrolls
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

RECURRENT = "weight_hh"
"""What the names of the matrices begin with that lead from one state to the next."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class RecurrentMatrix:
    """The square matrix of a block without gates, as it was used: with its scale."""

    norm: float
    """The spectral norm, the largest singular value: by so much a vector grows at most."""
    radius: float
    """The spectral radius, the largest size of an eigenvalue: by so much vectors grow in the end."""


@dataclass(frozen=True, eq=False)
class GradientInTime:
    """The norms of one block, the mean over some examples."""

    node: str
    title: str
    of: str
    """"state" or "weights"."""
    norms: Numbers
    """(time,) for each step from the first to the last."""
    total: float
    """The norm of the sum over all steps; that of the weights is what the optimizer is given."""
    lag: bool
    """Whether what enters at the last step alone is followed back, so that a step is told by its distance from it."""
    matrix: RecurrentMatrix | None
    scale: float
    part: Part
    examples: int
    tanh: bool
    """Whether each step squeezes the state by tanh alone."""

    @property
    def distances(self) -> NDArray[np.int64]:
        """(time,) the step, from 1, or how many steps before the last."""
        steps = np.arange(len(self.norms))
        return steps[::-1].copy() if self.lag else steps + 1

    @property
    def factor(self) -> float:
        """By how much one step back multiplies it: the slope of the line through the logarithms; NaN without two."""
        known = np.isfinite(self.norms) & (self.norms > 0.0)
        if known.sum() < 2:
            return math.nan
        back = np.arange(len(self.norms))[::-1][known]
        return float(np.exp(np.polyfit(back, np.log(self.norms[known]), 1)[0]))

    @property
    def bound(self) -> Numbers | None:
        """(time,) above which no norm of the state can lie, as tanh has no slope over 1; None where none is known."""
        if self.matrix is None or not self.tanh or self.of != "state" or not self.lag:
            return None
        with np.errstate(over="ignore"):
            return np.asarray(self.norms[-1] * self.matrix.norm ** np.arange(len(self.norms))[::-1])

    def table(self) -> Table:
        return ["steps before the last" if self.lag else "step", "norm"], [
            [int(distance), float(norm)] for distance, norm in zip(self.distances, self.norms, strict=True)
        ]


class GradientInTimeAnalysis(Plotted):
    """Norm of the gradient against the step of time, or against the distance from the last."""

    id: ClassVar[str] = "gradient-in-time"
    title: ClassVar[str] = "Gradient in time"
    summary: ClassVar[str] = (
        "How long the gradient of a recurrent block is at every step, back to the first: whether it vanishes or "
        "explodes, beside the spectral norm and radius of the recurrent weights, which one can scale."
    )

    of: Literal["state", "weights"] = parameter(
        "state", label="Gradient of",
        help="The state of each step, or what each step adds to the gradient of the recurrent weights: all steps have "
        "the same weights, and their gradients add up.",
    )  # fmt: skip
    against: Literal["step", "lag"] = parameter(
        "lag",
        help="Of the whole loss, at every step of time. Or of what enters at the last step alone, against the distance "
        "that it has gone back.",
    )
    scale: float = parameter(
        1.0, ge=0.0, le=3.0, label="Scale of W",
        help="What the recurrent weights are multiplied by, for this picture alone: with larger ones the gradient "
        "explodes, with smaller ones it vanishes.",
    )  # fmt: skip
    examples: int = parameter(32, ge=1, le=512, logarithmic=True, help="Examples over which the mean is taken.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not recurrent_nodes(report):
            return "No recurrent block on the canvas. Drag in an LSTM, a GRU or a Simple RNN."
        if not report.loss_nodes():
            return "Without a loss there is no gradient. Drag in a loss and wire it."
        return ""

    def compute(self, question: Question) -> GradientInTime:
        subject = question.loaded()
        names = recurrent_nodes(subject.report)
        node = question.node if question.node in names else names[0]
        part = subject.shown_part
        count = min(self.examples, subject.count(part))
        with torch.enable_grad():
            run = unrolled_run(subject, node, subject.feeds(part, count), self.scale)
            if not run.loss.requires_grad:
                raise NothingToShow("No gradient of the loss reaches this block.")
            norms, total = run.of_weights(self.against) if self.of == "weights" else run.of_state(self.against)
        own = matrix_of(run.module)
        return GradientInTime(
            node, subject.title(node), self.of, norms, total, self.against == "lag", own, self.scale, part, count,
            set(run.inner) == {"hidden"} and own is not None,
        )  # fmt: skip


@dataclass(frozen=True)
class UnrolledRun:
    """A pass in which the block went step by step, so that autograd knows every state."""

    module: nn.Module
    inner: Mapping[str, torch.Tensor]
    loss: torch.Tensor

    @property
    def states(self) -> list[GradientEdge]:
        """Where the state of each step lies in autograd's graph, from the first to the last that is followed."""
        stacked = self.inner["hidden"].grad_fn
        if stacked is None or not stacked.name().startswith("Stack"):
            raise NothingToShow("This block does not show its states one by one.")
        found = [GradientEdge(node, place) for node, place in stacked.next_functions if node is not None]
        return found[: self.last + 1]

    @cached_property
    def arriving(self) -> torch.Tensor:
        """The gradient (batch, time, units) of the loss that enters each state from above, not through later steps."""
        return torch.autograd.grad(self.loss, self.inner["hidden"], retain_graph=True)[0]

    @cached_property
    def last(self) -> int:
        """The last step whose state the loss looks at."""
        asked = self.arriving.abs().amax(dim=(0, 2)).nonzero()
        return int(asked[-1]) if len(asked) else self.arriving.shape[1] - 1

    def followed(self, against: str) -> tuple[torch.Tensor, torch.Tensor | None]:
        """What is followed back, and its gradient: the whole loss, or the last state with what enters there."""
        if against == "step":
            return self.loss, None
        return self.inner["hidden"][:, self.last], self.arriving[:, self.last]

    def of_state(self, against: str) -> tuple[Numbers, float]:
        """Norms of the gradient of each state, the mean over the examples (time,), and the norm of their sum."""
        value, gradient = self.followed(against)
        found = torch.autograd.grad(value, self.states, gradient, retain_graph=True, allow_unused=True)
        batch, units = self.inner["hidden"].shape[0], self.inner["hidden"].shape[2]
        slopes = [batch * (one if one is not None else torch.zeros(batch, units)) for one in found]
        norms = torch.stack([one.norm(dim=1).mean() for one in slopes])
        return norms.double().numpy(), float(torch.stack(slopes).sum(dim=0).norm(dim=1).mean())

    def of_weights(self, against: str) -> tuple[Numbers, float]:
        """Norms of what each step adds to the gradient of the recurrent weights (time,), and that of their sum."""
        names = recurrent_names(self.module)
        if not names:
            raise NothingToShow("This block has no recurrent weights that learn.")
        weight = dict(self.module.named_parameters())[names[0]]
        value, gradient = self.followed(against)
        uses = [self._uses(step, weight) for step in range(len(self.states))]
        edges = [edge for step in uses for edge in step]
        found = iter(torch.autograd.grad(value, edges, gradient, retain_graph=True, allow_unused=True))
        # Where a step uses the weights more than once, it takes other rows of them each time.
        squares = [sum(float(one.square().sum()) for one in (next(found) for _ in step) if one is not None)
                   for step in uses]  # fmt: skip
        (whole,) = torch.autograd.grad(value, weight, gradient, retain_graph=True, allow_unused=True)
        return np.sqrt(np.array(squares, dtype=np.float64)), 0.0 if whole is None else float(whole.norm())

    def _uses(self, step: int, weight: torch.Tensor) -> list[GradientEdge]:
        """Where the weights go into the state of a step, not into those before it."""
        stop = {self.states[step - 1].node} if step else set()
        waiting: list[Node] = [self.states[step].node]
        seen: set[Node] = set(waiting)
        found: list[GradientEdge] = []
        while waiting:
            node = waiting.pop()
            for other, _ in node.next_functions:
                if other is None:
                    continue
                if getattr(other, "variable", None) is weight:
                    found.append(GradientEdge(node, 0))
                elif other not in seen and other not in stop:
                    seen.add(other)
                    waiting.append(other)
        return found


def unrolled_run(subject: Subject, node: str, feeds: Mapping[Any, torch.Tensor], scale: float) -> UnrolledRun:
    """Run the network with a copy of one block that goes step by step, its recurrent weights times `scale`."""
    network = subject.network
    subject.calm()
    place = next(number for number, step in enumerate(network.steps) if step.node == node)
    step = network.steps[place]
    module = copy.deepcopy(step.module)
    with torch.no_grad():
        for name, weights in module.named_parameters():
            weights.requires_grad_(True)
            if name.split(".")[-1].startswith(RECURRENT):
                weights.mul_(scale)
    values = network.run(feeds, network.steps[:place])
    inner = cast(Unrolls, module).inside(*(values[slot] for slot in step.inputs))
    given = {slot: tensor for slot, tensor in enumerate(values) if tensor.numel()}
    put_together = given[step.outputs[0]] = _output(subject, node, inner)
    real = module.forward(*(values[slot] for slot in step.inputs))
    if real.shape != put_together.shape or not torch.allclose(real, put_together, atol=1e-4, equal_nan=True):
        raise NothingToShow("This block does not give its states as they are, so their gradient is not told apart.")
    return UnrolledRun(module, inner, network.total_loss(network.run_from(given, network.steps[place + 1 :])))


def _output(subject: Subject, node: str, inner: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """What the block gives, put together from its states: the last one or all, of both directions side by side."""
    ways = [inner["hidden"], *([inner["hidden, backward"]] if "hidden, backward" in inner else [])]
    if len(subject.report.signals[node, "output"].shape) == 2:
        return torch.cat(ways, dim=-1)
    return torch.cat([ways[0][:, -1], *(way[:, 0] for way in ways[1:])], dim=-1)


def recurrent_names(module: nn.Module) -> list[str]:
    """The recurrent matrices, those of the last layer, forward, first."""
    names = [name for name, _ in module.named_parameters() if name.split(".")[-1].startswith(RECURRENT)]
    return sorted(names, key=lambda name: (name.endswith("_reverse"), -int(name.split("_l")[-1].split("_")[0])))


def matrix_of(module: nn.Module) -> RecurrentMatrix | None:
    """The recurrent matrix of a block that has one alone; those with gates have several, one above the other."""
    names = recurrent_names(module)
    values = dict(module.named_parameters())[names[0]].detach().double().numpy() if names else np.zeros((1, 0))
    if values.shape[0] != values.shape[1] or not np.isfinite(values).all():
        return None
    return RecurrentMatrix(float(np.linalg.norm(values, 2)), float(np.abs(np.linalg.eigvals(values)).max()))
