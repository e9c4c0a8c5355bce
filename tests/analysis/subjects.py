"""Small networks with known weights for the tests of the analyses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Edge, Graph, Node
from playground.network.compiled import compile_graph
from playground.network.flat import FlatParameters
from playground.training.snapshot import Snapshot


def chain(
    data: str,
    parameters: dict[str, Any],
    units: Sequence[int],
    loss: str = "cross-entropy",
    *,
    between: Sequence[str] = (),
    last: str = "identity",
) -> Graph:
    """Data, blocks without parameters, dense layers with tanh (the last one with `last`), and a loss."""
    nodes = [Node(id="data", block=data, parameters=parameters)]
    edges: list[Edge] = []
    source = ("data", "features")
    for name in between:
        nodes.append(Node(id=name, block=name))
        edges.append(Edge(source=source[0], source_port=source[1], target=name))
        source = (name, "output")
    for number, width in enumerate(units, start=1):
        name = f"dense-{number}"
        activation = last if number == len(units) else "tanh"
        nodes.append(Node(id=name, block="dense", parameters={"units": width, "activation": activation}))
        edges.append(Edge(source=source[0], source_port=source[1], target=name))
        source = (name, "output")
    nodes.append(Node(id="loss", block=loss))
    edges.append(Edge(source=source[0], source_port=source[1], target="loss", target_port="prediction"))
    edges.append(Edge(source="data", source_port="target", target="loss", target_port="target"))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def spirals(labels: str = "index", **parameters: Any) -> dict[str, Any]:
    return {"labels": labels, "examples": 120, "noise": 0.1, **parameters}


def snapshot_of(graph: Graph, seed: int = 0, step: int = 7) -> Snapshot:
    """Random weights of a graph."""
    network = compile_graph(graph)
    flat = FlatParameters(network)
    values = np.random.default_rng(seed).normal(size=flat.layout.size).astype(np.float32)
    buffers = {name: tensor.numpy().copy() for name, tensor in network.named_buffers()}
    return Snapshot(step, 1.0, values, flat.layout, buffers)


def question_of(graph: Graph, seed: int = 0, **further: Any) -> Question:
    return Question(subject=Subject(graph), snapshot=snapshot_of(graph, seed), **further)


def plain_forward(snapshot: Snapshot, features: np.ndarray, layers: int, last: str = "identity") -> list[np.ndarray]:
    """The outputs of all dense layers, computed by hand in float64, one example after the other."""
    rows: list[list[np.ndarray]] = []
    for example in np.asarray(features, dtype=np.float64):
        values = example.reshape(-1)
        outputs = []
        for number in range(1, layers + 1):
            weight, bias = snapshot.array(f"dense-{number}.weight"), snapshot.array(f"dense-{number}.bias")
            values = weight.astype(np.float64) @ values + bias
            if number < layers or last == "tanh":
                values = np.tanh(values)
            outputs.append(values)
        rows.append(outputs)
    return [np.stack([row[layer] for row in rows]) for layer in range(layers)]


def softmax(logits: np.ndarray) -> np.ndarray:
    return torch.softmax(torch.from_numpy(logits), dim=1).numpy()
