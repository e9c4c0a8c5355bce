"""Weights used twice: which parameters of a node are those of another, and what to say where they do not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playground.blocks.base import Fix
from playground.document.copies import drawn, origin
from playground.document.graph import Graph, Node
from playground.network.report import Problem

Shapes = Mapping[str, tuple[int, ...]]
"""The shapes of the parameters of one node, by their short names such as `weight`."""


@dataclass(frozen=True, slots=True)
class Match:
    """What a node can take of another one's parameters."""

    names: tuple[str, ...]
    """Short names of the parameters that both have in the same shape."""
    reason: str = ""
    """Why it cannot take them, as the rest of a sentence; empty where it can."""


def owner_of(graph: Graph, name: str) -> str:
    """The node whose weights a node uses: itself, or the end of what it names. KeyError if a name is not there."""
    seen: set[str] = set()
    node = graph.node(name)
    while node.weights_of is not None and node.id not in seen:
        seen.add(node.id)
        node = graph.node(node.weights_of)
    return node.id


def match(own: Shapes, others: Shapes) -> Match:
    """Parameters of the same name and shape are shared; what the other one lacks stays the node's own.

    Embedding (V, D) and dense weights (V, D) fit so, with the bias left to the dense block.
    """
    if not own:
        return Match((), "it has no weights")
    if not others:
        return Match((), "that one has no weights")
    common = [name for name in own if name in others]
    for name in common:
        if own[name] != others[name]:
            return Match((), f"its {name} is {_words(own[name])}, and the other's is {_words(others[name])}")
    if not common:
        return Match((), f"it has {_listed(own)}, and the other {_listed(others)}")
    return Match(tuple(common))


def _words(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def _listed(names: Shapes) -> str:
    words = list(names)[:4]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shared_parameters(
    graph: Graph, shapes: Mapping[str, Shapes], titles: Callable[[], Mapping[str, str]]
) -> tuple[dict[str, str], list[Problem]]:
    """From each parameter that is another node's to that one, by full names; and what does not fit.

    `shapes` are those of the nodes of an unrolled graph that work.
    """
    shared: dict[str, str] = {}
    problems: list[Problem] = []
    for node in graph.nodes:
        if node.weights_of is None or node.id not in shapes:
            continue
        try:
            owner = owner_of(graph, node.id)
        except KeyError:
            problems.append(Problem(node.id, "The block whose weights it uses is gone.", (_own(node),)))
            continue
        if owner == node.id or owner not in shapes or _nothing_to_share(graph, node, shapes):
            continue
        found = match(shapes[node.id], shapes[owner])
        shared.update({f"{node.id}.{name}": f"{owner}.{name}" for name in found.names})
        if found.reason:
            problems.append(_refused(node, owner, found.reason, titles()))
    return shared, problems


def _nothing_to_share(graph: Graph, node: Node, shapes: Mapping[str, Shapes]) -> bool:
    """Whether it is a block without weights in a group whose copies share theirs."""
    return not shapes[node.id] and _copied(node)


def _copied(node: Node) -> bool:
    """Whether it uses the weights of the first copy of itself."""
    return node.weights_of is not None and "/" in node.id and drawn(node.id) == drawn(node.weights_of)


def _refused(node: Node, owner: str, reason: str, titles: Mapping[str, str]) -> Problem:
    if _copied(node):
        group = origin(node.id).copies[-1][0]
        fix = Fix("Give every copy weights of its own", "change", node=group, parameters={"shared": False})
        return Problem(node.id, f"It cannot use the weights of the first copy: {reason}.", (fix,))
    return Problem(node.id, f"It cannot use the weights of {titles[owner]}: {reason}.", (_own(node),))


def _own(node: Node) -> Fix:
    return Fix("Give it weights of its own", "change", node=node.id, parameters={"weights_of": None})
