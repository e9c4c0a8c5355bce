"""NaN and infinity: the first node and the exact step are found, and the last good state stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from playground.document.graph import Graph
from playground.training.arrays.engine import ArrayEngine
from playground.training.arrays.plan import Plan
from playground.training.divergence import Diverged
from playground.training.losses import LossLog
from tests.network.small_graphs import multilayer, node
from tests.training.runs import assert_same, circles, noisy_graph, points, project, put, run, weights, with_rate


def linear(loss: str = "mean-squared-error") -> Graph:
    """Two linear layers: with a large rate they grow without bound."""
    return multilayer(circles(), (3, "identity"), (1, "identity"), loss=loss)


def first_bad_step(settings: Any) -> int:
    """The step that fails, found by taking one after the other."""
    session = run(settings, 0)
    for step in range(1, 2_000):
        try:
            session.advance(1)
        except Diverged:
            return step
    raise AssertionError("it went well")


@pytest.mark.parametrize("rate", [1000.0, 0.7])
@pytest.mark.parametrize("graph", [linear(), linear("sum-of-squares-error")], ids=["mean", "sum"])
def test_the_first_bad_step_and_its_node_are_found(graph: Graph, rate: float) -> None:
    settings = project(graph, rate=rate)
    expected = first_bad_step(settings)
    session = run(settings, 0)
    with pytest.raises(Diverged) as caught:
        session.advance(100_000)
    assert caught.value.step == expected
    assert caught.value.node in {"layer-1", "layer-2", "loss"}
    assert caught.value.node in caught.value.message and "rate" in caught.value.message
    assert session.step == expected - 1
    assert np.isfinite(weights(session)).all()
    assert_same(session, run(settings, expected - 1))


def test_a_smaller_rate_goes_on_from_the_last_good_state() -> None:
    session = run(project(linear(), rate=50.0), 0)
    with pytest.raises(Diverged):
        session.advance(1_000)
    session.rewind()
    session.apply(with_rate(session.project, 0.01))
    assert session.advance(300) == 300
    assert session.evaluate()["train_loss"] < 1.0


def test_noise_is_drawn_again_as_it_was() -> None:
    settings = project(noisy_graph(), "momentum", rate=1e-3)
    session = run(settings, 20)
    session.apply(with_rate(settings, 1000.0))
    session.set_parameter("out.bias", (0,), 1e38)
    other = run(settings, 20)
    other.apply(with_rate(settings, 1000.0))
    other.set_parameter("out.bias", (0,), 1e38)
    assert_same(session, other)


def test_the_block_where_infinity_first_appears_is_named() -> None:
    session = run(project(linear()), 2)
    session.set_parameter("layer-1.weight", (0, 0), 3e38)
    session.set_parameter("layer-1.weight", (0, 1), 3e38)
    with pytest.raises(Diverged) as caught:
        session.advance(5)
    assert caught.value.node == "layer-1" and caught.value.step == 3
    assert "largest value that went in" in caught.value.message


def test_an_update_that_is_too_large_is_named_as_such() -> None:
    graph = multilayer(points((1.0, 1.0, 1), labels="signed"), (1, "identity"), (1, "identity"), loss="hinge")
    session = run(project(graph, rate=1000.0, batch_size=0), 0)
    put(session, "layer-1.weight", 0.0, 0.0)
    put(session, "layer-2.weight", 3e38)
    with pytest.raises(Diverged) as caught:
        session.advance(3)
    assert (caught.value.node, caught.value.step) == ("layer-1", 1)
    assert "learning rate 1000, largest gradient 3e+38" in caught.value.message


def test_an_exploding_gradient_is_named_as_such() -> None:
    graph = multilayer(
        points((1.0, 1.0, 1), labels="signed"), (1, "identity"), (1, "identity"), (1, "identity"), loss="hinge"
    )
    session = run(project(graph, batch_size=0), 0)
    for name, value in (("layer-2.weight", 1e30), ("layer-3.weight", 1e30)):
        put(session, name, value)
    put(session, "layer-1.weight", 0.0, 0.0)
    with pytest.raises(Diverged) as caught:
        session.advance(3)
    assert caught.value.node == "layer-1" and "exploded on the way back" in caught.value.message


def out_of_memory_in_the_fourth_step(monkeypatch: pytest.MonkeyPatch, engine: str) -> type[BaseException]:
    """Let memory run out in the midst of a step; returns what is raised then."""
    steps = iter(range(10))
    if engine == "torch":
        remembered = LossLog.add

        def add(self: LossLog, *losses: Sequence[torch.Tensor]) -> None:
            if next(steps) == 3:
                raise torch.OutOfMemoryError("no memory left")
            remembered(self, *losses)

        monkeypatch.setattr(LossLog, "add", add)
        return torch.OutOfMemoryError
    planned = ArrayEngine.plan

    def plan(self: ArrayEngine, rows: int) -> Plan:
        if next(steps) == 3:
            raise MemoryError("no memory left")
        return planned(self, rows)

    monkeypatch.setattr(ArrayEngine, "plan", plan)
    return MemoryError


@pytest.mark.parametrize("engine", ["torch", "numpy"])
def test_without_memory_the_session_stays_where_it_was(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    settings = project(noisy_graph(), "adam", engine=engine)
    session, untouched = run(settings, 4), run(settings, 12)
    before = run(settings, 6)  # the epoch ends there and is evaluated
    error = out_of_memory_in_the_fourth_step(monkeypatch, engine)
    with pytest.raises(error):
        session.advance(8)
    assert_same(session, before)
    session.advance(6)
    assert_same(session, untouched)


def test_data_that_are_no_numbers_are_named() -> None:
    session = run(project(linear()), 0)
    session.learner.experience.examples[0][:] = float("nan")
    session.rewind()
    with pytest.raises(Diverged, match="The data of “data” hold values that are not finite"):
        session.advance(1)


def test_clipping_tames_what_would_diverge() -> None:
    tame = project(linear(), rate=0.7, clipping={"kind": "norm", "limit": 0.1})
    assert run(tame, 300).step == 300


def test_a_graph_of_one_node_is_diagnosed_too() -> None:
    graph = multilayer(node("data", "plane", examples=20), (1, "identity"), loss="mean-squared-error")
    with pytest.raises(Diverged) as caught:
        run(project(graph, rate=1000.0), 500)
    assert caught.value.node in {"layer-1", "loss"}
