"""The plan of a whole network beside the network itself under autograd: the same losses, gradients and statistics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from playground.document.graph import Graph, Node
from playground.network.check import check
from playground.training.arrays.engine import run
from playground.training.arrays.plan import NoPlan, Plan
from playground.training.model import TrainableModel
from tests.blocks.case import batch_of
from tests.network.small_graphs import chain, multilayer, node, wired
from tests.training.runs import circles, noisy_graph, project, train_node

TOLERANCES = {torch.float32: 1e-5, torch.float64: 1e-12}
"""The largest difference in parts of the largest number."""


def dense(name: str, units: int = 3, activation: str = "tanh") -> Node:
    return node(name, "dense", units=units, activation=activation)


def last(name: str = "out") -> Node:
    return dense(name, 1, "identity")


def loss(name: str = "loss", block: str = "mean-squared-error", weight: float = 1.0) -> Node:
    return node(name, block, weight=weight)


ENDS = ("out > loss.prediction", "data.target > loss.target")

SKIPS = wired(
    [circles(), dense("a"), dense("b"), dense("c"), node("sum", "add"), node("join", "concatenate"), last(), loss()],
    "data.features > a", "a > b", "b > c", "a > sum.input", "b > sum.input", "c > sum.input", "b > join.input",
    "sum > join.input", "a > join.input", "join > out", *ENDS,
)  # fmt: skip

TWICE = wired(
    [circles(), dense("a"), node("double", "add"), node("square", "multiply"), node("pair", "concatenate"), last(),
     loss()],
    "data.features > a", "a > double.input", "a > double.input", "double > square.input", "a > square.input",
    "double > square.input", "square > pair.input", "square > pair.input", "data.features > pair.input", "pair > out",
    *ENDS,
)  # fmt: skip

GATED = wired(
    [circles(), dense("a", 4), dense("gate", 1, "sigmoid"), node("times", "multiply"), last(), loss()],
    "data.features > a", "a > gate", "a > times.input", "gate > times.input", "times > out", *ENDS,
)

DEAD_ENDS = wired(
    [circles(), dense("a"), dense("idle"), node("still", "batch-norm"), last(), dense("unread"), loss()],
    "data.features > a", "a > out", "a > idle", "idle > still", "data.features > unread", *ENDS,
)

SEVERAL = wired(
    [circles(), dense("a"), dense("b", 1, "sigmoid"), last(), loss("one", weight=0.5),
     loss("two", "binary-cross-entropy", 2.0), loss("three", "huber"), loss("none", "mean-absolute-error", 0.0)],
    "data.features > a", "a > out", "a > b", "out > one.prediction", "data.target > one.target",
    "b > two.prediction", "data.target > two.target", "out > three.prediction", "b > three.target",
    "b > none.prediction", "data.target > none.target",
)  # fmt: skip

AUTOENCODER = wired(
    [circles(), dense("a", 2, "sigmoid"), dense("code", 1), dense("out", 2, "sigmoid"), loss(), loss("sure", "huber")],
    "data.features > a", "a > code", "code > out", "out > loss.prediction", "a > loss.target", "a > sure.prediction",
    "data.features > sure.target",
)

DISTILLED = wired(
    [circles(labels="index"), dense("a", 2, "softmax"), dense("b", 2, "identity"), dense("c", 2, "log-softmax"),
     loss("likeness", "kl-divergence"), loss("other", "categorical-cross-entropy"), loss("third", "kl-divergence"),
     loss("right", "cross-entropy")],
    "data.features > a", "data.features > b", "data.features > c", "b > likeness.prediction", "a > likeness.target",
    "c > other.prediction", "a > other.target", "a > third.prediction", "c > third.target", "b > right.prediction",
    "data.target > right.target",
)  # fmt: skip

TOKENS = chain(
    node("data", "remember-first", examples=100), node("words", "embedding", units=3),
    node("place", "positional-encoding", kind="learned"), dense("a", 4, "gelu"), node("norm", "layer-norm"),
    node("mean", "global-average-pooling"), dense("out", 4, "softmax"), loss=node("loss", "cross-entropy"),
)  # fmt: skip

IMAGES = chain(
    node("data", "digits"), node("norm", "batch-norm"), node("flat", "flatten"), node("rows", "reshape", shape="8 x 8"),
    dense("a", 3, "prelu"), node("all", "flatten"), node("drop", "dropout", rate=0.4), dense("out", 10, "identity"),
    loss=node("loss", "cross-entropy"),
)  # fmt: skip

TWO_QUESTIONS = wired(
    [node("data", "digits"), node("flat", "flatten"), dense("a", 4, "relu"), dense("b", 2, "identity"),
     dense("out", 10, "identity"), node("odd", "regroup-classes"), loss(block="cross-entropy"),
     loss("parity", "cross-entropy", 0.3)],
    "data.features > flat", "flat > a", "a > out", "a > b", *ENDS, "data.target > odd", "b > parity.prediction",
    "odd > parity.target",
)  # fmt: skip

GRAPHS: dict[str, Graph] = {
    "plain": multilayer(circles(), (3, "tanh"), (2, "tanh"), (1, "sigmoid"), loss="binary-cross-entropy"),
    "noise and statistics": noisy_graph(),
    "frozen first layer": train_node(noisy_graph(), "wide", trainable=False),
    "frozen statistics": train_node(noisy_graph(), "norm", trainable=False),
    "frozen last layer": train_node(noisy_graph(), "out", learning_rate_factor=0.0),
    "slow layer": train_node(SKIPS, "b", learning_rate_factor=0.5),
    "skips": SKIPS,
    "wired twice": TWICE,
    "gated": GATED,
    "dead ends": DEAD_ENDS,
    "several losses": SEVERAL,
    "targets that learn": AUTOENCODER,
    "distributions that learn": DISTILLED,
    "tokens": TOKENS,
    "images": IMAGES,
    "two questions": TWO_QUESTIONS,
    "features": chain(
        circles(), dense("a", 2), node("more", "feature-expansion", cosines=True), last(), loss=loss()
    ),
}  # fmt: skip


@pytest.fixture(params=TOLERANCES, ids=str)
def precision(request: pytest.FixtureRequest) -> Iterator[torch.dtype]:
    """What networks are built in."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(request.param)
    yield request.param
    torch.set_default_dtype(before)


