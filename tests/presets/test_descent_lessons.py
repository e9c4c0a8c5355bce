"""What the lessons of the chapter on descent say is true of the runs they show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.analysis.loss.descent import DescentAnalysis, Trajectory
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.edits import set_parameters
from playground.document.graph import Choice
from playground.document.project import Project
from playground.training.session.session import Session
from tests.training.descents import place, went


def preset(name: str) -> Project:
    return files.read(library.find(name))


def with_optimizer(project: Project, identifier: str, **numbers: Any) -> Project:
    choice = Choice(id=identifier, parameters=numbers)
    return project.replace(training=project.training.replace(optimizer=choice))


def with_block(project: Project, **parameters: Any) -> Project:
    before = project.graph.node("f").parameters
    return project.replace(graph=set_parameters(project.graph, "f", {**before, **parameters}))


def steps_to(project: Project, bound: float, most: int) -> int:
    """The first step at which the loss is within the bound; -1 when it never is."""
    session = Session(project, "cpu")
    for step in range(1, most + 1):
        session.advance(1)
        if session.evaluate()["train_loss"] <= bound:
            return step
    return -1


def walk_of(session: Session) -> Trajectory:
    question = Question(
        subject=Subject(session.project.graph), snapshot=session.snapshot(), trail=session.trail.snapshots,
        project=session.project,
    )  # fmt: skip
    return DescentAnalysis(resolution=5).compute(question).trajectories[0]


def test_the_parabola_prints_what_the_course_prints() -> None:
    session = went(preset("parabola"), 170)
    found = [float(one.array("f.position")[0]) for one in session.trail.snapshots]
    x = 0.0
    for step in range(1, 161):
        x = x - 0.1 * 2 * (x - 3)
        assert repr(found[step]) == repr(x)
    firsts = [next(k for k in range(161) if 3 - found[k] < bound) for bound in (0.1, 0.01, 0.001, 1e-6)]
    assert firsts == [16, 26, 36, 67]
    assert [repr(x) for x in (found[158], found[159], found[170])] == [
        "2.9999999999999987", "2.999999999999999", "2.999999999999999",
    ]  # fmt: skip


def test_four_rates_crawl_land_swing_and_run_away() -> None:
    session = Session(preset("learning-rate-sweep"), "cpu")
    seen: dict[str, list[float]] = {name: [] for name in "abcd"}
    for _ in range(3):
        session.advance(1)
        for name, places in seen.items():
            places.append(float(place(session, f"rate-{name}")[0]))
    assert seen["a"] == pytest.approx([1.6, 1.28, 1.024])
    assert seen["b"] == [0.0, 0.0, 0.0]
    assert seen["c"] == [-2.0, 2.0, -2.0]
    assert seen["d"] == pytest.approx([-2.4, 2.88, -3.456])
    session.advance(1_000)
    assert session.step == 30 and session.finished == "All 30 epochs are done."


def test_momentum_runs_along_the_ravine() -> None:
    ravine = preset("ravine-and-momentum")
    assert steps_to(ravine, 1e-3, 60) == 20
    assert steps_to(with_optimizer(ravine, "sgd", learning_rate=0.0392), 1e-3, 200) == 121
    assert steps_to(with_optimizer(ravine, "momentum", learning_rate=0.03, momentum=0.9), 1e-3, 200) == 82
    climbs = went(with_optimizer(ravine, "momentum", learning_rate=0.06, momentum=0.0), 40)
    assert climbs.evaluate()["train_loss"] > 1e6


def test_the_saddle_looks_like_rest_and_is_none() -> None:
    session = went(preset("saddle"), 1)
    np.testing.assert_allclose(place(session), [0.89, 0.91], rtol=1e-15)
    session.advance(1999)
    assert session.evaluate()["train_loss"] == pytest.approx(22.94962, abs=5e-6)
    np.testing.assert_allclose(walk_of(session).curvatures, [-0.099, 10.099], atol=1e-3)
    session.advance(18_000)
    assert session.evaluate()["train_loss"] < -1e6
    newton = went(with_optimizer(preset("saddle"), "newton"), 12)
    assert newton.evaluate()["train_loss"] < 0.0


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_restarts_find_a_neighbour_of_the_lowest_hollow(seed: int) -> None:
    session = went(preset("restarts-on-bumps").replace(seed=seed), 2000)
    assert session.evaluate()["train_loss"] == pytest.approx(0.99496, abs=1e-5)
    stuck = went(with_optimizer(preset("restarts-on-bumps"), "sgd", learning_rate=0.002), 500)
    assert stuck.evaluate()["train_loss"] == pytest.approx(17.909, abs=1e-3)


def test_newton_and_its_relatives_follow_the_valley() -> None:
    valley = preset("newton-rosenbrock")
    assert steps_to(valley, 1e-12, 30) == 21
    assert steps_to(with_optimizer(valley, "bfgs"), 1e-12, 60) == 36
    assert steps_to(with_optimizer(valley, "l-bfgs"), 1e-12, 60) == 35
    plain = went(with_optimizer(valley, "sgd", learning_rate=0.001), 10_000)
    assert 1e-6 < plain.evaluate()["train_loss"] < 1e-3


def test_annealing_ends_in_the_deeper_hollow_and_fast_cooling_often_does_not() -> None:
    well = preset("annealing-double-well")
    for seed in range(1, 4):
        session = went(well.replace(seed=seed), 1500)
        assert float(place(session)[0]) < -0.8
        assert session.evaluate()["train_loss"] == pytest.approx(-0.302, abs=0.008)
    quick = with_optimizer(well, "annealing", learning_rate=0.5, temperature=1.0, cooling=0.9)
    ends = [float(place(went(quick.replace(seed=seed), 600))[0]) for seed in range(1, 9)]
    assert min(ends) < -0.8 and max(ends) > 0.8
    stays = went(with_optimizer(well, "sgd", learning_rate=0.05), 500)
    assert stays.evaluate()["train_loss"] == pytest.approx(0.294, abs=1e-3)


@pytest.mark.parametrize(
    ("constraint", "radius", "where", "multiplier"),
    [
        ("l2", 2.0, (1.6641, 1.1094), 3.211), ("l1", 2.0, (1.5, 0.5), 3.0), ("box", 2.0, (2.0, 2.0), 2.0),
        ("l1", 0.5, (0.5, 0.0), 5.0),
    ],
)  # fmt: skip
def test_the_leash_ends_where_lagrange_says(
    constraint: str, radius: float, where: tuple[float, float], multiplier: float
) -> None:
    session = went(with_block(preset("projected-descent"), constraint=constraint, radius=radius), 200)
    np.testing.assert_allclose(place(session), where, atol=1e-4)
    found = walk_of(session).balance
    assert found is not None and found.multiplier == pytest.approx(multiplier, abs=1e-3)
    assert "parallel" in found.words()
    if radius == 0.5:
        assert place(session)[1] == 0.0
