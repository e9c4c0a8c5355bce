"""Forms of attention and positions as ONNX: onnxruntime answers as the block does, for any number of examples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from playground.document.graph import Graph, Node
from playground.document.project import Project
from playground.exchange.out.formats import network_of
from playground.exchange.out.onnx import onnx_bytes
from playground.training.session.session import Session
from tests.exchange.out.test_recurrent_forms import wires

onnxruntime = pytest.importorskip("onnxruntime")
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "rotary and causal": ("none", {"rotary": True, "causal": True}),
    "one head of keys": ("index", {"heads": 4, "key_heads": 1}),
    "local": ("sinusoidal", {"reach": 2, "causal": True}),
    "linear": ("learned", {"mixing": "linear"}),
    "linear and causal": ("learned", {"mixing": "linear", "causal": True}),
}


@pytest.mark.parametrize("name", FORMS)
def test_onnxruntime_answers_alike(name: str) -> None:
    kind, parameters = FORMS[name]
    graph = Graph(
        nodes=(
            Node(id="data", block="remember-first", parameters={"length": 40}),
            Node(id="embedding", block="embedding", parameters={"units": 8}),
            Node(id="positions", block="positional-encoding", parameters={"kind": kind}),
            Node(id="layer", block="multi-head-attention", parameters=parameters),
            Node(id="flatten", block="flatten"),
            Node(id="answer", block="dense", parameters={"units": 4}),
            Node(id="loss", block="cross-entropy"),
        ),
        edges=wires(["embedding", "positions", "layer", "flatten", "answer"]),
    )
    session = Session(Project(graph=graph))
    session.advance(3)
    network = network_of(session)
    run = onnxruntime.InferenceSession(onnx_bytes(network), providers=["CPUExecutionProvider"])
    for count in (1, 5):
        tokens = torch.randint(0, 4, (count, 40), generator=torch.Generator().manual_seed(count))
        (theirs,) = run.run(None, {network.inputs[0].name: tokens.numpy()})
        np.testing.assert_allclose(theirs, network(tokens)[0].numpy(), rtol=1e-4, atol=1e-5)
