"""Recurrent forms written as ONNX: onnxruntime answers as the block does, for any number of examples."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch

from playground.document.graph import Edge, Graph, Node
from playground.document.project import Project
from playground.exchange.out.formats import network_of
from playground.exchange.out.onnx import onnx_bytes
from playground.training.session.session import Session

onnxruntime = pytest.importorskip("onnxruntime")
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "relu without biases": ("simple-rnn", {"activation": "relu", "bias": False}),
    "both ways": ("lstm", {"direction": "both"}),
    "two layers both ways": ("gru", {"direction": "both", "layers": 2, "dropout": 0.5, "states": "all"}),
    "peepholes": ("lstm", {"peepholes": "new cell"}),
    "peepholes at the old cell": ("lstm", {"peepholes": "old cell", "bias": False}),
    "reset first": ("gru", {"reset": "before product", "update_gate": "takes new"}),
    "layer norm": ("lstm", {"layer_norm": True}),
    "truncated": ("gru", {"truncation": 2}),
}


@pytest.mark.parametrize("name", FORMS)
def test_onnxruntime_answers_alike(name: str) -> None:
    block, parameters = FORMS[name]
    graph = Graph(
        nodes=(
            Node(id="data", block="remember-first", parameters={"length": 6}),
            Node(id="embedding", block="embedding", parameters={"units": 3}),
            Node(id="layer", block=block, parameters={"units": 4, **parameters}),
            *((Node(id="flatten", block="flatten"),) if parameters.get("states") == "all" else ()),
            Node(id="answer", block="dense", parameters={"units": 4}),
            Node(id="loss", block="cross-entropy"),
        ),
        edges=wires(["embedding", "layer", *(["flatten"] if parameters.get("states") == "all" else []), "answer"]),
    )
    session = Session(Project(graph=graph))
    session.advance(3)
    network = network_of(session)
    run = onnxruntime.InferenceSession(onnx_bytes(network), providers=["CPUExecutionProvider"])
    for count in (1, 5):
        tokens = torch.randint(0, 4, (count, 6), generator=torch.Generator().manual_seed(count))
        (theirs,) = run.run(None, {network.inputs[0].name: tokens.numpy()})
        np.testing.assert_allclose(theirs, network(tokens)[0].numpy(), rtol=1e-5, atol=1e-5)


def wires(chain: list[str]) -> tuple[Edge, ...]:
    first = Edge(source="data", source_port="features", target=chain[0])
    between = (Edge(source=one, target=other) for one, other in itertools.pairwise(chain))
    ends = (
        Edge(source=chain[-1], target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    )
    return (first, *between, *ends)
