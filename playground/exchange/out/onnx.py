"""Out as ONNX, by torch's own exporter: names from the canvas, any number of examples in a batch."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import torch

from playground.exchange.out.exported import Exported, Gate
from playground.exchange.out.torch_export import program_of, quiet
from playground.exchange.refusals import ExchangeRefused, needed

PURPOSE = "Writing ONNX"
MOST_BYTES = 2**31 - 2**20
"""A file in the format of protobuf has less than 2 GB."""


def onnx_bytes(network: Exported, title: str = "") -> bytes:
    """The content of an `.onnx` file. Raises ExchangeRefused, also where the libraries are not installed."""
    needed("onnx", "onnx", PURPOSE)
    needed("onnxscript", "onnx", PURPOSE)
    size = sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers()))
    if size > MOST_BYTES:
        raise ExchangeRefused(f"The weights take {size / 2**30:.1f} GB; one ONNX file holds less than 2 GB.")
    program = program_of(network)
    try:
        with quiet(), _silent(), torch.no_grad():
            made = torch.onnx.export(program, (), dynamo=True, verbose=False)
    except Exception as error:  # torch raises many kinds, none of which a person could tell apart
        raise ExchangeRefused(f"torch has no ONNX form for this network: {_reason(error)}") from error
    assert made is not None
    _name_gates(made.model.graph, network)
    model = made.model_proto
    _describe(model, network, title)
    content = bytes(model.SerializeToString())
    refuse_other_answers(network, content)
    return content


def _reason(error: Exception) -> str:
    """What lies behind a failure of the exporter: the innermost reason, in one line."""
    while error.__cause__ is not None and isinstance(error.__cause__, Exception):
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:300].rstrip(".") + "."


def _name_gates(graph: Any, network: Exported) -> None:
    """Give inputs and outputs their names, and other values that torch called the same another one.

    torch calls a value after its operation, such as “conv2d”, which may be the name of a block too; told of the names,
    it gives them twice.
    """
    gates = [*zip(graph.inputs, network.inputs, strict=True), *zip(graph.outputs, network.outputs, strict=True)]
    ends = {id(value) for value, _ in gates}
    inside = [*graph.initializers.values(), *(value for node in graph.all_nodes() for value in node.outputs)]
    inside = [value for value in inside if value.name and id(value) not in ends]
    names, called = {gate.name for _, gate in gates}, {value.name for value in inside}
    for value in inside:
        if value.name in names:
            free = next(name for number in count(1) if (name := f"{value.name}_{number}") not in names | called)
            called.add(free)
            value.name = free
    for value, gate in gates:
        value.name = gate.name


def _describe(model: Any, network: Exported, title: str) -> None:
    """Call nodes as they are called on the canvas, and say what the numbers mean; drop traces of torch's own names."""
    model.producer_name, model.graph.name = "Playground", title or "network"
    calls: dict[str, int] = {}
    for node in model.graph.node:
        scopes = {entry.key: entry.value for entry in node.metadata_props}.get("pkg.torch.onnx.name_scopes", "")
        block = next((word for word in _words(scopes) if word in network.nodes), "")
        name = f"{network.titles[network.nodes[block]]}/{node.op_type}" if block else node.op_type
        calls[name] = calls.get(name, 0) + 1
        node.name = name if calls[name] == 1 else f"{name} {calls[name]}"
        del node.metadata_props[:]
    for part in (model.graph.input, model.graph.output, model.graph.value_info, model.graph.initializer):
        for value in part:
            del value.metadata_props[:]
    for part in (model.graph.input, model.graph.output, model.graph.value_info):
        for dimension in (one for value in part for one in value.type.tensor_type.shape.dim):
            # torch numbers what may vary; here that is the batch alone.
            if dimension.dim_param:
                dimension.dim_param = re.sub(r"\bs\d+\b", "batch", dimension.dim_param)
    del model.graph.metadata_props[:]
    for gate in (*network.inputs, *network.outputs):
        if gate.classes:
            entry = model.metadata_props.add()
            entry.key, entry.value = f"classes of {gate.name}", json.dumps(gate.classes, ensure_ascii=False)


def _words(scopes: str) -> list[str]:
    """The names of the modules within which a node was made: torch writes them as a list in quotes."""
    return [word.strip(" '\"[]") for word in scopes.split(",")]


@contextmanager
def _silent() -> Iterator[None]:
    """The exporter logs which other libraries it misses."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def refuse_other_answers(network: Exported, content: bytes) -> None:
    """Run the file once, where onnxruntime is installed, and hold its answers to torch's. Raises ExchangeRefused."""
    try:
        import onnxruntime
    except ImportError:
        return
    generator = torch.Generator().manual_seed(1)
    given = [_by_chance(gate, generator) for gate in network.inputs]
    wanted = network(*given)
    try:
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        names = [gate.name for gate in network.inputs]
        found = session.run(None, {name: tensor.numpy() for name, tensor in zip(names, given, strict=True)})
    except Exception as error:  # its own kinds of errors have no common base
        raise ExchangeRefused(f"onnxruntime cannot run what torch wrote: {_reason(error)}") from error
    for gate, ours, theirs in zip(network.outputs, wanted, found, strict=True):
        scale = 1.0 + float(ours.abs().max())
        if tuple(ours.shape) != theirs.shape or float((ours - torch.from_numpy(theirs)).abs().max()) > 1e-4 * scale:
            raise ExchangeRefused(f"What torch wrote answers otherwise than this network at “{gate.title}”.")


def _by_chance(gate: Gate, generator: torch.Generator, count: int = 3) -> torch.Tensor:
    shape = (count * gate.signal.rows, *gate.signal.shape)
    if gate.dtype == torch.int64:
        return torch.randint(0, max(1, len(gate.signal.classes)), shape, generator=generator)
    return torch.randn(shape, generator=generator, dtype=gate.dtype)
