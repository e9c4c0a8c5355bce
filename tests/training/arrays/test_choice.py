"""Which engine takes the steps, and the reason in words."""

from __future__ import annotations

import pytest

from playground.document import library
from playground.document.project import Engine
from playground.training.opening import open_project
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.arrays.learners import with_engine
from tests.training.runs import plain_graph, project

REASONS = {
    "small-cnn-digits": "Conv2D has no array operations.",
    "remember-lstm": "LSTM has no array operations.",
    "gan-ring": "phases take turns.",
    "rule-and": "an estimator learns without gradients.",
    "karate-club": "Graph convolution has no array operations.",
}


@pytest.mark.parametrize(("setting", "expected"), [("automatic", "numpy"), ("numpy", "numpy"), ("torch", "torch")])
def test_a_small_network(setting: Engine, expected: str) -> None:
    session = Session(with_engine(project(plain_graph()), setting), "cpu")
    assert session.learner.engine.id == expected
    assert session.learner.engine.reason.startswith(expected)


@pytest.mark.parametrize("preset", REASONS)
def test_others_say_why(preset: str) -> None:
    session = Session(open_project(library.find(preset)), "cpu")
    assert session.learner.engine.id == "torch" and REASONS[preset] in session.learner.engine.reason


def test_an_optimizer_that_evaluates_the_loss_itself() -> None:
    engine = Session(project(plain_graph(), "l-bfgs", None), "cpu").learner.engine
    assert engine.id == "torch" and "L-BFGS evaluates the loss several times" in engine.reason


@pytest.mark.parametrize(("units", "expected"), [(300, "numpy"), (400, "torch")])
def test_large_networks_are_left_to_torch(units: int, expected: str) -> None:
    graph = chain(
        node("data", "digits"),
        node("flat", "flatten"),
        node("a", "dense", units=units, activation="relu"),
        node("b", "dense", units=2 * units, activation="relu"),
        node("out", "dense", units=10, activation="identity"),
        loss=node("loss", "cross-entropy"),
    )
    engine = Session(project(graph), "cpu").learner.engine
    assert engine.id == expected, engine.reason
    assert (engine.id == "numpy") or "large enough for torch" in engine.reason
