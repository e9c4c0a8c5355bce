"""Changes while a run goes on: they count from the next step, are marked in words, and keep all that still fits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.document.graph import Edge, Graph
from playground.document.project import Project
from playground.network.compiled import CannotCompile
from playground.training.batches import DataError
from playground.training.session.session import Session
from tests.network.small_graphs import multilayer, node
from tests.training.runs import (
    OPTIMIZERS,
    SEARCHING,
    array,
    assert_same,
    change,
    circles,
    noisy_graph,
    one_neuron,
    plain_graph,
    points,
    project,
    put,
    run,
    train_node,
    weights,
    with_rate,
)

CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "rate": ({"optimizer": {"id": "sgd", "parameters": {"learning_rate": 0.01}}}, "learning rate 0.1 → 0.01"),
    "optimizer": ({"optimizer": {"id": "adam"}}, "optimizer SGD → Adam"),
    "schedule": ({"schedule": {"id": "inverse-square-root"}}, "schedule Constant → Inverse square root"),
    "batch": ({"batch_size": 4}, "batch size 10 → 4"),
    "whole": ({"batch_size": 0}, "batch size 10 → all"),
    "l1": ({"regularization": {"l1": 0.05}}, "L1 penalty 0 → 0.05"),
    "l2": ({"regularization": {"l2": 0.5}}, "L2 penalty 0 → 0.5"),
    "max-norm": ({"regularization": {"max_norm": 0.1}}, "max-norm none → 0.1"),
    "clipping": ({"clipping": {"kind": "norm", "limit": 0.001}}, "clipping none → norm 0.001"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_setting_counts_from_the_next_step_and_is_marked(name: str) -> None:
    settings, words = CHANGES[name]
    session, untouched = run(project(), 4), run(project(), 4)
    session.apply(change(project(), **settings))
    np.testing.assert_array_equal(weights(session), weights(untouched))
    assert [(mark.moment.step, mark.text) for mark in session.history.marks] == [(4, words)]
    session.advance(1)
    untouched.advance(1)
    assert not np.array_equal(weights(session), weights(untouched))


def test_every_change_has_words() -> None:
    before = project(optimizer="adam", rate=None, schedule={"id": "step"})
    after = project(
        train_node(plain_graph(), "layer-1", l1=0.5, trainable=False),
        "adam", rate=0.5, schedule={"id": "step", "parameters": {"every": 2}},
        stop={"epochs": 9, "patience": 3, "target": {"metric": "test_accuracy", "at_least": 0.9}},
    )  # fmt: skip
    graph = after.graph.replace(
        nodes=tuple(
            n.replace(parameters={**n.parameters, "activation": "relu"}) if n.id == "layer-1" else n
            for n in after.graph.nodes
        )
    )
    session = run(before, 1)
    session.apply(after.replace(graph=graph))
    assert [mark.text for mark in session.history.marks] == [
        "learning rate 0.005 → 0.5",
        "schedule every n epochs 30 → 2",
        "epochs none → 9",
        "target none → test accuracy",
        "target at least none → 0.9",
        "patience none → 3",
        "Dense 1: tanh to ReLU",
        "Dense 1: frozen",
        "Dense 1: L1 penalty none → 0.5",
    ]
    assert [mark.text for mark in session.take_news()[1]] == [mark.text for mark in session.history.marks]


def test_before_the_first_step_there_is_nothing_to_mark() -> None:
    session = run(project(), 0)
    session.apply(with_rate(project(), 0.5))
    assert not session.history.marks


def test_what_is_only_seen_changes_nothing() -> None:
    session, untouched = run(project(), 4), run(project(), 9)
    moved = tuple(n.replace(title="another title", unfolded=True) for n in session.project.graph.nodes)
    session.apply(session.project.replace(title="other", graph=session.project.graph.replace(nodes=moved)))
    session.advance(5)
    assert_same(session, untouched)
    assert not session.history.marks and session.project.title == "other"


@pytest.mark.parametrize("optimizer", (*OPTIMIZERS, *SEARCHING))
def test_another_rate_goes_on_as_if_it_had_always_been_so(optimizer: str) -> None:
    """A second session with the new rate gets weights and memory of the first, and then walks the same way."""
    slow, fast = project(optimizer=optimizer, rate=0.01), project(optimizer=optimizer, rate=0.07)
    session = run(slow, 5)
    checkpoint = session.checkpoint()
    session.apply(fast)
    other = Session(fast, "cpu")
    other.resume(checkpoint)
    for each in (session, other):
        each.advance(6)
        assert each.learning_rate == 0.07
    assert_same(session, other)


def test_another_optimizer_starts_with_an_empty_memory() -> None:
    session = run(project(optimizer="momentum"), 5)
    session.apply(project(optimizer="adam", rate=0.01))
    fresh = run(project(optimizer="adam", rate=0.01), 0)
    fresh.restore(session.snapshot())
    before = weights(session)
    session.advance(1)
    # The first step of Adam is as long as the rate, whatever the gradient.
    np.testing.assert_allclose(np.abs(weights(session) - before), 0.01, rtol=0.01)


def inserted() -> Graph:
    """The plain graph with a layer between its two, and the first layer's output one unit wider in the last graph."""
    graph = plain_graph()
    kept = tuple(edge for edge in graph.edges if edge.target != "layer-2")
    added = (Edge(source="layer-1", target="new"), Edge(source="new", target="layer-2"))
    return graph.replace(nodes=(*graph.nodes, node("new", "dense", units=3)), edges=(*kept, *added))


