"""What is known of a graph once it is checked: signals, counts, and everything wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from playground.blocks.base import Block, Fix
from playground.blocks.estimator import Estimator
from playground.blocks.loss import Loss
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.document.graph import Graph
from playground.network.remedies import Output


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong on the canvas. An error forbids training; a warning only advises."""

    node: str
    """Id of the node it sits on; empty when it concerns the whole graph."""
    message: str
    fixes: tuple[Fix, ...] = ()
    port: str = ""
    severity: Literal["error", "warning"] = "error"


class Comparison(NamedTuple):
    """A prediction and the target that it should have been."""

    node: str
    judge: Loss | Estimator
    prediction: Output
    target: Output


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a graph: blocks, signals on the wires, parameter counts, and everything wrong with it.

    It speaks of the unrolled graph (`playground.document.copies`): every copy of a repeated group has its own entries,
    copy 1 under the ids of the drawn nodes. Problems alone sit on drawn nodes, each told once.
    """

    order: tuple[str, ...]
    blocks: Mapping[str, Block]
    inputs: Mapping[str, tuple[Output, ...]]
    """For each node that works, where its inputs come from, one per wire in port order."""
    signals: Mapping[Output, Signal]
    parameters: Mapping[str, int]
    """How many parameters of its own each node has: what it shares counts where it belongs to."""
    problems: tuple[Problem, ...] = field(default=())
    graph: Graph = field(default_factory=Graph)
    """The unrolled graph, as far as it means something for the network: blocks, parameters, wires and copies."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """Parameters that are those of another node, by their full names: `dense-2.weight` to `dense-1.weight`."""

    @property
    def ok(self) -> bool:
        """Whether the graph can be trained."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def total_parameters(self) -> int:
        """Trainable and frozen parameters of all nodes."""
        return sum(self.parameters.values())

    def but(self, *problems: Problem) -> Report:
        """The report with further problems."""
        return replace(self, problems=(*self.problems, *problems))

    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid training."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def data_nodes(self) -> tuple[str, ...]:
        """Ids of the data blocks, in order."""
        return tuple(name for name in self.order if isinstance(self.blocks.get(name), Dataset))

    def estimator_nodes(self) -> tuple[str, ...]:
        """Ids of the blocks that learn without a gradient and have all their inputs, in order."""
        return tuple(
            name for name in self.order if isinstance(self.blocks.get(name), Estimator) and name in self.inputs
        )

    def comparisons(self) -> tuple[Comparison, ...]:
        """What is compared with what: by every loss, and by every estimator that is told the answers; in order."""
        found: list[Comparison] = []
        for name in self.order:
            block = self.blocks.get(name)
            if name not in self.inputs:
                continue
            if isinstance(block, Loss) and block.inputs:
                prediction, target = self.inputs[name][:2]
                found.append(Comparison(name, block, prediction, target))
            elif isinstance(block, Estimator) and "target" in block.learns_from:
                place = [port.name for port in block.inputs].index("target")
                found.append(Comparison(name, block, (name, block.outputs[0].name), self.inputs[name][place]))
        return tuple(found)

    def followed(self, name: str) -> tuple[Output, ...]:
        """The inputs of a node from which its output follows, without those that it only learns from."""
        block, sources = self.blocks[name], self.inputs.get(name, ())
        if not block.learns_from or not sources:
            return sources
        ports = [port.name for port in block.inputs]
        return tuple(source for port, source in zip(ports, sources, strict=True) if port not in block.learns_from)

    def revealing(self, *words: Reveal) -> tuple[str, ...]:
        """Ids of the nodes that have all their inputs and whose blocks reveal all these, in order."""
        return tuple(name for name in self.inputs if self.blocks[name].reveals.issuperset(words))

    def loss_nodes(self) -> tuple[str, ...]:
        """Ids of the loss blocks that have all their inputs, in order."""
        return tuple(
            name for name in self.order if isinstance(self.blocks.get(name), Loss) and name in self.inputs
        )
