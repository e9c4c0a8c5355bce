"""Check a graph: parameters, wiring and shapes, with errors that name the node, the reason and the remedy.

Shapes come from running every module on torch's meta device, so that a shape rule cannot drift from the code. Results
are remembered per block and input, so that an edit of a large graph costs only what it changed.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import torch

from playground.blocks.base import Block, BlockError, Fix
from playground.blocks.loss import Loss
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.graph import Edge, Graph, Node

Output = tuple[str, str]
"""A node id and the name of one of its output ports."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong on the canvas. An error forbids training; a warning only advises."""

    node: str
    """Id of the node it sits on; empty when it concerns the whole graph."""
    message: str
    fixes: tuple[Fix, ...] = ()
    port: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a graph: blocks, signals on the wires, parameter counts, and everything wrong with it."""

    order: tuple[str, ...]
    blocks: Mapping[str, Block]
    inputs: Mapping[str, tuple[Output, ...]]
    """For each node that works, where its inputs come from, one per wire in port order."""
    signals: Mapping[Output, Signal]
    parameters: Mapping[str, int]
    problems: tuple[Problem, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether the graph can be trained."""
        return not any(problem.severity == "error" for problem in self.problems)

    @property
    def total_parameters(self) -> int:
        """Trainable and frozen parameters of all nodes."""
        return sum(self.parameters.values())

    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid training."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    def data_nodes(self) -> tuple[str, ...]:
        """Ids of the data blocks, in order."""
        return tuple(name for name in self.order if isinstance(self.blocks.get(name), Dataset))

    def loss_nodes(self) -> tuple[str, ...]:
        """Ids of the loss blocks that have all their inputs, in order."""
        return tuple(
            name for name in self.order if isinstance(self.blocks.get(name), Loss) and name in self.inputs
        )


@dataclass(frozen=True, slots=True)
class _Inferred:
    outputs: tuple[Signal, ...]
    parameters: int
    error: str = ""
    fixes: tuple[Fix, ...] = ()
    port: str = ""


def check(graph: Graph) -> Report:
    """Check a whole graph. Never raises for what a person can draw."""
    order = graph.order()
    if order is None:
        problem = Problem("", "The wires form a cycle; a network must run one way. Remove one wire of the circle.")
        return Report((), {}, {}, {}, {}, (problem,))
    problems: list[Problem] = []
    blocks: dict[str, Block] = {}
    inputs: dict[str, tuple[Output, ...]] = {}
    signals: dict[Output, Signal] = {}
    parameters: dict[str, int] = {}
    wires: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        wires.setdefault(edge.target, []).append(edge)
    nodes = {node.id: node for node in graph.nodes}
    for name in order:
        block = _declared(nodes[name], problems)
        if block is None:
            continue
        blocks[name] = block
        if isinstance(block, Dataset):
            parameters[name] = 0
            try:
                block.expect()
            except BlockError as error:
                fixes = tuple(_placed(fix, name, block, ()) for fix in error.fixes)
                problems.append(Problem(name, error.message, fixes))
                continue
            for port, signal in zip(block.outputs, block.signals(), strict=True):
                signals[name, port.name] = signal
            continue
        sources = _sources(name, block, wires.get(name, []), blocks, problems)
        if sources is None or any(source not in signals for source in sources):
            continue
        result = infer(block, tuple(signals[source] for source in sources))
        if result.error:
            fixes = tuple(_placed(fix, name, block, sources) for fix in result.fixes)
            problems.append(Problem(name, result.error, fixes, result.port))
            continue
        inputs[name] = sources
        parameters[name] = result.parameters
        for port, signal in zip(block.outputs, result.outputs, strict=True):
            signals[name, port.name] = signal
    report = Report(order, blocks, inputs, signals, parameters, tuple(problems))
    return _with_whole_graph_problems(report)


def block_of(node: Node) -> Block:
    """The block of a node with its parameters. Raises KeyError or pydantic's ValidationError."""
    return _block(node.block, json.dumps(node.parameters, sort_keys=True))


@functools.lru_cache(maxsize=4096)
def _block(identifier: str, parameters: str) -> Block:
    return CATALOGUE[identifier].model_validate_json(parameters)


