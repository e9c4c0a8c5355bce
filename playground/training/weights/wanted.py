"""What a network wants weights for: the rows of the table, in the order of the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from playground.document.graph import Graph
from playground.network.flat import Layout
from playground.network.naming import titles
from playground.training.snapshot import Snapshot
from playground.training.weights.matching import Wanted
from playground.training.weights.source import Shape


def wanted_of(graph: Graph, order: Iterable[str], snapshot: Snapshot) -> tuple[Wanted, ...]:
    """The rows for the network of a snapshot; `order` is that of its nodes.

    Running statistics belong to it, counters of them do not.
    """
    buffers = {name: array.shape for name, array in snapshot.buffers.items() if array.dtype.kind == "f"}
    return rows_of(graph, order, snapshot.layout, buffers)


def rows_of(
    graph: Graph, order: Iterable[str], layout: Layout, buffers: Mapping[str, Shape]
) -> tuple[Wanted, ...]:
    """The same from the layout of the parameters and the shapes of the buffers."""
    known, blocks = titles(graph), {node.id: node.block for node in graph.nodes}
    shapes: dict[str, list[tuple[str, Shape]]] = {}
    for name, shape in (*((place.name, place.shape) for place in layout.places), *buffers.items()):
        shapes.setdefault(name.split(".", 1)[0], []).append((name, shape))
    rows: list[Wanted] = []
    for node in order:
        drawn = node.rsplit("/", 1)[-1]
        copy = f", copy {node.split('/')[1]}" if "/" in node else ""
        for name, shape in shapes.get(node, ()):
            title = f"{known.get(drawn, drawn)}{copy}, {name.split('.', 1)[1].replace('_', ' ')}"
            rows.append(Wanted(name, shape, title, blocks.get(drawn, "")))
    return tuple(rows)
