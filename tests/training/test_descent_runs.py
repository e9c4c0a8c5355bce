"""Descents without data: the printed numbers of the course, the rates side by side, the saddle, regions, new starts."""

from __future__ import annotations

import numpy as np
import pytest

from playground.network.check import check
from playground.network.flat import FlatParameters
from playground.training.divergence import Diverged
from playground.training.saving.checkpoint import Checkpoint
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.descents import landscape, place, side_by_side, went
from tests.training.runs import change, circles, project


def test_all_160_printed_iterations_of_the_parabola_to_the_last_digit() -> None:
    session = went(landscape("sgd", {"learning_rate": 0.1}), 160)
    found = {one.step: float(one.array("f.position")[0]) for one in session.trail.snapshots}
    x = 0.0
    for step in range(1, 161):
        x = x - 0.1 * 2 * (x - 3)
        assert repr(found[step]) == repr(x)
    printed = {1: "0.6000000000000001", 4: "1.7711999999999999", 158: "2.9999999999999987", 160: "2.999999999999999"}
    assert all(repr(found[step]) == words for step, words in printed.items())
    firsts = [next(k for k in range(161) if 3.0 - found[k] < bound) for bound in (0.1, 0.01, 0.001, 1e-6)]
    assert firsts == [16, 26, 36, 67]


def test_a_step_is_an_epoch_and_each_has_its_loss_on_the_curve() -> None:
    session = went(landscape("sgd", {"learning_rate": 0.1}), 50)
    assert (session.step, session.epoch, session.steps_per_epoch) == (50, 50.0, 1)
    curve = session.history.curves["train_loss"].data()
    assert len(curve.value) == 50
    np.testing.assert_allclose(curve.value, [9.0 * 0.64**step for step in range(50)], rtol=1e-10)
    assert session.evaluate() == {"train_loss": pytest.approx(9.0 * 0.64**50)}


def test_four_rates_at_once_crawl_land_swing_and_run_away() -> None:
    session = went(side_by_side(1.0, slow=0.1, lands=0.5, swings=1.0, flees=1.1), 3)
    places = {name: float(place(session, name)[0]) for name in ("slow", "lands", "swings", "flees")}
    assert places == pytest.approx({"slow": 1.024, "lands": 0.0, "swings": -2.0, "flees": -3.456})
    assert session.evaluate()["train_loss.flees"] == pytest.approx(3.456**2)
    assert session.evaluate()["train_loss"] == pytest.approx(1.024**2 + 4.0 + 3.456**2)


def test_the_saddle_of_the_course_and_its_end() -> None:
    session = went(landscape("sgd", {"learning_rate": 0.01}, function="saddle", start_x=1.0, start_y=1.0), 0)
    assert session.latest["train_loss"] == 33.0
    session.advance(1)
    np.testing.assert_allclose(place(session), [0.89, 0.91], rtol=1e-15)
    session.advance(1999)
    assert session.evaluate()["train_loss"] == pytest.approx(22.94962, abs=5e-6)


def test_a_saddle_has_no_bottom() -> None:
    session = went(landscape("sgd", {"learning_rate": 0.19}, function="saddle", start_x=1.0, start_y=-1.0), 0)
    with pytest.raises(Diverged, match="no bottom"):
        session.advance(100_000)
    assert session.latest["train_loss"] < -1e200


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_the_start_is_that_of_the_block_whatever_seed_and_initializer(seed: int) -> None:
    settings = {"initializer": {"id": "zeros"}}
    session = went(landscape("adam", seed=seed, settings=settings, function="bowl", start_x=-3.0, start_y=2.0), 5)
    session.rewind()
    assert place(session).tolist() == [-3.0, 2.0] and session.step == 0