def _declared(node: Node, problems: list[Problem]) -> Block | None:
    declaration = CATALOGUE.get(node.block)
    if declaration is None:
        problems.append(
            Problem(node.id, f"There is no block “{node.block}”. Delete this node, or open it in a newer Playground.")
        )
        return None
    try:
        return block_of(node)
    except ValueError:
        for name, message in declaration.parameter_problems(dict(node.parameters)):
            problems.append(Problem(node.id, message, _default_fix(declaration, name)))
        return None


def _default_fix(declaration: type[Block], name: str) -> tuple[Fix, ...]:
    for info in declaration.parameter_infos():
        if info.name == name:
            return (Fix(f"Set {info.label.lower()} to {info.default}", "set", parameters={name: info.default}),)
    return ()


def _sources(
    name: str, block: Block, edges: list[Edge], blocks: Mapping[str, Block], problems: list[Problem]
) -> tuple[Output, ...] | None:
    """Where each input comes from, in port order; None when a wire is missing or has no such port."""
    found: list[Output] = []
    good = True
    known = {port.name for port in block.inputs}
    for edge in edges:
        if edge.target_port not in known:
            ports = ", ".join(sorted(known)) or "none"
            problems.append(Problem(name, f"{block.title} has no input “{edge.target_port}”; it has {ports}."))
            good = False
        source = blocks.get(edge.source)
        if source is not None and edge.source_port not in {port.name for port in source.outputs}:
            problems.append(Problem(name, f"{source.title} has no output “{edge.source_port}”."))
            good = False
    for port in block.inputs:
        arriving = [(edge.source, edge.source_port) for edge in edges if edge.target_port == port.name]
        if not arriving:
            words = "at least two wires" if port.many else "a wire"
            problems.append(
                Problem(name, f"{block.title} waits for {words} into “{port.title.lower()}”.", port=port.name)
            )
            good = False
        if len(arriving) > 1 and not port.many:
            problems.append(Problem(name, f"“{port.title}” takes one wire, but {len(arriving)} arrive.", port=port.name))
            good = False
        found.extend(arriving)
    return tuple(found) if good else None


@functools.lru_cache(maxsize=8192)
def infer(block: Block, inputs: tuple[Signal, ...]) -> _Inferred:
    """Output signals and parameter count of one block, by running its module on the meta device."""
    try:
        block.expect(*inputs)
        with torch.device("meta"), torch.no_grad():
            module = block.build(*inputs).eval()
            result = module(*(signal.meta() for signal in inputs))
        tensors = result if isinstance(result, tuple) else (result,)
        outputs = block.describe(tuple(tensor.shape for tensor in tensors), *inputs)
        return _Inferred(outputs, sum(parameter.numel() for parameter in module.parameters()))
    except BlockError as error:
        return _Inferred((), 0, error.message, error.fixes, error.port)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        arrived = " and ".join(signal.words() for signal in inputs)
        reason = str(error).splitlines()[0]
        return _Inferred((), 0, f"{block.title} cannot work with {arrived}: {reason}.")


def _placed(fix: Fix, name: str, block: Block, sources: tuple[Output, ...]) -> Fix:
    """A fix of a block speaks of its port names; on the canvas it names the node behind that port."""
    ports = [port.name for port in block.inputs]
    if fix.node in ports:
        return Fix(fix.label, fix.action, fix.block, fix.parameters, fix.port, sources[ports.index(fix.node)][0])
    return Fix(fix.label, fix.action, fix.block, fix.parameters, fix.port, fix.node or name)


def _with_whole_graph_problems(report: Report) -> Report:
    if report.problems:
        return report
    problems: list[Problem] = []
    if not report.data_nodes():
        problems.append(Problem("", "There is no data on the canvas. Drag a data block in and wire it to the network."))
    elif not report.loss_nodes():
        problems.append(Problem("", "Nothing to learn from: the network needs a loss block with a prediction and a target."))
    elif report.total_parameters == 0:
        problems.append(Problem("", "There is nothing to train: no block has weights. Drag in a Dense block."))
    return Report(report.order, report.blocks, report.inputs, report.signals, report.parameters, tuple(problems))
