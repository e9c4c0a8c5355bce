"""Whatever a person draws, the check answers with sentences: random blocks of all families, wired at random."""

from __future__ import annotations

import random

import pytest

from playground.blocks.measure import Measure
from playground.data.registry import CATALOGUE
from playground.document.graph import Edge, Graph, Node
from playground.editing import fixes
from playground.network.check import Report, check
from playground.network.compiled import Network

GRAPHS = 80


def drawn(seed: int, blocks: list[str]) -> Graph:
    """A few nodes in a row with wires from earlier to later ones, fitting or not."""
    luck = random.Random(seed)
    data = [name for name in blocks if CATALOGUE[name].family == "data"]
    chosen = [luck.choice(data), *(luck.choice(blocks) for _ in range(luck.randint(1, 6)))]
    nodes = tuple(Node(id=f"n{number}", block=block) for number, block in enumerate(chosen))
    edges: list[Edge] = []
    for number, node in enumerate(nodes):
        earlier = [other for other in nodes[:number] if CATALOGUE[other.block].outputs]
        for port in CATALOGUE[node.block].inputs:
            if earlier and luck.random() < 0.9:
                source = luck.choice(earlier[-2:])
                output = luck.choice(CATALOGUE[source.block].outputs)
                edges.append(
                    Edge(source=source.id, source_port=output.name, target=node.id, target_port=port.name)
                )
    return Graph(nodes=nodes, edges=tuple(edges))


def spoken(report: Report) -> None:
    for problem in report.problems:
        assert problem.message.endswith((".", "?", "…")), problem.message
        assert "Traceback" not in problem.message and len(problem.message) < 600


@pytest.mark.parametrize("half", range(4))
def test_the_check_never_raises_and_every_fix_can_be_carried_out(half: int) -> None:
    # Datasets that read files of a person's own have none here.
    blocks = [name for name in CATALOGUE if not name.startswith("own-")]
    for seed in range(half * GRAPHS, (half + 1) * GRAPHS):
        graph = drawn(seed, blocks)
        report = check(graph)
        spoken(report)
        for problem in report.problems:
            for fix in problem.fixes:
                try:
                    cured = fixes.apply(graph, problem.node, fix)
                except (KeyError, ValueError):
                    continue  # the fix asks for something that only a window can give
                spoken(check(cured))
        if report.ok:
            assert all(step.node in report.order for step in Network(report).steps)


def test_every_family_offers_at_least_one_block() -> None:
    families = {cls.family for cls in CATALOGUE.values()}
    assert families >= {
        "data", "dense", "activation", "convolution", "recurrent", "attention", "graph", "merge", "normalization",
        "estimator", "loss", "measure",
    }  # fmt: skip
    assert all(not cls.outputs for cls in CATALOGUE.values() if issubclass(cls, Measure))
