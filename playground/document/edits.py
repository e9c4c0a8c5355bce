"""Pure edits: each takes a graph and returns a new one, sharing all that did not change.

The window wraps them in undo commands, so an undo is exactly the value that was there before. Every edit keeps the
graph sound: no dangling wires, no duplicate ids, no cycles (tested with random sequences).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from playground.document.graph import CANVAS_LIMIT, Edge, EdgeKey, Graph, Group, Node, Note, Position


def free_id(graph: Graph, stem: str, taken: Iterable[str] = ()) -> str:
    """A short id that nobody uses: `dense-1`, `dense-2`, …"""
    used = graph.taken_ids().union(taken)
    stem = stem[:56]
    number = 1
    while f"{stem}-{number}" in used:
        number += 1
    return f"{stem}-{number}"


def bounded(x: float, y: float) -> Position:
    """A position that lies on the canvas whatever the mouse did."""

    def within(value: float) -> float:
        return min(max(value, -CANVAS_LIMIT), CANVAS_LIMIT) if value == value else 0.0

    return Position(x=round(within(x), 2), y=round(within(y), 2))


def add_node(graph: Graph, node: Node) -> Graph:
    """Put a node on the canvas. Raises ValueError if its id is taken."""
    if node.id in graph.taken_ids():
        raise ValueError(f"the id {node.id} is taken")
    return graph.replace(nodes=(*graph.nodes, node))


def replace_node(graph: Graph, node: Node) -> Graph:
    """Exchange the node that has the same id."""
    return graph.replace(nodes=tuple(node if old.id == node.id else old for old in graph.nodes))


def set_parameters(graph: Graph, identifier: str, parameters: Mapping[str, Any]) -> Graph:
    """Change some parameters of a node, keeping the others."""
    node = graph.node(identifier)
    return replace_node(graph, node.replace(parameters={**node.parameters, **parameters}))


def move(graph: Graph, positions: Mapping[str, tuple[float, float]]) -> Graph:
    """Move nodes, notes and closed groups to the given places; all that lies in a group goes with it."""
    places = dict(positions)
    pushed: dict[str, tuple[float, float]] = {}
    for group in graph.groups if positions else ():
        if group.id not in positions:
            continue
        before, after = place_of_group(graph, group), bounded(*positions[group.id])
        dx, dy = after.x - before.x, after.y - before.y
        pushed.update(dict.fromkeys(graph.deep_groups(group.id), (dx, dy)))
        for name in graph.members(group.id):
            position = graph.node(name).position
            places.setdefault(name, (position.x + dx, position.y + dy))
        inside = graph.notes_in(group.id)
        for note in graph.notes if inside else ():
            if note.id in inside:
                places.setdefault(note.id, (note.position.x + dx, note.position.y + dy))

    def moved(item: Any) -> Any:
        return item.replace(position=bounded(*places[item.id])) if item.id in places else item

    moved_graph = graph.replace(nodes=tuple(map(moved, graph.nodes)), notes=tuple(map(moved, graph.notes)))
    if not pushed:
        return moved_graph
    return moved_graph.replace(groups=tuple(_pushed(group, pushed.get(group.id)) for group in graph.groups))


def _pushed(group: Group, way: tuple[float, float] | None) -> Group:
    if way is None or group.position is None:
        return group  # without a place of its own it stands amid its blocks
    return group.replace(position=bounded(group.position.x + way[0], group.position.y + way[1]))


def place_of_group(graph: Graph, group: Group) -> Position:
    """Where the card of a group stands when it is closed: its own place, else amid its blocks."""
    if group.position is not None:
        return group.position
    places = [graph.node(name).position for name in graph.members(group.id)]
    if not places:
        return Position()
    xs, ys = [place.x for place in places], [place.y for place in places]
    return bounded((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)


def would_cycle(graph: Graph, source: str, target: str) -> bool:
    """Whether a wire from source to target would close a circle."""
    reached, waiting = {target}, [target]
    while waiting:
        for edge in graph.out_of(waiting.pop()):
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    return source in reached


def connect(graph: Graph, edge: Edge, *, many: bool = False) -> Graph:
    """Lay a wire. An input port holds one wire, so an older one there gives way, unless the port takes `many`.

    Raises ValueError for a cycle or an end that does not exist.
    """
    if not (graph.has(edge.source) and graph.has(edge.target)):
        raise ValueError("a wire needs two nodes")
    if would_cycle(graph, edge.source, edge.target):
        raise ValueError("the wire would close a circle")
    return graph.replace(edges=(*(old for old in graph.edges if not gives_way(old, edge, many=many)), edge))


def gives_way(old: Edge, edge: Edge, *, many: bool) -> bool:
    """Whether an old wire makes room for a new one; `many` says whether the port takes several."""
    same_port = (old.target, old.target_port) == (edge.target, edge.target_port)
    return old.key == edge.key or (same_port and not many)


def disconnect(graph: Graph, keys: Iterable[EdgeKey]) -> Graph:
    """Take wires away."""
    gone = set(keys)
    return graph.replace(edges=tuple(edge for edge in graph.edges if edge.key not in gone))


def delete(graph: Graph, identifiers: Iterable[str], *, close_gap: bool = True) -> Graph:
    """Delete nodes, notes and groups. With `close_gap`, what fed a deleted node then feeds its followers.

    The gap is closed through the first wire into the node, which is the only one for a block with one input.
    """
    gone = set(identifiers)
    edges = list(graph.edges)
    for node in graph.nodes:
        if node.id in gone:
            edges = _without(edges, node.id, close_gap)
    nodes = _with_owners(tuple(node for node in graph.nodes if node.id not in gone), gone)
    left = ungrouped(graph, gone)
    groups = tuple(
        group.replace(nodes=tuple(member for member in group.nodes if member not in gone)) for group in left.groups
    )
    notes = tuple(note for note in left.notes if note.id not in gone)
    return Graph.model_construct(nodes=nodes, edges=tuple(edges), groups=groups, notes=notes)


def ungrouped(graph: Graph, gone: Collection[str]) -> Graph:
    """Take groups away; what lies in them then lies in the group around them."""

    def around(name: str | None) -> str | None:
        while name is not None and name in gone:
            name = graph.groups_by_id[name].inside if name in graph.groups_by_id else None
        return name

    freed: dict[str, list[str]] = {}
    for group in graph.groups:
        home = around(group.id)
        if group.id in gone and home is not None:
            freed.setdefault(home, []).extend(group.nodes)
    groups = tuple(
        group.replace(nodes=(*group.nodes, *freed.get(group.id, ())), inside=around(group.inside))
        if group.inside in gone or group.id in freed
        else group
        for group in graph.groups
        if group.id not in gone
    )
    notes = tuple(note.replace(inside=around(note.inside)) if note.inside in gone else note for note in graph.notes)
    return graph.replace(groups=groups, notes=notes)


def without_empty_groups(graph: Graph) -> Graph:
    """The graph without groups in which no block lies, at any depth."""
    empty = {group.id for group in graph.groups if not graph.members(group.id)}
    return ungrouped(graph, empty) if empty else graph


def _with_owners(nodes: tuple[Node, ...], gone: Collection[str]) -> tuple[Node, ...]:
    """Of several nodes that used the weights of one that is gone, the first has them for its own, the others its."""
    heirs: dict[str, str] = {}

    def freed(node: Node) -> Node:
        if node.weights_of is None or node.weights_of not in gone:
            return node
        heir = heirs.setdefault(node.weights_of, node.id)
        return node.replace(weights_of=None if heir == node.id else heir)

    return tuple(map(freed, nodes))


def _without(edges: list[Edge], identifier: str, close_gap: bool) -> list[Edge]:
    feeding = next((edge for edge in edges if edge.target == identifier), None)
    kept = [edge for edge in edges if identifier not in (edge.source, edge.target)]
    if not close_gap or feeding is None:
        return kept
    known = {edge.key for edge in kept}
    for edge in edges:
        if edge.source == identifier:
            bridge = edge.replace(source=feeding.source, source_port=feeding.source_port)
            if bridge.key not in known:
                kept.append(bridge)
                known.add(bridge.key)
    return kept


def insert_on_edge(graph: Graph, key: EdgeKey, node: Node, *, input_port: str, output_port: str) -> Graph:
    """Cut a wire and put a new node into it; the wire's place in the order of its target is kept."""
    edges: list[Edge] = []
    for edge in graph.edges:
        if edge.key == key:
            edges.append(
                Edge(source=edge.source, source_port=edge.source_port, target=node.id, target_port=input_port)
            )
            edges.append(
                Edge(source=node.id, source_port=output_port, target=edge.target, target_port=edge.target_port)
            )
        else:
            edges.append(edge)
    return add_node(graph, node).replace(edges=tuple(edges))


