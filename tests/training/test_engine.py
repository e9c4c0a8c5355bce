"""The short cuts compute the same as the modules, to the last bit."""

from __future__ import annotations

import pytest
import torch

from playground.document.graph import Graph
from playground.network.check import check
from playground.network.compiled import Network
from playground.network.flat import FlatParameters
from playground.training.engine import Backward, Forward
from tests.network.small_graphs import chain, multilayer, node, wired
from tests.training.runs import circles, noisy_graph, plain_graph

GRAPHS = {
    "plain": plain_graph(),
    "noisy": noisy_graph(),
    "linear": multilayer(circles(), (3, "identity"), (1, "identity"), loss="mean-absolute-error"),
    "without bias": chain(
        circles(labels="signed"), node("a", "dense", units=1, bias=False), loss=node("loss", "hinge")
    ),
    "classes": multilayer(circles(labels="index"), (4, "relu"), (2, "identity"), loss="cross-entropy"),
    "prelu": multilayer(circles(), (4, "prelu"), (1, "softplus"), loss="huber"),
    "branches": wired(
        [
            circles(),
            node("a", "dense", units=3, activation="sigmoid"),
            node("b", "dense", units=3, activation="tanh"),
            node("sum", "add"),
            node("out", "dense", units=1, activation="identity"),
            node("one", "mean-squared-error", weight=0.5),
            node("two", "mean-squared-error"),
        ],
        "data.features > a", "data.features > b", "a > sum.input", "b > sum.input", "sum > out",
        "out > one.prediction", "data.target > one.target", "out > two.prediction", "data.target > two.target",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHS)
def test_values_and_gradients_are_those_of_the_modules(name: str) -> None:
    graph: Graph = GRAPHS[name]
    report = check(graph)
    assert report.ok, report.errors()
    network = Network(report).train()
    flat = FlatParameters(network)
    signals = [report.signals[output] for output in network.feed_outputs]
    batch = tuple(
        torch.randint(0, 2, (7, *signal.shape)) if signal.scale == "index" else torch.randn(7, *signal.shape)
        for signal in signals
    )
    if name == "noisy":
        batch = batch[0], batch[1].sigmoid()
    results = []
    ways = ((network.run_batch, torch.Tensor.backward), (Forward(network), Backward(torch.device("cpu"))))
    for forward, backward in ways:
        for module in network.modules():
            if hasattr(module, "generator"):
                module.generator = torch.Generator().manual_seed(4)
        flat.gradients.zero_()
        values = forward(batch)
        backward(network.total_loss(values))
        results.append((values, flat.gradients.clone()))
    (expected, gradients), (values, found) = results
    assert torch.equal(gradients, found) and gradients.any()
    for one, other in zip(expected, values, strict=True):
        assert torch.equal(one, other)