@pytest.mark.parametrize(
    ("constraint", "radius", "expected"),
    [("l2", 2.0, (2.0 / 5**0.5 * 2, -2.0 / 5**0.5)), ("box", 1.5, (1.5, -1.5)), ("l1", 2.0, (2.0, 0.0))],
)
def test_a_projected_descent_ends_at_the_nearest_place_of_the_region(
    constraint: str, radius: float, expected: tuple[float, float]
) -> None:
    block = {"function": "typed", "expression": "(x - 4)^2 + (y + 2)^2", "constraint": constraint, "radius": radius}
    session = went(landscape("sgd", {"learning_rate": 0.1}, **block), 200)
    np.testing.assert_allclose(place(session), expected, atol=1e-9)


def test_a_constraint_changes_while_it_goes_down_and_another_start_begins_anew() -> None:
    session = went(landscape("sgd", {"learning_rate": 0.1}, function="bowl", start_x=-3.0, start_y=2.0), 10)
    held = landscape(
        "sgd", {"learning_rate": 0.1}, function="bowl", start_x=-3.0, start_y=2.0, constraint="box", radius=0.1
    )
    assert session.apply(held) is None and session.step == 10
    session.advance(1)
    assert np.abs(place(session)).max() <= 0.1
    elsewhere = landscape("sgd", {"learning_rate": 0.1}, function="bowl", start_x=1.0, start_y=2.0)
    assert session.apply(elsewhere) is not None
    assert (session.step, place(session).tolist()) == (0, [1.0, 2.0])
    assert [one.step for one in session.trail.snapshots] == [0] and not session.history.marks


def test_resumed_equals_uninterrupted_in_double_precision() -> None:
    settings = landscape("momentum", {"learning_rate": 0.003}, function="rosenbrock", start_x=-1.2, start_y=1.0)
    whole, half = went(settings, 60), went(settings, 25)
    saved = half.checkpoint()
    other = Session(settings)
    other.resume(Checkpoint(saved.tensors, saved.meta))
    other.advance(35)
    assert place(other).tolist() == place(whole).tolist()
    branch = Session(settings)
    branch.branch_from(whole.trail.snapshots[30], whole.history)
    branch.advance(30)
    assert place(branch).tolist() == place(whole).tolist()


def test_beside_a_network_both_learn() -> None:
    graph = chain(
        circles(), node("layer-1", "dense", units=3), node("out", "dense", units=1, activation="sigmoid"),
        loss=node("loss", "mean-squared-error"),
    )  # fmt: skip
    graph = graph.replace(nodes=(*graph.nodes, node("f", "test-function")))
    assert check(graph).ok
    session = went(project(graph, "sgd", rate=0.1, batch_size=0), 40)
    assert float(place(session)[0]) == pytest.approx(3.0 - 3.0 * 0.8**40, abs=1e-5)
    names = {name for name in session.latest if name.startswith(("train_loss", "test_loss"))}
    assert names == {"train_loss", "train_loss.f", "train_loss.loss", "test_loss", "test_loss.f", "test_loss.loss"}
    latest = session.latest
    assert latest["test_loss"] == pytest.approx(latest["test_loss.f"] + latest["test_loss.loss"])


def test_clipping_and_schedules_work_as_elsewhere() -> None:
    session = went(landscape("sgd", {"learning_rate": 0.1}), 0)
    session.apply(change(session.project, clipping={"kind": "norm", "limit": 1.0}))
    session.advance(1)
    assert float(place(session)[0]) == pytest.approx(0.1)


def test_double_precision_only_where_all_want_it() -> None:
    import torch

    network = torch.nn.Linear(2, 1)
    assert FlatParameters(network).values.dtype == torch.float32
    assert FlatParameters(torch.nn.Linear(2, 1).double()).values.dtype == torch.float64
    mixed = torch.nn.ModuleDict({"a": torch.nn.Linear(2, 1).double(), "b": network})
    flat = FlatParameters(mixed)
    assert flat.values.dtype == torch.float32 and all(one.dtype == torch.float32 for one in mixed.parameters())
