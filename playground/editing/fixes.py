"""Carry out the remedy that a message offers: a pure edit of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.blocks.base import Fix
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.graph import Edge, EdgeKey, Graph, Node


def apply(graph: Graph, problem_node: str, fix: Fix) -> Graph:
    """The graph after the fix. Raises KeyError when the graph changed so much that the fix has lost its place.

    Raises ValueError when a wire would close a circle. A fix that asks the person changes nothing by itself.
    """
    if fix.action == "ask":
        return graph
    if fix.action == "set":
        return edits.set_parameters(graph, fix.node or problem_node, fix.parameters)
    if fix.action == "change":
        return _change(graph, fix.node or problem_node, fix.parameters)
    if fix.action == "insert":
        return _insert(graph, problem_node, fix)
    if fix.action == "connect":
        source, port = fix.source
        return edits.connect(graph, Edge(source=source, source_port=port, target=problem_node, target_port=fix.port))
    return _replace(graph, problem_node, fix)


def _change(graph: Graph, name: str, fields: Mapping[str, Any]) -> Graph:
    if graph.has(name):
        return edits.replace_node(graph, graph.node(name).replace(**fields))
    return edits.replace_group(graph, graph.group(name).replace(**fields))


def _insert(graph: Graph, problem_node: str, fix: Fix) -> Graph:
    wires = [edge for edge in graph.into(problem_node) if edge.target_port == fix.port]
    if fix.wire >= len(wires):
        raise KeyError(fix.port)
    edge = wires[fix.wire]
    inserted = insert_block(graph, edge.key, fix.block, dict(fix.parameters))
    if fix.group not in graph.groups_by_id:
        return inserted
    group = graph.group(fix.group)
    return edits.replace_group(inserted, group.replace(nodes=(*group.nodes, inserted.nodes[-1].id)))


def insert_block(graph: Graph, key: EdgeKey, block: str, parameters: dict[str, Any] | None = None) -> Graph:
    """Put a new block on a wire, halfway between its ends. Raises KeyError for an unknown block or wire."""
    declaration = CATALOGUE[block]
    source, target = graph.node(key.source), graph.node(key.target)
    middle = edits.bounded(
        (source.position.x + target.position.x) / 2, (source.position.y + target.position.y) / 2 + 40.0
    )
    node = Node(id=edits.free_id(graph, block), block=block, parameters=parameters or {}, position=middle)
    return edits.insert_on_edge(
        graph, key, node, input_port=declaration.inputs[0].name, output_port=declaration.outputs[0].name
    )


def _replace(graph: Graph, problem_node: str, fix: Fix) -> Graph:
    return replace_block(graph, fix.node or problem_node, fix.block, fix.parameters)


def replace_block(graph: Graph, name: str, block: str, parameters: Mapping[str, object] | None = None) -> Graph:
    """Exchange the block of a node; good parameters of the same name and wires to ports of the same name stay.

    Raises KeyError for an unknown block or node.
    """
    node = graph.node(name)
    declaration = CATALOGUE[block]
    kept = {key: value for key, value in node.parameters.items() if key in declaration.model_fields}
    refused = {key for key, _ in declaration.parameter_problems(dict(kept))}
    kept = {key: value for key, value in kept.items() if key not in refused}
    changed = node.replace(block=block, parameters={**kept, **(parameters or {})})
    graph = edits.replace_node(graph, changed)
    ports_in = {port.name for port in declaration.inputs}
    ports_out = {port.name for port in declaration.outputs}

    def fits(edge: Edge) -> bool:
        return not (
            (edge.target == name and edge.target_port not in ports_in)
            or (edge.source == name and edge.source_port not in ports_out)
        )

    return graph.replace(edges=tuple(edge for edge in graph.edges if fits(edge)))
