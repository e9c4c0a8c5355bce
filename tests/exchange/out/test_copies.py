"""Repeated groups and shared weights go out: each copy with its own weights, shared ones once."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from playground.document.graph import Edge, Graph, Group, Node
from playground.document.project import Project
from playground.exchange.out.formats import network_of
from playground.exchange.out.onnx import onnx_bytes
from playground.training.session.session import Session


@pytest.mark.parametrize("shared", [False, True])
def test_copies_of_a_group_are_exported(shared: bool):
    graph = Graph(
        nodes=(
            Node(id="data", block="circles", parameters={"labels": "zero-one"}),
            Node(id="dense-1", block="dense", parameters={"units": 4}),
            Node(id="dense-2", block="dense", parameters={"units": 4}),
            Node(id="dense-3", block="dense", parameters={"units": 1, "activation": "identity"}),
            Node(id="loss", block="binary-cross-entropy"),
        ),
        edges=(
            Edge(source="data", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"),
            Edge(source="dense-2", target="dense-3"),
            Edge(source="dense-3", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
        ),
        groups=(Group(id="stage", title="Stage", nodes=("dense-2",), repeat=3, shared=shared),),
    )
    session = Session(Project(graph=graph))
    session.advance(5)
    network = network_of(session)
    content = onnx_bytes(network)
    model = onnx.load_from_string(content)
    assert [node.op_type for node in model.graph.node].count("Gemm") == 5
    assert sum(one.name.endswith(".weight") for one in model.graph.initializer) == (3 if shared else 5)
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    found = onnxruntime.InferenceSession(content).run(None, {"features": x.numpy()})[0]
    np.testing.assert_allclose(found, network(x)[0].numpy(), rtol=1e-5, atol=1e-6)
