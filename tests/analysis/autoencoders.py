"""Small autoencoders, and a network with two heads, for the tests of the analyses."""

from __future__ import annotations

import itertools
from typing import Any

from playground.document.graph import Edge, Graph, Node


def dense(name: str, units: int, activation: str = "tanh") -> Node:
    return Node(id=name, block="dense", parameters={"units": units, "activation": activation})


def wired(nodes: list[Node], further: list[Edge], source: tuple[str, str]) -> Graph:
    """The nodes in a chain behind a data port, and further wires."""
    edges = [Edge(source=source[0], source_port=source[1], target=nodes[1].id)]
    for one, other in itertools.pairwise(nodes[1:]):
        port = "prediction" if other.id == "loss" else "input"
        edges.append(Edge(source=one.id, target=other.id, target_port=port))
    return Graph(nodes=tuple(nodes), edges=(*edges, *further))


def autoencoder(
    code: int = 2, loss: str = "mean-squared-error", last: str = "sigmoid", flat_target: bool = False, **data: Any
) -> Graph:
    """Digits of 8 × 8 pixels through a code; the target is the picture, or its flat pixels."""
    nodes = [
        Node(id="data", block="digits", parameters={"examples": 200, **data}),
        Node(id="flatten", block="flatten"),
        dense("encoder", 12),
        Node(id="code", block="dense", title="Code", parameters={"units": code, "activation": "identity"}),
        dense("decoder", 12),
        dense("pixels", 64, last),
    ]
    if not flat_target:
        nodes.append(Node(id="picture", block="reshape", parameters={"shape": "1 x 8 x 8"}))
    nodes.append(Node(id="loss", block=loss))
    source, port = ("flatten", "output") if flat_target else ("data", "features")
    target = Edge(source=source, source_port=port, target="loss", target_port="target")
    return wired(nodes, [target], ("data", "features"))


def bottleneck(units: int = 2, data: str = "iris") -> Graph:
    """A classifier of a table that goes through a few numbers."""
    nodes = [Node(id="data", block=data), dense("wide", 6), dense("narrow", units), dense("answer", 3, "identity")]
    nodes.append(Node(id="loss", block="cross-entropy"))
    target = Edge(source="data", source_port="target", target="loss", target_port="target")
    return wired(nodes, [target], ("data", "features"))


def two_heads(labels: str = "index", **data: Any) -> Graph:
    """Which digit, and is it odd: the second target is made of the first."""
    binary = labels == "zero-one"
    nodes = (
        Node(id="data", block="digits", parameters={"examples": 200, **data}),
        Node(id="flatten", block="flatten"),
        dense("trunk", 12),
        dense("digit-head", 10, "identity"),
        dense("odd-head", 1 if binary else 2, "identity"),
        Node(id="groups", block="regroup-classes", parameters={"labels": labels}),
        Node(id="digit", block="cross-entropy", title="Digit"),
        Node(id="odd", block="binary-cross-entropy" if binary else "cross-entropy", parameters={"weight": 0.3}),
    )
    edges = (
        Edge(source="data", source_port="features", target="flatten"),
        Edge(source="flatten", target="trunk"),
        Edge(source="trunk", target="digit-head"),
        Edge(source="trunk", target="odd-head"),
        Edge(source="digit-head", target="digit", target_port="prediction"),
        Edge(source="data", source_port="target", target="digit", target_port="target"),
        Edge(source="data", source_port="target", target="groups"),
        Edge(source="odd-head", target="odd", target_port="prediction"),
        Edge(source="groups", target="odd", target_port="target"),
    )
    return Graph(nodes=nodes, edges=edges)
