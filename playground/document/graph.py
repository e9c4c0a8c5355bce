"""The graph on the canvas: nodes with parameters and positions, wires, groups and notes. All values are frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

MOST_NODES = 5_000
MOST_EDGES = 20_000
MOST_COPIES = 1_000
CANVAS_LIMIT = 1_000_000.0

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
Coordinate = Annotated[float, Field(ge=-CANVAS_LIMIT, le=CANVAS_LIMIT, allow_inf_nan=False)]
Parameters = Annotated[dict[str, JsonValue], Field(max_length=64)]


class Value(BaseModel):
    """Base of everything that is saved: immutable, unknown keys refused, never NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; the changes are trusted, as they come from validated values."""
        return self.model_copy(update=changes)


class Position(Value):
    """Place on the canvas in scene units (pixels at 100 %), y downwards."""

    x: Coordinate = 0.0
    y: Coordinate = 0.0


class Choice(Value):
    """A named thing with parameters: an optimizer, a schedule, an initializer."""

    id: Identifier
    parameters: Parameters = Field(default_factory=dict)


class NodeTraining(Value):
    """How one block learns where that differs from the whole network; None means "as the network"."""

    trainable: bool = Field(True, description="Off freezes the block: its weights stay as they are.")
    learning_rate_factor: float = Field(1.0, ge=0.0, le=1000.0, description="Multiplies the learning rate.")
    initializer: Choice | None = Field(None, description="How the weights start.")
    l1: float | None = Field(None, ge=0.0, le=100.0, description="L1 strength of this block.")
    l2: float | None = Field(None, ge=0.0, le=100.0, description="L2 strength of this block.")
    max_norm: float | None = Field(None, gt=0.0, le=1e6, description="Largest norm of one unit's weights.")


class Node(Value):
    """One block on the canvas."""

    id: Identifier
    block: Identifier
    title: str = Field("", max_length=200)
    parameters: Parameters = Field(default_factory=dict)
    position: Position = Position()
    training: NodeTraining = NodeTraining()
    unfolded: bool = Field(False, description="Show the neurons of the block instead of one card.")
    weights_of: Identifier | None = Field(None, description="The block whose weights this one uses instead of its own.")


class EdgeKey(NamedTuple):
    """What makes a wire the wire it is."""

    source: str
    source_port: str
    target: str
    target_port: str


class Edge(Value):
    """A wire: it carries a tensor from an output port to an input port."""

    source: Identifier
    source_port: Identifier = "output"
    target: Identifier
    target_port: Identifier = "input"

    @property
    def key(self) -> EdgeKey:
        """The four names that identify the wire."""
        return EdgeKey(self.source, self.source_port, self.target, self.target_port)


class Group(Value):
    """Some nodes and other groups as one part: a frame around them, or closed one card, repeated if wished.

    What goes in and out follows from the wires that cross its border: an input for each output that feeds it from
    outside, an output for each output inside that is used outside.
    """

    id: Identifier
    title: str = Field("", max_length=200)
    nodes: tuple[Identifier, ...] = Field((), max_length=MOST_NODES, description="Blocks that lie directly in it.")
    inside: Identifier | None = Field(None, description="The group that it lies in itself.")
    closed: bool = Field(False, description="Show one card instead of a frame around all blocks.")
    position: Position | None = Field(None, description="Place of the closed card; without it, amid its blocks.")
    repeat: int = Field(1, ge=1, le=MOST_COPIES, description="How many copies stand one after the other.")
    shared: bool = Field(False, description="All copies use the same weights; else each has its own.")


class Note(Value):
    """A sticky note on the canvas; sizes in scene units."""

    id: Identifier
    text: str = Field("", max_length=5_000)
    inside: Identifier | None = Field(None, description="The group that it lies in, with whose blocks it is seen.")
    position: Position = Position()
    width: float = Field(210.0, ge=40.0, le=4_000.0)
    height: float = Field(64.0, ge=24.0, le=4_000.0)


class Remembered(dict[str, Any]):
    """What was found of one graph. Never equal to that of another, and never compared: it may hold the graph itself."""

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = None


class Graph(Value):
    """Nodes and wires. Order of the nodes has no meaning but is kept, so that files stay stable."""

    nodes: tuple[Node, ...] = Field((), max_length=MOST_NODES)
    edges: tuple[Edge, ...] = Field((), max_length=MOST_EDGES)
    groups: tuple[Group, ...] = Field((), max_length=500)
    notes: tuple[Note, ...] = Field((), max_length=500)

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed; what was found in those fields is forgotten."""
        copy = super().replace(**changes)
        for field, found in _FOUND_IN:
            if field in changes:
                copy.__dict__.pop(found, None)
        return copy

    @cached_property
    def remembered(self) -> Remembered:
        """What others have found of just this graph, by their word for it; a changed graph begins with nothing."""
        return Remembered()

    @property
    def items(self) -> tuple[Node | Note, ...]:
        """All that stands on the canvas by itself: blocks, then notes."""
        return (*self.nodes, *self.notes)

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        """Every node by its id; where an id is used twice, the first."""
        return {node.id: node for node in reversed(self.nodes)}

    @cached_property
    def wires_in(self) -> Mapping[str, tuple[Edge, ...]]:
        """The wires that end at each node that has any, in file order."""
        return self._wires_at("target")

    @cached_property
    def wires_out(self) -> Mapping[str, tuple[Edge, ...]]:
        """The wires that start at each node that has any, in file order."""
        return self._wires_at("source")

    def _wires_at(self, end: str) -> Mapping[str, tuple[Edge, ...]]:
        found: dict[str, list[Edge]] = {}
        for edge in self.edges:
            found.setdefault(getattr(edge, end), []).append(edge)
        return {name: tuple(edges) for name, edges in found.items()}

    @cached_property
    def groups_by_id(self) -> Mapping[str, Group]:
        """Every group by its id."""
        return {group.id: group for group in reversed(self.groups)}

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The group in which a node, a note or another group lies directly; absent for what lies in none."""
        homes = {member: group.id for group in self.groups for member in group.nodes}
        inside = [(group.id, group.inside) for group in self.groups]
        inside += [(note.id, note.inside) for note in self.notes]
        homes.update((name, home) for name, home in inside if home is not None and home in self.groups_by_id)
        return homes

    @cached_property
    def _inner(self) -> Mapping[str, tuple[Group, ...]]:
        found: dict[str, list[Group]] = {}
        for group in self.groups:
            if group.inside is not None:
                found.setdefault(group.inside, []).append(group)
        return {name: tuple(groups) for name, groups in found.items()}

    def group(self, identifier: str) -> Group:
        """The group with that id. Raises KeyError if there is none."""
        return self.groups_by_id[identifier]

    def groups_in(self, identifier: str | None) -> tuple[Group, ...]:
        """The groups that lie directly in a group, in file order; with None those that lie in none."""
        if identifier is None:
            return tuple(group for group in self.groups if group.id not in self.homes)
        return self._inner.get(identifier, ())

    def enclosing(self, identifier: str) -> tuple[Group, ...]:
        """The groups around a node, a note or a group, outermost first."""
        path: list[Group] = []
        home = self.homes.get(identifier)
        while home is not None and len(path) <= len(self.groups):
            path.append(self.groups_by_id[home])
            home = self.homes.get(home)
        return tuple(reversed(path))

    @cached_property
    def _members(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {group.id: [] for group in self.groups}
        for node in self.nodes:
            for group in self.enclosing(node.id):
                found[group.id].append(node.id)
        return {name: tuple(nodes) for name, nodes in found.items()}

    def members(self, identifier: str) -> tuple[str, ...]:
        """Ids of the nodes in a group and in the groups inside it, in file order. Raises KeyError if there is none."""
        return self._members[identifier]

    def notes_in(self, identifier: str) -> tuple[str, ...]:
        """Ids of the notes in a group and in the groups inside it."""
        return tuple(
            note.id for note in self.notes
            if note.inside is not None and any(group.id == identifier for group in self.enclosing(note.id))
        )

    def deep_groups(self, identifier: str) -> tuple[str, ...]:
        """Ids of a group and of all that lie in it, each after what it lies in."""
        found = [identifier]
        for name in found:
            found.extend(group.id for group in self.groups_in(name))
        return tuple(found)

    def node(self, identifier: str) -> Node:
        """The node with that id. Raises KeyError if there is none."""
        return self.by_id[identifier]

    def has(self, identifier: str) -> bool:
        """Whether a node with that id stands on the canvas."""
        return identifier in self.by_id

    def into(self, identifier: str) -> Iterator[Edge]:
        """Wires that end at the node, in file order."""
        return iter(self.wires_in.get(identifier, ()))

    def out_of(self, identifier: str) -> Iterator[Edge]:
        """Wires that start at the node, in file order."""
        return iter(self.wires_out.get(identifier, ()))

    def taken_ids(self) -> set[str]:
        """Ids of nodes, groups and notes: they share one space."""
        return {item.id for part in (self.nodes, self.groups, self.notes) for item in part}

    def order(self) -> tuple[str, ...] | None:
        """Node ids so that every wire runs forwards (Kahn 1962), in file order among equals; None when it cannot be."""
        waiting = {node.id: 0 for node in self.nodes}
        followers: dict[str, list[str]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            if edge.source in waiting and edge.target in waiting:
                waiting[edge.target] += 1
                followers[edge.source].append(edge.target)
        ready = [identifier for identifier, count in waiting.items() if count == 0]
        ordered: list[str] = []
        for identifier in ready:
            ordered.append(identifier)
            for follower in followers[identifier]:
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    ready.append(follower)
        return tuple(ordered) if len(ordered) == len(self.nodes) else None


_FOUND_IN = (
    ("nodes", "by_id"), ("nodes", "_members"), ("groups", "_members"), ("groups", "groups_by_id"), ("groups", "homes"),
    ("groups", "_inner"), ("notes", "homes"), ("edges", "wires_in"), ("edges", "wires_out"),
    ("nodes", "remembered"), ("edges", "remembered"), ("groups", "remembered"),
)  # fmt: skip
"""Fields of a graph, and what is found in them once."""
