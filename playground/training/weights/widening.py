"""Widen a layer without changing what the network answers: Net2WiderNet (Chen, Goodfellow and Shlens 2016).

New units are copies of old ones, and what follows shares out among the copies the weights that it had for each unit.
The shares are unequal and drawn by chance, so that the copies do not stay alike; in the paper small noise sees to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from playground.blocks.families import role_of
from playground.document import edits
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Output, Report
from playground.network.naming import titles
from playground.training.model import stable_seed
from playground.training.weights.source import Array, Arrays

WIDTHS: Mapping[str, str] = {"dense": "units", "conv2d": "filters"}
"""The parameter that says how wide a block is."""
MOST = {"dense": 65_536, "conv2d": 4_096}
UNEVEN = (0.25, 0.75)
"""Between these bounds shares are drawn, before they are made to sum to 1."""
EVERY_NUMBER_ALONE = frozenset({"dropout", "gaussian-noise", "identity"})
EVERY_CHANNEL_ALONE = frozenset({
    "max-pool2d", "avg-pool2d", "adaptive-avg-pool", "adaptive-max-pool", "global-average-pooling",
    "global-max-pooling", "batch-norm",
})  # fmt: skip
TOGETHER = frozenset({"softmax", "log-softmax"})
"""Activations that look at all numbers together."""
RECURRENT = frozenset({"simple-rnn", "lstm", "gru"})


class CannotWiden(Exception):
    """A layer cannot be widened without changing what the network answers; the message is for people."""


@dataclass(frozen=True, eq=False)
class Spread:
    """What became of the channels of a wire: new channel i is a copy of old channel `copies[i]`."""

    copies: NDArray[np.int64]
    shares: NDArray[np.float64]
    """The part of an old channel's weight that goes to each copy; over the copies of one channel they sum to 1."""

    def same(self, other: Spread) -> bool:
        """Whether both wires have become wider in the same way."""
        return np.array_equal(self.copies, other.copies)

    def flattened(self, size: int) -> Spread:
        """The same for channels of `size` numbers each that stand one after the other."""
        places = (self.copies[:, None] * size + np.arange(size)).ravel()
        return Spread(places, np.repeat(self.shares, size))


Change = Callable[[Array], Array]


@dataclass(frozen=True, eq=False)
class Widening:
    """A wider project, and how its weights come out of those there were."""

    project: Project
    words: str
    changes: Mapping[str, Change] = field(default_factory=dict, repr=False)

    def values(self, before: Arrays) -> Arrays:
        """The parameters and buffers that change."""
        return {
            name: np.ascontiguousarray(change(before[name]).astype(before[name].dtype, copy=False))
            for name, change in self.changes.items() if name in before
        }  # fmt: skip


def why_not_widen(graph: Graph, report: Report, node: str) -> str:
    """Why a block cannot be widened by one unit, in a sentence; empty where it can."""
    try:
        _Spreading(graph, report, node, _width(graph, report, node) + 1, seed=0)
    except CannotWiden as error:
        return str(error)
    return ""


def width_of(report: Report, node: str) -> int:
    """How many units or filters a block has. Raises KeyError for a block without."""
    block = report.blocks[node]
    return int(getattr(block, WIDTHS[block.id]))


def widened(project: Project, report: Report, node: str, width: int) -> Widening:
    """The project with a wider layer that answers alike. Raises CannotWiden with a sentence where that cannot be."""
    graph = project.graph
    old, name = _width(graph, report, node), titles(graph)[node]
    block = report.blocks[node].id
    if not old < width <= MOST[block]:
        raise CannotWiden(f"{name} has {old} {WIDTHS[block]}; it can be widened to {old + 1} up to {MOST[block]:,}.")
    spreading = _Spreading(graph, report, node, width, stable_seed(project.seed, f"{node}, widened to {width}"))
    wider = edits.set_parameters(graph, node, {WIDTHS[block]: width})
    return Widening(
        project.replace(graph=wider), f"{name} widened from {old} to {width} {WIDTHS[block]}", spreading.changes
    )


def _width(graph: Graph, report: Report, node: str) -> int:
    names = titles(graph)
    if node not in report.blocks or report.blocks[node].id not in WIDTHS or node not in report.inputs:
        raise CannotWiden(f"{names.get(node, node)} cannot be widened: only dense and convolutional layers can.")
    if getattr(report.blocks[node], "groups", 1) > 1:
        raise CannotWiden(f"{names[node]} divides its filters into groups, which would all have to grow alike.")
    if any(other != node and (other.rsplit("/", 1)[-1] == node) for other in report.order):
        raise CannotWiden(f"{names[node]} stands in a group that repeats, and the copies would all have to grow alike.")
    if graph.node(node).weights_of is not None or any(one.weights_of == node for one in graph.nodes):
        raise CannotWiden(f"{names[node]} shares its weights with another block, which would have to grow alike.")
    return width_of(report, node)


