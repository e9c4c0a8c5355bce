"""“The same weights as …”: which blocks may lend theirs to a block, why others cannot, and the edit itself."""

from __future__ import annotations

from dataclasses import dataclass

from playground.document import edits
from playground.document.graph import Graph
from playground.editing.document import Document
from playground.network.check import Report, infer
from playground.network.naming import titles
from playground.network.sharing import Shapes, match, owner_of


@dataclass(frozen=True, slots=True)
class Lender:
    """A block whose weights another one might use."""

    node: str
    title: str
    reason: str = ""
    """Why they do not fit, in a sentence; empty where they do."""


def weight_shapes(report: Report, name: str) -> Shapes:
    """The shapes of what a block has as weights, by their short names; empty while it does not work."""
    if name not in report.inputs:
        return {}
    return infer(report.blocks[name], tuple(report.signals[source] for source in report.inputs[name])).shapes


def lenders(graph: Graph, report: Report, name: str) -> tuple[Lender, ...]:
    """All other blocks with weights of their own, those that fit first; empty for a block without weights.

    `report` is that of the graph. Blocks that use another one's weights are not listed: the one that has them is.
    """
    own = weight_shapes(report, name)
    if not own:
        return ()
    known = titles(graph)
    found: list[Lender] = []
    for node in graph.nodes:
        shapes = weight_shapes(report, node.id)
        if node.id == name or node.weights_of is not None or not shapes:
            continue
        reason = match(own, shapes).reason or _circle(graph, name, node.id, report)
        found.append(Lender(node.id, known[node.id], f"{reason[0].upper()}{reason[1:]}." if reason else ""))
    return tuple(sorted(found, key=lambda lender: bool(lender.reason)))


def _circle(graph: Graph, name: str, owner: str, report: Report) -> str:
    """Why those who use the weights of `name` could not use those of `owner` in their place."""
    for node in graph.nodes:
        if node.weights_of == name and node.id != owner:
            reason = match(weight_shapes(report, node.id), weight_shapes(report, owner)).reason
            if reason:
                return f"{titles(graph)[node.id]}, which uses the weights of this block, could not use them: {reason}"
    return ""


def with_weights_of(graph: Graph, name: str, owner: str | None) -> Graph:
    """The graph in which a block uses the weights of another, or, with None, has its own again.

    Who used the weights of the block goes along with it. Raises KeyError for a block that is not there and ValueError
    for a block that would use its own.
    """
    node = graph.node(name)
    if owner is None:
        return edits.replace_node(graph, node.replace(weights_of=None))
    owner = owner_of(graph, owner)
    if owner == name:
        raise ValueError("a block cannot borrow its own weights")
    nodes = (
        one.replace(weights_of=owner) if one.id == name or one.weights_of == name else one for one in graph.nodes
    )
    return graph.replace(nodes=tuple(nodes))


def use_weights_of(document: Document, name: str, owner: str | None) -> None:
    """Let a block use the weights of another, or have its own again; one undo step."""
    known = titles(document.graph)
    if owner is None:
        text = f"Give {known[name]} weights of its own"
    else:
        text = f"Use the weights of {known[owner]} in {known[name]}"
    document.edit_graph(text, with_weights_of(document.graph, name, owner))
