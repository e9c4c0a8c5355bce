"""Graphs for the tests, written in a line or two."""

from __future__ import annotations

from typing import Any

from playground.document.graph import Edge, Graph, Node
from playground.network.check import Problem, Report


def node(identifier: str, block: str, **parameters: Any) -> Node:
    """A node on the canvas."""
    return Node(id=identifier, block=block, parameters=parameters)


def wire(text: str) -> Edge:
    """A wire written as `data.features > layer.input`; the ports may be left out."""
    ends = [end.strip().partition(".") for end in text.split(">")]
    source, target = ends
    return Edge(
        source=source[0], source_port=source[2] or "output", target=target[0], target_port=target[2] or "input"
    )


def wired(nodes: list[Node], *wires: str) -> Graph:
    """Nodes and the wires between them."""
    return Graph(nodes=tuple(nodes), edges=tuple(map(wire, wires)))


def chain(data: Node, *blocks: Node, loss: Node) -> Graph:
    """Features through the blocks, one after the other, into the loss, and the target into it."""
    edges, last = [], f"{data.id}.features"
    for block in blocks:
        edges.append(f"{last} > {block.id}")
        last = block.id
    edges += [f"{last} > {loss.id}.prediction", f"{data.id}.target > {loss.id}.target"]
    return wired([data, *blocks, loss], *edges)


def multilayer(data: Node, *layers: tuple[int, str], loss: str) -> Graph:
    """Dense layers of (units, activation) on the data; images are flattened first."""
    flat = [node("flat", "flatten")] if data.block in ("mnist", "digits") else []
    dense = [
        node(f"layer-{number}", "dense", units=units, activation=activation)
        for number, (units, activation) in enumerate(layers, 1)
    ]
    return chain(data, *flat, *dense, loss=node("loss", loss))


def error_at(report: Report, identifier: str) -> Problem:
    """The one error of a node."""
    (problem,) = [problem for problem in report.errors() if problem.node == identifier]
    return problem
