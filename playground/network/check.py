"""Check a graph: parameters, wiring and shapes, with errors that name the node, the reason and the remedy.

Shapes come from running every module, on torch's meta device where it is large, so that a shape rule cannot drift from
the code. Results are remembered per block and input, so that an edit of a large graph costs only what it changed.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import torch

from playground.blocks.base import Advice, Block, BlockError, Fix
from playground.blocks.estimator import Estimator
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.copies import unrolled
from playground.document.graph import MOST_NODES, Edge, Graph, Node
from playground.network import remedies, repeating
from playground.network.lean import NothingDrawn, leave_compiler_out
from playground.network.naming import titles
from playground.network.remedies import Output as Output
from playground.network.report import Comparison as Comparison
from playground.network.report import Problem as Problem
from playground.network.report import Report as Report
from playground.network.sharing import Shapes, shared_parameters

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class _Inferred:
    outputs: tuple[Signal, ...]
    parameters: int
    shapes: Shapes
    """Shapes of the parameters by their names."""
    error: str = ""
    fixes: tuple[Fix, ...] = ()
    port: str = ""
    advice: tuple[Advice, ...] = ()


def check(graph: Graph) -> Report:
    """Check a whole graph, with all copies of its repeated groups. Never raises for what a person can draw."""
    whole = unrolled(graph)
    report = _check(whole)
    if whole is graph:
        return report
    too_large = repeating.refused_size(graph)
    if too_large is not None:
        return report.but(too_large)
    if not report.order and graph.order() is not None:
        return replace(report, problems=(repeating.circle_of_copies(graph),))
    return replace(report, problems=repeating.told_on_drawn(graph, report.problems, titles(graph)))


def _check(graph: Graph) -> Report:
    order = graph.order()
    if order is None:
        problem = Problem("", "The wires form a cycle; a network must run one way. Remove one wire of the circle.")
        return Report((), {}, {}, {}, {}, (problem,), graph)
    problems: list[Problem] = []
    blocks: dict[str, Block] = {}
    inputs: dict[str, tuple[Output, ...]] = {}
    signals: dict[Output, Signal] = {}
    parameters: dict[str, int] = {}
    shapes: dict[str, Shapes] = {}
    around = remedies.Upstream(blocks, inputs, signals)
    for name in order:
        block = _declared(graph.node(name), problems)
        if block is None:
            continue
        blocks[name] = block
        if isinstance(block, Dataset):
            parameters[name] = 0
            _add_data(graph, name, block, signals, problems)
            continue
        sources = _sources(graph, name, block, graph.wires_in.get(name, ()), blocks, problems)
        if sources is None or any(source not in signals for source in sources):
            continue
        result = infer(block, tuple(signals[source] for source in sources))
        place = functools.partial(remedies.placed, name, sources, around)
        if result.error:
            problems.append(Problem(name, result.error, place(result.fixes), result.port))
            continue
        problems.extend(Problem(name, text, place(fixes), severity="warning") for text, fixes in result.advice)
        inputs[name] = sources
        parameters[name] = result.parameters
        shapes[name] = result.shapes
        for port, signal in zip(block.outputs, result.outputs, strict=True):
            signals[name, port.name] = signal
    shared, misfits = shared_parameters(graph, shapes, lambda: titles(graph))
    for full in shared:
        name, _, short = full.partition(".")
        parameters[name] -= math.prod(shapes[name][short])
    report = Report(order, blocks, inputs, signals, parameters, (*problems, *misfits), graph, shared)
    return _with_whole_graph_problems(report)


def _add_data(
    graph: Graph, name: str, block: Dataset, signals: dict[Output, Signal], problems: list[Problem]
) -> None:
    if "/" in name:
        problems.append(repeating.data_repeated(graph, name))
        return
    try:
        block.expect()
        found = block.signals()
    except BlockError as error:
        problems.append(Problem(name, error.message, remedies.placed(name, (), None, error.fixes)))
        return
    for port, signal in zip(block.outputs, found, strict=True):
        signals[name, port.name] = signal


def block_of(node: Node) -> Block:
    """The block of a node with its parameters. Raises KeyError or pydantic's ValidationError."""
    key = node.block, id(node.parameters)
    known = KNOWN_BLOCKS.get(key)
    if known is None or known[0] is not node.parameters:
        known = node.parameters, known_block(node.block, json.dumps(node.parameters, sort_keys=True))
        _remember(KNOWN_BLOCKS, key, known)
    return known[1]


