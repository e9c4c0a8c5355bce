"""Small runs for the tests of the session: a few dozen points, a few neurons, a few steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.document.graph import Choice, Graph, Node, NodeTraining
from playground.document.project import Project, TrainingSettings
from playground.training import optimizers, optimizers_with_closure
from playground.training.session.session import Session
from tests.network.small_graphs import chain, multilayer, node

SEARCHING = tuple(kind.id for kind in optimizers_with_closure.OPTIMIZERS)
"""Optimizers that evaluate the loss themselves."""
OPTIMIZERS = tuple(kind.id for kind in optimizers.OPTIMIZERS if kind.id not in SEARCHING)
"""All others: those that take one gradient a step."""


def circles(examples: int = 40, labels: str = "zero-one", **parameters: Any) -> Node:
    """Points in two rings: 28 of 40 to learn from, 6 to validate, 6 to test."""
    return node("data", "circles", examples=examples, labels=labels, **parameters)


def points(*rows: tuple[float, float, int], labels: str = "zero-one") -> Node:
    """Points given one by one, all to learn from."""
    listed = [list(row) for row in rows]
    return node("data", "drawn-points", points=listed, labels=labels, train_share=1.0, validation_share=0.0)


def plain_graph(examples: int = 40) -> Graph:
    """A 2-3-1 network on circles."""
    return multilayer(circles(examples), (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")


def noisy_graph() -> Graph:
    """Everything that draws random numbers or keeps statistics."""
    return chain(
        circles(),
        node("wide", "dense", units=6, activation="tanh"),
        node("norm", "batch-norm"),
        node("drop", "dropout", rate=0.3),
        node("noise", "gaussian-noise", deviation=0.2),
        node("out", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "binary-cross-entropy"),
    )


def one_neuron(data: Node, loss: str = "sum-of-squares-error", bias: bool = False, **parameters: Any) -> Graph:
    """A single linear unit."""
    unit = node("unit", "dense", units=1, activation="identity", bias=bias)
    return chain(data, unit, loss=node("loss", loss, **parameters))


def project(
    graph: Graph | None = None, optimizer: str = "sgd", rate: float | None = 0.1, seed: int = 1, **settings: Any
) -> Project:
    """A project with batches of 10; `rate` None leaves the optimizer's own."""
    numbers = {} if rate is None else {"learning_rate": rate}
    settings = {"batch_size": 10, "optimizer": {"id": optimizer, "parameters": numbers}, **settings}
    return Project(
        graph=plain_graph() if graph is None else graph, seed=seed, training=TrainingSettings.model_validate(settings)
    )


def change(before: Project, **settings: Any) -> Project:
    """The project with other training settings."""
    training = {**before.training.model_dump(), **settings}
    return before.replace(training=TrainingSettings.model_validate(training))


def with_rate(before: Project, rate: float) -> Project:
    """The project with another learning rate."""
    choice = before.training.optimizer
    parameters = {**choice.parameters, "learning_rate": rate}
    return before.replace(training=before.training.replace(optimizer=Choice(id=choice.id, parameters=parameters)))


def train_node(graph: Graph, identifier: str, **training: Any) -> Graph:
    """The graph with other learning settings of one node."""
    nodes = tuple(
        item.replace(training=NodeTraining(**training)) if item.id == identifier else item for item in graph.nodes
    )
    return graph.replace(nodes=nodes)


def run(settings: Project, steps: int) -> Session:
    """A session after some steps."""
    session = Session(settings, "cpu")
    session.advance(steps)
    return session


def weights(session: Session) -> NDArray[np.float32]:
    """All weights, (P,)."""
    return session.snapshot().parameters


def array(session: Session, name: str) -> NDArray[np.float32]:
    """One parameter, such as `unit.weight`."""
    return session.snapshot().array(name)


def put(session: Session, name: str, *values: float) -> None:
    """Set a parameter, value by value in row order."""
    shape = array(session, name).shape
    for index, value in zip(np.ndindex(*shape), values, strict=True):
        session.set_parameter(name, index, value)


def assert_same(one: Session, other: Session) -> None:
    """Both stand at the same place with the same numbers, bit for bit."""
    assert (one.step, one.epoch, one.examples) == (other.step, other.epoch, other.examples)
    first, second = one.snapshot(), other.snapshot()
    assert first.layout == second.layout
    np.testing.assert_array_equal(first.parameters, second.parameters)
    assert first.buffers.keys() == second.buffers.keys()
    for name, values in first.buffers.items():
        np.testing.assert_array_equal(values, second.buffers[name])
    memory, expected = one.checkpoint().part("optimizer"), other.checkpoint().part("optimizer")
    assert memory.keys() == expected.keys()
    for name, tensor in memory.items():
        assert torch.equal(tensor, expected[name]), name
