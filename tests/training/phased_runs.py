"""Networks of two players for the tests of phases."""


from __future__ import annotations

from typing import Any

import torch

from playground.document.graph import Graph
from playground.document.project import Project
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired
from tests.training.runs import (
    circles,
    project,
    train_node,
)

BLOCKS = ("body", "left", "right", "spare")
LEFT = {"title": "Left", "losses": ["loss-left"], "trains": ["body", "left"]}
RIGHT = {"title": "Right", "losses": ["loss-right"], "trains": ["right"]}
SHARED = {"title": "Right", "losses": ["loss-right"], "trains": ["right", "body"]}


def rate(identifier: str, learning_rate: float, **parameters: float) -> dict[str, Any]:
    return {"id": identifier, "parameters": {"learning_rate": learning_rate, **parameters}}


def two_heads(**training: dict[str, Any]) -> Graph:
    """A body with two heads, each with a loss; a third block that no phase trains lies on the way to the right head."""
    graph = wired(
        [
            circles(),
            node("body", "dense", units=3, activation="tanh"),
            node("left", "dense", units=1, activation="sigmoid"),
            node("spare", "dense", units=2, activation="tanh"),
            node("right", "dense", units=1, activation="sigmoid"),
            node("loss-left", "binary-cross-entropy"),
            node("loss-right", "mean-squared-error"),
        ],
        "data.features > body", "body > left", "body > spare", "spare > right",
        "left > loss-left.prediction", "data.target > loss-left.target",
        "right > loss-right.prediction", "data.target > loss-right.target",
    )  # fmt: skip
    for name, settings in training.items():
        graph = train_node(graph, name, **settings)
    return graph


def taking_turns(*phases: dict[str, Any], graph: Graph | None = None, **settings: Any) -> Project:
    settings = {"optimizer": "adam", "rate": 0.05, "batch_size": 10, **settings}
    return project(two_heads() if graph is None else graph, phases=list(phases), **settings)


def moved(session: Session) -> list[str]:
    """The blocks that one more step moves."""
    before = session.snapshot()
    session.advance(1)
    after = session.snapshot()
    return [
        name
        for name in BLOCKS
        if any((before.of_node(name)[key] != after.of_node(name)[key]).any() for key in ("weight", "bias"))
    ]


def memory(session: Session) -> dict[str, torch.Tensor]:
    return session.checkpoint().part("optimizer")
