"""What of a graph is drawn: closed groups are one card each, and of an entered group only its inside is seen. Pure.

The document knows blocks and wires alone. Here follows from them which cards stand on the canvas, which ports a closed
group has, and which drawn wire stands for which wires of the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.data.registry import CATALOGUE
from playground.document.edits import place_of_group
from playground.document.graph import Edge, EdgeKey, Graph, Group, Node, Note
from playground.editing.geometry import PortRef, Side

INPUT_STUB, OUTPUT_STUB = ":in:", ":out:"
"""How the names of stubs begin; no name in a document does."""
STAND_IN = "group"
"""What stands for the block where a closed group is laid out like one."""


@dataclass(frozen=True, slots=True)
class GroupPort:
    """A port of a closed group, or the stub of one that is seen from inside."""

    name: str
    ends: tuple[PortRef, ...]
    """The ports of blocks inside that it stands for."""
    outside: tuple[PortRef, ...] = ()
    """For an input the output that feeds it, if any; for an output all inputs that it feeds."""

    @property
    def end(self) -> PortRef:
        """The first port inside."""
        return self.ends[0]


@dataclass(frozen=True, slots=True)
class ClosedGroup:
    """A group that is drawn as one card."""

    group: Group
    blocks: tuple[str, ...]
    """All blocks in it, at any depth."""
    groups: tuple[str, ...]
    """It and all groups in it."""
    inputs: tuple[GroupPort, ...] = ()
    outputs: tuple[GroupPort, ...] = ()

    def port(self, side: Side, name: str) -> GroupPort | None:
        """The port of that name."""
        ports = self.inputs if side == "input" else self.outputs
        return next((port for port in ports if port.name == name), None)


@dataclass(frozen=True, slots=True)
class Stub:
    """What an entered group gets from outside or gives to it, as a small card at the edge of its inside."""

    id: str
    side: Side
    """The side of the group at which it lies: an input has a port to the right, an output one to the left."""
    port: GroupPort


@dataclass(frozen=True, slots=True)
class DrawnWire:
    """A wire between two drawn ports, with the wires of the document that it stands for."""

    start: PortRef
    end: PortRef
    edges: tuple[EdgeKey, ...]

    @property
    def key(self) -> EdgeKey:
        """The wire of the document by whose name it goes."""
        return self.edges[0]


@dataclass(frozen=True)
class Level:
    """All that is drawn of one graph, seen from one of its levels."""

    entered: str
    """The group whose inside is seen; empty for the whole."""
    nodes: tuple[Node, ...]
    closed: Mapping[str, ClosedGroup]
    frames: tuple[Group, ...]
    """Open groups, each before those in it."""
    wires: Mapping[EdgeKey, DrawnWire]
    stubs: Mapping[str, Stub]
    shown_as: Mapping[str, str] | None = field(default=None, repr=False)
    """The card that shows a block; None where every block has its own."""

    def card_of(self, block: str) -> str:
        """The name of the card that shows a block: its own, or that of the closed group around it; else empty."""
        return block if self.shown_as is None else self.shown_as.get(block, "")

    def wire_of(self, key: EdgeKey) -> EdgeKey | None:
        """The drawn wire that stands for a wire of the document."""
        if key in self.wires:
            return key
        return self._by_edge.get(key)

    @cached_property
    def _by_edge(self) -> Mapping[EdgeKey, EdgeKey]:
        return {edge: wire.key for wire in self.wires.values() for edge in wire.edges}

    def ports_at(self, port: PortRef) -> tuple[PortRef, ...]:
        """The ports of blocks that a drawn port stands for: itself, those inside a closed group, those at a stub."""
        if port.node in self.closed:
            found = self.closed[port.node].port(port.side, port.name)
            return found.ends if found is not None else ()
        if port.node in self.stubs:
            return self.stubs[port.node].port.outside
        return (port,)

    def edges_of(self, keys: Iterable[EdgeKey]) -> tuple[EdgeKey, ...]:
        """The wires of the document for which drawn wires stand."""
        return tuple(edge for key in keys for edge in (self.wires[key].edges if key in self.wires else (key,)))

    def whole(self, names: Iterable[str], graph: Graph) -> tuple[str, ...]:
        """What is chosen of a graph when cards are: for a closed group also all groups, blocks and notes in it."""
        found: dict[str, None] = {}
        for name in names:
            found[name] = None
            if name in self.closed:
                inside = (*self.closed[name].groups, *self.closed[name].blocks, *graph.notes_in(name))
                found.update(dict.fromkeys(inside))
        return tuple(found)

    def stand_ins(self, graph: Graph) -> Graph:
        """A graph of the cards as they are drawn, a block for each, for those who only arrange them."""
        cards = [
            Node.model_construct(id=name, block=STAND_IN, position=place_of_group(graph, card.group))
            for name, card in self.closed.items()
        ]
        known = {node.id for node in self.nodes} | self.closed.keys()
        edges = [
            Edge.model_construct(
                source=wire.start.node, source_port=wire.start.name, target=wire.end.node, target_port=wire.end.name
            )
            for wire in self.wires.values()
            if wire.start.node in known and wire.end.node in known
        ]
        notes = seen_notes(graph, self.entered)
        return Graph.model_construct(nodes=(*self.nodes, *cards), edges=tuple(edges), groups=(), notes=notes)


def seen_notes(graph: Graph, entered: str) -> tuple[Note, ...]:
    """The notes that are seen from the inside of the group `entered`, or with "" of the whole."""
    if not entered and all(note.inside is None for note in graph.notes):
        return graph.notes

    def seen(note: Note) -> bool:
        around = graph.enclosing(note.id)
        names = [group.id for group in around]
        if entered and entered not in names:
            return False
        return not any(group.closed for group in around[names.index(entered) + 1 if entered else 0 :])

    return tuple(filter(seen, graph.notes))


def computed_wire(graph: Graph, key: EdgeKey) -> EdgeKey:
    """The wire of the unrolled graph that a wire of the document shows: out of a repeated group the last copy feeds it,
    and what runs inside shows the first copy.
    """
    return key._replace(source=computed_source(graph, key))


def computed_source(graph: Graph, key: EdgeKey) -> str:
    """The block of the unrolled graph whose output a wire of the document brings to its target."""
    if key.source not in graph.homes:
        return key.source
    around = {group.id for group in graph.enclosing(key.target)}
    return last_copy(graph, key.source, [group for group in graph.enclosing(key.source) if group.id not in around])


def last_copy(graph: Graph, block: str, left: Iterable[Group] | None = None) -> str:
    """The copy of a block that is computed last, in all groups around it or in those that are `left`."""
    groups = graph.enclosing(block) if left is None else left
    return "".join(f"{group.id}/{group.repeat}/" for group in groups if group.repeat > 1) + block


class LevelMaker:
    """Finds what is drawn; what does not depend on what has changed is taken from the time before."""

    def __init__(self) -> None:
        self._graph = Graph()
        self._level = _level(self._graph, "")

    def of(self, graph: Graph, entered: str = "") -> Level:
        """What is drawn of a graph, seen from the inside of the group `entered`."""
        before, level = self._graph, self._level
        same = graph.edges is before.edges and graph.groups is before.groups and entered == level.entered
        self._graph = graph
        if same and graph.nodes is before.nodes:
            return level
        if (
            same
            and len(graph.nodes) == len(before.nodes)
            and all(
                new is old or new == old.replace(position=new.position)
                for new, old in zip(graph.nodes, before.nodes, strict=True)
            )
        ):
            nodes = _drawn(graph.nodes, level.shown_as)
            self._level = replace(level, nodes=nodes)
        else:
            self._level = level_of(graph, entered)
        return self._level


def level_of(graph: Graph, entered: str = "") -> Level:
    """What is drawn of a graph, seen from the inside of the group `entered`."""
    known: dict[str, Level] = graph.remembered.setdefault("levels", {})
    if entered not in known:
        known[entered] = _level(graph, entered)
    return known[entered]


def _drawn(nodes: tuple[Node, ...], shown_as: Mapping[str, str] | None) -> tuple[Node, ...]:
    if shown_as is None:
        return nodes
    return tuple(node for node in nodes if shown_as.get(node.id) == node.id)


def _level(graph: Graph, entered: str) -> Level:
    if entered not in graph.groups_by_id:
        entered = ""
    if not entered and not any(group.closed for group in graph.groups):
        wires = {
            edge.key: DrawnWire(
                PortRef(edge.source, "output", edge.source_port),
                PortRef(edge.target, "input", edge.target_port),
                (edge.key,),
            )
            for edge in graph.edges
        }
        return Level("", graph.nodes, {}, _frames(graph, ""), wires, {})
    shown_as = _shown_as(graph, entered)
    wires, ports, stubs = _wires(graph, shown_as)
    closed = {}
    for group in _seen_groups(graph, entered):
        if group.closed:
            blocks = graph.members(group.id)
            into, out = ports.get(group.id, ((), ()))
            more_in, more_out = _open_ports(graph, blocks, out)
            order = {block: number for number, block in enumerate(blocks)}
            inputs = sorted((*into, *more_in), key=lambda port: order.get(port.end.node, 0))
            outputs = sorted((*out, *more_out), key=lambda port: order.get(port.end.node, 0))
            inside = graph.deep_groups(group.id)
            closed[group.id] = ClosedGroup(group, blocks, inside, tuple(inputs), tuple(outputs))
    nodes = _drawn(graph.nodes, shown_as)
    return Level(entered, nodes, closed, _frames(graph, entered), wires, stubs, shown_as)


def _seen_groups(graph: Graph, entered: str) -> Iterator[Group]:
    """Groups at this level, open ones before those in them; what lies in closed ones is not seen."""
    waiting = list(graph.groups_in(entered or None))
    for group in waiting:
        yield group
        if not group.closed:
            waiting.extend(graph.groups_in(group.id))


def _frames(graph: Graph, entered: str) -> tuple[Group, ...]:
    return tuple(group for group in _seen_groups(graph, entered) if not group.closed)


def _shown_as(graph: Graph, entered: str) -> dict[str, str]:
    """Of each block that is seen the card that shows it."""
    cards: dict[str, str | None] = {"": "" if not entered else None}
    for group in graph.groups:
        path = (*graph.enclosing(group.id), group)
        names = [one.id for one in path]
        if entered and entered not in names:
            cards[group.id] = None
            continue
        below = path[names.index(entered) + 1 :] if entered else path
        cards[group.id] = next((one.id for one in below if one.closed), "")
    shown: dict[str, str] = {}
    for node in graph.nodes:
        card = cards[graph.homes.get(node.id, "")]
        if card is not None:
            shown[node.id] = card or node.id
    return shown


Ports = dict[str, tuple[list[GroupPort], list[GroupPort]]]


def _wires(graph: Graph, shown_as: Mapping[str, str]) -> tuple[dict[EdgeKey, DrawnWire], Ports, dict[str, Stub]]:
    """The drawn wires, the ports of closed groups that wires lead to, and the stubs of an entered group."""
    bundles: dict[tuple[PortRef, PortRef], list[EdgeKey]] = {}
    inputs: dict[tuple[str, str], list[Edge]] = {}
    outputs: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        source, target = shown_as.get(edge.source, ""), shown_as.get(edge.target, "")
        if (source == target and source != edge.source) or not (source or target):
            continue
        name = f"{edge.source}.{edge.source_port}"
        if not source:
            source, start = INPUT_STUB + name, "output"
        else:
            start = edge.source_port if source == edge.source else name
        if not target:
            target, end = OUTPUT_STUB + name, "input"
        else:
            end = edge.target_port if target == edge.target else name
        if source != edge.source:
            outputs.setdefault((source, start), []).append(edge)
        if target != edge.target:
            inputs.setdefault((target, end), []).append(edge)
        bundles.setdefault((PortRef(source, "output", start), PortRef(target, "input", end)), []).append(edge.key)
    wires = {edges[0]: DrawnWire(start, end, tuple(edges)) for (start, end), edges in bundles.items()}
    ports: Ports = {}
    stubs: dict[str, Stub] = {}
    for (card, name), edges in inputs.items():
        ends = tuple(dict.fromkeys(PortRef(edge.target, "input", edge.target_port) for edge in edges))
        source_port = PortRef(edges[0].source, "output", edges[0].source_port)
        if card.startswith(OUTPUT_STUB):
            stubs[card] = Stub(card, "output", GroupPort(name, (source_port,), ends))
        else:
            ports.setdefault(card, ([], []))[0].append(GroupPort(name, ends, (source_port,)))
    for (card, name), edges in outputs.items():
        ends = tuple(dict.fromkeys(PortRef(edge.target, "input", edge.target_port) for edge in edges))
        source_port = PortRef(edges[0].source, "output", edges[0].source_port)
        if card.startswith(INPUT_STUB):
            stubs[card] = Stub(card, "input", GroupPort(name, ends, (source_port,)))
        else:
            ports.setdefault(card, ([], []))[1].append(GroupPort(name, (source_port,), ends))
    return wires, ports, stubs


def _open_ports(
    graph: Graph, blocks: Iterable[str], outputs: Iterable[GroupPort]
) -> tuple[list[GroupPort], list[GroupPort]]:
    """Ports without a wire: inputs inside that need one, and outputs inside that nobody uses."""
    more_in: list[GroupPort] = []
    more_out: list[GroupPort] = []
    used = {port.end for port in outputs}
    for name in blocks:
        declaration = CATALOGUE.get(graph.node(name).block) if graph.has(name) else None
        if declaration is None:
            continue
        wired = {edge.target_port for edge in graph.into(name)}
        for port in declaration.inputs:
            if port.name not in wired and not port.optional:
                more_in.append(GroupPort(f"{name}.{port.name}", (PortRef(name, "input", port.name),)))
        if issubclass(declaration, Loss | Measure):
            continue
        going = {edge.source_port for edge in graph.out_of(name)}
        for port in declaration.outputs:
            end = PortRef(name, "output", port.name)
            if port.name not in going and end not in used:
                more_out.append(GroupPort(f"{name}.{port.name}", (end,)))
    return more_in, more_out