def model_of(graph: Graph) -> TrainableModel:
    report = check(graph)
    assert report.ok, report.errors()
    model = TrainableModel(project(graph), report, torch.device("cpu"))
    model.initialize(project(graph))
    return model


def assert_near(found: np.ndarray, expected: torch.Tensor) -> None:
    wanted = expected.detach().numpy()
    largest = np.abs(wanted).max(initial=0.0)
    np.testing.assert_allclose(found, wanted, rtol=0.0, atol=TOLERANCES[expected.dtype] * largest)


@pytest.mark.parametrize("name", GRAPHS)
def test_losses_gradients_and_statistics_are_those_of_the_network(name: str, precision: torch.dtype) -> None:
    expected, model = model_of(GRAPHS[name]), model_of(GRAPHS[name])
    plan = Plan(model, 7)
    signals = [model.network.report.signals[output] for output in model.network.feed_outputs]
    for step in range(2):
        given = [batch_of(signal, 7, 10 * step + port) for port, signal in enumerate(signals)]
        expected.flat.gradients.zero_()
        values = expected.network.run_batch(given)
        total = expected.network.total_loss(values)
        total.backward()
        for fill, one in zip(plan.fills, given, strict=True):
            fill(one.numpy())
        run(plan.calls)
        losses = [values[expected.network.slots[name, "loss"]] for name in expected.network.loss_weights]
        assert_near(plan.losses, torch.stack([total, *losses] if len(losses) > 1 else [total]))
        assert expected.flat.gradients.any()
        assert_near(model.flat.gradients.numpy(), expected.flat.gradients)
        for name_of, buffer in expected.network.named_buffers():
            assert_near(model.buffers()[name_of].numpy(), buffer)
        for one in (expected, model):  # as an optimizer does
            one.flat.values.sub_(expected.flat.gradients, alpha=0.1)


def test_what_is_frozen_keeps_its_gradient_and_its_statistics() -> None:
    model = model_of(GRAPHS["frozen statistics"])
    before = {name: buffer.clone() for name, buffer in model.buffers().items()}
    plan = Plan(model, 4)
    for fill in plan.fills:
        fill(1.0)
    run(plan.calls)
    for name, buffer in model.buffers().items():
        assert torch.equal(buffer, before[name]), name
    for place in model.flat.layout.of_node("norm"):
        assert not model.flat.gradients[place.start : place.stop].any()


def test_a_plan_names_the_block_that_has_none() -> None:
    layers = node("kernels", "conv2d"), node("flat", "flatten"), dense("out", 10, "identity")
    graph = chain(node("data", "digits"), *layers, loss=node("loss", "cross-entropy"))
    with pytest.raises(NoPlan, match="Conv") as refused:
        Plan(model_of(graph), 4)
    assert refused.value.node == "kernels"
