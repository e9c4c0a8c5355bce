"""Losses and metrics of the parts: the right examples, the right scale, and no trace in the network."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.network.check import check
from playground.network.compiled import Network
from playground.training import evaluation
from playground.training.evaluation import GLANCE, LARGEST_BATCH
from tests.network.small_graphs import chain, multilayer, node, wired
from tests.training.runs import assert_same, circles, noisy_graph, plain_graph, project, run

PARTS = ("train", "validation", "test")


def test_every_part_is_measured_on_its_own() -> None:
    session = run(project(rate=1.0), 30)
    snapshot = session.snapshot()
    network = Network(check(plain_graph()))
    network.load_state_dict({place.name: torch.tensor(snapshot.array(place.name)) for place in snapshot.layout.places},
                            strict=False)  # fmt: skip
    found = session.evaluate(full=True)
    for part in PARTS:
        arrays = session.prepared["data"].parts[part]
        feeds = {("data", port): torch.tensor(arrays[port]) for port in ("features", "target")}
        with torch.no_grad():
            values = network.run(feeds)
        assert found[f"{part}_loss"] == pytest.approx(float(network.total_loss(values)), rel=1e-5)
        predicted = values[network.slots["layer-2", "output"]].numpy() > 0.5
        assert found[f"{part}_accuracy"] == pytest.approx((predicted == (arrays["target"] > 0.5)).mean())


def test_measuring_uses_no_noise_and_leaves_the_network_learning() -> None:
    session = run(project(noisy_graph()), 5)
    once = session.evaluate()
    assert session.evaluate() == once
    before = session.snapshot().buffers["norm.running_mean"]
    session.evaluate(full=True)
    np.testing.assert_array_equal(session.snapshot().buffers["norm.running_mean"], before)
    session.advance(1)
    assert (session.snapshot().buffers["norm.running_mean"] != before).any()


@pytest.mark.parametrize("batch_size", [0, 7, 10])
def test_a_loss_that_sums_is_given_for_one_batch(batch_size: int) -> None:
    graph = multilayer(circles(), (1, "sigmoid"), loss="sum-of-squares-error")
    session = run(project(graph, rate=0.0, batch_size=batch_size), 4)
    found = session.evaluate()
    ideal = batch_size or 28
    rmse = [found[f"{part}_loss"] for part in PARTS]
    full_batches = session.history.curves["train_loss"].data().value
    assert found["train_loss"] == pytest.approx(full_batches.mean(), rel=0.35)
    assert all(0.05 * ideal < value < 0.5 * ideal for value in rmse)
    if batch_size == 0:
        assert found["train_loss"] == pytest.approx(full_batches[0], rel=1e-6)


def test_wide_wires_are_measured_in_several_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = chain(
        node("data", "digits", examples=300), node("maps", "conv2d", filters=4), node("flat", "flatten"),
        node("answer", "dense", units=10, activation="identity"), loss=node("loss", "cross-entropy"),
    )  # fmt: skip
    whole = run(project(graph), 5).evaluate(full=True)
    monkeypatch.setattr(evaluation, "MOST_NUMBERS", 10 * 4 * 6 * 6)  # the maps of ten examples
    sizes: list[int] = []
    split = torch.split
    monkeypatch.setattr(torch, "split", lambda tensor, size: sizes.append(size) or split(tensor, size))
    assert run(project(graph), 5).evaluate(full=True) == pytest.approx(whole, rel=1e-5)
    assert set(sizes) == {10}


def test_a_glance_is_enough_while_training_and_all_examples_count_in_the_end() -> None:
    graph = chain(
        circles(examples=1_000, noise=0.5), node("unit", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "mean-squared-error"),
    )  # fmt: skip
    session = run(project(graph), 3)
    glance, full = session.evaluate(), session.evaluate(full=True)
    assert glance["train_loss"] != full["train_loss"] and GLANCE["train"] < 700
    assert glance["test_loss"] == full["test_loss"]


def test_many_examples_are_measured_piece_by_piece() -> None:
    graph = multilayer(circles(examples=LARGEST_BATCH + 500), (1, "sigmoid"), loss="mean-squared-error")
    session = run(project(graph), 1)
    found = session.evaluate(full=True)
    arrays = session.prepared["data"].parts["test"]
    weight, bias = session.snapshot().array("layer-1.weight"), session.snapshot().array("layer-1.bias")
    outputs = 1.0 / (1.0 + np.exp(-(arrays["features"] @ weight.T + bias)))
    assert found["test_loss"] == pytest.approx(((outputs - arrays["target"]) ** 2).mean(), rel=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_parts_without_examples_are_left_out(share: float) -> None:
    graph = multilayer(
        circles(train_share=1.0 - share, validation_share=share), (1, "sigmoid"), loss="mean-squared-error"
    )
    names = {name.split("_")[0] for name in run(project(graph), 3).latest}
    assert names == ({"train", "validation"} if share else {"train"})


def test_evaluating_draws_the_same_noise_every_time_and_none_from_the_run() -> None:
    graph = wired(
        [circles(), node("noise", "noise"), node("generator", "dense", units=1, activation="identity"),
         node("loss", "mean-squared-error")],
        "data.features > noise", "noise > generator", "generator > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    often, seldom = run(project(graph), 3), run(project(graph), 3)
    assert often.evaluate(full=True) == often.evaluate(full=True)
    for session in (often, seldom):
        session.advance(4)
    assert_same(often, seldom)
