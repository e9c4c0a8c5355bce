"""Groups that are repeated, written out: every copy with nodes and wires of its own.

The graph on the canvas and in files is *drawn* once, however often a group is repeated. What computes works on the
graph *unrolled*: copy 1 keeps the ids of the drawn nodes, so that a change of the number keeps what they have learned;
later copies have ids such as `stage/3/conv-1`, in nested groups `outer/3/inner/2/conv-1`, which no file can hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from playground.document.graph import MOST_EDGES, MOST_NODES, Edge, Graph, Group, Node


class Origin(NamedTuple):
    """Which drawn node an id of the unrolled graph stands for."""

    drawn: str
    copies: tuple[tuple[str, int], ...] = ()
    """Groups of which it lies in a later copy, outermost first, with the number of the copy, from 2."""


class Size(NamedTuple):
    """How large a graph is with all its copies."""

    nodes: int
    edges: int

    @property
    def allowed(self) -> bool:
        """Whether it is small enough to be written out."""
        return self.nodes <= MOST_NODES and self.edges <= MOST_EDGES


def origin(name: str) -> Origin:
    """The drawn node of an id, and in which copies of its groups it lies."""
    *path, drawn = name.split("/")
    return Origin(drawn, tuple((path[at], int(path[at + 1])) for at in range(0, len(path), 2)))


def drawn(name: str) -> str:
    """The drawn node of an id."""
    return name.rpartition("/")[2]


def copy_words(graph: Graph, name: str) -> str:
    """“Residual block, copy 7 of 16” for an id of a later copy; of nested groups all; empty for a drawn node."""
    parts = []
    for identifier, number in origin(name).copies:
        group = graph.groups_by_id.get(identifier)
        if group is not None:
            parts.append(f"{group.title or 'Group'}, copy {number} of {group.repeat}")
    return ", ".join(parts)


def copies_of(graph: Graph, name: str) -> tuple[str, ...]:
    """The ids of a drawn node in the unrolled graph, the drawn one first."""
    return _by_drawn(graph).get(name, ())


def _by_drawn(graph: Graph) -> dict[str, tuple[str, ...]]:
    known: dict[str, tuple[str, ...]] | None = graph.remembered.get("copies")
    if known is None:
        found: dict[str, list[str]] = {}
        for node in unrolled(graph).nodes:
            found.setdefault(drawn(node.id), []).append(node.id)
        known = graph.remembered["copies"] = {name: tuple(names) for name, names in found.items()}
    return known


def unrolled_size(graph: Graph) -> Size:
    """Nodes and wires of the unrolled graph, counted without making it."""
    times = {group.id: math.prod(one.repeat for one in (*graph.enclosing(group.id), group)) for group in graph.groups}
    homes = graph.homes

    def count(node: str) -> int:
        return times[homes[node]] if node in homes else 1

    return Size(sum(count(node.id) for node in graph.nodes), sum(count(edge.target) for edge in graph.edges))


def unrolled(graph: Graph) -> Graph:
    """The graph with every copy written out, in which no group is repeated; the same object where none is.

    Copies stand in series: as many inputs of a copy as the group has outputs that are used outside, in the order of
    the inner nodes, come from the outputs of the copy before; other inputs are fed to all copies alike; what uses the
    group's outputs uses those of the last copy. All copies of a group that is `shared` use the weights of the first.
    Of a graph that would be larger than a file may be, every group counts once (see `unrolled_size`).
    """
    known: Graph | None = graph.remembered.get("unrolled")
    if known is None:
        known = graph.remembered["unrolled"] = _unrolled(graph)
    return known


def _unrolled(graph: Graph) -> Graph:
    repeated = [group for group in graph.groups if group.repeat > 1 and graph.members(group.id)]
    if not repeated:
        return graph
    if not unrolled_size(graph).allowed:
        return graph.replace(groups=tuple(group.replace(repeat=1) for group in graph.groups))
    writing = _Writing(graph)
    for group in sorted(repeated, key=lambda group: -len(graph.enclosing(group.id))):  # inner groups first
        writing.repeat(group)
    return writing.graph()


Output = tuple[str, str]
"""A node id and the name of one of its output ports."""
Wires = Mapping[str, Sequence[Edge]]
"""The wires at each node that has any."""


@dataclass(frozen=True, slots=True)
class Ends:
    """What the wires across the border of a group connect."""

    inputs: tuple[Output, ...]
    """Outputs outside that feed something inside, each once, in the order of the inner nodes they feed."""
    outputs: tuple[Output, ...]
    """Outputs inside that are used outside, in the order of their nodes."""


def border(graph: Graph, identifier: str) -> Ends:
    """What goes into a group and what comes out, in the order in which its nodes compute."""
    return _border(graph.members(identifier), graph.wires_in, graph.wires_out)


def _border(members: Iterable[str], into: Wires, out: Wires) -> Ends:
    inside = _order_inside(members, into, out)
    inputs: dict[Output, None] = {}
    outputs: dict[Output, None] = {}
    for name in inside:
        for edge in into.get(name, ()):
            if edge.source not in inside:
                inputs[edge.source, edge.source_port] = None
        for edge in out.get(name, ()):
            if edge.target not in inside:
                outputs[name, edge.source_port] = None
    return Ends(tuple(inputs), tuple(outputs))


def _order_inside(members: Iterable[str], into: Wires, out: Wires) -> dict[str, None]:
    """Nodes in the order in which they compute, looking at the wires between them alone; file order among equals."""
    waiting = dict.fromkeys(members, 0)
    for name in waiting:
        waiting[name] = sum(edge.source in waiting for edge in into.get(name, ()))
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:
        for edge in out.get(name, ()):
            if edge.target in waiting:
                waiting[edge.target] -= 1
                if waiting[edge.target] == 0:
                    ready.append(edge.target)
    return dict.fromkeys((*ready, *waiting))  # nodes of a circle last


class _Writing:
    """A graph while its groups are written out, inner ones first. What a group costs is what its copies take."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes = dict(graph.by_id)
        self._after: dict[str, list[str]] = {}
        """The copies that stand behind a drawn node."""
        self._into = {name: list(edges) for name, edges in graph.wires_in.items()}
        self._out = {name: list(edges) for name, edges in graph.wires_out.items()}

    def graph(self) -> Graph:
        """The graph with all copies; wires in the order of the nodes that they lead to."""
        names = [name for node in self._graph.nodes for name in (node.id, *self._after.get(node.id, ()))]
        homes: dict[str, list[str]] = {group.id: [] for group in self._graph.groups}
        for name in names:
            home = self._graph.homes.get(drawn(name))
            if home is not None:
                homes[home].append(name)
        return Graph.model_construct(
            nodes=tuple(self._nodes[name] for name in names),
            edges=tuple(edge for name in names for edge in self._into.get(name, ())),
            groups=tuple(group.replace(repeat=1, nodes=tuple(homes[group.id])) for group in self._graph.groups),
            notes=self._graph.notes,
        )

    def repeat(self, group: Group) -> None:
        """Write out one group, whose inner groups are written out already."""
        originals = self._graph.members(group.id)
        members = [name for one in originals for name in (one, *self._after.get(one, ()))]
        inside = frozenset(members)
        ends = _border(members, self._into, self._out)
        chain = dict(zip(ends.inputs, ends.outputs, strict=False))
        self._lead_on(members, inside, group)
        behind = self._after.setdefault(originals[-1], [])
        for number in range(2, group.repeat + 1):
            for name in members:
                copy = _copy(self._nodes[name], group, number, inside)
                self._nodes[copy.id] = copy
                behind.append(copy.id)
                if name in self._into:
                    wires = [_wire(edge, group, number, inside, chain) for edge in self._into[name]]
                    self._into[copy.id] = wires
                    for wire in wires:
                        self._out.setdefault(wire.source, []).append(wire)

    def _lead_on(self, members: Iterable[str], inside: frozenset[str], group: Group) -> None:
        """Let what used the outputs of the group use those of its last copy."""
        for name in members:
            leaving = {edge.target for edge in self._out.get(name, ()) if edge.target not in inside}
            if not leaving:
                continue
            last = f"{group.id}/{group.repeat}/{name}"
            self._out[name] = [edge for edge in self._out[name] if edge.target in inside]
            for target in sorted(leaving):
                wires = self._into[target]
                self._into[target] = [e.replace(source=last) if e.source == name else e for e in wires]
                self._out.setdefault(last, []).extend(e for e in self._into[target] if e.source == last)


