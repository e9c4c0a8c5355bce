"""Between two solutions: values against plain passes, the bend against the line, and who the second network is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.loss.bent_path import BentPath, bend_coefficients, line_coefficients
from playground.analysis.loss.mode_connectivity import ModeConnectivityAnalysis, Profile
from playground.analysis.question import Cancelled, OtherRun, Question
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.graph import Choice
from playground.document.project import Project, TrainingSettings
from playground.training.session.session import Session
from tests.analysis.loss.test_loss_surface import plain_loss, turned_round
from tests.analysis.subjects import chain, snapshot_of, spirals


def moons() -> Project:
    graph = chain("moons", {"labels": "zero-one", "examples": 200}, [12, 1], "binary-cross-entropy", last="sigmoid")
    adam = Choice(id="adam", parameters={"learning_rate": 0.05})
    return Project(graph=graph, training=TrainingSettings(optimizer=adam, batch_size=20))


def learned(project: Project, steps: int = 400, **further: Any) -> Question:
    session = Session(project, "cpu")
    session.advance(steps)
    return Question(Subject(project.graph), session.snapshot(), project=project, **further)


def test_every_value_is_that_of_a_plain_pass() -> None:
    question = learned(moons())
    result = ModeConnectivityAnalysis(steps=60).compute(question)
    second = Session(moons().replace(seed=2), "cpu")
    second.advance(400)
    first, other = question.snapshot, second.snapshot()
    assert first is not None and result.bend is not None
    assert (result.second, result.second_steps, result.step) == ("seed 2", 400, 400)
    for index in (0, 7, 20, 33, 40):
        way = np.float32(result.ways[index])
        between = replace(first, parameters=(1 - way) * first.parameters + way * other.parameters)
        for part, values in (("train", result.line.train), ("test", result.line.test)):
            expected = plain_loss(moons().graph, between, part, 512)
            assert values[index] == pytest.approx(expected, rel=1e-4, abs=1e-5)
    np.testing.assert_allclose(result.bend.train[[0, -1]], result.line.train[[0, -1]], rtol=1e-5)
    assert result.apart == pytest.approx(float(np.linalg.norm(first.parameters - other.parameters)), rel=1e-5)


def test_the_bend_is_lower_than_the_line_and_the_plane_shows_why() -> None:
    result = ModeConnectivityAnalysis(steps=800).compute(learned(moons()))
    assert result.bend is not None and result.plane is not None and result.whole
    assert result.line.barrier > 0.1
    assert result.bend.barrier < 0.3 * result.line.barrier
    (bend,) = result.plane.others
    np.testing.assert_allclose(bend.losses, result.bend.train, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(result.plane.path.losses[::-1], result.line.train, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(bend.places[[0, -1]], [(0.0, 0.0), (1.0, 0.0)], atol=1e-5)
    assert max(bend.distances.max(), result.plane.path.distances.max()) < 1e-3
    columns, rows = result.table()
    assert len(columns) == len(rows[0]) == 5 and len(rows) == 41


def test_the_preset_has_a_barrier_that_the_bend_goes_around() -> None:
    project = files.read(library.find("mode-connectivity"))
    session = Session(project, "cpu")
    while session.epoch < 100:
        session.advance(session.steps_left_in_epoch)
    result = ModeConnectivityAnalysis().compute(Question(Subject(project.graph), session.snapshot(), project=project))
    assert result.bend is not None
    assert result.line.barrier > 0.8
    assert result.bend.barrier < 0.05


def test_the_picture_grows() -> None:
    question = learned(moons())
    shown = list(ModeConnectivityAnalysis(steps=400).stages(question))
    steps = [result.second_steps for result in shown]
    assert steps == sorted(steps) and steps[-1] == 400
    bent = [result.bent for result in shown]
    assert bent == sorted(bent) and bent[0] == 0.0 and bent[-1] == 1.0
    spent = [result.seconds for result in shown]
    assert spent == sorted(spent) and spent[0] > 0.0
    assert shown[0].bend is None and shown[-1].plane is not None
    assert all(result.plane is None for result in shown[:-1])


def test_another_run_of_the_same_network_is_the_second() -> None:
    graph = moons().graph
    other, stranger = snapshot_of(graph, 5), snapshot_of(chain("spirals", spirals(), [5, 2]))
    runs = (OtherRun("run 1", (other,)), OtherRun("run 2", (stranger,)))
    question = learned(moons(), others=runs)
    result = ModeConnectivityAnalysis(steps=5).compute(question)
    assert result.second == "run 1"
    assert result.line.train[-1] == pytest.approx(plain_loss(graph, other, examples=512), rel=1e-4)
    trained = ModeConnectivityAnalysis(steps=5, other_run=False).compute(question)
    assert trained.second == "seed 2"


def test_the_middle_of_the_bend_follows_the_gradient_in_any_layout() -> None:
    graph = moons().graph
    subject = Subject(graph)
    first, second = snapshot_of(graph, 1), snapshot_of(graph, 2)
    found = []
    for one, other in ((first, second), (turned_round(first), turned_round(second))):
        path = BentPath(graph, subject.feeds("train"), one.layout, one.parameters, other.parameters, 20, 3)
        np.testing.assert_allclose(path.middle, (one.parameters + other.parameters) / 2, atol=1e-6)
        path.bend(60.0)
        assert path.done == 20
        found.append(replace(one, parameters=path.middle))
    for place in first.layout.places:
        np.testing.assert_allclose(found[0].array(place.name), found[1].array(place.name), atol=1e-5)
    middle = path.points(bend_coefficients(np.array([0.5]))).part(0, 1, slice(None))[0]
    np.testing.assert_allclose(middle, 0.25 * other.parameters + 0.25 * one.parameters + 0.5 * path.middle, atol=1e-5)


def test_ways_begin_and_end_at_the_networks() -> None:
    ends = np.array([0.0, 1.0])
    for coefficients in (line_coefficients(ends), bend_coefficients(ends)):
        np.testing.assert_array_equal(coefficients, [(1, 0, 0), (0, 0, 1)])
    np.testing.assert_allclose(bend_coefficients(np.linspace(0, 1, 9)).sum(axis=1), 1.0)


def test_a_barrier_is_what_rises_over_the_straight_connection_of_the_ends() -> None:
    ways = np.linspace(0.0, 1.0, 5)
    slope = Profile(1.0 + ways, np.empty(0))
    assert slope.barrier == pytest.approx(0.0, abs=1e-12)
    hill = Profile(1.0 + ways + np.array([0.0, 0.5, 2.0, 1.0, 0.0]), np.empty(0))
    assert (hill.barrier, hill.top) == (pytest.approx(2.0), 0.5)


def test_it_says_why_there_is_nothing_to_see() -> None:
    norm = Project(graph=chain("spirals", spirals(), [6, 2], between=["batch-norm"]))
    with pytest.raises(NothingToShow, match="running statistics"):
        ModeConnectivityAnalysis().compute(learned(norm, 3))
    players = files.read(library.find("gan-ring"))
    with pytest.raises(NothingToShow, match="take turns"):
        ModeConnectivityAnalysis().compute(learned(players, 3))
    with pytest.raises(NothingToShow, match="not learned yet"):
        ModeConnectivityAnalysis().compute(learned(moons(), 0))
    with pytest.raises(NothingToShow, match="no project"):
        ModeConnectivityAnalysis().compute(replace(learned(moons(), 3), project=None))


def test_it_stops_when_nobody_waits_any_more() -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    with pytest.raises(Cancelled):
        ModeConnectivityAnalysis().compute(learned(moons(), cancelled=cancelled))
