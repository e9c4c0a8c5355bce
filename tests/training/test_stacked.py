"""Row k of a stack follows a session of the same settings and seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.document.graph import Choice, Graph
from playground.document.project import Project
from playground.training.initializers import INITIALIZERS
from playground.training.optimizers import optimizer_of
from playground.training.session.session import Session
from playground.training.stacked.stack import CannotStack, Stack
from tests.network.small_graphs import chain, multilayer, node
from tests.training.runs import OPTIMIZERS, circles, noisy_graph, project, train_node
from tests.training.test_attention_runs import encoder

STEPS = 40
SEEDS = (1, 2, 7)


def follow(projects: list[Project], steps: int = STEPS) -> Stack:
    """A stack after some steps, compared to the last bit with sessions of the same projects."""
    stack = Stack(projects)
    stack.advance(steps - 9)
    stack.advance(0)
    stack.advance(9)
    losses = stack.losses()
    assert losses.shape == (steps, len(projects)) and stack.losses().shape == (0, len(projects))
    for row, single in enumerate(projects):
        session, own = Session(single, "cpu"), stack.sessions[row]
        before = session.snapshot().parameters
        session.advance(steps)
        after, found = session.snapshot(), own.snapshot()
        assert (own.step, own.epoch, own.examples) == (session.step, session.epoch, session.examples)
        assert after.layout == found.layout
        np.testing.assert_array_equal(found.parameters, after.parameters)
        assert not np.array_equal(after.parameters, before), "nothing was learned"
        for name, buffer in after.buffers.items():
            np.testing.assert_array_equal(found.buffers[name], buffer)
        session.evaluate(full=True, observe=False)
        assert own.evaluate(full=True, observe=False) == session.latest
        curve = session.history.curves["train_loss"].data()
        assert losses[:, row].min() == pytest.approx(float(curve.low.min()), rel=1e-6)
    return stack


def seeds(make: Any = project, **settings: Any) -> list[Project]:
    return [make(seed=seed, **settings) for seed in SEEDS]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str) -> None:
    if optimizer_of(Choice(id=optimizer)).evaluates:
        with pytest.raises(CannotStack, match="evaluates the loss several times"):
            Stack(seeds(optimizer=optimizer, rate=None))
    else:
        follow(seeds(optimizer=optimizer, rate=None))


@pytest.mark.parametrize("initializer", [cls.id for cls in INITIALIZERS if cls.id not in ("zeros", "constant")])
def test_every_initializer(initializer: str) -> None:
    follow(seeds(initializer={"id": initializer}))


@pytest.mark.parametrize("batch_size", [0, 1, 5, 9, 10, 28, 100])
def test_every_batch_size(batch_size: int) -> None:
    follow(seeds(batch_size=batch_size))


SCHEDULES = {
    "step": {"gamma": 0.5, "every": 2},
    "exponential": {"gamma": 0.8},
    "cosine": {},
    "inverse-square-root": {},
    "warm-up": {"steps": 10},
    "plateau": {"gamma": 0.5, "patience": 0, "threshold": 0.5},
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule(schedule: str) -> None:
    follow(seeds(schedule={"id": schedule, "parameters": SCHEDULES[schedule]}, optimizer="adam", rate=0.05))


@pytest.mark.parametrize(
    "settings",
    [
        {"clipping": {"kind": "norm", "limit": 0.05}},
        {"clipping": {"kind": "value", "limit": 0.01}},
        {"regularization": {"l1": 0.02}},
        {"regularization": {"l2": 0.02}},
        {"regularization": {"max_norm": 0.5}},
        {"regularization": {"l1": 0.01, "l2": 0.02, "max_norm": 0.8}},
    ],
)
def test_clipping_and_penalties(settings: dict[str, Any]) -> None:
    follow(seeds(optimizer="momentum", rate=0.1, **settings))


def test_members_of_a_race_have_settings_of_their_own() -> None:
    follow(
        [
            project(optimizer="sgd", rate=0.5),
            project(optimizer="adam", rate=0.02, regularization={"l2": 0.01}),
            project(optimizer="rmsprop", rate=0.01, clipping={"kind": "norm", "limit": 0.1}),
            project(optimizer="nesterov", rate=None, clipping={"kind": "value", "limit": 0.02}),
            project(optimizer="sgd", rate=0.1, schedule={"id": "exponential"}, regularization={"max_norm": 0.6}),
            project(optimizer="adagrad", rate=None, initializer={"id": "he-normal"}, regularization={"l1": 0.01}),
        ]
    )


LOSSES = {
    "mean-squared-error": ("zero-one", "sigmoid", 1),
    "half-mean-squared-error": ("zero-one", "tanh", 1),
    "mean-absolute-error": ("signed", "tanh", 1),
    "sum-of-squares-error": ("signed", "tanh", 1),
    "huber": ("signed", "identity", 1),
    "mean-squared-logarithmic-error": ("zero-one", "softplus", 1),
    "binary-cross-entropy": ("zero-one", "sigmoid", 1),
    "hinge": ("signed", "identity", 1),
    "categorical-cross-entropy": ("one-hot", "softmax", 2),
    "kl-divergence": ("one-hot", "identity", 2),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss(loss: str) -> None:
    labels, activation, units = LOSSES[loss]
    graph = multilayer(circles(labels=labels), (4, "tanh"), (units, activation), loss=loss)
    follow(seeds(graph=graph, rate=0.02))


@pytest.mark.parametrize(("activation", "loss"), [("identity", "binary-cross-entropy")])
def test_logits_into_binary_cross_entropy(activation: str, loss: str) -> None:
    follow(seeds(graph=multilayer(circles(), (4, "relu"), (1, activation), loss=loss)))


@pytest.mark.parametrize("activation", ["identity", "softmax", "log-softmax"])
def test_class_numbers(activation: str) -> None:
    graph = multilayer(circles(labels="index"), (4, "prelu"), (2, activation), loss="cross-entropy")
    follow(seeds(graph=graph))


def test_running_statistics_and_noise_of_every_row() -> None:
    follow(seeds(graph=noisy_graph()))


def image_graph() -> Graph:
    return chain(
        node("data", "digits", examples=60),
        node("conv", "conv2d", filters=2),
        node("pool", "max-pool2d"),
        node("flat", "flatten"),
        node("out", "dense", units=10, activation="identity"),
        loss=node("loss", "cross-entropy"),
    )


def series_graph(layer: str) -> Graph:
    return chain(
        node("data", "remember-first", length=5, symbols=3, examples=100),
        node("embedding", "embedding", units=3),
        node("recurrent", layer, units=4),
        node("out", "dense", units=3, activation="identity"),
        loss=node("loss", "cross-entropy"),
    )


def twins() -> Graph:
    """Two dense layers with the same weights."""
    return chain(
        circles(),
        node("in", "dense", units=4, activation="tanh"),
        node("one", "dense", units=4, activation="tanh"),
        node("two", "dense", units=4, activation="sigmoid").replace(weights_of="one"),
        node("out", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "mean-squared-error"),
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"graph": twins()}, "share their weights"),
        ({"engine": "torch"}, "as chosen in the settings"),
        ({"graph": image_graph()}, "Conv2D has no array operations"),
        ({"graph": series_graph("gru")}, "GRU has no array operations"),
        ({"graph": encoder()}, "has no array operations"),
    ],
)  # fmt: skip
def test_what_has_no_common_step_says_why(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(CannotStack, match=words):
        Stack(seeds(**settings))


def test_networks_that_differ_are_refused() -> None:
    other = multilayer(circles(), (5, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    with pytest.raises(CannotStack, match="differ"):
        Stack([project(), project(graph=other)])


def test_small_networks_share_nearly_all_calls() -> None:
    assert follow(seeds(optimizer="adam", rate=None)).together > 0.9


@pytest.mark.parametrize("frozen", ["layer-1", "layer-2"])
def test_frozen_blocks_and_rates_of_their_own(frozen: str) -> None:
    graph = multilayer(circles(), (3, "tanh"), (4, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    graph = train_node(graph, frozen, trainable=False)
    graph = train_node(graph, "layer-3", learning_rate_factor=0.3, l2=0.05)
    follow(seeds(graph=graph, optimizer="adam", rate=0.05, clipping={"kind": "norm", "limit": 0.1}))


def test_a_row_that_runs_away_leaves_the_others_alone() -> None:
    graph = multilayer(circles(), (3, "relu"), (1, "identity"), loss="mean-squared-error")
    projects = [project(rate=rate).replace(graph=graph) for rate in (0.1, 1000.0)]
    stack = Stack(projects)
    stack.advance(60)
    session = Session(projects[0], "cpu")
    session.advance(60)
    np.testing.assert_array_equal(stack.sessions[0].snapshot().parameters, session.snapshot().parameters)
    assert stack.finite.tolist() == [True, False]