KNOWN_BLOCKS: dict[tuple[str, int], tuple[Mapping[str, Any], Block]] = {}
KNOWN_INFERRED: dict[tuple[int, ...], tuple[Block, tuple[Signal, ...], _Inferred]] = {}
"""What was found for just these objects, by `id`; each entry holds them, so that their ids stay theirs.

In a graph of thousands of blocks, writing all parameters as text and hashing all signals takes longer than the check.
"""
_MOST_KNOWN = 4 * MOST_NODES


def _remember(table: dict[K, V], key: K, value: V) -> None:
    if len(table) >= _MOST_KNOWN:
        table.clear()
    table[key] = value


@functools.lru_cache(maxsize=2 * MOST_NODES)
def known_block(identifier: str, parameters: str) -> Block:
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
    except ValueError as error:
        found = declaration.parameter_problems(dict(node.parameters)) or [("", f"{declaration.title}: {error}")]
        problems.extend(Problem(node.id, message, _default_fix(declaration, name)) for name, message in found)
        return None


def _default_fix(declaration: type[Block], name: str) -> tuple[Fix, ...]:
    for info in declaration.parameter_infos():
        if info.name == name:
            return (Fix(f"Set {info.label.lower()} to {info.default}", "set", parameters={name: info.default}),)
    return ()


def _sources(
    graph: Graph, name: str, block: Block, edges: tuple[Edge, ...], blocks: Mapping[str, Block], problems: list[Problem]
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
        if not arriving and not port.optional:
            words = "at least two wires" if port.many else "a wire"
            message = f"{block.title} waits for {words} into “{port.title.lower()}”."
            problems.append(Problem(name, message, remedies.wires_into(graph, port.name), port.name))
            good = False
        if len(arriving) > 1 and not port.many:
            message = f"“{port.title}” takes one wire, but {len(arriving)} arrive."
            problems.append(Problem(name, message, port=port.name))
            good = False
        found.extend(arriving)
    return tuple(found) if good else None


def infer(block: Block, inputs: tuple[Signal, ...]) -> _Inferred:
    """Output signals and parameter count of one block, by running its module."""
    key = id(block), *map(id, inputs)
    known = KNOWN_INFERRED.get(key)
    if known is None:
        known = block, inputs, _infer(block, inputs)
        _remember(KNOWN_INFERRED, key, known)
    return known[2]


@functools.lru_cache(maxsize=8192)
def _infer(block: Block, inputs: tuple[Signal, ...]) -> _Inferred:
    try:
        _no_loss(block, inputs)
        _alike_in_rows(block, inputs)
        block.expect(*inputs)
        with torch.device("meta"), NothingDrawn(), torch.no_grad():
            module = block.build(*inputs).eval()
            arriving = [signal.meta(EXAMPLES) for signal in inputs]
        shapes = _trace(block, module, arriving)
        described = block.describe(shapes, *inputs)
        outputs = tuple(_with_rows(signal, shape) for signal, shape in zip(described, shapes, strict=True))
        weights = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
        return _Inferred(outputs, sum(map(math.prod, weights.values())), weights, advice=block.advise(*inputs))
    except BlockError as error:
        return _Inferred((), 0, {}, error.message, error.fixes, error.port)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError) as error:
        arrived = " and ".join(signal.words() for signal in inputs)
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return _Inferred((), 0, {}, f"{block.title} cannot work with {arrived}: {reason}.")


EXAMPLES = 2
"""Examples in the batch that shapes are inferred from."""


