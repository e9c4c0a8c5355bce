"""An ONNX file read with care: the graph in plain values, its weights as arrays; nothing is run, and no other file is
read unless it lies beside it and the file says so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.exchange.refusals import ExchangeRefused, needed

PURPOSE = "Opening an ONNX file"
LARGEST_FILE = 2**31
MOST_OPERATIONS = 20_000
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One node of the file. Attributes are plain Python values and arrays."""

    kind: str
    """Such as Gemm; of a set of operators beside ONNX's own with it before a colon, `ai.onnx.ml:Scaler`."""
    name: str
    inputs: tuple[str, ...]
    """An input that is left out is empty."""
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An input of the graph: its extents, −1 for one that may vary, and the names that those have."""

    name: str
    extents: tuple[int, ...]
    words: tuple[str, ...]
    whole: bool
    """Whether it takes whole numbers."""
    layout: tuple[int, ...] = ()
    """The axes in the order in which data have them, the batch first; empty where that is to be found out."""


@dataclass(frozen=True, slots=True)
class OnnxGraph:
    """What stands in a file."""

    operations: tuple[Operation, ...]
    constants: Mapping[str, Array]
    inputs: tuple[Entry, ...]
    outputs: tuple[str, ...]
    known: Mapping[str, tuple[int, ...]]
    """Shapes that ONNX itself knows, −1 where an extent may vary."""
    opset: int
    producer: str


def read_onnx(path: Path) -> OnnxGraph:
    """Read a file. Raises ExchangeRefused with a sentence for everything that is wrong with it."""
    onnx = needed("onnx", "onnx", PURPOSE)
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ExchangeRefused(f"{path.name} is no ordinary file.")
        if size >= LARGEST_FILE:
            raise ExchangeRefused(f"{path.name} has {size / 2**30:.1f} GB; an ONNX file has less than 2 GB.")
        content = path.read_bytes()
    except OSError as error:
        raise ExchangeRefused(f"{path.name} cannot be read: {error.strerror or error}.") from error
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except Exception as error:  # protobuf has errors of its own
        raise ExchangeRefused(f"{path.name} is no ONNX file, or it is damaged.") from error
    if not model.HasField("graph") or not model.opset_import:
        raise ExchangeRefused(f"{path.name} is no ONNX file: there is no network in it.")
    return _graph_of(onnx, _inlined(onnx, model), path)


def _inlined(onnx: Any, model: Any) -> Any:
    """The model with its own functions, which some exporters write, put where they are called."""
    if not model.functions:
        return model
    try:
        from onnx import inliner

        return inliner.inline_local_functions(model)
    except Exception as error:  # C++ errors of several kinds
        raise ExchangeRefused("The functions of this ONNX file cannot be put in place; it may be damaged.") from error


def _graph_of(onnx: Any, model: Any, path: Path) -> OnnxGraph:
    graph = model.graph
    if len(graph.node) > MOST_OPERATIONS:
        raise ExchangeRefused(f"{path.name} has {len(graph.node):,} operations; {MOST_OPERATIONS:,} are the most.")
    constants = {_text(one.name): _array(onnx, one, path) for one in graph.initializer}
    if graph.sparse_initializer:
        raise ExchangeRefused(f"{path.name} has sparse weights, which are not supported.")
    inputs = tuple(_entry(onnx, one) for one in graph.input if _text(one.name) not in constants)
    operations = tuple(_operation(onnx, node, path) for node in graph.node)
    return OnnxGraph(
        _sorted(operations, {*constants, *(entry.name for entry in inputs), ""}),
        constants,
        inputs,
        _texts(one.name for one in graph.output),
        _shapes(onnx, model),
        next((entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")), 1),
        _text(model.producer_name),
    )


def _operation(onnx: Any, node: Any, path: Path) -> Operation:
    attributes: dict[str, Any] = {}
    for attribute in node.attribute:
        try:
            value = onnx.helper.get_attribute_value(attribute)
        except Exception as error:
            raise ExchangeRefused(f"{path.name} is damaged: {node.op_type} has an empty attribute.") from error
        if isinstance(value, onnx.TensorProto):
            value = _array(onnx, value, path)
        elif isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        elif isinstance(value, list) and value and isinstance(value[0], bytes):
            value = [one.decode("utf-8", "replace") for one in value]
        attributes[_text(attribute.name)] = value
    domain, kind = _text(node.domain), _text(node.op_type)
    whole = kind if domain in ("", "ai.onnx") else f"{domain}:{kind}"
    return Operation(whole, _text(node.name), _texts(node.input), _texts(node.output), attributes)


def _text(value: Any) -> str:
    """A name; in damaged files it comes as bytes."""
    return value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(_text(value) for value in values)


def _sorted(operations: Iterable[Operation], known: set[str]) -> tuple[Operation, ...]:
    """The operations so that each comes after those it needs. Raises ExchangeRefused where that cannot be."""
    waiting, found = list(operations), []
    given = {name for operation in waiting for name in operation.outputs if name}
    while waiting:
        ready = [one for one in waiting if known.issuperset(one.inputs)]
        if not ready:
            missing = next((name for one in waiting for name in one.inputs if name not in known | given), "")
            why = f"nothing gives “{missing[:60]}”" if missing else "its operations form a circle"
            raise ExchangeRefused(f"The file is damaged: {why}.")
        found.extend(ready)
        for one in ready:
            known.update(one.outputs)
        taken = set(map(id, ready))
        waiting = [one for one in waiting if id(one) not in taken]
    return tuple(found)


def _entry(onnx: Any, value: Any) -> Entry:
    tensor = value.type.tensor_type
    words = _texts(one.dim_param for one in tensor.shape.dim)
    whole = tensor.elem_type in (onnx.TensorProto.INT64, onnx.TensorProto.INT32)
    return Entry(_text(value.name), _extents(tensor), words, whole)


def _extents(tensor: Any) -> tuple[int, ...]:
    return tuple(one.dim_value if one.WhichOneof("value") == "dim_value" else -1 for one in tensor.shape.dim)


def _shapes(onnx: Any, model: Any) -> dict[str, tuple[int, ...]]:
    """What ONNX knows of shapes; nothing where it cannot tell, as for damaged files."""
    try:
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True).graph
    except Exception:  # C++ errors of several kinds; shapes are only needed behind what is not supported
        return {}
    values = (*inferred.value_info, *inferred.output)
    return {
        _text(one.name): _extents(one.type.tensor_type)
        for one in values if one.type.HasField("tensor_type") and one.type.tensor_type.HasField("shape")
    }  # fmt: skip


# Weights --------------------------------------------------------------------------------------------------------------


def _array(onnx: Any, tensor: Any, path: Path) -> Array:
    """The numbers of a tensor. Raises ExchangeRefused for sizes that are not those of its numbers."""
    extents = tuple(tensor.dims)
    if any(extent < 0 for extent in extents):
        raise ExchangeRefused(f"{path.name} is damaged: “{_text(tensor.name)[:60]}” has a negative size.")
    if tensor.data_location == onnx.TensorProto.EXTERNAL:
        return _from_beside(onnx, tensor, path)
    held = len(tensor.raw_data) or tensor.ByteSize()
    if math.prod(extents) > max(1, held) * 8:  # eight of the smallest kind of number in a byte
        raise ExchangeRefused(f"{path.name} is damaged: “{_text(tensor.name)[:60]}” has fewer numbers than it says.")
    try:
        return np.asarray(onnx.numpy_helper.to_array(tensor))
    except Exception as error:  # many kinds, none of which a person could tell apart
        raise ExchangeRefused(f"{path.name} is damaged: “{_text(tensor.name)[:60]}” cannot be read.") from error


def _from_beside(onnx: Any, tensor: Any, path: Path) -> Array:
    """A tensor whose numbers lie in a second file, which must be in the same folder."""
    told = {entry.key: entry.value for entry in tensor.external_data}
    name = told.get("location", "")
    place = Path(_text(name))
    if not name or "\0" in name or place.is_absolute() or len(place.parts) != 1 or place.name in ("..", "."):
        raise ExchangeRefused(
            f"{path.name} wants to read its weights from “{name[:80]}”, which is not a file beside it. Put that file "
            "into the same folder and export the network again."
        )
    beside = path.parent / place.name
    if beside.is_symlink() or not beside.is_file():
        raise ExchangeRefused(f"The weights of {path.name} lie in “{place.name}”, which must be beside it but is not.")
    try:
        kind = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type))
        count, offset = math.prod(tensor.dims), int(told.get("offset", 0))
        if offset < 0 or offset + count * kind.itemsize > beside.stat().st_size:
            raise ValueError("it ends before")
        return np.fromfile(beside, dtype=kind, count=count, offset=offset).reshape(tuple(tensor.dims))
    except (ValueError, KeyError, TypeError, OSError, OverflowError, MemoryError) as error:
        raise ExchangeRefused(f"“{place.name}” does not have the weights that {path.name} wants from it.") from error
