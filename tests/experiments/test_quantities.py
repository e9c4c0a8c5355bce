"""Quantities of a run against what is known of it without measuring."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from playground.experiments.library import open_preset
from playground.experiments.quantities.base import Measured
from playground.experiments.quantities.registry import BY_ID
from playground.training.session.session import Session
from playground.training.setting_paths import with_settings

ZEROS = {"id": "zeros", "parameters": {}}
MEMORY = "graph.nodes.memory.parameters.units"


def measured(preset: str, quantity: str, node: str = "", steps: int = 0, **settings: Any) -> float:
    project = with_settings(open_preset(preset), {name.replace("__", "."): value for name, value in settings.items()})
    session = Session(project, "cpu")
    first = session.learner.model.flat.values.clone()
    session.advance(steps)
    nodes = [node] if node else list(session.report.order)
    return BY_ID[quantity].compute(Measured(session, nodes, first))


def test_the_sharpness_of_a_parabola_and_of_linear_regression() -> None:
    assert measured("parabola", "sharpness") == pytest.approx(2.0)  # the second derivative of (x - 3)²
    session = Session(open_preset("plane"), "cpu")
    rows = session.evaluator.train[0].numpy()
    full = np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
    expected = 2.0 * np.linalg.eigvalsh(full.T @ full / len(rows)).max()
    assert measured("plane", "sharpness") == pytest.approx(expected, rel=1e-3)


def test_a_batch_of_everything_has_no_noise_and_smaller_ones_have_more() -> None:
    assert measured("mini-batch", "gradient_noise", training__batch_size=0) == 0.0
    noise = [measured("mini-batch", "gradient_noise", training__batch_size=size) for size in (64, 16, 1)]
    assert noise == sorted(noise)
    assert noise[0] > 0.0
    assert noise[1] == pytest.approx(noise[2] / 4.0, rel=0.4)  # it shrinks with the root of the size


def test_an_attack_lowers_the_accuracy() -> None:
    attacked = measured("digits-8x8", "attacked_accuracy", steps=200)
    assert attacked < 0.9
    assert measured("mini-batch", "attacked_accuracy", steps=500) > 0.8  # .1 is little between moons


def test_silencing_a_unit_that_nothing_hears_adds_nothing() -> None:
    heard = "graph.nodes.dense-2.training.initializer"
    assert measured("moons", "unit_reliance", "dense-1", **{heard: ZEROS}) == 0.0
    assert measured("moons", "unit_reliance", "dense-1", steps=300) > 0.05


def test_twins_of_typed_weights() -> None:
    weights = ", ".join(["1.5", *["0"] * 18, "-0.5"])
    start = {"graph.nodes.dense-1.training.initializer": {"id": "typed", "parameters": {"weights": weights}}}
    assert measured("elastic-net", "twin_balance", "dense-1", **start) == pytest.approx(1.0 / 3.0)


def test_attention_that_prefers_nothing_has_the_entropy_of_an_even_choice() -> None:
    even = {"graph.nodes.attention.training.initializer": ZEROS}
    assert measured("reverse", "attention_entropy", **even) == pytest.approx(math.log(12), rel=1e-5)
    even["graph.nodes.attention.parameters.causal"] = True
    rows = [math.log(step) for step in range(1, 13)]  # step t sees t steps
    assert measured("reverse", "attention_entropy", **even) == pytest.approx(sum(rows) / 12, rel=1e-5)
    assert math.isnan(measured("moons", "attention_entropy"))


def test_a_causal_mask_leaves_the_past_exactly_as_it_is() -> None:
    assert measured("reverse", "future_influence", "symbol") > 0.0
    assert measured("reverse", "future_influence", "symbol", **{"graph.nodes.attention.parameters.causal": True}) == 0.0
    assert measured("next-character", "future_influence", "dense") == 0.0  # a recurrent net reads from the left


def test_the_gradient_at_the_first_step_shrinks_with_the_length() -> None:
    length = "graph.nodes.data.parameters.length"
    near, far = (measured("remember-rnn", "early_gradient", "memory", **{length: steps}) for steps in (5, 20))
    assert 0.0 < far < near < 1.0
    assert math.isnan(measured("moons", "early_gradient"))
