"""Give the remedies of a block their place on the canvas: a block knows its ports, the canvas knows its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from playground.blocks.base import Block, Fix
from playground.blocks.families import role_of
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.declaration import ParameterInfo
from playground.document.graph import Graph

Output = tuple[str, str]
"""A node id and the name of one of its output ports."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """What is known of the nodes before the one at fault."""

    blocks: Mapping[str, Block]
    inputs: Mapping[str, tuple[Output, ...]]
    signals: Mapping[Output, Signal]


def placed(
    name: str, sources: tuple[Output, ...], around: Upstream | None, fixes: tuple[Fix, ...]
) -> tuple[Fix, ...]:
    """The fixes of node `name` with node ids instead of port names; those without a place are dropped."""
    found: list[Fix] = []
    for fix in fixes:
        ports = [port.name for port in around.blocks[name].inputs] if around else []
        if around is not None and fix.action == "insert" and not fix.port:
            port, wire = _wire(around.blocks[name], fix.wire)
            fix = replace(fix, port=port, wire=wire)
        if around is None or fix.node not in ports:
            found.append(replace(fix, node=fix.node or name))
            continue
        source = sources[ports.index(fix.node) + fix.wire]
        node = _holder(source, fix, around)
        if node is not None:
            found.append(replace(fix, node=node, wire=0))
    return tuple(found)


def _wire(block: Block, number: int) -> tuple[str, int]:
    """The port of a wire that is known by its number among all wires of a block, and its number at this port.

    A port that takes many wires is the only one of its block.
    """
    first = block.inputs[0]
    return (first.name, number) if first.many else (block.inputs[number].name, 0)


def _holder(source: Output, fix: Fix, around: Upstream) -> str | None:
    """The node behind a wire that the fix can change; blocks that keep the shape are passed on the way up."""
    while True:
        name = source[0]
        block = around.blocks[name]
        if _takes(block, fix):
            return name
        before = around.inputs.get(name, ())
        decisive = role_of(block.family) == "activation" and (fix.action == "replace" or "activation" in fix.parameters)
        if decisive or len(before) != 1 or around.signals[before[0]].shape != around.signals[source].shape:
            return None
        source = before[0]


def _takes(block: Block, fix: Fix) -> bool:
    if fix.action == "replace":
        return block.family == CATALOGUE[fix.block].family
    declared = {info.name: info for info in type(block).parameter_infos()}
    return all(name in declared and _may_be(declared[name], value) for name, value in fix.parameters.items())


def _may_be(info: ParameterInfo, value: object) -> bool:
    """Whether a parameter with choices has this one among them; others are judged when they are set."""
    return not info.choices or str(value) in info.choices


def wires_into(graph: Graph, port: str) -> tuple[Fix, ...]:
    """Offers to wire an empty `target` port to the target of a data block."""
    if port != "target":
        return ()
    fixes: list[Fix] = []
    for node in graph.nodes:
        declaration = CATALOGUE.get(node.block)
        if declaration is None or not issubclass(declaration, Dataset):
            continue
        if any(output.name == port for output in declaration.outputs):
            label = f"Wire the target of {node.title or declaration.title} here"
            fixes.append(Fix(label, "connect", port=port, source=(node.id, port)))
    return tuple(fixes)
