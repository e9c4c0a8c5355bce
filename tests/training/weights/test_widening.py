"""A layer is widened without changing what the network answers, and goes on learning; what cannot be is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from playground.document.graph import Graph, Group, Node
from playground.document.project import Project
from playground.network.check import check
from playground.training.session.session import Session
from playground.training.weights.widening import CannotWiden, why_not_widen, widened
from tests.network.small_graphs import chain, multilayer, node, wired
from tests.training.runs import circles, project

DIGITS = node("data", "digits", examples=60)
LOSS = node("loss", "cross-entropy")


def layers(*blocks: Node, data: Node = DIGITS) -> Graph:
    return chain(data, *blocks, node("head", "dense", units=10, activation="identity"), loss=LOSS)


def joined(join: str, *, same: bool = False) -> Graph:
    """Two ways from one layer into an add or a concatenate; with `same` both carry the widened channels."""
    ways = [node("wide", "dense", units=4), node("left", "relu"), node("right", "tanh" if same else "dense")]
    if not same:
        ways[2] = node("right", "dense", units=4)
    start, head = "wide" if same else "data.features", node("head", "dense", units=2, activation="identity")
    return wired(
        [circles(labels="index"), *ways, node("join", join), head, LOSS],
        "data.features > wide", "wide > left", f"{start} > right", "left > join", "right > join",
        "join > head", "head > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


def conv(name: str, filters: int, **parameters: object) -> Node:
    return node(name, "conv2d", filters=filters, **parameters)


WIDE: dict[str, Callable[[], Graph]] = {
    "dense": lambda: multilayer(
        circles(labels="index"), (5, "tanh"), (4, "relu"), (2, "identity"), loss="cross-entropy",
    ),
    "convolution": lambda: layers(conv("wide", 3), node("p", "max-pool2d"), conv("b", 4), node("f", "flatten")),
    "into flatten": lambda: layers(conv("wide", 3), node("f", "flatten"), node("d", "dropout", rate=0.3)),
    "batch norm, activation, average": lambda: layers(
        conv("wide", 3, activation="identity", bias=False), node("n", "batch-norm"), node("r", "leaky-relu"),
        node("p", "avg-pool2d"), node("g", "global-average-pooling"),
    ),
    "prelu with a slope for each": lambda: layers(
        conv("wide", 3, activation="identity"), node("r", "prelu", slopes="per-channel"), node("f", "flatten"),
    ),
    "concatenate": lambda: joined("concatenate"),
    "add of the same channels": lambda: joined("add", same=True),
    "multiply of the same channels": lambda: joined("multiply", same=True),
    "time steps in a row": lambda: layers(
        node("rows", "reshape", shape="8 x 8"), node("wide", "dense", units=5), node("f", "flatten"),
    ),
    "depthwise, transposed, instance norm": lambda: layers(
        conv("wide", 3), node("k", "depthwise-conv2d", filters=2), node("n", "instance-norm"),
        node("t", "conv-transpose2d", filters=2), node("f", "flatten"),
    ),
    "along a series": lambda: layers(
        node("rows", "reshape", shape="8 x 8"), node("wide", "conv1d", filters=5), node("p", "max-pool1d"),
        node("c", "conv1d", filters=3), node("f", "flatten"),
    ),
    "recurrent": lambda: layers(
        node("rows", "reshape", shape="8 x 8"), node("wide", "dense", units=5), node("lstm", "lstm", units=6),
    ),
}  # fmt: skip


def answers(session: Session) -> np.ndarray:
    """What the head gives for all training examples, as when it is asked."""
    network, prepared = session.learner.model.network, session.prepared
    feeds = {
        (name, port): torch.tensor(array)
        for name, one in prepared.items() for port, array in one.parts["train"].items()
    }  # fmt: skip
    network.eval()
    with torch.no_grad():
        values = network.run(feeds)
    found = values[network.slots[next(iter(session.report.inputs["loss"]))]].numpy().copy()
    network.train()
    return found


def wide_of(graph: Graph) -> str:
    return "wide" if graph.has("wide") else "layer-1"


@pytest.mark.parametrize("name", WIDE)
def test_the_answers_stay_and_the_copies_part(name: str) -> None:
    graph = WIDE[name]()
    assert check(graph).ok, check(graph).errors()
    session = Session(project(graph, "adam", rate=0.01), "cpu")
    session.advance(6)
    before, node_ = answers(session), wide_of(graph)
    assert why_not_widen(graph, session.report, node_) == ""
    old = session.snapshot()
    wider = widened(session.project, session.report, node_, 9)
    left = session.take(wider, wider.project)
    assert left.step == session.step == 6
    np.testing.assert_allclose(answers(session), before, atol=1e-6)
    assert session.report.total_parameters > old.layout.size
    assert [mark.text for mark in session.history.marks] == [wider.words]
    session.advance(12)
    weight = session.snapshot().array(f"{node_}.weight").reshape(9, -1)
    assert len(np.unique(weight, axis=0)) == 9, "copies learn differently from then on"
    again = Session(left.project)
    again.take_up(left)
    np.testing.assert_array_equal(again.snapshot().parameters, old.parameters)


def test_widening_before_the_first_step_stays_through_a_rewind() -> None:
    session = Session(project(WIDE["dense"]()))
    before = answers(session)
    wider = widened(session.project, session.report, "layer-1", 8)
    session.take(wider, wider.project)
    session.advance(3)
    session.rewind()
    np.testing.assert_allclose(answers(session), before, atol=1e-6)


REFUSED = {
    "the last layer": (lambda: multilayer(circles(labels="index"), (2, "identity"), loss="cross-entropy"), "layer-1",
                       "compares it with the target"),
    "layer norm": (lambda: chain(circles(labels="index"), node("wide", "dense", units=4), node("n", "layer-norm"),
                                 node("head", "dense", units=2), loss=LOSS), "wide", "looks at all units together"),
    "add of two paths": (lambda: joined("add"), "wide", "adds another path to it"),
    "softmax inside": (lambda: multilayer(circles(labels="index"), (4, "softmax"), (2, "identity"),
                                          loss="cross-entropy"), "layer-1", "ends in softmax"),
    "attention": (lambda: layers(node("rows", "reshape", shape="8 x 8"), node("wide", "dense", units=8),
                                 node("a", "multi-head-attention"), node("f", "flatten")), "wide",
                  "does not read each unit"),
    "no width": (lambda: layers(node("wide", "flatten")), "wide", "only dense and convolutional layers"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_change_the_answers_is_refused(name: str) -> None:
    make, node_, words = REFUSED[name]
    graph = make()
    report = check(graph)
    assert words in why_not_widen(graph, report, node_)
    with pytest.raises(CannotWiden):
        widened(Project(graph=graph), report, node_, 20)


def test_copies_of_a_group_and_shared_weights_are_refused() -> None:
    graph = multilayer(circles(labels="index"), (4, "tanh"), (4, "tanh"), (2, "identity"), loss="cross-entropy")
    repeated = graph.replace(groups=(Group(id="g", title="G", nodes=("layer-2",), repeat=3),))
    assert "a group that repeats" in why_not_widen(repeated, check(repeated), "layer-2")
    assert why_not_widen(repeated, check(repeated), "layer-1") == "", "only the first copy reads it"
    shared = graph.replace(groups=(Group(id="g", title="G", nodes=("layer-2",), repeat=3, shared=True),))
    assert "uses the same weights as another block" in why_not_widen(shared, check(shared), "layer-1")
    for width in (4, 3, 70_000):
        with pytest.raises(CannotWiden, match="it can be widened to 5 up to"):
            widened(Project(graph=graph), check(graph), "layer-1", width)
