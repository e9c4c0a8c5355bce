"""Groups on their own: a group taken out of a graph, a project made one group, and either put into a graph. Pure.

What is taken out has no wires to the outside. Where one output outside fed several blocks, an Identity block takes
their place, so that whoever uses the group has one wire to lay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playground.blocks.activation import Identity
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.copies import Output, border
from playground.document.graph import Edge, EdgeKey, Graph, Group, Node
from playground.document.group_files import GroupFile
from playground.document.project import Project
from playground.network.check import Report, infer
from playground.network.naming import titles

_ENTRANCE_LEFT = 220.0
"""How far left of the blocks that it feeds an entrance stands, in scene units."""


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A group on its own, and what had to stay behind."""

    file: GroupFile
    left_out: str = ""
    """A sentence on the blocks that are not in it; empty where all are."""


@dataclass(frozen=True, slots=True)
class OpenPorts:
    """Ports of blocks in a part that no wire reaches yet."""

    inputs: tuple[Output, ...]
    """Inputs that need a wire."""
    outputs: tuple[Output, ...]
    """Outputs that nobody uses."""


def open_ports(graph: Graph, names: Iterable[str]) -> OpenPorts:
    """The ports of these blocks that wait for a wire; losses and measures give nothing that could be used."""
    inputs: list[Output] = []
    outputs: list[Output] = []
    for name in names:
        declaration = CATALOGUE.get(graph.node(name).block)
        if declaration is None:
            continue
        wired, used = {e.target_port for e in graph.into(name)}, {e.source_port for e in graph.out_of(name)}
        inputs.extend((name, p.name) for p in declaration.inputs if not p.optional and p.name not in wired)
        if not issubclass(declaration, Loss | Measure):
            outputs.extend((name, p.name) for p in declaration.outputs if p.name not in used)
    return OpenPorts(tuple(inputs), tuple(outputs))


def taken_out(graph: Graph, report: Report, identifier: str, summary: str = "") -> TakenOut:
    """A group of a graph, on its own; data stay behind. Raises KeyError for a group that is not there.

    `report` is that of the graph.
    """
    return _taken_out(graph, report, identifier, summary, Dataset)


def project_as_group(project: Project, report: Report) -> TakenOut:
    """The network of a project as a group of its name; data, losses and measures stay behind.

    `report` is that of its graph. Raises ValueError with a sentence when nothing else is there.
    """
    graph = project.graph
    name = edits.free_id(graph, "group")
    outermost = {group.id for group in graph.groups_in(None)}
    groups = tuple(group.replace(inside=name) if group.id in outermost else group for group in graph.groups)
    loose = tuple(node.id for node in graph.nodes if node.id not in graph.homes)
    whole = Group(id=name, title=project.title[:200], nodes=loose)
    return _taken_out(
        graph.replace(groups=(*groups, whole)), report, name, project.summary, Dataset | Loss | Measure
    )


def _taken_out(graph: Graph, report: Report, identifier: str, summary: str, staying: object) -> TakenOut:
    left = [name for name in graph.members(identifier) if _is(graph.node(name), staying)]
    known = titles(graph)
    rest = edits.delete(graph, left, close_gap=False)
    members = rest.members(identifier)
    if not members:
        raise ValueError("There is nothing in it but data, losses and measures.")
    rest = _with_entrances(graph, rest, report, identifier)
    chosen = {*rest.members(identifier), *rest.deep_groups(identifier), *rest.notes_in(identifier)}
    part = edits.extract(rest, chosen)
    part = part.replace(
        groups=tuple(
            group.replace(closed=False, position=None) if group.id == identifier else group
            for group in part.groups
        )
    )
    return TakenOut(GroupFile(summary=summary, graph=part), _left_out([known[name] for name in left]))


def _is(node: Node, kinds: object) -> bool:
    declaration = CATALOGUE.get(node.block)
    return declaration is not None and issubclass(declaration, kinds)  # type: ignore[arg-type]


def _left_out(names: list[str]) -> str:
    if not names:
        return ""
    listed = ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]
    return f"{listed} {'are' if len(names) > 1 else 'is'} left out: a group takes what arrives at it."


