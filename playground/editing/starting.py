"""A first network for given data: small, quick, and good enough to see it learn at once."""

from __future__ import annotations

from typing import Any

from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.graph import Choice, Edge, Graph, Node, Position
from playground.document.project import Project, TrainingSettings

STEP = 260.0
"""From one card to the next, in scene units."""
ROW_STEP = 330.0
"""From one row of cards to the next, with room for their pictures."""
MOST_IN_A_ROW = 7
CODE = 8
"""Numbers that an autoencoder keeps of a picture."""
Layer = tuple[str, dict[str, Any]]


def starting_project(dataset: Dataset, title: str) -> Project:
    """A project with this data block, a network that fits what it gives, and the loss that fits its target."""
    features, target = dataset.signals()[:2]
    again = _is_one_class(features, target)
    layers = _autoencoder(features) if again else [*_body(features, target), *_head(target)]
    data = Node(id="data", block=dataset.id, parameters=dataset.model_dump(mode="json", exclude_defaults=True))
    nodes, edges = [data], []
    for number, (block, parameters) in enumerate(layers, start=1):
        count = sum(node.block == block for node in nodes)
        name = "loss" if number == len(layers) else f"{block}-{count + 1}"
        nodes.append(Node(id=name, block=block, parameters=parameters, position=_place(number, len(layers) + 1)))
        port, before = CATALOGUE[block].inputs[0].name, nodes[-2]
        leaving = CATALOGUE[before.block].outputs[0].name
        edges.append(Edge(source=before.id, source_port=leaving, target=name, target_port=port))
    compared, port = ("data", dataset.outputs[1].name)
    if again:
        compared, port = ("flatten-1", "output") if layers[0][0] == "flatten" else ("data", dataset.outputs[0].name)
    edges.append(Edge(source=compared, source_port=port, target="loss", target_port="target"))
    adam = Choice(id="adam", parameters={"learning_rate": 0.003})
    return Project(
        title=title[:200] or "My data",
        graph=Graph(nodes=tuple(nodes), edges=tuple(edges)),
        training=TrainingSettings(optimizer=adam, batch_size=32),
    )


def _place(number: int, count: int) -> Position:
    """Where a card stands: in rows of the same length, none of them longer than can be read."""
    row = -(-count // -(-count // MOST_IN_A_ROW))
    return Position(x=number % row * STEP, y=number // row * ROW_STEP)


def _is_one_class(features: Signal, target: Signal) -> bool:
    """Whether pictures or rows have no classes to tell apart, so that the network can but draw them again."""
    able = features.kind == "image" or len(features.shape) == 1
    return able and target.kind == "classes" and len(target.classes) == 1


def _autoencoder(features: Signal) -> list[Layer]:
    """Through a narrow code back to all numbers; the target is the flattened picture, or the row, itself."""
    if len(features.shape) == 1:
        code = max(1, min(CODE, features.size // 2))
        return [
            ("dense", {"units": 16, "activation": "tanh"}),
            ("dense", {"units": code, "activation": "identity"}),
            ("dense", {"units": 16, "activation": "tanh"}),
            ("dense", {"units": features.size, "activation": "identity"}),
            ("mean-squared-error", {}),
        ]
    return [
        ("flatten", {}),
        ("dense", {"units": 64, "activation": "relu"}),
        ("dense", {"units": CODE, "activation": "identity"}),
        ("dense", {"units": 64, "activation": "relu"}),
        ("dense", {"units": features.size, "activation": "sigmoid"}),
        ("mean-squared-error", {}),
    ]


def _body(features: Signal, target: Signal) -> list[Layer]:
    """From the features to a vector, or to one for each step."""
    if features.kind == "tokens":
        states = "all" if target.shape else "last"
        return [("embedding", {"units": 24}), ("gru", {"units": 64, "states": states})]
    if features.kind == "image":
        return [*_convolutions(features), ("flatten", {}), ("dense", {"units": 64, "activation": "relu"})]
    flat: list[Layer] = [] if len(features.shape) == 1 else [("flatten", {})]
    return [*flat, ("dense", {"units": 16, "activation": "relu"}), ("dense", {"units": 16, "activation": "relu"})]


def _convolutions(features: Signal) -> list[Layer]:
    """Two convolutions, each with pooling; none for pictures that are smaller than what they see."""
    if min(features.shape[1:]) < 8:
        return []
    return [
        ("conv2d", {"filters": 8, "padding": "same"}), ("max-pool2d", {}),
        ("conv2d", {"filters": 16, "padding": "same"}), ("max-pool2d", {}),
    ]  # fmt: skip


def _head(target: Signal) -> list[Layer]:
    """The last layer, and the loss that compares it with the target."""
    if target.kind in ("classes", "tokens"):
        classes = max(2, len(target.classes))
        return [("dense", {"units": classes, "activation": "identity"}), ("cross-entropy", {})]
    loss = "binary-cross-entropy" if target.scale == "probability" else "mean-squared-error"
    return [("dense", {"units": max(1, target.size), "activation": "identity"}), (loss, {})]
