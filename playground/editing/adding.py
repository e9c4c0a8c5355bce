"""Put a new block on the canvas with sensible defaults: where it goes and how it is wired."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from playground.blocks.base import Block
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.graph import Choice, Edge, EdgeKey, Graph, Node, NodeTraining
from playground.editing.connecting import fits, takes_many
from playground.editing.document import Document
from playground.editing.geometry import Point, PortRef, Rect
from playground.editing.levels import level_of
from playground.editing.room import as_drawn, card_name, drawn, entered_in, next_in_row, settled, with_room
from playground.network.check import block_of


def add_block(
    document: Document,
    block_id: str,
    position: Point | None = None,
    after: str | PortRef | None = None,
    on_edge: EdgeKey | None = None,
) -> str:
    """Add a block as one undo step. Returns the id of the new node.

    `position` is the top left corner of its card; None finds a free place. `after` is the node it is appended to, or
    the port at which a wire to it starts (an input port for a block put before). `on_edge` cuts a wire and puts the
    block into it. Raises KeyError for an unknown block.
    """
    declaration = CATALOGUE[block_id]
    graph, known = document.graph, drawn(document)
    node = Node(id=edits.free_id(graph, block_id), block=block_id)
    if on_edge is None and position is None:
        on_edge = _wire_after(document, declaration, node.id, after)
    place = position if position is not None else _place(graph, _node_of(after), on_edge, known)
    node = node.replace(position=edits.bounded(*place))
    can_insert = bool(declaration.inputs and declaration.outputs)
    if on_edge is not None and can_insert and any(edge.key == on_edge for edge in graph.edges):
        ports = {"input_port": declaration.inputs[0].name, "output_port": declaration.outputs[0].name}
        wired = edits.insert_on_edge(graph, on_edge, node, **ports)
        wired = _fed_by(wired, node.id, declaration.outputs[0].name, _bundle(graph, on_edge, known)[1:])
        document.edit_graph(f"Insert {declaration.title}", with_room(graph, wired, known))
        return node.id
    grown = edits.add_node(graph, node)
    for edge in _wires(document, declaration, node.id, after):
        grown = edits.connect(grown, edge, many=takes_many(grown, edge.target, edge.target_port))
    document.edit_graph(f"Add {declaration.title}", with_room(graph, grown, known))
    return node.id


def _wire_after(
    document: Document, declaration: type[Block], name: str, after: str | PortRef | None
) -> EdgeKey | None:
    """The one wire that leaves what the block is added after: in mid-chain it goes into that wire."""
    source = None if isinstance(after, PortRef) and after.side == "input" else _source(document.graph, after)
    if source is None or not declaration.inputs or not declaration.outputs or issubclass(declaration, Loss | Measure):
        return None
    leaving = [edge for edge in document.graph.out_of(source[0]) if edge.source_port == source[1]]
    if len(leaving) != 1 or not _wires(document, declaration, name, after):
        return None
    return leaving[0].key


def insert_existing(document: Document, name: str, key: EdgeKey, position: Point) -> None:
    """Move a loose node onto a wire: it is put into the wire, and what follows makes room. One undo step."""
    graph = document.graph
    declaration = CATALOGUE[graph.node(name).block]
    source = Edge(source=key.source, source_port=key.source_port, target=name, target_port=declaration.inputs[0].name)
    follow = Edge(source=name, source_port=declaration.outputs[0].name, target=key.target, target_port=key.target_port)
    edges: list[Edge] = []
    for edge in graph.edges:
        edges.extend((source, follow) if edge.key == key else (edge,))
    known = drawn(document)
    wired = _fed_by(graph.replace(edges=tuple(edges)), name, follow.source_port, _bundle(graph, key, known)[1:])
    document.edit_graph(f"Insert {declaration.title}", settled(edits.move(wired, {name: position}), name, known))


def _bundle(graph: Graph, key: EdgeKey, known: Mapping[str, Rect]) -> tuple[EdgeKey, ...]:
    """All wires for which a drawn one stands: of those from one output into a closed group one is drawn."""
    level = level_of(graph, entered_in(known))
    return level.wires[key].edges if key in level.wires else (key,)


def _fed_by(graph: Graph, name: str, port: str, keys: Collection[EdgeKey]) -> Graph:
    """The graph, where these wires come from an output of that block."""
    if not keys:
        return graph
    edges = (edge.replace(source=name, source_port=port) if edge.key in keys else edge for edge in graph.edges)
    return graph.replace(edges=tuple(edges))


def insert_identity(document: Document, key: EdgeKey) -> str:
    """Put a layer into a wire that changes nothing at first, as one undo step. Returns its id; empty where none fits.

    A dense layer as wide as what arrives, or for images a convolution with as many filters, starts as the identity;
    behind numbers that are never negative, ReLU changes nothing either.
    """
    graph = document.graph
    signal = document.report.signals.get((key.source, key.source_port))
    block = identity_block(signal)
    if signal is None or not block or all(edge.key != key for edge in graph.edges):
        return ""
    function = "relu" if signal.low >= 0.0 else "identity"
    width = signal.shape[0] if block == "conv2d" else signal.shape[-1]
    parameters = {"filters" if block == "conv2d" else "units": width, "activation": function}
    if block == "conv2d":
        parameters["padding"] = "same"
    ends = graph.node(key.source).position, graph.node(key.target).position
    node = Node(
        id=edits.free_id(graph, block), block=block, parameters=parameters,
        position=edits.bounded((ends[0].x + ends[1].x) / 2, (ends[0].y + ends[1].y) / 2 + 48.0),
        training=NodeTraining(initializer=Choice(id="identity")),
    )  # fmt: skip
    wired = edits.insert_on_edge(graph, key, node, input_port="input", output_port="output")
    document.edit_graph(f"Insert {CATALOGUE[block].title} as the identity", with_room(graph, wired, drawn(document)))
    return node.id


def identity_block(signal: Signal | None) -> str:
    """The layer that can pass a signal on as it is: dense or convolution; empty where there is none."""
    if signal is None or signal.scale == "index" or signal.kind in ("tokens", "classes", "loss"):
        return ""
    if signal.kind == "image" and len(signal.shape) == 3:
        return "conv2d"
    return "dense" if len(signal.shape) == 1 or signal.stepwise else ""


def is_loose(graph: Graph, name: str) -> bool:
    """Whether the node has no wires but could stand in one."""
    declaration = CATALOGUE.get(graph.node(name).block)
    if declaration is None or not declaration.inputs or not declaration.outputs:
        return False
    return not any(name in (edge.source, edge.target) for edge in graph.edges)


def _node_of(after: str | PortRef | None) -> str:
    return after.node if isinstance(after, PortRef) else after or ""


def _place(graph: Graph, after: str, on_edge: EdgeKey | None, known: Mapping[str, Rect]) -> Point:
    """Right of the node it follows, in the middle of the wire, or right of everything."""
    if on_edge is not None:
        cards = as_drawn(graph, known)
        names = [card_name(graph, name, known) for name in (on_edge.source, on_edge.target)]
        ends = [cards.node(name).position for name in names if name]
        if len(ends) < 2:
            return (ends[0].x, ends[0].y + 48.0) if ends else (0.0, 0.0)
        return (ends[0].x + ends[1].x) / 2, (ends[0].y + ends[1].y) / 2 + 48.0
    if after and graph.has(after):
        return next_in_row(graph, after, known)
    seen = as_drawn(graph, known)
    if not seen.nodes:
        return 0.0, 0.0
    return next_in_row(seen, max(seen.nodes, key=lambda node: node.position.x).id, known)


def _wires(document: Document, declaration: type[Block], name: str, after: str | PortRef | None) -> list[Edge]:
    """The wires a new block starts with."""
    if isinstance(after, PortRef) and after.side == "input":
        return _before(document, declaration, name, after)
    source = _source(document.graph, after)
    if source is None or not declaration.inputs:
        return []
    if issubclass(declaration, Loss):
        return _loss_wires(document.graph, declaration, name, source)
    edge = Edge(source=source[0], source_port=source[1], target=name, target_port=declaration.inputs[0].name)
    verdict = fits(_Grown(document, Node(id=name, block=declaration.id)), edge)
    pulled = isinstance(after, PortRef)
    return [edge] if verdict.ok or verdict.fixes or pulled else []


def _before(document: Document, declaration: type[Block], name: str, port: PortRef) -> list[Edge]:
    if not declaration.outputs:
        return []
    names = [output.name for output in declaration.outputs]
    chosen = port.name if port.name in names else names[0]
    return [Edge(source=name, source_port=chosen, target=port.node, target_port=port.name)]


def _source(graph: Graph, after: str | PortRef | None) -> tuple[str, str] | None:
    """The output port that feeds the new block."""
    if isinstance(after, PortRef):
        return after.node, after.name
    if not after or not graph.has(after):
        return None
    declaration = CATALOGUE.get(graph.node(after).block)
    if declaration is None or not declaration.outputs or issubclass(declaration, Loss):
        return None
    return after, declaration.outputs[0].name


def _loss_wires(graph: Graph, declaration: type[Block], name: str, source: tuple[str, str]) -> list[Edge]:
    """Prediction from the node before, target from the data that feed it; a pulled target goes to the target."""
    ports = [port.name for port in declaration.inputs]
    first = "target" if source[1] == "target" and "target" in ports else ports[0]
    wires = [Edge(source=source[0], source_port=source[1], target=name, target_port=first)]
    data = _data_before(graph, source[0])
    if first != "target" and "target" in ports and data:
        wires.append(Edge(source=data, source_port="target", target=name, target_port="target"))
    return wires


def _data_before(graph: Graph, start: str) -> str:
    """The nearest data block with a target upstream, else the first one on the canvas, else nothing."""
    waiting, seen = [start], {start}
    for name in waiting:
        if _has_target(graph, name):
            return name
        for edge in graph.into(name):
            if edge.source not in seen:
                seen.add(edge.source)
                waiting.append(edge.source)
    return next((node.id for node in graph.nodes if _has_target(graph, node.id)), "")


def _has_target(graph: Graph, name: str) -> bool:
    declaration = CATALOGUE.get(graph.node(name).block)
    return (
        declaration is not None
        and issubclass(declaration, Dataset)
        and any(port.name == "target" for port in declaration.outputs)
    )


class _Grown:
    """The document with one more node that has no wires yet: enough to ask whether a wire to it fits."""

    def __init__(self, document: Document, node: Node) -> None:
        self.graph = edits.add_node(document.graph, node)
        self.report = replace(document.report, blocks={**document.report.blocks, node.id: block_of(node)})
