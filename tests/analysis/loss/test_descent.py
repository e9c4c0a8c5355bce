"""The analysis of a descent: places, slopes, the next step, curvatures, and the condition of Lagrange."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.optimize

from playground.analysis.base import NothingToShow
from playground.analysis.loss.descent import DescentAnalysis
from playground.analysis.loss.lagrange import balance
from playground.analysis.question import Question
from playground.analysis.registry import ANALYSES
from playground.analysis.subject import Subject
from playground.blocks.descent import Constraint
from playground.document.graph import Graph
from playground.network.check import check
from playground.training.divergence import Diverged
from playground.training.session.session import Session
from tests.analysis.drawn_views import short_analysis
from tests.training.descents import landscape, place, side_by_side, went
from tests.training.runs import plain_graph, project
from tests.ui.views.results_descent import looked_at


def test_it_needs_a_test_function() -> None:
    graph = plain_graph()
    sentence = DescentAnalysis().why_not(check(graph), graph)
    assert sentence == "There is no landscape to walk down. Drag in a Test function."
    graph = landscape().graph
    assert DescentAnalysis().why_not(check(graph), graph) == ""


def test_the_way_has_every_step_with_height_and_slope() -> None:
    (trajectory,) = looked_at(landscape("sgd", {"learning_rate": 0.1}), 40).trajectories
    assert trajectory.steps.tolist() == list(range(41)) and trajectory.now == 40
    np.testing.assert_allclose(trajectory.losses, (trajectory.places[:, 0] - 3.0) ** 2)
    np.testing.assert_allclose(trajectory.slopes[:, 0], 2.0 * (trajectory.places[:, 0] - 3.0))
    np.testing.assert_array_equal(trajectory.xs[[0, -1]], [-1.0, 7.0])
    np.testing.assert_allclose(trajectory.heights, (trajectory.xs - 3.0) ** 2)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "bfgs", "annealing", "restarts"])
def test_the_next_step_is_the_one_that_is_taken(optimizer: str) -> None:
    settings = landscape(optimizer, function="himmelblau", start_x=1.0, start_y=-1.0)
    settings = settings if optimizer != "sgd" else landscape(
        "sgd", {"learning_rate": 0.01}, function="himmelblau", start_x=1.0, start_y=-1.0
    )  # fmt: skip
    (trajectory,) = looked_at(settings, 7).trajectories
    assert trajectory.next is not None
    assert trajectory.next.place.tolist() == place(went(settings, 8)).tolist()
    assert trajectory.next.plain is (optimizer == "sgd")


def test_the_rate_has_the_factor_of_the_block() -> None:
    trajectories = looked_at(side_by_side(2.0, slow=0.05, fast=0.5), 1).trajectories
    assert [trajectory.rate for trajectory in trajectories] == [0.1, 1.0]
    assert all(trajectory.next is not None and trajectory.next.plain for trajectory in trajectories)


def test_looking_back_shows_the_moment_and_what_came_after() -> None:
    (trajectory,) = looked_at(landscape("sgd", {"learning_rate": 0.1}), 40, at=5).trajectories
    assert trajectory.now == 5 and len(trajectory.places) == 41
    assert trajectory.next is not None and trajectory.next.place[0] == trajectory.places[6, 0]


def test_curvatures_are_those_of_calculus_and_the_picture_grows_with_the_way() -> None:
    saddle = landscape("sgd", {"learning_rate": 0.05}, function="saddle", start_x=1.0, start_y=1.0)
    (trajectory,) = looked_at(saddle, 150).trajectories
    np.testing.assert_allclose(trajectory.curvatures, [-0.09901951, 10.09901951], rtol=1e-6)
    near = looked_at(landscape("sgd", {"learning_rate": 0.1}, start_x=12.0), 1).trajectories[0]
    assert near.extent[1] >= 12.0
    far = looked_at(landscape("sgd", {"learning_rate": 0.1}, start_x=1e6), 0).trajectories[0]
    assert far.extent[:2] == (-1.0, 7.0)


def test_the_numbers_of_several_blocks_are_one_table() -> None:
    columns, rows = looked_at(side_by_side(1.0, slow=0.1, lands=0.5), 2).table()
    assert columns == ["block", "step", "x", "f", "slope"]
    assert [row[1:] for row in rows] == [
        [0, 2.0, 4.0, 4.0], [1, 1.6, pytest.approx(2.56), 3.2], [2, pytest.approx(1.28), pytest.approx(1.6384), 2.56],
        [0, 2.0, 4.0, 4.0], [1, 0.0, 0.0, 0.0], [2, 0.0, 0.0, 0.0],
    ]  # fmt: skip


def test_a_step_that_leads_out_of_all_numbers_is_not_shown() -> None:
    steep = landscape("sgd", {"learning_rate": 1000.0}, function="rosenbrock", start_x=-1.2, start_y=1.0)
    session = Session(steep)
    with pytest.raises(Diverged):
        session.advance(50)
    (trajectory,) = looked_at(steep, session.step).trajectories
    assert trajectory.next is None and np.isfinite(trajectory.places).all()


REGIONS: dict[str, Any] = {
    "l1": lambda p: np.abs(p).sum(), "l2": np.linalg.norm, "box": lambda p: np.abs(p).max(),
}  # fmt: skip


@pytest.mark.parametrize("constraint", ["l1", "l2", "box"])
@pytest.mark.parametrize("centre", [(4.0, -2.0), (3.0, 2.9), (0.4, 5.0), (0.3, -0.2)])
def test_the_multiplier_is_how_much_a_larger_region_would_gain(
    constraint: Constraint, centre: tuple[float, float]
) -> None:
    """At the end of a projected descent: arrows parallel, and λ = -d(lowest height)/d(radius), by differences."""
    text = f"(x - {centre[0]})^2 + 2*(y - {centre[1]})^2".replace("- -", "+ ")
    block = {"function": "typed", "expression": text, "constraint": constraint, "radius": 1.5}

    def lowest(radius: float) -> float:
        session = went(landscape("sgd", {"learning_rate": 0.1}, **{**block, "radius": radius}), 600)
        return session.evaluate()["train_loss"]

    (trajectory,) = looked_at(landscape("sgd", {"learning_rate": 0.1}, **block), 600).trajectories
    found = trajectory.balance
    assert found is not None
    gain = (lowest(1.5 - 1e-3) - lowest(1.5 + 1e-3)) / 2e-3
    assert found.multiplier == pytest.approx(gain, rel=1e-3, abs=1e-6)
    inside = bool(REGIONS[constraint](np.array(centre)) < 1.5)
    assert found.active is not inside
    assert ("λ = 0." in found.words()) is inside
    if not inside:
        assert found.angle < 0.1 and "parallel: ∇f = −λ n with λ" in found.words()


def test_the_nearest_normal_at_a_corner_is_that_of_least_squares() -> None:
    for slope in np.random.default_rng(0).normal(size=(40, 3)):
        place = np.array([1.5, 0.0, 0.0])
        found = balance(place, slope, "l1", 1.5)
        assert found is not None
        best = scipy.optimize.minimize(  # all c * (1, s, t) with |s|, |t| <= 1 and c >= 0
            lambda p, down=-slope: float(((p - down) ** 2).sum()), np.array([1.0, 0.0, 0.0]), method="SLSQP",
            constraints=[
                {"type": "ineq", "fun": lambda p: p[0] - p[1]}, {"type": "ineq", "fun": lambda p: p[0] + p[1]},
                {"type": "ineq", "fun": lambda p: p[0] - p[2]}, {"type": "ineq", "fun": lambda p: p[0] + p[2]},
                {"type": "ineq", "fun": lambda p: p[0]},
            ],
        ).x  # fmt: skip
        assert found.multiplier == pytest.approx(max(0.0, best[0]), abs=1e-3)
        if found.normal.any():
            np.testing.assert_allclose(found.normal, best / np.linalg.norm(best), atol=1e-3)


def test_on_the_way_along_the_boundary_the_angle_is_said() -> None:
    found = balance(np.array([2.0, 0.0]), np.array([-1.0, -1.0]), "l2", 2.0)
    assert found is not None and found.angle == pytest.approx(45.0) and found.multiplier == pytest.approx(1.0)
    assert found.words().startswith("At the boundary: 45°")
    leaving = balance(np.array([2.0, 0.0]), np.array([1.0, 0.0]), "l2", 2.0)
    assert leaving is not None and leaving.words() == "At the boundary, but the way down leads inside: λ = 0."
    assert balance(np.zeros(2), np.zeros(2), "none", 1.0) is None


@pytest.mark.parametrize("optimizer", ["adam", "newton", "bfgs"])
@pytest.mark.parametrize(
    "graph", [landscape(function="rosenbrock", start_y=1.0).graph, landscape().graph, plain_graph()]
)
def test_every_view_that_applies_shows_something_or_says_why_not(graph: Graph, optimizer: str) -> None:
    """Without data, and with optimizers that have no gradient step to look at."""
    settings = project(graph, optimizer, rate=None, batch_size=0)
    session = went(settings, 5)
    question = Question(
        subject=Subject(graph), snapshot=session.snapshot(), trail=session.trail.snapshots, project=settings,
        history={name: curve.data() for name, curve in session.history.curves.items()},
    )  # fmt: skip
    shown = set()
    for kind in ANALYSES:
        if kind.id == "search" or kind().why_not(session.report, graph):  # a search learns in processes of its own
            continue
        try:
            assert short_analysis(kind).compute(question).table()
        except NothingToShow as nothing:
            assert str(nothing).endswith(".")
        else:
            shown.add(kind.id)
    assert shown >= {"curves", "weights", "gradient-flow"}
    assert ("descent" in shown) is not bool(session.prepared)