def test_a_new_layer_keeps_weights_and_memory_of_the_others() -> None:
    session = run(project(optimizer="adam"), 4)
    before = session.checkpoint()
    session.apply(project(inserted(), "adam"))
    after = session.checkpoint()
    for name in ("layer-1.weight", "layer-1.bias", "layer-2.weight", "layer-2.bias"):
        np.testing.assert_array_equal(array(session, name), run(project(optimizer="adam"), 4).snapshot().array(name))
    memory = after.part("optimizer")
    for key, tensor in before.part("optimizer").items():
        np.testing.assert_array_equal(memory[key], tensor)
    assert not memory["new.weight/exp_avg"].any()
    np.testing.assert_array_equal(array(session, "new.weight"), array(run(project(inserted()), 0), "new.weight"))
    assert (session.step, session.examples) == (4, 38)
    assert session.history.marks[0].text == "Dense added"
    assert session.advance(20) == 20


def test_a_layer_that_grows_keeps_what_is_not_touched() -> None:
    session = run(project(optimizer="momentum"), 4)
    before = session.snapshot()
    wide = multilayer(circles(), (5, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    session.apply(project(wide, "momentum"))
    np.testing.assert_array_equal(array(session, "layer-2.bias"), before.array("layer-2.bias"))
    assert array(session, "layer-1.weight").shape == (5, 2)
    assert session.advance(4) == 4


def test_a_changed_dropout_rate_goes_on_at_the_same_place() -> None:
    session = run(project(noisy_graph(), "adam"), 4)
    nodes = tuple(
        n.replace(parameters={"rate": 0.9}) if n.id == "drop" else n for n in session.project.graph.nodes
    )
    before = session.checkpoint()
    session.apply(session.project.replace(graph=session.project.graph.replace(nodes=nodes)))
    after = session.checkpoint()
    for key in ("parameters", "generator/noise", "generator/order", "buffer/norm.running_mean"):
        np.testing.assert_array_equal(after.tensors[key], before.tensors[key])
    assert after.meta["position"] == before.meta["position"] > 0
    assert [mark.text for mark in session.history.marks] == ["Dropout: rate 0.3 → 0.9"]


def test_other_data_keep_the_weights_and_begin_an_epoch() -> None:
    session = run(project(), 4)
    before = weights(session)
    more = multilayer(circles(examples=100), (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    session.apply(project(more))
    np.testing.assert_array_equal(weights(session), before)
    assert session.epoch == 1.0 and session.step == 4 and session.steps_per_epoch == 7
    assert session.advance(10) == 10 and session.epoch == pytest.approx(1.0 + 10 / 7)


def test_a_block_of_another_kind_starts_with_its_own_weights() -> None:
    graph = noisy_graph()
    session = run(project(graph), 6)
    assert array(session, "norm.weight").std() > 0
    swapped = tuple(node("norm", "layer-norm") if n.id == "norm" else n for n in graph.nodes)
    session.apply(project(graph.replace(nodes=swapped)))
    assert (array(session, "norm.weight") == 1.0).all()


def broken() -> Project:
    graph = plain_graph()
    return project(graph.replace(edges=graph.edges[1:]))


def unequal() -> Project:
    graph = plain_graph()
    edges = tuple(
        edge.replace(source="other") if edge.source_port == "features" else edge for edge in graph.edges
    )
    return project(graph.replace(nodes=(*graph.nodes, node("other", "xor", examples=90)), edges=edges))


@pytest.mark.parametrize(("change_to", "error"), [(broken, CannotCompile), (unequal, DataError)])
def test_an_edit_that_cannot_be_trained_leaves_the_session_as_it_was(change_to: Any, error: type[Exception]) -> None:
    session, untouched = run(project(optimizer="adam"), 4), run(project(optimizer="adam"), 9)
    before = session.project
    with pytest.raises(error):
        session.apply(change_to())
    assert session.project is before and not session.history.marks
    session.advance(5)
    assert_same(session, untouched)


def test_a_finished_run_goes_on_after_a_change() -> None:
    session = run(project(stop={"epochs": 2}), 50)
    assert session.finished and session.step == 6
    session.apply(project(stop={"epochs": 4}))
    assert not session.finished
    assert session.advance(50) == 6 and session.finished == "All 4 epochs are done."


# One block otherwise than the others ----------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", (*OPTIMIZERS, *SEARCHING))
def test_a_frozen_block_stays_as_it_is(optimizer: str) -> None:
    graph = train_node(plain_graph(), "layer-1", trainable=False)
    session = run(project(graph, optimizer, regularization={"l1": 0.1, "l2": 0.1, "max_norm": 0.01}), 0)
    before = session.snapshot()
    session.advance(7)
    for name, same in (("layer-1.weight", True), ("layer-1.bias", True), ("layer-2.weight", False)):
        assert np.array_equal(array(session, name), before.array(name)) is same


def test_a_frozen_batch_norm_keeps_its_statistics() -> None:
    session = run(project(train_node(noisy_graph(), "norm", trainable=False)), 0)
    before = session.snapshot().buffers
    session.advance(7)
    assert session.snapshot().buffers.keys() == before.keys()
    for name, values in session.snapshot().buffers.items():
        np.testing.assert_array_equal(values, before[name])


def test_freezing_and_thawing_while_it_runs() -> None:
    session = run(project(optimizer="adam"), 4)
    session.apply(project(train_node(plain_graph(), "layer-1", trainable=False), "adam"))
    frozen = array(session, "layer-1.weight")
    session.advance(5)
    np.testing.assert_array_equal(array(session, "layer-1.weight"), frozen)
    session.apply(project(optimizer="adam"))
    session.advance(1)
    assert (array(session, "layer-1.weight") != frozen).all()


def test_a_network_that_is_frozen_as_a_whole_only_watches() -> None:
    graph = train_node(train_node(plain_graph(), "layer-1", trainable=False), "layer-2", trainable=False)
    session = run(project(graph, "adam"), 0)
    before = weights(session)
    assert session.advance(7) == 7
    np.testing.assert_array_equal(weights(session), before)
    assert len(session.history.curves["train_loss"]) == 7


def test_half_the_rate_is_half_the_way() -> None:
    whole = run(project(batch_size=0), 1)
    half = run(project(train_node(plain_graph(), "layer-1", learning_rate_factor=0.5), batch_size=0), 1)
    start = run(project(), 0).snapshot()
    for name, factor in (("layer-1.weight", 0.5), ("layer-1.bias", 0.5), ("layer-2.weight", 1.0)):
        way = array(half, name) - start.array(name)
        np.testing.assert_allclose(way, factor * (array(whole, name) - start.array(name)), rtol=1e-3, atol=1e-7)


# Weights typed in -----------------------------------------------------------------------------------------------------


def test_a_weight_can_be_typed_in() -> None:
    session = run(project(one_neuron(points((1.0, 2.0, 1)), bias=True), rate=0.5, batch_size=0), 0)
    put(session, "unit.weight", 3.0, 4.0)
    assert session.set_parameter("unit.weight", (0, 1), -1.5) == 4.0
    session.set_parameter("unit.bias", (0,), 0.25)
    np.testing.assert_array_equal(array(session, "unit.weight"), [[3.0, -1.5]])
    assert session.evaluate()["train_loss"] == pytest.approx(0.5 * (3.0 - 3.0 + 0.25 - 1.0) ** 2)
    session.advance(1)  # the gradient is (prediction - target) times the input: -0.75 (1, 2)
    np.testing.assert_allclose(array(session, "unit.weight"), [[3.375, -0.75]])


@pytest.mark.parametrize(
    ("name", "index", "value", "error"),
    [
        ("gone.weight", (0, 0), 1.0, KeyError),
        ("layer-1.weight", (9, 0), 1.0, IndexError),
        ("layer-1.weight", (0,), 1.0, IndexError),
        ("layer-1.weight", (0, 0), float("nan"), ValueError),
    ],
)
def test_a_weight_that_cannot_be_typed_in(
    name: str, index: tuple[int, ...], value: float, error: type[Exception]
) -> None:
    session = run(project(), 2)
    before = weights(session)
    with pytest.raises(error):
        session.set_parameter(name, index, value)
    np.testing.assert_array_equal(weights(session), before)