class _Spreading:
    """Follows the copies of a layer's channels to all that reads them."""

    def __init__(self, graph: Graph, report: Report, node: str, width: int, seed: int) -> None:
        self.names = titles(graph)
        self.report = report
        self.node = node
        self.changes: dict[str, Change] = {}
        self._spreads: dict[Output, Spread] = {}
        self._sharing = {full.partition(".")[0] for pair in report.shared.items() for full in pair}
        old = width_of(report, node)
        generator = np.random.default_rng(seed)
        copies = np.concatenate([np.arange(old), generator.integers(old, size=width - old)])
        drawn = generator.uniform(*UNEVEN, size=width)
        self._begin(Spread(copies, drawn / np.bincount(copies, weights=drawn)[copies]))
        order = report.order
        for name in order[order.index(node) + 1 :]:
            if name in report.inputs and any(source in self._spreads for source in report.inputs[name]):
                self._follow(name)

    def _begin(self, spread: Spread) -> None:
        own = self.report.blocks[self.node]
        if getattr(own, "activation", "") in TOGETHER:
            raise CannotWiden(
                f"{self.names[self.node]} ends in {own.activation}, which looks at all units together: with more of "  # type: ignore[attr-defined]
                "them it would answer otherwise."
            )
        self._copy_all(self.node, spread)
        self._spreads[self.node, own.outputs[0].name] = spread

    def _copy_all(self, name: str, spread: Spread) -> None:
        """All arrays of a block that have a row for each channel get the rows of the copies."""
        old = int(spread.copies.max()) + 1

        def copied(array: Array) -> Array:
            return array[spread.copies] if array.ndim and len(array) == old else array

        for leaf in ("weight", "bias", "running_mean", "running_var"):
            self.changes[f"{name}.{leaf}"] = copied

    def _follow(self, name: str) -> None:
        block, sources = self.report.blocks[name], self.report.inputs[name]
        spreads = [self._spreads.get(source) for source in sources]
        first = next(spread for spread in spreads if spread is not None)
        output = (name, block.outputs[0].name) if block.outputs else (name, "")
        if name in self._sharing:
            raise CannotWiden(self._stopped(name, "uses the same weights as another block"))
        if getattr(block, "groups", 1) > 1:
            raise CannotWiden(self._stopped(name, "divides the channels into groups"))
        if block.id in WIDTHS:
            self._share(f"{name}.weight", first)
        elif block.id in RECURRENT:
            self._share(f"{name}.weight_ih_l0", first)
        elif block.id in EVERY_NUMBER_ALONE or (role_of(block.family) == "activation" and block.id not in TOGETHER):
            if getattr(block, "slopes", "") == "per-channel":
                self._copy_all(name, first)
            self._spreads[output] = first
        elif block.id in EVERY_CHANNEL_ALONE:
            if block.id == "batch-norm":
                self._copy_all(name, first)
            self._spreads[output] = first
        elif block.id == "flatten":
            shape = self.report.signals[sources[0]].shape
            size = int(np.prod(shape[1:])) if len(shape) == 3 else 1
            if len(shape) == 2:
                raise CannotWiden(self._stopped(name, "mixes steps and units"))
            self._spreads[output] = first.flattened(size)
        elif block.id == "concatenate":
            self._spreads[output] = self._joined(name, sources, spreads)
        elif block.id in ("add", "multiply") and all(one is not None and one.same(first) for one in spreads):
            if block.id == "multiply":
                raise CannotWiden(self._stopped(name, "multiplies its wires"))
            self._spreads[output] = first
        else:
            raise CannotWiden(self._stopped(name, _reason(block.id, role_of(block.family))))

    def _stopped(self, name: str, reason: str) -> str:
        return (
            f"{self.names[self.node]} cannot be widened without changing the answers: {self.names.get(name, name)} "
            f"behind it {reason}."
        )

    def _share(self, name: str, spread: Spread) -> None:
        """A matrix that reads the channels shares out among the copies what it had for each."""

        def shared(array: Array) -> Array:
            shares = spread.shares.reshape(1, -1, *(1 for _ in array.shape[2:]))
            return np.asarray(array[:, spread.copies] * shares)

        known = self.changes.get(name)
        self.changes[name] = shared if known is None else (lambda array: shared(known(array)))

    def _joined(self, name: str, sources: tuple[Output, ...], spreads: list[Spread | None]) -> Spread:
        """The channels of several wires side by side."""
        axis = int(getattr(self.report.blocks[name], "axis", 1))
        shapes = [self.report.signals[source].shape for source in sources]
        channels = 0 if len(shapes[0]) == 3 else len(shapes[0]) - 1
        if axis - 1 != channels:
            raise CannotWiden(self._stopped(name, "joins wires along another axis"))
        copies, shares, start = [], [], 0
        for shape, spread in zip(shapes, spreads, strict=True):
            width = shape[channels]
            copies.append(start + (np.arange(width) if spread is None else spread.copies))
            shares.append(np.ones(width) if spread is None else spread.shares)
            start += width
        return Spread(np.concatenate(copies), np.concatenate(shares))


def _reason(block: str, role: str) -> str:
    """Why a block does not let copies of channels pass."""
    if block == "add":
        return "adds another path to it, whose width would have to grow alike"
    if role == "loss":
        return "compares it with the target: the width of the last layer is the question’s own"
    if block in TOGETHER or role == "normalization":
        return "looks at all units together, so that copies change what the others become"
    return "does not read each unit with a weight of its own"
