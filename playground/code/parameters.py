"""The parameters of a network as the written file knows them: how each starts, learns and is held back."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from playground.blocks.base import Block
from playground.blocks.signal import Signal
from playground.code.network import NetworkCode
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.network.lean import NothingDrawn
from playground.training.initializers import Initializer, Start, initializer_of, starts
from playground.training.model import activation_after, learning_factor
from playground.training.phases import ActivePhase
from playground.training.regularization import strengths


@dataclass(frozen=True, slots=True)
class Learned:
    """One parameter."""

    node: str
    path: str
    """Its name in the state of the written network, such as `stages.2.dense_1.weight`."""
    axes: int
    start: Start | None
    """None where it keeps the start that its module gives it."""
    factor: float
    """Multiplies the learning rate; 0 where it does not learn."""
    phases: tuple[int, ...]
    """Numbers of the phases in which it learns."""
    l1: float
    l2: float
    limit: float | None
    """Largest norm of the weights into one unit."""

    @property
    def expression(self) -> str:
        """How it is reached from `model`."""
        return f"model.{attribute(self.path)}"


def attribute(path: str) -> str:
    """A name in the state of a network as an expression: `stages.2.dense_1` is `stages[2].dense_1`."""
    found = ""
    for part in path.split("."):
        found += f"[{part}]" if part.isdigit() else f".{part}" if found else part
    return found


def parameters_of(
    project: Project, graph: Graph, report: Report, phases: Iterable[ActivePhase], network: NetworkCode
) -> list[Learned]:
    """All parameters that the written network has, in the order of the graph."""
    trained = [phase.trains for phase in phases]
    have = {name.split(".")[0] for name in network.names}
    return [
        one
        for node in report.order
        if node in have
        for one in _of_node(project, graph, report, node, trained, network)
    ]


def _of_node(
    project: Project, graph: Graph, report: Report, name: str, trained: list[frozenset[str]], network: NetworkCode
) -> Iterator[Learned]:
    node, general = graph.node(name), project.training.regularization
    choice = node.training.initializer or project.training.initializer
    inputs = tuple(report.signals[source] for source in report.inputs[name])
    behind = activation_after(graph, report, name)
    turns = tuple(number for number, nodes in enumerate(trained) if name in nodes)
    l1, l2 = strengths(node, general)
    limit = general.max_norm if node.training.max_norm is None else node.training.max_norm
    for own, axes, start in _kinds(report.blocks[name], inputs, initializer_of(choice), behind):
        path = network.names.get(f"{name}.{own}")
        if path is None:
            continue
        held = axes > 1 and bool(turns) and learning_factor(node) > 0.0
        yield Learned(
            node=name,
            path=path,
            axes=axes,
            start=start,
            factor=learning_factor(node) if turns else 0.0,
            phases=turns,
            l1=l1 if held else 0.0,
            l2=l2 if held else 0.0,
            limit=limit if held else None,
        )


@functools.lru_cache(maxsize=4096)
def _kinds(
    block: Block, inputs: tuple[Signal, ...], initializer: Initializer, behind: str
) -> tuple[tuple[str, int, Start | None], ...]:
    """The parameters of a block: name, axes, and how it starts."""
    with torch.device("meta"), NothingDrawn(), torch.no_grad():
        module = block.build(*inputs)
    started = {start.name: start for start in starts(module, initializer, behind)}
    return tuple((name, values.dim(), started.get(name)) for name, values in module.named_parameters())