def _no_loss(block: Block, inputs: tuple[Signal, ...]) -> None:
    """Refuse a wire from a loss, which has no examples any more. Raises BlockError."""
    if any(signal.kind == "loss" for signal in inputs):
        raise BlockError(
            f"A loss is where a network ends: {block.title} cannot take it. Wire in what goes into the loss instead. "
            "Several losses are summed by themselves, each with its weight."
        )


def _alike_in_rows(block: Block, inputs: tuple[Signal, ...]) -> None:
    """Refuse wires of which one has more rows for each example than another. Raises BlockError."""
    if len({signal.rows for signal in inputs}) > 1:
        counted = " and ".join(f"{signal.rows} row{'s' if signal.rows != 1 else ''}" for signal in inputs)
        raise BlockError(
            f"{block.title} expects as many rows on every wire, but {counted} for each example arrive. Some block on "
            "the way makes several rows of one example; wire in what has gone the same way."
        )


def _with_rows(signal: Signal, shape: torch.Size) -> Signal:
    rows = max(1, shape[0] // EXAMPLES) if len(shape) else 1
    return signal if rows == signal.rows else signal.but(rows=rows)


SMALL = 1_000_000
"""Numbers in weights and inputs up to which a module is run on the processor."""


@torch.no_grad()
def _trace(block: Block, module: torch.nn.Module, arriving: list[torch.Tensor]) -> tuple[torch.Size, ...]:
    """Run a module for its shapes: a small one on zeros, which is quicker than torch's meta device and spares the start
    of the program the symbolic algebra that many functions of the meta device import; a large one on that device.
    """
    tensors = [*module.parameters(), *module.buffers(), *arriving]
    if sum(tensor.numel() for tensor in tensors) > SMALL:
        leave_compiler_out()
        with torch.device("meta"):
            return block.trace(module, *arriving)
    for part in module.modules():
        for name, tensor in [*part._parameters.items(), *part._buffers.items()]:
            if tensor is not None:
                table: dict[str, Any] = part._parameters if name in part._parameters else part._buffers
                table[name] = _zeros(tensor)
    return block.trace(module, *(_zeros(tensor) for tensor in arriving))


def _zeros(tensor: torch.Tensor) -> torch.Tensor:
    return torch.zeros(tensor.shape, dtype=tensor.dtype)


def _with_whole_graph_problems(report: Report) -> Report:
    if not report.ok:
        return report
    losses = report.loss_nodes()
    ways = _upstream(report, losses)
    if not report.data_nodes() and not any(not report.blocks[name].inputs for name in losses):
        added = [Problem("", "There is no data on the canvas. Drag a data block in and wire it to the network.")]
    elif not losses and not report.estimator_nodes():
        added = [Problem("", "Nothing to learn from: the network needs a loss block with a prediction and a target.")]
    elif not report.estimator_nodes() and not _has_weights(report, ways):
        added = [
            Problem("", "There is nothing to train: no block on the way to a loss has weights. Drag in a Dense block.")
        ]
    else:
        added = [
            Problem(name, f"Nothing uses what {report.blocks[name].title} gives. Wire it on, or delete it.",
                    severity="warning")
            for name in _dead_ends(report)
        ]
    return report.but(*added)


def _has_weights(report: Report, names: set[str]) -> bool:
    """Whether one of these nodes has weights, its own or those of another."""
    users = (full.partition(".")[0] for full in report.shared)
    return any(report.parameters[name] for name in names) or not names.isdisjoint(users)


def _upstream(report: Report, names: Iterable[str]) -> set[str]:
    """These nodes and all on which they depend."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(source for source, _ in report.inputs.get(name, ()))
    return found


def _dead_ends(report: Report) -> list[str]:
    """Nodes that compute something nobody uses; data, losses, measures and estimators may end so."""
    used = {source for sources in report.inputs.values() for source, _ in sources}
    ends = (Loss, Measure, Estimator)
    return [name for name in report.inputs if name not in used and not isinstance(report.blocks[name], ends)]
