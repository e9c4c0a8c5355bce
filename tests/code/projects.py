"""Small projects to write as code."""

import itertools
from typing import Any

from playground.document.graph import Edge, Graph, Node, NodeTraining


def chain(
    *blocks: tuple[str, dict[str, Any]], data: str = "circles", loss: str = "cross-entropy", groups=(),
    training: dict[str, NodeTraining] | None = None, twins: dict[str, str] | None = None, **parameters,
) -> Graph:  # fmt: skip
    """Data, these blocks one after the other, and a loss. Blocks are called by their ids and a number."""
    counts: dict[str, Any] = {}
    names = [f"{block}-{next(counts.setdefault(block, itertools.count(1)))}" for block, _ in blocks]
    nodes = [
        Node(id=name, block=block, parameters=more, training=(training or {}).get(name, NodeTraining()),
             weights_of=(twins or {}).get(name))
        for name, (block, more) in zip(names, blocks, strict=True)
    ]  # fmt: skip
    path = [("data", "features"), *((name, "output") for name in names)]
    edges = [Edge(source=node, source_port=port, target=name)
             for (node, port), name in zip(path, names, strict=False)]  # fmt: skip
    edges += [
        Edge(source=names[-1], target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    ]
    ends = [Node(id="data", block=data, parameters={"examples": 60, **parameters}), Node(id="loss", block=loss)]
    return Graph(nodes=(*ends, *nodes), edges=tuple(edges), groups=tuple(groups))


def dense(units: int, activation: str = "identity", **more: Any) -> tuple[str, dict[str, Any]]:
    return "dense", {"units": units, "activation": activation, **more}
