"""Networks drawn at random, with branches, groups in groups, copies and shared weights, as code."""

from __future__ import annotations

import random

import pytest

from playground.document.graph import Edge, Graph, Group, Node
from playground.network.check import check
from tests.code.running import compared

KINDS = ("dense", "dense", "dense", "relu", "identity", "layer-norm", "batch-norm", "prelu", "add", "add", "multiply")
WIDTH = 6


def drawn(seed: int) -> Graph:
    """Vectors of six numbers through blocks that keep the width, each fed by one or two of those before."""
    luck = random.Random(seed)
    nodes = [Node(id="data", block="digits"), Node(id="flat", block="flatten"),
             Node(id="first", block="dense", parameters={"units": WIDTH})]  # fmt: skip
    edges = [Edge(source="data", source_port="features", target="flat"), Edge(source="flat", target="first")]
    for number in range(luck.randint(4, 12)):
        kind = luck.choice(KINDS)
        node = Node(id=f"{kind}-{number}", block=kind, parameters={"units": WIDTH} if kind == "dense" else {})
        earlier = [other.id for other in nodes[2:]][-4:]
        for source in luck.sample(earlier, min(len(earlier), 2 if kind in ("add", "multiply") else 1)):
            edges.append(Edge(source=source, target=node.id))
        owners = [other.id for other in nodes[3:] if other.block == "dense" and other.weights_of is None]
        if kind == "dense" and owners and luck.random() < 0.2:
            node = node.replace(weights_of=luck.choice(owners))
        nodes.append(node)
    loose = [node.id for node in nodes[2:] if not any(edge.source == node.id for edge in edges)]
    nodes += [Node(id="all", block="add"), Node(id="scores", block="dense", parameters={"units": 10}),
              Node(id="loss", block="cross-entropy")]  # fmt: skip
    edges += [Edge(source=name, target="all") for name in loose]
    edges += [Edge(source="all", target="scores"), Edge(source="scores", target="loss", target_port="prediction"),
              Edge(source="data", source_port="target", target="loss", target_port="target")]  # fmt: skip
    inner = [node.id for node in nodes[3:-3]]
    return Graph(nodes=tuple(nodes), edges=tuple(edges), groups=tuple(_groups(luck, inner)))


def _groups(luck: random.Random, names: list[str]) -> list[Group]:
    """One or two groups side by side, perhaps with one inside."""
    middle = luck.randint(1, len(names) - 1)
    found: list[Group] = []
    for number, part in enumerate((names[:middle], names[middle:])):
        if luck.random() < 0.3:
            continue
        own, home = part, f"group-{number}"
        if len(part) > 2 and luck.random() < 0.6:
            cut = luck.randint(1, len(part) - 1)
            own = part[:cut]
            found.append(Group(id=f"inner-{number}", nodes=tuple(part[cut:]), inside=home, repeat=luck.randint(1, 3),
                               shared=luck.random() < 0.3))  # fmt: skip
        found.append(Group(id=home, nodes=tuple(own), repeat=luck.randint(1, 3), shared=luck.random() < 0.3))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_drawn_is_written_as_it_computes(seed: int) -> None:
    graph = drawn(seed)
    if check(graph).ok:
        compared(graph)
