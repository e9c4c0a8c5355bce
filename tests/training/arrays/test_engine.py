"""The plan of array operations takes the same steps as torch, under every setting, and hands over at any step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from playground.document.graph import Graph
from playground.document.project import Project
from playground.training.optimizers import OPTIMIZERS
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.arrays.learners import distance, learn, learner, with_engine
from tests.training.runs import (
    SEARCHING,
    assert_same,
    change,
    circles,
    noisy_graph,
    plain_graph,
    project,
    run,
    train_node,
    weights,
)

BY_TORCH = {"adadelta"}
"""Optimizers whose update torch makes, between the calls of the plan."""

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "step schedule": {"schedule": {"id": "step", "parameters": {"gamma": 0.5, "every": 2}}},
    "exponential schedule": {"schedule": {"id": "exponential"}},
    "cosine schedule": {"schedule": {"id": "cosine"}, "stop": {"epochs": 30}},
    "warm-up": {"schedule": {"id": "warm-up"}},
    "inverse square root": {"schedule": {"id": "inverse-square-root"}},
    "clipping by norm": {"clipping": {"kind": "norm", "limit": 0.01}},
    "clipping by value": {"clipping": {"kind": "value", "limit": 0.003}},
    "L1": {"regularization": {"l1": 0.01}},
    "L2": {"regularization": {"l2": 0.01}},
    "max-norm": {"regularization": {"max_norm": 0.7}},
    "all penalties": {"regularization": {"l1": 0.003, "l2": 0.01, "max_norm": 0.8}, "clipping": {"kind": "norm"}},
    "all examples in one batch": {"batch_size": 0},
    "one example": {"batch_size": 1},
    "a rest at the end": {"batch_size": 9},
}


def both(settings: Project, steps: int = 40) -> float:
    """How far two runs of one project are apart, by torch and by the plan, in double precision."""
    by_torch, by_plan = learner(settings, "torch"), learner(settings, "numpy")
    assert by_torch.engine.id == "torch" and by_plan.engine.id == "numpy", by_plan.engine.reason
    learn(by_torch, steps)
    learn(by_plan, steps)
    one, other = by_torch.losses.fetch(), by_plan.losses.fetch()
    assert one.curves == other.curves
    np.testing.assert_allclose(np.array(other.values), np.array(one.values), rtol=1e-9)
    first, second = by_torch.memory_by_name(), by_plan.memory_by_name()
    assert first.keys() == second.keys()
    for name, tensor in first.items():
        torch.testing.assert_close(second[name], tensor, rtol=1e-6, atol=1e-12, check_dtype=False, msg=name)
    return distance(by_torch, by_plan)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting(name: str) -> None:
    assert both(project(plain_graph(), "adam", 0.02, **SETTINGS[name])) < 1e-12


@pytest.mark.parametrize("optimizer", [kind.id for kind in OPTIMIZERS if kind.id not in SEARCHING])
def test_every_optimizer(optimizer: str) -> None:
    assert both(project(plain_graph(), optimizer, None)) < 1e-12


@pytest.mark.parametrize("optimizer", [kind.id for kind in OPTIMIZERS if kind.id not in SEARCHING])
def test_every_optimizer_has_an_update_of_its_own_or_leaves_it_to_torch(optimizer: str) -> None:
    session = run(with_engine(project(plain_graph(), optimizer), "numpy"), 1)
    engine = session.learner.engine.arrays
    assert engine is not None
    known = engine.updates_itself
    assert known == (optimizer not in BY_TORCH), f"list {optimizer} in BY_TORCH of this file, or give it a `plan`"


def test_noise_normalization_and_dropout_draw_the_same_numbers() -> None:
    assert both(project(noisy_graph(), "adam", 0.01)) < 1e-12


def frozen_and_slow() -> Graph:
    graph = chain(
        circles(),
        node("a", "dense", units=5, activation="relu"),
        node("b", "dense", units=4, activation="tanh"),
        node("out", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "mean-squared-error"),
    )
    return train_node(train_node(graph, "a", trainable=False), "b", learning_rate_factor=0.25)


def test_frozen_blocks_and_their_own_rates() -> None:
    settings = project(frozen_and_slow(), "momentum", 0.05, regularization={"l2": 0.01})
    assert both(settings) < 1e-12
    still = run(with_engine(settings, "numpy"), 0)
    before = still.snapshot().array("a.weight").copy()
    still.advance(20)
    np.testing.assert_array_equal(still.snapshot().array("a.weight"), before)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "nadam", "adagrad"])
def test_engines_change_in_mid_run(optimizer: str) -> None:
    settings = with_engine(project(plain_graph(), optimizer, None), "torch")
    changing, plain = Session(settings, "cpu"), Session(settings, "cpu")
    for engine in ("torch", "numpy", "torch", "numpy"):
        before = weights(changing).copy()
        changing.apply(with_engine(settings, engine))
        np.testing.assert_array_equal(weights(changing), before)  # exact in state
        assert changing.learner.engine.id == engine
        changing.advance(7)
        plain.advance(7)
    np.testing.assert_allclose(weights(changing), weights(plain), rtol=1e-5, atol=1e-6)
    memory, expected = changing.checkpoint().part("optimizer"), plain.checkpoint().part("optimizer")
    assert memory.keys() == expected.keys()
    for name, tensor in memory.items():
        torch.testing.assert_close(tensor, expected[name], rtol=1e-4, atol=1e-6, msg=name)


def test_resumed_equals_uninterrupted_by_the_plan() -> None:
    settings = with_engine(project(noisy_graph(), "nadam", None), "numpy")
    whole, first = run(settings, 31), run(settings, 13)
    resumed = Session(settings, "cpu")
    resumed.resume(first.checkpoint())
    resumed.advance(18)
    assert_same(whole, resumed)


def test_a_state_put_back_is_found_by_the_plan() -> None:
    settings = with_engine(project(plain_graph(), "adam", 0.05), "numpy")
    one, other = run(settings, 12), run(settings, 12)
    state = one.learner.state()
    one.advance(9)
    one.learner.return_to(state)
    one.learner.learn(5)
    other.learner.learn(5)
    np.testing.assert_array_equal(weights(one), weights(other))


def test_a_weight_typed_in_is_seen_by_the_plan() -> None:
    settings = with_engine(project(plain_graph(), "sgd", 0.1), "numpy")
    by_plan, by_torch = run(settings, 5), run(with_engine(settings, "torch"), 5)
    for session in (by_plan, by_torch):
        session.set_parameter("layer-1.weight", (0, 0), 1.5)
        session.advance(5)
    np.testing.assert_allclose(weights(by_plan), weights(by_torch), rtol=1e-5, atol=1e-7)


def test_rate_and_batch_size_change_in_mid_run() -> None:
    settings = project(plain_graph(), "adam", 0.02)
    by_plan, by_torch = (Session(with_engine(settings, engine), "cpu") for engine in ("numpy", "torch"))
    for session in (by_plan, by_torch):
        session.advance(5)
        session.apply(change(session.project, batch_size=4))
        session.advance(5)
        session.apply(change(session.project, optimizer={"id": "adam", "parameters": {"learning_rate": 0.005}}))
        session.advance(5)
    np.testing.assert_allclose(weights(by_plan), weights(by_torch), rtol=1e-5, atol=1e-6)


def test_what_has_no_part_in_the_loss_stays_without_a_gradient() -> None:
    graph = plain_graph()
    dead = node("dead", "dense", units=2, activation="tanh")
    data = next(item for item in graph.nodes if item.id == "data")
    edge = next(item for item in graph.edges if item.source == data.id and item.source_port == "features")
    graph = graph.replace(nodes=(*graph.nodes, dead), edges=(*graph.edges, edge.replace(target="dead")))
    assert both(project(graph, "momentum", 0.05, regularization={"l2": 0.02})) < 1e-12
