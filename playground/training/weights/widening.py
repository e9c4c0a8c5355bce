"""Widen a layer without changing what the network answers: Net2WiderNet (Chen, Goodfellow and Shlens 2016).

New units are copies of old ones, and what follows shares out among the copies the weights that it had for each unit.
The shares are unequal and drawn by chance, so that the copies do not stay alike; in the paper small noise sees to it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from playground.blocks.activation import activation
from playground.blocks.base import Block
from playground.blocks.copied import Copied, channel_axis
from playground.document import edits
from playground.document.declaration import in_a_sentence
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Output, Report
from playground.network.naming import titles
from playground.training.model import stable_seed
from playground.training.weights.source import Array, Arrays

UNEVEN = (0.25, 0.75)
"""Between these bounds shares are drawn, before they are made to sum to 1."""


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

    def behind(self, copied: Copied) -> Spread:
        """The same behind a block where each channel goes through by itself."""
        old = int(self.copies.max()) + 1
        places = (self.copies[:, None] * copied.each + np.arange(copied.each)).ravel()
        starts = np.arange(copied.rounds)[:, None] * (old * copied.each)
        return Spread((starts + places).ravel(), np.tile(np.repeat(self.shares, copied.each), copied.rounds))

    def rows(self, array: Array) -> Array:
        """An array with a row for each old channel, with a row for each of the new ones."""
        return np.asarray(array[self.copies])

    def shared(self, array: Array, axis: int) -> Array:
        """An array with weights for each old channel along an axis, which the copies of the channel share."""
        shares = self.shares.reshape(-1, *(1 for _ in array.shape[axis + 1 :]))
        return np.asarray(np.take(array, self.copies, axis) * shares)


def joined(spreads: Sequence[Spread | None], widths: Sequence[int]) -> Spread:
    """The channels of several wires side by side; None where nothing is copied."""
    copies, shares, start = [], [], 0
    for width, spread in zip(widths, spreads, strict=True):
        copies.append(start + (np.arange(width) if spread is None else spread.copies))
        shares.append(np.ones(width) if spread is None else spread.shares)
        start += width
    return Spread(np.concatenate(copies), np.concatenate(shares))


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


def width_of(block: Block) -> int:
    """How many units or filters a block has that can be widened."""
    return int(getattr(block, block.widened_by))


def most(block: Block) -> int:
    """How many it may have."""
    infos = {info.name: info for info in block.parameter_infos()}
    return int(infos[block.widened_by].maximum or np.iinfo(np.int32).max)


def widened(project: Project, report: Report, node: str, width: int) -> Widening:
    """The project with a wider layer that answers alike. Raises CannotWiden with a sentence where that cannot be."""
    graph = project.graph
    old, name = _width(graph, report, node), titles(graph)[node]
    block = report.blocks[node]
    noun = block.widened_by
    if not old < width <= most(block):
        raise CannotWiden(f"{name} has {old} {noun}; it can be widened to {old + 1} up to {most(block):,}.")
    spreading = _Spreading(graph, report, node, width, stable_seed(project.seed, f"{node}, widened to {width}"))
    wider = edits.set_parameters(graph, node, {noun: width})
    return Widening(project.replace(graph=wider), f"{name} widened from {old} to {width} {noun}", spreading.changes)


def _width(graph: Graph, report: Report, node: str) -> int:
    names = titles(graph)
    if node not in report.blocks or not report.blocks[node].widened_by or node not in report.inputs:
        raise CannotWiden(f"{names.get(node, node)} cannot be widened: only dense and convolutional layers can.")
    if getattr(report.blocks[node], "groups", 1) > 1:
        raise CannotWiden(f"{names[node]} divides its filters into groups, which would all have to grow alike.")
    if any(other != node and (other.rsplit("/", 1)[-1] == node) for other in report.order):
        raise CannotWiden(f"{names[node]} stands in a group that repeats, and the copies would all have to grow alike.")
    if graph.node(node).weights_of is not None or any(one.weights_of == node for one in graph.nodes):
        raise CannotWiden(f"{names[node]} shares its weights with another block, which would have to grow alike.")
    return width_of(report.blocks[node])


class _Spreading:
    """Follows the copies of a layer's channels to all that reads them."""

    def __init__(self, graph: Graph, report: Report, node: str, width: int, seed: int) -> None:
        self.names = titles(graph)
        self.report = report
        self.node = node
        self.changes: dict[str, Change] = {}
        self._spreads: dict[Output, Spread] = {}
        self._sharing = {full.partition(".")[0] for pair in report.shared.items() for full in pair}
        old = width_of(report.blocks[node])
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
        function = activation(getattr(own, "activation", "identity"))
        if not function.elementwise:
            raise CannotWiden(
                f"{self.names[self.node]} ends in {in_a_sentence(function.title)}, which looks at all units together: "
                "with more of them it would answer otherwise."
            )
        for leaf in ("weight", "bias"):
            self._change(f"{self.node}.{leaf}", spread.rows)
        self._spreads[self.node, own.outputs[0].name] = spread

    def _follow(self, name: str) -> None:
        block, sources = self.report.blocks[name], self.report.inputs[name]
        signals = [self.report.signals[source] for source in sources]
        spreads = [self._spreads.get(source) for source in sources]
        first = next(spread for spread in spreads if spread is not None)
        copied = block.copied(*signals)
        if name in self._sharing:
            raise self._stopped(name, "uses the same weights as another block")
        if copied.way == "stopped" or (copied.way == "alike" and not all(one and one.same(first) for one in spreads)):
            raise self._stopped(name, copied.because)
        if copied.way == "weighed" and spreads[0] is None:
            raise self._stopped(name, "begins with it, and reads another wire")
        if copied.way == "weighed":
            for leaf in copied.arrays:
                self._change(f"{name}.{leaf}", functools.partial(first.shared, axis=copied.axis))
            return
        if copied.way == "joined":
            behind = joined(spreads, [signal.shape[channel_axis(signal) - 1] for signal in signals])
        else:
            behind = first.behind(copied)
            for leaf in copied.arrays:
                self._change(f"{name}.{leaf}", behind.rows)
        self._spreads[name, block.outputs[0].name] = behind

    def _change(self, name: str, change: Change) -> None:
        """An array may be changed twice: where the widened layer reads copies of its own channels."""
        known = self.changes.get(name)
        self.changes[name] = change if known is None else (lambda array: change(known(array)))

    def _stopped(self, name: str, reason: str) -> CannotWiden:
        return CannotWiden(
            f"{self.names[self.node]} cannot be widened without changing the answers: {self.names.get(name, name)} "
            f"behind it {reason}."
        )
