"""The unrolled graph as a tree of scopes: the network, and in it the copies of groups that become classes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import cast

from playground.document.copies import drawn, origin
from playground.document.graph import Graph, Group
from playground.network.check import Report
from playground.network.remedies import Output

Key = tuple[str, tuple[int, ...]]
"""A group, and in which copy of each group around it it stands."""


@dataclass(eq=False)
class Scope:
    """The network, or one copy of a group."""

    group: Group | None = None
    nodes: list[str] = field(default_factory=list)
    """Ids in the unrolled graph of what lies directly in it."""
    chains: dict[Key, Chain] = field(default_factory=dict)

    def every_node(self) -> Iterator[str]:
        """All that lies in it, at any depth."""
        yield from self.nodes
        for chain in self.chains.values():
            yield from chain.every_node()

    def scopes(self) -> Iterator[Scope]:
        """All scopes in it, at any depth, the inner ones first."""
        for chain in self.chains.values():
            for copy in chain.copies:
                yield from copy.scopes()
                yield copy


@dataclass(eq=False)
class Chain:
    """The copies of a group, one after the other."""

    group: Group
    copies: list[Scope] = field(default_factory=list)

    def every_node(self) -> Iterator[str]:
        """All that lies in the copies."""
        for copy in self.copies:
            yield from copy.every_node()


Item = str | Chain
"""What stands in a scope: a node, by its id, or a group."""


def tree_of(graph: Graph, report: Report, nodes: Collection[str], classes: Collection[str]) -> Scope:
    """These nodes of the unrolled graph, in the scopes of the groups that are classes."""
    root = Scope()
    known: dict[Key, Scope] = {}
    for name in report.order:
        if name not in nodes:
            continue
        scope, around = root, cast(tuple[int, ...], ())
        drawn, copies = origin(name)
        later = dict(copies)
        for group in _around(graph, drawn):
            number = later.get(group.id, 1)
            if group.id in classes:
                scope = _copy(scope, group, around, number, known)
            around = (*around, number)
        scope.nodes.append(name)
    return root


def _copy(outer: Scope, group: Group, around: tuple[int, ...], number: int, known: dict[Key, Scope]) -> Scope:
    key: Key = group.id, (*around, number)
    if key not in known:
        known[key] = Scope(group)
        outer.chains.setdefault((group.id, around), Chain(group)).copies.append(known[key])
    return known[key]


def _around(graph: Graph, drawn: str) -> tuple[Group, ...]:
    """The groups in which a drawn node lies, outermost first."""
    home = graph.homes.get(drawn)
    return (*graph.enclosing(home), graph.group(home)) if home is not None else ()


class Circle(Exception):
    """A group cannot be one class, as something outside stands between its parts; `groups` are those in question."""

    def __init__(self, groups: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(groups)))
        self.groups = groups


def ordered(scope: Scope, report: Report, *, as_drawn: bool) -> list[Item]:
    """What stands in a scope so that each comes after what it needs: one branch after the other, or, where random
    numbers are drawn in several places, as the network itself runs. Raises Circle."""
    items: list[Item] = [*scope.nodes, *scope.chains.values()]
    maker = {node: number for number, item in enumerate(items) for node in nodes_of(item)}
    needs = [
        {maker[source] for node in nodes_of(item) for source, _ in report.inputs[node] if source in maker} - {number}
        for number, item in enumerate(items)
    ]
    place = {name: number for number, name in enumerate(report.order)}
    first = [min(place[node] for node in nodes_of(item)) for item in items]
    followers: dict[int, list[int]] = {}
    for number, needed in enumerate(needs):
        for source in needed:
            followers.setdefault(source, []).append(number)
    waiting = [len(needed) for needed in needs]
    found: list[int] = []
    ready = sorted((number for number, count in enumerate(waiting) if not count), key=lambda number: -first[number])
    while ready:
        found.append(ready.pop())
        fresh = []
        for number in followers.get(found[-1], ()):
            waiting[number] -= 1
            if not waiting[number]:
                fresh.append(number)
        ready.extend(sorted(fresh, key=lambda number: -first[number]))
        if as_drawn:
            ready.sort(key=lambda number: -first[number])
    if len(found) < len(items):
        stuck = [item for number, item in enumerate(items) if waiting[number]]
        raise Circle(frozenset(item.group.id for item in stuck if isinstance(item, Chain)))
    return [items[number] for number in found]


def nodes_of(item: Item) -> tuple[str, ...]:
    """All nodes of an item."""
    return (item,) if isinstance(item, str) else tuple(item.every_node())


def entering(nodes: Collection[str], report: Report) -> tuple[Output, ...]:
    """Outputs outside that feed these nodes, each once, in the order in which the nodes take them."""
    inside = frozenset(nodes)
    place = {name: number for number, name in enumerate(report.order)}
    in_order = sorted(inside, key=lambda node: (place[drawn(node)], node))
    return tuple(
        dict.fromkeys(source for node in in_order for source in report.inputs[node] if source[0] not in inside)
    )
