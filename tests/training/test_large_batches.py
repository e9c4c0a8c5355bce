"""Gathering batches for one step, and products in bfloat16: the same learning, with less memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.document import library
from playground.document.graph import Graph
from playground.training.batches import CannotTrain
from playground.training.opening import open_project
from playground.training.session.session import Session
from tests.network.small_graphs import multilayer
from tests.training.phased_runs import LEFT, RIGHT, taking_turns
from tests.training.runs import assert_same, change, circles, noisy_graph, plain_graph, project, run, weights

SUMS = multilayer(circles(), (3, "tanh"), (1, "sigmoid"), loss="sum-of-squares-error")


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("graph", [plain_graph(), SUMS], ids=["mean", "sum"])
@pytest.mark.parametrize(("size", "count"), [(4, 3), (5, 2), (0, 4), (10, 8)])
def test_gathered_batches_equal_the_large_one(graph: Graph, optimizer: str, size: int, count: int) -> None:
    """28 examples, so that some epochs end in a batch that is not full."""
    settings = {"engine": "torch", "rate": 0.01, "regularization": {"l2": 0.01}, "clipping": {"kind": "norm"}}
    gathered = run(project(graph, optimizer, batch_size=size, accumulate=count, **settings), 20)
    large = run(project(graph, optimizer, batch_size=size * count, **settings), 20)
    assert gathered.epoch == large.epoch
    np.testing.assert_allclose(weights(gathered), weights(large), atol=2e-6)
    assert gathered.evaluate() == pytest.approx(large.evaluate(), abs=1e-5)
    assert gathered.history.last("train_loss") == pytest.approx(large.history.last("train_loss"), rel=1e-4)


def test_gathered_phases_and_a_run_taken_up_again() -> None:
    """Phases that take turns see the large batch too; what is saved in the midst of it goes on bit for bit."""
    phases = {"batch_size": 5, "engine": "torch"}
    gathered = run(taking_turns(LEFT, RIGHT, accumulate=2, **phases), 12)
    large = run(taking_turns(LEFT, RIGHT, **{**phases, "batch_size": 10}), 12)
    np.testing.assert_allclose(weights(gathered), weights(large), atol=2e-6)
    settings = project(noisy_graph(), "adam", batch_size=5, accumulate=2)
    whole, first = run(settings, 14), run(settings, 5)
    resumed = Session(settings, "cpu")
    resumed.resume(first.checkpoint())
    resumed.advance(9)
    assert_same(whole, resumed)


def test_an_optimizer_that_evaluates_the_loss_itself_refuses() -> None:
    with pytest.raises(CannotTrain, match="no batches can be gathered"):
        Session(project(plain_graph(), "l-bfgs", None, accumulate=2), "cpu")


def test_bfloat16_changes_products_and_keeps_weights_and_losses_in_32_bits() -> None:
    mixed = run(project(plain_graph(), precision="bfloat16"), 40)
    single = run(project(plain_graph(), engine="torch"), 40)
    assert "bfloat16" in mixed.learner.engine.reason
    assert mixed.learner.model.flat.values.dtype is torch.float32
    assert not np.array_equal(weights(mixed), weights(single))
    np.testing.assert_allclose(weights(mixed), weights(single), atol=0.02)
    losses = mixed.history.curves["train_loss"].data().value
    assert any(np.float32(loss) != float(torch.tensor(loss).bfloat16()) for loss in losses)
    noisy = project(noisy_graph(), "adam", precision="bfloat16")
    resumed = Session(noisy, "cpu")
    resumed.resume(run(noisy, 8).checkpoint())
    resumed.advance(9)
    assert_same(run(noisy, 17), resumed)


KINDS = ("small-cnn-digits", "remember-lstm", "encoder-block", "gan-ring", "karate-club", "rule-and")


@pytest.mark.parametrize("preset", KINDS)
def test_networks_of_all_kinds_learn_in_bfloat16(preset: str) -> None:
    before = open_project(library.find(preset))
    session = Session(before.replace(training=before.training.replace(precision="bfloat16")), "cpu")
    session.advance(3)
    assert np.isfinite(weights(session)).all() and session.step == 3


def test_settings_change_while_it_runs() -> None:
    session = run(project(plain_graph(), batch_size=5), 3)
    session.apply(change(session.project, accumulate=2, precision="bfloat16"))
    session.advance(8)
    assert session.learner.experience.batch_size == 10
    assert [mark.text for mark in session.history.marks] == ["batches in a step 1 → 2", "precision single → bfloat16"]
