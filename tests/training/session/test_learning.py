"""What a run is: its steps, its seed, its first weights; textbook numbers and the textbook loop."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import torch
from torch import nn

from playground.network.compiled import CannotCompile
from playground.training.batches import DataError
from playground.training.news import MOST_NEWS
from playground.training.session.learning import EVALUATION_STEPS
from playground.training.session.session import Session
from tests.network.small_graphs import chain, multilayer, node, wired
from tests.training.runs import (
    array,
    assert_same,
    circles,
    noisy_graph,
    one_neuron,
    points,
    project,
    put,
    run,
    weights,
)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "nadam"])
@pytest.mark.parametrize("batch_size", [0, 1, 10])
def test_the_length_of_the_chunks_does_not_matter(optimizer: str, batch_size: int) -> None:
    settings = project(noisy_graph(), optimizer, batch_size=batch_size)
    whole, single, odd = run(settings, 40), run(settings, 0), run(settings, 0)
    for _ in range(40):
        assert single.advance(1) == 1
    assert [odd.advance(steps) for steps in (1, 7, 2, 30)] == [1, 7, 2, 30]
    assert_same(whole, single)
    assert_same(whole, odd)


def test_pictures_and_measurements_do_not_disturb_a_run() -> None:
    settings = project(noisy_graph(), "adam")
    watched = run(settings, 0)
    for _ in range(12):
        watched.advance(1)
        watched.evaluate(full=True, observe=False)
        watched.snapshot()
        watched.checkpoint()
    assert_same(watched, run(settings, 12))


def test_rewinding_gives_the_same_first_weights_and_the_same_run() -> None:
    session = run(project(noisy_graph(), "adam", schedule={"id": "plateau"}, stop={"patience": 99}), 0)
    first = session.snapshot()
    session.advance(14)
    once = session.snapshot()
    session.rewind()
    assert (session.step, session.examples, session.epoch, session.seconds) == (0, 0, 0.0, 0.0)
    np.testing.assert_array_equal(weights(session), first.parameters)
    for name, values in first.buffers.items():
        np.testing.assert_array_equal(session.snapshot().buffers[name], values)
    session.advance(14)
    np.testing.assert_array_equal(weights(session), once.parameters)
    for name, values in once.buffers.items():
        np.testing.assert_array_equal(session.snapshot().buffers[name], values)


def test_the_seed_determines_the_run() -> None:
    one, again, other = (run(project(noisy_graph(), seed=seed), 9) for seed in (5, 5, 6))
    assert_same(one, again)
    assert not np.array_equal(weights(one), weights(other))
    left = one.apply(one.project.replace(seed=6))
    assert left is not None and (left.step, one.step) == (9, 0) and not one.history.marks
    one.advance(9)
    assert_same(one, other)


def test_other_nodes_do_not_change_the_first_weights_of_a_node() -> None:
    short = run(project(multilayer(circles(), (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")), 0)
    graph = chain(
        circles(),
        node("layer-1", "dense", units=3, activation="tanh"),
        node("between", "dense", units=3, activation="relu"),
        node("layer-2", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "mean-squared-error"),
    )
    long = run(project(graph), 0)
    for name in ("layer-1.weight", "layer-1.bias", "layer-2.weight", "layer-2.bias"):
        np.testing.assert_array_equal(array(short, name), array(long, name))


@pytest.mark.parametrize(
    ("batch_size", "per_epoch", "sizes"),
    [(10, 3, [10, 20, 28]), (0, 1, [28]), (28, 1, [28]), (1, 28, list(range(1, 29))), (500, 1, [28])],
)
def test_steps_epochs_and_examples_are_counted(batch_size: int, per_epoch: int, sizes: list[int]) -> None:
    session = run(project(batch_size=batch_size), 0)
    assert session.steps_per_epoch == per_epoch
    for epoch in range(2):
        for number, size in enumerate(sizes, 1):
            assert session.steps_left_in_epoch == per_epoch - number + 1
            session.advance(1)
            assert session.step == epoch * per_epoch + number
            assert session.examples == epoch * 28 + size
            assert session.epoch == pytest.approx(epoch + size / 28)


def test_nothing_to_do_is_no_harm() -> None:
    session = run(project(), 0)
    before = weights(session)
    assert session.advance(0) == 0
    np.testing.assert_array_equal(weights(session), before)


def test_a_snapshot_stays_as_it_was() -> None:
    session = run(project(noisy_graph()), 3)
    snapshot = session.snapshot()
    kept = snapshot.parameters.copy()
    session.advance(3)
    np.testing.assert_array_equal(snapshot.parameters, kept)
    with pytest.raises(ValueError, match="read-only"):
        snapshot.parameters[0] = 1.0
    session.restore(snapshot)
    np.testing.assert_array_equal(weights(session), kept)
    with pytest.raises(ValueError, match="another network"):
        run(project(), 0).restore(snapshot)


# Textbook numbers ---------------------------------------------------------------------------------------------------


def test_one_step_of_backpropagation_by_hand() -> None:
    """A 2-1-1 network of sigmoids without biases: x = (0.1, 0.3), w = (0.4, -0.2), W = 0.1, y = 1, rate 0.5."""
    graph = chain(
        points((0.1, 0.3, 1)),
        node("hidden", "dense", units=1, activation="sigmoid", bias=False),
        node("out", "dense", units=1, activation="sigmoid", bias=False),
        loss=node("loss", "sum-of-squares-error"),
    )
    session = run(project(graph, rate=0.5, batch_size=0), 0)
    put(session, "hidden.weight", 0.4, -0.2)
    put(session, "out.weight", 0.1)
    assert session.evaluate()["train_loss"] == pytest.approx(0.118890, abs=1e-6)
    session.advance(1)
    np.testing.assert_allclose(array(session, "hidden.weight"), [[0.40015228, -0.19954317]], atol=1e-7)
    np.testing.assert_allclose(array(session, "out.weight"), [[0.13015349]], atol=1e-7)
    assert session.evaluate()["train_loss"] == pytest.approx(0.117079, abs=1e-6)


def test_gradient_descent_on_a_parabola() -> None:
    """(w - 1)² from -2 at rate 0.1 walks as (x - 3)² from 0 does: x = w + 2 is 0.6, 1.08, 1.464, …, 3 - 3 · 0.8^k."""
    session = run(project(one_neuron(points((1.0, 0.0, 1)), half=False), rate=0.1, batch_size=0), 0)
    put(session, "unit.weight", -2.0, 0.0)
    seen = {}
    for step in range(1, 51):
        session.advance(1)
        seen[step] = array(session, "unit.weight")[0, 0] + 2.0
    expected = {1: 0.6, 2: 1.08, 3: 1.464, 4: 1.7712, 5: 2.01696, 10: 2.6778774528, 20: 2.9654123549, 50: 2.9999571826}
    assert {step: seen[step] for step in expected} == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("rate", [0.5, 1.0, 1.1])
def test_rates_of_a_parabola_that_jump_oscillate_and_diverge(rate: float) -> None:
    session = run(project(one_neuron(points((1.0, 0.0, 1)), half=False), rate=rate, batch_size=0), 0)
    put(session, "unit.weight", 3.0, 0.0)  # two away from the bottom
    away = []
    for _ in range(3):
        session.advance(1)
        away.append(array(session, "unit.weight")[0, 0] - 1.0)
    expected = {0.5: [0.0, 0.0, 0.0], 1.0: [-2.0, 2.0, -2.0], 1.1: [-2.4, 2.88, -3.456]}
    assert away == pytest.approx(expected[rate], abs=1e-5)


@pytest.mark.parametrize(
    ("optimizer", "make"),
    [
        ("sgd", lambda parameters: torch.optim.SGD(parameters, lr=0.05)),
        ("momentum", lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9)),
        ("adam", lambda parameters: torch.optim.Adam(parameters, lr=0.05)),
    ],
)
def test_a_run_equals_the_textbook_loop(optimizer: str, make: object) -> None:
    session = run(project(optimizer=optimizer, rate=0.05), 0)
    features, target = (
        torch.tensor(session.prepared["data"].parts["train"][port]) for port in ("features", "target")
    )
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Sigmoid())
    with torch.no_grad():
        for layer, name in ((model[0], "layer-1"), (model[2], "layer-2")):
            layer.weight.copy_(torch.tensor(array(session, f"{name}.weight")))
            layer.bias.copy_(torch.tensor(array(session, f"{name}.bias")))
    steps = make(model.parameters())  # type: ignore[operator]
    order = torch.Generator()
    order.set_state(session.checkpoint().tensors["generator/order"])
    for _ in range(7):
        shuffled = torch.randperm(28, generator=order)
        for start in range(0, 28, 10):
            chosen = shuffled[start : start + 10]
            steps.zero_grad()
            nn.functional.mse_loss(model(features[chosen]), target[chosen]).backward()
            steps.step()
    session.advance(21)
    np.testing.assert_allclose(array(session, "layer-1.weight"), model[0].weight.detach(), atol=1e-6)
    np.testing.assert_allclose(array(session, "layer-2.weight"), model[2].weight.detach(), atol=1e-6)
    np.testing.assert_allclose(array(session, "layer-2.bias"), model[2].bias.detach(), atol=1e-6)


# Graphs of other kinds ----------------------------------------------------------------------------------------------


def test_several_losses_have_curves_of_their_own_and_add_up_by_weight() -> None:
    graph = wired(
        [
            circles(),
            node("body", "dense", units=4),
            node("one", "dense", units=1, activation="sigmoid"),
            node("two", "dense", units=1, activation="sigmoid"),
            node("first", "mean-squared-error"),
            node("second", "binary-cross-entropy", weight=0.25),
        ],
        "data.features > body", "body > one", "body > two",
        "one > first.prediction", "data.target > first.target",
        "two > second.prediction", "data.target > second.target",
    )  # fmt: skip
    session = run(project(graph), 12)
    last = {name: session.history.last(name) for name in ("train_loss", "train_loss.first", "train_loss.second")}
    assert last["train_loss"] == pytest.approx(last["train_loss.first"] + 0.25 * last["train_loss.second"], rel=1e-5)
    found = session.evaluate()
    assert found["test_loss"] == pytest.approx(found["test_loss.first"] + 0.25 * found["test_loss.second"], rel=1e-6)
    assert {"validation_accuracy.first", "validation_accuracy.second"} <= found.keys()


def test_a_network_learns_to_give_its_own_input() -> None:
    graph = wired(
        [
            node("data", "blobs", examples=60),
            node("code", "dense", units=2, activation="identity"),
            node("again", "dense", units=2, activation="identity"),
            node("loss", "mean-squared-error"),
        ],
        "data.features > code", "code > again", "again > loss.prediction", "data.features > loss.target",
    )  # fmt: skip
    session = run(project(graph, "adam", rate=0.05), 0)
    before = session.latest["test_loss"]
    session.advance(400)
    after = session.evaluate()
    assert after["test_loss"] < 0.05 * before
    assert after["test_r2"] > 0.9


def test_a_truth_table_has_neither_validation_nor_test() -> None:
    graph = chain(
        node("data", "truth-table", gate="or", labels="zero-one"),
        node("unit", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "binary-cross-entropy"),
    )
    settings = project(graph, rate=2.0, batch_size=0, schedule={"id": "plateau"}, stop={"patience": 4, "epochs": 90})
    session = run(settings, 500)
    assert session.finished == "All 90 epochs are done."
    assert session.latest["train_accuracy"] == 1.0
    assert not [name for name in session.latest if name.startswith(("validation", "test"))]


def test_data_blocks_of_unequal_size_do_not_go_together() -> None:
    graph = wired(
        [
            circles(),
            node("other", "xor", examples=60),
            node("unit", "dense", units=1, activation="sigmoid"),
            node("loss", "mean-squared-error"),
        ],
        "other.features > unit", "unit > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    with pytest.raises(DataError, match="must have the same number of train examples, but there are data 28, other 42"):
        Session(project(graph), "cpu")


def test_a_graph_with_errors_is_not_trained() -> None:
    with pytest.raises(CannotCompile, match="waits for a wire"):
        Session(project(wired([circles(), node("unit", "dense")])), "cpu")


# Curves and memory --------------------------------------------------------------------------------------------------


def test_the_curves_of_a_run() -> None:
    session = run(project(batch_size=4, regularization={"l1": 0.001}), 700)
    loss, test = session.history.curves["train_loss"].data(), session.history.curves["test_loss"].data()
    assert loss.step[-1] == 700 and (np.diff(loss.step) > 0).all() and (np.diff(loss.epoch) > 0).all()
    assert loss.epoch[-1] == pytest.approx(100.0) and loss.examples[-1] == 2800
    np.testing.assert_allclose(loss.examples, 4 * loss.step, atol=2)
    assert (loss.low <= loss.value).all() and (loss.value <= loss.high).all()
    assert (np.diff(loss.seconds) >= 0).all() and loss.seconds[-1] == pytest.approx(session.seconds)
    assert test.step[0] == 0 and (np.diff(test.step) <= EVALUATION_STEPS[session.learner.engine.id] + 7).all()
    assert {"learning_rate", "penalty", "validation_accuracy"} <= session.history.curves.keys()


def test_news_are_told_once_and_all_of_them_on_demand() -> None:
    session = run(project(), 9)
    told, marks = session.take_news()
    assert {"train_loss", "test_loss", "learning_rate"} <= {point.curve for point in told} and not marks
    assert session.take_news() == ((), ())
    session.tell_everything()
    again, _ = session.take_news()
    assert sorted(again) == sorted(told)


def test_news_that_nobody_takes_do_not_pile_up() -> None:
    session = run(project(), 0)
    for _ in range(3):
        session.tell_everything()
    for _ in range(MOST_NEWS // len(session.latest)):
        session.evaluate()
    assert len(session.take_news()[0]) == MOST_NEWS


def curve_bytes(session: Session) -> int:
    """Curves grow up to a bound of their own."""
    return sum(curve.nbytes for curve in session.history.curves.values())


def test_memory_stays_flat() -> None:
    session = run(project(optimizer="adam", batch_size=1), 1_500)
    session.take_news()
    tracemalloc.start()
    try:
        session.advance(300)
        session.take_news()
        before = tracemalloc.get_traced_memory()[0] - curve_bytes(session)
        session.advance(1_500)
        session.take_news()
        after = tracemalloc.get_traced_memory()[0] - curve_bytes(session)
    finally:
        tracemalloc.stop()
    assert after - before < 100_000
