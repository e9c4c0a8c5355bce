"""Whether a wire fits. Pure: a checked graph in, a verdict out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from playground.blocks.base import Block, Fix
from playground.blocks.signal import Signal
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.graph import Edge, Graph
from playground.editing.geometry import PortRef
from playground.editing.levels import Level, computed_source
from playground.network.check import Output, Report, check, infer


class Checked(Protocol):
    """A graph with its report: the open document, or any stand-in."""

    @property
    def graph(self) -> Graph:
        """The graph on the canvas."""

    @property
    def report(self) -> Report:
        """What the check says of it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a wire fits; where it does not, one sentence says why."""

    ok: bool
    sentence: str = ""
    fixes: tuple[Fix, ...] = ()
    wrong_shape: bool = False
    """The wire could be laid, but the block at its end could not work with what arrives."""


GOOD = Verdict(True)


def edge_between(first: PortRef, second: PortRef) -> Edge | None:
    """The wire between two ports, whichever way it was pulled; None for two inputs or two outputs."""
    if first.side == second.side:
        return None
    source, target = (first, second) if first.side == "output" else (second, first)
    return Edge(source=source.node, source_port=source.name, target=target.node, target_port=target.name)


def edges_between(level: Level, first: PortRef, second: PortRef) -> tuple[Edge, ...]:
    """The wires of the document that lie between two drawn ports: at a closed group there may be several."""
    if first.side == second.side:
        return ()
    pairs = ((one, other) for one in level.ports_at(first) for other in level.ports_at(second))
    return tuple(edge for one, other in pairs if (edge := edge_between(one, other)) is not None)


def all_fit(document: Checked, edges: Sequence[Edge]) -> Verdict:
    """Whether all these wires could be laid; the first that cannot says why."""
    verdicts = (fits(document, edge) for edge in edges)
    return next((verdict for verdict in verdicts if not verdict.ok), GOOD if edges else Verdict(False))


def takes_many(graph: Graph, node: str, port: str) -> bool:
    """Whether the input port takes any number of wires."""
    declaration = CATALOGUE.get(graph.node(node).block)
    return declaration is not None and any(item.many for item in declaration.inputs if item.name == port)


def fits(document: Checked, edge: Edge) -> Verdict:
    """Whether the wire could be laid: no circle, and the block at its end takes what arrives.

    What cannot be known yet, because other inputs are still open, counts as fitting.
    """
    graph, report = document.graph, document.report
    if edge.source == edge.target:
        return Verdict(False, "A block cannot feed itself.")
    if edits.would_cycle(graph, edge.source, edge.target):
        return Verdict(False, "The wire would close a circle; a network must run one way.")
    block = report.blocks.get(edge.target)
    if block is None or _source(graph, edge) not in report.signals:
        return GOOD
    many = takes_many(graph, edge.target, edge.target_port)
    wires = [old for old in graph.into(edge.target) if not edits.gives_way(old, edge, many=many)]
    arriving = _arriving(graph, [*wires, edge], block, report)
    if arriving is None:
        return GOOD
    result = infer(block, arriving)
    return Verdict(False, result.error, result.fixes, wrong_shape=True) if result.error else GOOD


def _source(graph: Graph, edge: Edge) -> Output:
    """The output that feeds the wire; of a repeated group that of its last copy."""
    return computed_source(graph, edge.key), edge.source_port


def _arriving(graph: Graph, wires: Sequence[Edge], block: Block, report: Report) -> tuple[Signal, ...] | None:
    """The signals that these wires bring to a block, in port order; None while something is missing."""
    found: list[Signal] = []
    for port in block.inputs:
        sources = [_source(graph, edge) for edge in wires if edge.target_port == port.name]
        fewest = 0 if port.optional else 2 if port.many else 1
        if len(sources) < fewest or any(source not in report.signals for source in sources):
            return None
        found.extend(report.signals[source] for source in sources)
    return tuple(found)


def remedies(graph: Graph, edge: Edge) -> tuple[Fix, ...]:
    """The fixes offered at the end of a wire, once it is laid."""
    wired = edits.connect(graph, edge, many=takes_many(graph, edge.target, edge.target_port))
    return tuple(fix for problem in check(wired).problems if problem.node == edge.target for fix in problem.fixes)
