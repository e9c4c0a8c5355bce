"""Repeated groups and weights used twice in a run: one gradient, counted once, saved, resumed, and changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from playground.document.graph import Graph, Group, NodeTraining
from playground.document.project import Phase, Project
from playground.network.check import check
from playground.training.phases import active_phases
from playground.training.saving.checkpoint import read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired
from tests.training.runs import array, assert_same, circles, project, run, train_node, weights


def residual(repeat: int = 3, shared: bool = False) -> Graph:
    """Points through a residual block that is repeated, with noise and running statistics in it."""
    graph = wired(
        [
            circles(), node("in", "dense", units=4, activation="tanh"), node("norm", "batch-norm"),
            node("dense-1", "dense", units=4, activation="tanh"), node("drop", "dropout", rate=0.2),
            node("add", "add"), node("out", "dense", units=1, activation="sigmoid"),
            node("loss", "binary-cross-entropy"),
        ],
        "data.features > in", "in > norm", "norm > dense-1", "dense-1 > drop", "drop > add", "in > add", "add > out",
        "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    members = ("norm", "dense-1", "drop", "add")
    return graph.replace(groups=(Group(id="block", title="Block", nodes=members, repeat=repeat, shared=shared),))


def with_repeat(before: Project, repeat: int, shared: bool = False) -> Project:
    group = before.graph.groups[0].replace(repeat=repeat, shared=shared)
    return before.replace(graph=before.graph.replace(groups=(group,)))


def towers(**fields: Any) -> Graph:
    """Two towers of which the second uses the weights of the first."""
    return wired(
        [
            circles(), node("one", "dense", units=3, activation="tanh"),
            node("two", "dense", units=3, activation="sigmoid").replace(**{"weights_of": "one", **fields}),
            node("both", "concatenate"), node("out", "dense", units=1, activation="sigmoid"),
            node("loss", "mean-squared-error"),
        ],
        "data.features > one", "data.features > two", "one > both", "two > both", "both > out",
        "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


GRAPHS = {"repeated": residual(), "shared copies": residual(shared=True), "twins": towers()}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_a_resumed_run_equals_an_uninterrupted_one(name: str, optimizer: str, tmp_path: Path) -> None:
    settings = project(GRAPHS[name], optimizer=optimizer)
    whole = run(settings, 47)
    half = run(settings, 23)
    write_checkpoint(half.checkpoint(), tmp_path / "half.safetensors")
    again = Session(settings, "cpu")
    assert again.resume(read_checkpoint(tmp_path / "half.safetensors")) == ()
    again.advance(24)
    assert_same(whole, again)


def test_the_gradient_of_shared_weights_is_the_sum_of_both_uses() -> None:
    settings = project(towers(), rate=0.05, batch_size=0)
    session = Session(settings, "cpu")
    start = {name: torch.tensor(array(session, name)) for name in ("one.weight", "one.bias", "out.weight", "out.bias")}
    own = {name: tensor.clone().requires_grad_() for name, tensor in start.items()}
    examples = session.prepared["data"].parts["train"]
    x, y = torch.tensor(examples["features"]), torch.tensor(examples["target"])

    def predicted(first: str, second: str) -> torch.Tensor:
        left = torch.tanh(x @ own[f"{first}.weight"].T + own[f"{first}.bias"])
        right = torch.sigmoid(x @ own[f"{second}.weight"].T + own[f"{second}.bias"])
        return torch.sigmoid(torch.cat([left, right], dim=1) @ own["out.weight"].T + own["out.bias"])

    for name in ("weight", "bias"):
        own[f"two.{name}"] = start[f"one.{name}"].clone().requires_grad_()
    torch.nn.functional.mse_loss(predicted("one", "two"), y.view(-1, 1)).backward()
    session.advance(1)
    for name in ("weight", "bias"):
        both = own[f"one.{name}"].grad + own[f"two.{name}"].grad  # type: ignore[operator]
        torch.testing.assert_close(torch.tensor(array(session, f"one.{name}")), start[f"one.{name}"] - 0.05 * both)


def test_shared_weights_are_learned_counted_and_saved_once() -> None:
    session = run(project(towers()), 5)
    assert session.report.total_parameters == 9 + 7 == weights(session).size
    assert [place.name for place in session.snapshot().layout.places] == [
        "one.weight", "one.bias", "out.weight", "out.bias",
    ]  # fmt: skip
    network = session.learner.model.network
    assert network.get_parameter("two.weight") is network.get_parameter("one.weight")
    assert session.learner.engine.id == "torch" and "share their weights" in session.learner.engine.reason


def test_the_first_weights_are_the_owners_own() -> None:
    alone = towers(weights_of=None)
    one, other = Session(project(towers()), "cpu"), Session(project(alone), "cpu")
    np.testing.assert_array_equal(array(one, "one.weight"), array(other, "one.weight"))
    copies = Session(project(residual()), "cpu")
    drawn = [array(copies, f"{prefix}dense-1.weight") for prefix in ("", "block/2/", "block/3/")]
    assert not np.array_equal(drawn[0], drawn[1]) and not np.array_equal(drawn[1], drawn[2])


def test_another_number_of_copies_keeps_what_those_that_stay_have_learned() -> None:
    before = project(residual(3))
    session = run(before, 20)
    old = {name: array(session, name) for name in ("in.weight", "dense-1.weight", "block/2/dense-1.weight")}
    session.apply(with_repeat(before, 4))
    for name, values in old.items():
        np.testing.assert_array_equal(array(session, name), values)
    assert array(session, "block/4/dense-1.weight").shape == (4, 4)
    assert [mark.text for mark in session.history.marks] == ["Block: copies 3 → 4"]
    session.advance(5)
    session.apply(with_repeat(before, 2))
    assert "block/3/dense-1.weight" not in session.snapshot().layout.by_name()
    assert session.step == 25
    session.apply(with_repeat(before, 2, shared=True))
    assert "block/2/dense-1.weight" not in session.snapshot().layout.by_name()
    session.advance(3)


def test_a_frozen_block_is_frozen_in_all_its_copies() -> None:
    session = Session(project(train_node(residual(), "dense-1", trainable=False)), "cpu")
    names = ("dense-1.weight", "block/2/dense-1.weight", "block/3/dense-1.weight")
    before = [array(session, name) for name in names]
    session.advance(10)
    for name, values in zip(names, before, strict=True):
        np.testing.assert_array_equal(array(session, name), values)


def test_weights_are_frozen_by_their_owner() -> None:
    session = Session(project(train_node(towers(), "one", trainable=False)), "cpu")
    before = array(session, "one.weight")
    session.advance(10)
    np.testing.assert_array_equal(array(session, "one.weight"), before)
    twin = Session(project(towers(training=NodeTraining(trainable=False))), "cpu")
    twin.advance(10)
    assert not np.array_equal(array(twin, "one.weight"), before)


def test_a_phase_trains_all_copies_of_a_group_and_the_owners_of_weights() -> None:
    def trained(graph: Graph, *names: str) -> frozenset[str]:
        settings = project(graph).replace(
            training=project(graph).training.replace(phases=(Phase(losses=("loss",), trains=names),))
        )
        (phase,) = active_phases(settings, check(graph))
        return phase.trains

    found = trained(residual(), "block")
    assert {"dense-1", "block/2/dense-1", "block/3/norm"} <= found and "in" not in found
    assert trained(residual(), "dense-1") == {"dense-1", "block/2/dense-1", "block/3/dense-1"}
    assert trained(towers(), "two") == {"one", "two"}
    assert trained(residual(2, shared=True), "add") == {"add", "block/2/add"}


def test_running_statistics_belong_to_each_copy_though_weights_are_shared() -> None:
    session = run(project(residual(2, shared=True)), 20)
    buffers = session.snapshot().buffers
    assert not np.array_equal(buffers["norm.running_mean"], buffers["block/2/norm.running_mean"])


def test_an_embedding_and_the_output_may_share_one_matrix() -> None:
    graph = wired(
        [
            node("data", "python-manual"), node("embed", "embedding", units=6),
            node("mix", "dense", units=6, activation="tanh"),
            node("out", "dense", units=39, activation="identity").replace(weights_of="embed"),
            node("loss", "cross-entropy"),
        ],
        "data.features > embed", "embed > mix", "mix > out", "out > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    report = check(graph)
    assert report.ok and dict(report.parameters) == {"data": 0, "embed": 234, "mix": 42, "out": 39, "loss": 0}
    session = Session(project(graph, optimizer="adam", rate=0.01), "cpu")
    start = session.evaluate()["train_loss"]
    session.advance(12)
    network = session.learner.model.network
    assert network.get_parameter("out.weight") is network.get_parameter("embed.weight")
    assert "out.weight" not in session.snapshot().layout.by_name() and array(session, "out.bias").shape == (39,)
    assert session.evaluate()["train_loss"] < start


def test_a_twin_shows_and_takes_the_weights_of_its_owner(tmp_path: Path) -> None:
    session = run(project(towers()), 3)
    session.set_parameter("two.weight", (0, 1), 2.5)
    snapshot = session.snapshot()
    assert snapshot.array("one.weight")[0, 1] == snapshot.of_node("two")["weight"][0, 1] == 2.5
    assert snapshot.of_node("two").keys() == {"weight", "bias"}
    write_checkpoint(session.checkpoint(), tmp_path / "kept.safetensors")
    again = Session(project(towers()), "cpu")
    again.resume(read_checkpoint(tmp_path / "kept.safetensors"))
    assert all(moment.of_node("two").keys() == {"weight", "bias"} for moment in again.trail.snapshots)