def _copy(node: Node, group: Group, number: int, inside: frozenset[str]) -> Node:
    owner = node.weights_of
    if group.shared:
        owner = owner or node.id
    elif owner in inside:
        owner = f"{group.id}/{number}/{owner}"
    return node.replace(id=f"{group.id}/{number}/{node.id}", weights_of=owner)


def _wire(edge: Edge, group: Group, number: int, inside: frozenset[str], chain: Mapping[Output, Output]) -> Edge:
    """A wire to a node of the group as it runs in a later copy."""
    source, port = edge.source, edge.source_port
    before = chain.get((source, port))
    if source in inside:
        source = f"{group.id}/{number}/{source}"
    elif before is not None:
        source, port = before if number == 2 else (f"{group.id}/{number - 1}/{before[0]}", before[1])
    return edge.replace(source=source, source_port=port, target=f"{group.id}/{number}/{edge.target}")


def same_structure(before: Graph, after: Graph) -> bool:
    """Whether blocks, parameters, wires, copies and shared weights are the same; positions and notes do not matter."""
    before, after = unrolled(before), unrolled(after)
    if before is after:
        return True
    if before.edges != after.edges or len(before.nodes) != len(after.nodes):
        return False
    return all(old is new or _alike(old, new) for old, new in zip(before.nodes, after.nodes, strict=True))


def _alike(old: Node, new: Node) -> bool:
    return (old.id, old.block, old.weights_of) == (new.id, new.block, new.weights_of) and (
        old.parameters == new.parameters
    )
