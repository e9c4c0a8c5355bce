"""Every remedy that is offered does what it says: pressed, the error is gone, and what it adds has none of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from playground.blocks.registry import BLOCKS
from playground.data.registry import CATALOGUE
from playground.document.graph import Edge, Graph, Node
from playground.editing import fixes
from playground.network.check import Problem, Report, check
from tests.network.small_graphs import node

SOURCES: dict[str, tuple[Node, ...]] = {
    "vector": (node("iris", "iris"),),
    "two": (node("xor", "xor", labels="zero-one"),),
    "signed": (node("moons", "moons", labels="signed"),),
    "one-hot": (node("wine", "wine", labels="one-hot"),),
    "image": (node("mnist", "mnist"),),
    "series": (node("co2", "co2"),),
    "relative": (node("spots", "sunspots", relative=True),),
    "tokens": (node("reverse", "reverse"),),
    "padded": (node("padded", "reverse", most_padding=3),),
    "first": (node("first", "remember-first"),),
    "nodes": (node("club", "karate-club"),),
    "numbers": (node("diabetes", "diabetes"),),
    "units": (node("wide", "iris"), node("sigmoids", "dense", units=7, activation="sigmoid")),
    "softmax": (node("tall", "wine"), node("softmax", "dense", units=3, activation="softmax")),
    "log": (node("flat", "wine"), node("logs", "dense", units=2, activation="log-softmax")),
    "states": (node("months", "co2", window=6), node("states", "simple-rnn", units=4, states="all")),
    "feature maps": (node("digits", "digits"), node("maps", "conv2d", filters=2)),
}  # fmt: skip
"""What may arrive: data, and blocks in a row behind them."""
MOST_WIRES = 2


def outputs_of(nodes: tuple[Node, ...]) -> list[tuple[str, str]]:
    names = [(nodes[-1].id, port.name) for port in CATALOGUE[nodes[-1].block].outputs]
    return names[:3]


def before(nodes: tuple[Node, ...]) -> Iterator[Edge]:
    for source, target in itertools.pairwise(nodes):
        port = CATALOGUE[source.block].outputs[0].name
        yield Edge(source=source.id, source_port=port, target=target.id)


ARRIVING = [(name, output) for name, nodes in SOURCES.items() for output in outputs_of(nodes)]


def graphs_of(block: str) -> Iterator[Graph]:
    """The block with all that can arrive at its first ports; the others take turns."""
    declaration = CATALOGUE[block]
    ports = [port.name for port in declaration.inputs for _ in range(2 if port.many else 1)]
    for number, chosen in enumerate(itertools.product(ARRIVING, repeat=min(len(ports), MOST_WIRES))):
        rest = [ARRIVING[(number + place) % len(ARRIVING)] for place in range(len(ports) - len(chosen))]
        arriving = (*chosen, *rest)
        names = dict.fromkeys(name for name, _ in arriving)
        nodes = [one for name in names for one in SOURCES[name]]
        edges = [edge for name in names for edge in before(SOURCES[name])]
        edges += [
            Edge(source=source, source_port=output, target="tried", target_port=port)
            for port, (_, (source, output)) in zip(ports, arriving, strict=True)
        ]
        yield Graph(nodes=(*nodes, node("tried", block)), edges=tuple(dict.fromkeys(edges)))


def errors(report: Report) -> set[tuple[str, str]]:
    return {(problem.node, problem.message) for problem in report.errors() if problem.node}


def faults(graph: Graph, problem: Problem, known: set[tuple[str, str]]) -> list[str]:
    """What is wrong with the remedies of one problem."""
    found = []
    for fix in problem.fixes:
        if fix.action == "ask":
            continue
        try:
            cured = fixes.apply(graph, problem.node, fix)
        except (KeyError, ValueError) as error:
            found.append(f"“{fix.label}” raises {error!r}: {problem.message}")
            continue
        left = errors(check(cured))
        if (problem.node, problem.message) in left:
            found.append(f"“{fix.label}” leaves: {problem.message}")
        worse = [message for name, message in left - known if name != problem.node]
        found += [f"“{fix.label}” causes: {message} (was: {problem.message})" for message in worse]
    return found


@pytest.mark.parametrize("block", [cls.id for cls in BLOCKS if cls.inputs])
def test_a_fix_that_is_pressed_removes_its_error(block: str) -> None:
    met: set[tuple[str, str]] = set()
    wrong: list[str] = []
    for graph in graphs_of(block):
        report = check(graph)
        known = errors(report)
        for problem in report.errors():
            seen = (problem.message, ",".join(fix.label for fix in problem.fixes))
            if problem.node == "tried" and seen not in met:
                met.add(seen)
                wrong += faults(graph, problem, known)
    assert wrong == []