def _with_entrances(before: Graph, rest: Graph, report: Report, identifier: str) -> Graph:
    """The graph with an Identity block for each output outside that feeds several blocks of the group."""
    inside = set(rest.members(identifier))
    feeding: dict[Output, list[Edge]] = {output: [] for output in border(before, identifier).inputs}
    for edge in before.edges:
        if edge.target in inside and edge.source not in inside:
            feeding.setdefault((edge.source, edge.source_port), []).append(edge)
    entrances: dict[Output, Node] = {}
    for output, edges in feeding.items():
        if len(edges) > 1 and _passes(report.signals.get(output)):
            entrances[output] = _entrance(before, edges, [node.id for node in entrances.values()])
    if not entrances:
        return rest
    kept = {edge.key for edge in rest.edges}
    wires: list[Edge] = []
    for edge in before.edges:  # in their order, which some blocks go by
        entrance = entrances.get((edge.source, edge.source_port)) if edge.target in inside else None
        if entrance is not None:
            wires.append(edge.replace(source=entrance.id, source_port="output"))
        elif edge.key in kept:
            wires.append(edge)
    new = tuple(entrances.values())
    group = rest.group(identifier)
    grown = edits.replace_group(rest, group.replace(nodes=(*(node.id for node in new), *group.nodes)))
    return grown.replace(nodes=(*new, *rest.nodes), edges=tuple(wires))


def _passes(signal: Signal | None) -> bool:
    """Whether an Identity block takes what arrives: numbers, but no names of classes."""
    return signal is None or not infer(Identity(), (signal,)).error


def _entrance(graph: Graph, fed: Iterable[Edge], taken: Iterable[str]) -> Node:
    places = [graph.node(edge.target).position for edge in fed]
    position = edits.bounded(min(place.x for place in places) - _ENTRANCE_LEFT, min(place.y for place in places))
    return Node(id=edits.free_id(graph, "input", taken), block=Identity.id, title="Input", position=position)


@dataclass(frozen=True, slots=True)
class PutIn:
    """A graph with a group put into it."""

    graph: Graph
    group: str
    """The id of the new group."""
    wired: bool
    """Whether it was joined to what was there."""


def put_in(
    graph: Graph,
    file: GroupFile,
    position: tuple[float, float],
    *,
    feeding: Output | None = None,
    on_edge: EdgeKey | None = None,
    inside: str | None = None,
) -> PutIn:
    """Put a group on the canvas, closed, with its card at `position`, lying in the group `inside` if one is named.

    With `on_edge` it goes into that wire, if it has one open input and one open output; with `feeding` that output is
    wired to its one open input. Where there are several, the wires are left to the person.
    """
    corner = (min(node.position.x for node in file.graph.nodes), min(node.position.y for node in file.graph.nodes))
    merged, names = edits.merge(graph, file.graph, (position[0] - corner[0], position[1] - corner[1]))
    name = names[file.group.id]
    card = merged.group(name).replace(closed=True, position=edits.bounded(*position), inside=inside)
    merged = edits.replace_group(merged, card)
    ports = open_ports(merged, merged.members(name))
    if len(ports.inputs) == 1 and on_edge is not None and len(ports.outputs) == 1:
        return PutIn(_in_wire(merged, on_edge, ports), name, True)
    if len(ports.inputs) == 1 and feeding is not None:
        node, port = ports.inputs[0]
        edge = Edge(source=feeding[0], source_port=feeding[1], target=node, target_port=port)
        return PutIn(edits.connect(merged, edge, many=True), name, True)
    return PutIn(merged, name, False)


def _in_wire(graph: Graph, key: EdgeKey, ports: OpenPorts) -> Graph:
    (entrance, port), (leaving, out) = ports.inputs[0], ports.outputs[0]
    edges: list[Edge] = []
    for edge in graph.edges:
        if edge.key == key:
            edges.append(edge.replace(target=entrance, target_port=port))
            edges.append(edge.replace(source=leaving, source_port=out))
        else:
            edges.append(edge)
    return graph.replace(edges=tuple(edges))
