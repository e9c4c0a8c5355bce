"""Penalties, limits and clipping, against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.document.project import Clipping
from playground.training.regularization import clip
from tests.training.runs import (
    array,
    noisy_graph,
    one_neuron,
    plain_graph,
    points,
    project,
    put,
    run,
    train_node,
    weights,
)


def test_l2_by_hand() -> None:
    """w = 1, gradient 0.5, λ = 0.1, η = 0.1: w (1 - 2 λ η) - η g = 0.93."""
    # The loss ½ (w x - 1)² has the gradient (w x - 1) x: with x = 1.366… it is 0.5 at w = 1.
    x = (1.0 + np.sqrt(3.0)) / 2.0
    session = run(project(one_neuron(points((x, 0.0, 1))), rate=0.1, batch_size=0, regularization={"l2": 0.1}), 0)
    put(session, "unit.weight", 1.0, 0.0)
    session.advance(1)
    np.testing.assert_allclose(array(session, "unit.weight"), [[0.93, 0.0]], atol=1e-6)


@pytest.mark.parametrize(("optimizer", "factor"), [("sgd", 1.0), ("adam", 1.0), ("sgd", 2.0)])
def test_l1_is_soft_thresholding(optimizer: str, factor: float) -> None:
    """Where the loss is flat, 0.3, -0.4 and 2 move towards zero by η λ = 0.5 and stop there: 0, 0, 1.5."""
    graph = train_node(
        one_neuron(points((0.0, 0.0, 1)), bias=False), "unit", learning_rate_factor=factor
    )
    session = run(project(graph, optimizer, rate=0.5 / factor, batch_size=0, regularization={"l1": 1.0}), 0)
    for start, end in ((0.3, 0.0), (-0.4, 0.0), (2.0, 1.5)):
        put(session, "unit.weight", start, -start)
        session.advance(1)
        np.testing.assert_allclose(array(session, "unit.weight"), [[end, -end]], atol=1e-6)
        assert (array(session, "unit.weight") == 0.0).all() == (end == 0.0)


def test_l1_makes_weights_exactly_zero_and_spares_the_biases() -> None:
    session = run(project(noisy_graph(), "adam", rate=0.01, regularization={"l1": 0.5}), 300)
    assert (array(session, "wide.weight") == 0.0).mean() > 0.5
    assert (array(session, "wide.bias") != 0.0).all() and (array(session, "norm.weight") != 0.0).all()


def test_the_elastic_net_adds_both() -> None:
    """λ₁ = λ₂ = 0.5, w = (1, -2): 0.5 · 3 + 0.5 · 5 = 4."""
    settings = project(one_neuron(points((1.0, 0.0, 1))), regularization={"l1": 0.5, "l2": 0.5})
    session = run(settings, 0)
    put(session, "unit.weight", 1.0, -2.0)
    session.evaluate()
    assert session.history.last("penalty") == pytest.approx(4.0)


def test_without_penalties_there_is_no_curve_of_them() -> None:
    assert "penalty" not in run(project(), 3).history.curves


def test_max_norm_holds_for_every_unit() -> None:
    session = run(project(rate=1.0, regularization={"max_norm": 0.6}), 30)
    for name in ("layer-1.weight", "layer-2.weight"):
        norms = np.linalg.norm(array(session, name), axis=1)
        assert (norms <= 0.6 + 1e-5).all()
    assert np.linalg.norm(array(session, "layer-2.weight")) > 0.5


def test_a_block_may_differ_from_the_network() -> None:
    graph = train_node(plain_graph(), "layer-1", l1=0.0, max_norm=0.2)
    session = run(project(graph, regularization={"l1": 5.0}), 10)
    assert (array(session, "layer-2.weight") == 0.0).all()
    assert (array(session, "layer-1.weight") != 0.0).all()
    assert (np.linalg.norm(array(session, "layer-1.weight"), axis=1) <= 0.2 + 1e-6).all()


@pytest.mark.parametrize(
    ("kind", "limit", "gradient", "expected"),
    [
        ("norm", 1.0, [3.0, 4.0], [0.6, 0.8]),
        ("value", 1.0, [3.0, 4.0], [1.0, 1.0]),
        ("value", 3.5, [-3.0, -4.0], [-3.0, -3.5]),
        ("norm", 10.0, [3.0, 4.0], [3.0, 4.0]),
        ("norm", 1.0, [0.0, 0.0], [0.0, 0.0]),
        ("none", 1.0, [3.0, 4.0], [3.0, 4.0]),
    ],
)
def test_clipping(kind: str, limit: float, gradient: list[float], expected: list[float]) -> None:
    tensor = torch.tensor(gradient)
    clip(tensor, Clipping.model_validate({"kind": kind, "limit": limit}))
    torch.testing.assert_close(tensor, torch.tensor(expected))


def test_a_clipped_step_is_as_long_as_the_limit() -> None:
    session = run(project(rate=1.0, clipping={"kind": "norm", "limit": 0.01}), 0)
    before = weights(session)
    session.advance(1)
    assert np.linalg.norm(weights(session) - before) == pytest.approx(0.01, rel=1e-3)