def extract(graph: Graph, identifiers: Iterable[str]) -> Graph:
    """The part of the graph with these nodes and notes, the wires between them, and the groups that lie in it whole.

    What used the weights of a node that is not in the part has weights of its own there.
    """
    chosen = set(identifiers)
    inside = {group.id: graph.members(group.id) for group in graph.groups}
    whole = {name for name, members in inside.items() if members and chosen.issuperset(members)}

    def alone(node: Node) -> Node:
        return node if node.weights_of is None or node.weights_of in chosen else node.replace(weights_of=None)

    return Graph(
        nodes=tuple(alone(node) for node in graph.nodes if node.id in chosen),
        edges=tuple(edge for edge in graph.edges if edge.source in chosen and edge.target in chosen),
        groups=tuple(
            group if group.inside is None or group.inside in whole else group.replace(inside=None)
            for group in graph.groups
            if group.id in whole
        ),
        notes=tuple(
            note if note.inside is None or note.inside in whole else note.replace(inside=None)
            for note in graph.notes
            if note.id in chosen
        ),
    )


def merge(graph: Graph, part: Graph, offset: tuple[float, float] = (0.0, 0.0)) -> tuple[Graph, dict[str, str]]:
    """Paste a part into the graph under fresh ids. Returns the new graph and the map from old to new ids."""
    names: dict[str, str] = {}
    for old in (item.id for items in (part.nodes, part.groups, part.notes) for item in items):
        stem = old.rstrip("0123456789").rstrip("-_") or "item"
        names[old] = free_id(graph, stem, names.values())

    def moved(position: Position) -> Position:
        return bounded(position.x + offset[0], position.y + offset[1])

    def placed(item: Any) -> Any:
        return item.replace(id=names[item.id], position=moved(item.position))

    def node(old: Node) -> Node:
        new: Node = placed(old)
        return new if old.weights_of is None else new.replace(weights_of=names[old.weights_of])

    def note(old: Note) -> Note:
        new: Note = placed(old)
        return new if old.inside is None else new.replace(inside=names[old.inside])

    def group(old: Group) -> Group:
        return old.replace(
            id=names[old.id],
            nodes=tuple(names[member] for member in old.nodes),
            inside=names[old.inside] if old.inside is not None else None,
            position=moved(old.position) if old.position is not None else None,
        )

    merged = Graph(
        nodes=(*graph.nodes, *map(node, part.nodes)),
        edges=(
            *graph.edges,
            *(edge.replace(source=names[edge.source], target=names[edge.target]) for edge in part.edges),
        ),
        groups=(*graph.groups, *map(group, part.groups)),
        notes=(*graph.notes, *map(note, part.notes)),
    )
    return merged, names


def add_note(graph: Graph, note: Note) -> Graph:
    """Put a sticky note on the canvas. Raises ValueError if its id is taken."""
    if note.id in graph.taken_ids():
        raise ValueError(f"the id {note.id} is taken")
    return graph.replace(notes=(*graph.notes, note))


def replace_note(graph: Graph, note: Note) -> Graph:
    """Exchange the note that has the same id."""
    return graph.replace(notes=tuple(note if old.id == note.id else old for old in graph.notes))


def add_group(graph: Graph, group: Group) -> Graph:
    """Put nodes into a group. A node is in one group at most: it leaves an older one, and empty ones vanish."""
    members = set(group.nodes)
    older = tuple(old.replace(nodes=tuple(name for name in old.nodes if name not in members)) for old in graph.groups)
    return without_empty_groups(graph.replace(groups=(*older, group)))


def replace_group(graph: Graph, group: Group) -> Graph:
    """Exchange the group that has the same id."""
    return graph.replace(groups=tuple(group if old.id == group.id else old for old in graph.groups))
