"""Small ONNX files, and what our network and onnxruntime answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from playground.exchange.into.imported import Imported
from playground.exchange.into.onnx.importing import import_onnx
from playground.exchange.out.exported import exported
from playground.exchange.out.formats import network_of
from playground.network.check import check
from playground.network.flat import Layout
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot

Shape = Sequence[int | str]


def node(kind: str, inputs: str, outputs: str = "y", domain: str = "", **attributes: Any) -> onnx.NodeProto:
    """An operation; names are separated by blanks, and “_” is an input that is left out."""
    names = [["" if name == "_" else name for name in text.split()] for text in (inputs, outputs)]
    return helper.make_node(kind, *names, domain=domain, **attributes)


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Shape],
    constants: Mapping[str, Any] | None = None,
    outputs: Sequence[str] = ("y",),
    opset: int = 20,
    whole: Sequence[str] = (),
) -> onnx.ModelProto:
    """A model with these operations; constants become initializers."""
    kinds = {name: TensorProto.INT64 if name in whole else TensorProto.FLOAT for name in inputs}
    graph = helper.make_graph(
        list(nodes), "test",
        [helper.make_tensor_value_info(name, kinds[name], list(shape)) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def opened(one: onnx.ModelProto, folder: Path) -> Imported:
    """What the program makes of a model."""
    path = folder / "model.onnx"
    path.write_bytes(one.SerializeToString())
    return import_onnx(path)


def blocks(found: Imported) -> list[str]:
    """The blocks on the canvas, in order, without the loss."""
    return [node.block for node in found.project.graph.nodes if node.id != "loss"]


def reasons(found: Imported) -> list[str]:
    """Why operations are not supported."""
    return [str(node.parameters["reason"]) for node in found.project.graph.nodes if node.block == "foreign-operator"]


def ours(found: Imported, *given: np.ndarray) -> list[np.ndarray]:
    """The answers of the session that starts from the imported weights; inputs have the batch first."""
    if found.checkpoint is None:  # nothing to learn, so no session
        graph = found.project.graph
        network = exported(graph, check(graph), Snapshot(0, 0.0, np.zeros(0, dtype=np.float32), Layout(())))
    else:
        session = Session(found.project)
        assert session.resume(found.checkpoint) == ()
        assert session.step == 0
        network = network_of(session)
    return [one.numpy() for one in network(*(torch.tensor(array) for array in given))]


def theirs(one: onnx.ModelProto, *given: np.ndarray) -> list[np.ndarray]:
    """The answers of onnxruntime."""
    run = onnxruntime.InferenceSession(one.SerializeToString(), providers=["CPUExecutionProvider"])
    return run.run(None, {entry.name: array for entry, array in zip(run.get_inputs(), given, strict=True)})


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    """Random numbers in float32."""
    return np.random.default_rng([seed, *shape]).standard_normal(shape).astype(np.float32)
