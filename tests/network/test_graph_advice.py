"""Warnings: what works but a teacher would point out. They never forbid training."""

from __future__ import annotations

import pytest

from playground.document.graph import Graph, Node
from playground.editing import fixes
from playground.network.check import check
from tests.network.small_graphs import chain, multilayer, node, wired


def data(block: str, labels: str) -> Node:
    return node("data", block, labels=labels)


ADVICE = {
    "sigmoid against signed labels": (
        multilayer(data("xor", "signed"), (1, "sigmoid"), loss="mean-squared-error"),
        "can never reach the target's −1: it lies between 0 and 1",
    ),
    "ReLU against signed labels": (
        multilayer(data("xor", "signed"), (1, "relu"), loss="hinge"),
        "can never reach the target's −1: it lies above 0",
    ),
    "ReLU block against signed labels": (
        chain(data("xor", "signed"), node("d", "dense", units=1, activation="identity"), node("f", "relu"),
              loss=node("loss", "mean-squared-error")),
        "can never reach the target's −1",
    ),
    "log-softmax against one-hot": (
        multilayer(data("iris", "one-hot"), (3, "log-softmax"), loss="mean-squared-error"),
        "can never reach the target's 1: it lies below 0",
    ),
    "ReLU as logit": (
        multilayer(data("xor", "zero-one"), (1, "relu"), loss="binary-cross-entropy"), "no probability falls below 1/2"
    ),
    "tanh as logits": (
        multilayer(data("iris", "index"), (3, "tanh"), loss="cross-entropy"), "they cannot leave -1 to 1"
    ),
    "sigmoid in cross-entropy": (
        multilayer(data("iris", "index"), (3, "sigmoid"), loss="cross-entropy"), "expects probabilities that sum to 1"
    ),
    "softmax of one output": (
        multilayer(data("xor", "zero-one"), (1, "softmax"), loss="binary-cross-entropy"), "always gives 1"
    ),
    "softmax after softmax": (
        chain(data("iris", "index"), node("d", "dense", units=3, activation="softmax"), node("f", "softmax"),
              loss=node("loss", "cross-entropy")),
        "Softmax expects logits, but probabilities arrive",
    ),
    "logarithm of negative predictions": (
        multilayer(node("data", "plane"), (1, "identity"), loss="mean-squared-logarithmic-error"),
        "counts predictions below 0 as 0",
    ),
}


@pytest.mark.parametrize(("graph", "says"), ADVICE.values(), ids=ADVICE.keys())
def test_advice_and_its_fixes(graph: Graph, says: str) -> None:
    report = check(graph)
    (problem,) = report.problems
    assert report.ok and problem.severity == "warning" and says in problem.message
    assert len(problem.fixes) == 1
    mended = check(fixes.apply(graph, problem.node, problem.fixes[0]))
    assert mended.problems == ()


@pytest.mark.parametrize(
    ("block", "labels", "units", "activation", "loss"),
    [
        ("xor", "zero-one", 1, "sigmoid", "binary-cross-entropy"),
        ("xor", "zero-one", 1, "identity", "binary-cross-entropy"),
        ("xor", "signed", 1, "tanh", "mean-squared-error"),
        ("xor", "signed", 1, "identity", "hinge"),
        ("iris", "index", 3, "softmax", "cross-entropy"),
        ("iris", "index", 3, "identity", "hinge"),
        ("iris", "one-hot", 3, "log-softmax", "kl-divergence"),
        ("iris", "one-hot", 3, "sigmoid", "mean-squared-error"),
        ("iris", "one-hot", 3, "identity", "categorical-cross-entropy"),
        ("iris", "one-hot", 3, "sigmoid", "binary-cross-entropy"),
    ],
)
def test_usual_endings_need_no_advice(block: str, labels: str, units: int, activation: str, loss: str) -> None:
    assert check(multilayer(data(block, labels), (units, activation), loss=loss)).problems == ()


def test_a_dead_end_is_a_warning_once_there_is_a_loss() -> None:
    good = multilayer(node("data", "spirals"), (2, "identity"), loss="cross-entropy")
    more = Graph(
        nodes=(*good.nodes, node("spare", "dense")),
        edges=(*good.edges, wired([node("data", "spirals"), node("spare", "dense")], "data.features > spare").edges[0]),
    )
    report = check(more)
    (problem,) = report.problems
    assert report.ok and problem.node == "spare" and problem.severity == "warning"
    assert "Nothing uses what Dense gives" in problem.message


def test_an_unused_port_of_the_data_is_fine() -> None:
    graph = wired(
        [node("data", "plane"), node("d", "dense", units=2), node("loss", "huber")],
        "data.features > d", "d > loss.prediction", "data.features > loss.target",
    )
    assert check(graph).problems == ()
