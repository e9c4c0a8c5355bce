"""A point on its way through the network, against plain forward computations and finite differences."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from playground.analysis.answers.decision_boundary import DecisionBoundaryAnalysis
from playground.analysis.answers.probe import Probe, ProbeAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.cli import running
from playground.document import files, library
from playground.network.check import check
from tests.analysis.subjects import chain, plain_forward, question_of, softmax, spirals

PATHS = library.paths()


@functools.cache
def trained(name: str) -> Question:
    session = running.start(files.read(PATHS[name]))
    session.advance(20)
    return Question(subject=Subject(session.project.graph), snapshot=session.snapshot(), example=3)


def probe_at(question: Question, x: float, y: float) -> Probe:
    found = ProbeAnalysis(resolution=8, placed=True, x=x, y=y).compute(question).probe
    assert found is not None
    return found


@pytest.mark.parametrize("scaling", ["none", "standardize"])
def test_every_number_equals_a_forward_pass_by_hand(scaling: str) -> None:
    question = question_of(chain("spirals", spirals(arms=3, scaling=scaling), [6, 4, 3]))
    assert question.subject is not None and question.snapshot is not None
    found = probe_at(question, 1.5, -2.0)
    scaler = question.subject.prepared["data"].scaler
    seen = scaler.scale(np.array([[1.5, -2.0]], dtype=np.float32))
    by_hand = plain_forward(question.snapshot, seen, 3)
    np.testing.assert_allclose(found.seen, seen[0], rtol=1e-6)
    assert [layer.node for layer in found.layers] == ["dense-1", "dense-2", "dense-3"]
    for layer, expected in zip(found.layers, by_hand, strict=True):
        np.testing.assert_allclose(layer.values, expected[0], atol=1e-5)
    shares = softmax(by_hand[-1])[0]
    np.testing.assert_allclose(found.answers, shares, atol=1e-6)
    assert found.decided == shares.argmax() and found.answer == found.names[found.decided]


@pytest.mark.parametrize(
    "name",
    ["spirals", "three-spirals", "iris-petals", "bumps", "plane", "moons", "xor-by-hand", "identity-against-tanh"],
)
def test_the_slope_equals_finite_differences(name: str) -> None:
    question = trained(name)
    left, right, bottom, top = question.loaded().extent()
    x, y = left + 0.37 * (right - left), bottom + 0.61 * (top - bottom)
    found = probe_at(question, x, y)
    for place, step in enumerate(((right - left) * 2e-3, (top - bottom) * 2e-3)):
        shift = (step, 0.0) if place == 0 else (0.0, step)
        ahead, behind = probe_at(question, x + shift[0], y + shift[1]), probe_at(question, x - shift[0], y - shift[1])
        expected = float(ahead.answers[found.decided] - behind.answers[found.decided]) / (2 * step)
        assert found.slope[place] == pytest.approx(expected, rel=0.03, abs=2e-4)


def test_the_answer_is_that_of_the_boundary_at_that_place() -> None:
    question = trained("spirals")
    plane = DecisionBoundaryAnalysis(resolution=20).compute(question)
    for row, column in ((3, 4), (10, 15), (19, 0)):
        found = probe_at(question, float(plane.xs[column]), float(plane.ys[row]))
        np.testing.assert_allclose(found.answers, plane.field[row, column], atol=1e-5)
        assert plane.classes is not None and found.decided == plane.classes[row, column]


def test_a_regression_answers_in_the_unit_of_its_target() -> None:
    parameters = {"examples": 60, "target_scaling": "standardize"}
    question = question_of(chain("bumps", parameters, [4, 1], "mean-squared-error"))
    assert question.subject is not None and question.snapshot is not None
    found = probe_at(question, 0.5, 0.5)
    prepared = question.subject.prepared["data"]
    seen = prepared.scaler.scale(np.array([[0.5, 0.5]], dtype=np.float32))
    expected = prepared.target_scaler.unscale(plain_forward(question.snapshot, seen, 2)[1].astype(np.float32))
    assert found.answers[0] == pytest.approx(float(expected[0, 0]), abs=1e-5)
    assert found.names == ("prediction",) and not found.classifies


def test_where_nobody_put_it_it_is_the_example_looked_at() -> None:
    question = trained("spirals")
    found = ProbeAnalysis(resolution=8).compute(question).probe
    subject = question.loaded()
    assert found is not None
    np.testing.assert_allclose(found.place, subject.points("test").xy[3], rtol=1e-5)


def test_of_several_networks_only_the_one_that_answers_is_followed() -> None:
    question = trained("identity-against-tanh")
    titles = [layer.title for layer in probe_at(question, 1.0, 1.0).layers]
    assert titles and not any("Tanh" in title for title in titles)


@pytest.mark.parametrize("name", sorted(PATHS))
def test_every_preset_with_a_plane_can_be_probed(name: str) -> None:
    graph = files.read(PATHS[name]).graph
    why_not = ProbeAnalysis().why_not(check(graph), graph)
    assert why_not == DecisionBoundaryAnalysis().why_not(check(graph), graph)
    if why_not:
        return
    found = ProbeAnalysis(resolution=8).compute(trained(name)).probe
    assert found is not None and found.layers
    assert np.isfinite(found.slope).all() and all(np.isfinite(layer.values).all() for layer in found.layers)


def test_the_table_has_all_numbers_in_order() -> None:
    question = question_of(chain("spirals", spirals(), [3, 2]))
    result = ProbeAnalysis(resolution=8, placed=True, x=1.0, y=2.0).compute(question)
    columns, rows = result.table()
    assert columns == ["block", "number", "value"]
    assert rows[:2] == [["features", "x1", 1.0], ["features", "x2", 2.0]]
    assert [row[0] for row in rows[4:9]] == ["Dense 1"] * 3 + ["Dense 2"] * 2
    assert len(rows) == 2 + 2 + 3 + 2 + 2 + 2
