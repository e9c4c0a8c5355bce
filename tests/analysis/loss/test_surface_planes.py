"""The planes of the loss surface that a person can choose, other runs and the later path, and the penalty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.base import NothingToShow
from playground.analysis.loss.loss_gradient import LossGradient
from playground.analysis.loss.loss_surface import LossSurface, LossSurfaceAnalysis
from playground.analysis.question import OtherRun, Question
from playground.analysis.shared import chosen_weights
from playground.analysis.shared.penalty import Penalty
from playground.analysis.shared.surface_directions import line_plane
from playground.analysis.subject import Subject
from playground.document.graph import Graph, NodeTraining
from playground.document.project import Project, Regularization, TrainingSettings
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot
from tests.analysis.loss.test_loss_surface import GRAPHS, along, plain_loss, trail_of
from tests.analysis.subjects import chain, snapshot_of, spirals


def surface(question: Question, directions: Any, **parameters: Any) -> LossSurface:
    return LossSurfaceAnalysis(directions=directions, resolution=5, **parameters).compute(question)


def branch(graph: Graph, title: str = "run 1") -> OtherRun:
    """A run that has gone another way from the third point of the path on."""
    trail = trail_of(graph)
    aside = snapshot_of(graph, 8).parameters
    way = [replace(trail[2], step=20 + 5 * n, parameters=trail[2].parameters + 0.04 * n * aside) for n in range(1, 6)]
    return OtherRun(title, (*trail[:3], *way))


def value_is_plain(graph: Graph, result: LossSurface, snapshot: Snapshot, **further: Any) -> None:
    for row, column in ((0, 0), (1, 3), (4, 2)):
        place = np.array([[result.alphas[column], result.betas[row]]])
        there = replace(snapshot, parameters=result.plane.at(place)[0])
        expected = plain_loss(graph, there, **further)
        assert result.values[row, column] == pytest.approx(expected, rel=1e-4, abs=1e-5)


KINDS = ("path", "random", "gradient", "weights", "ends", "runs", "between")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["dense", "batch norm", "recurrent"])
def test_every_plane_goes_through_the_present_point_and_has_plain_values(name: str, kind: Any) -> None:
    graph = GRAPHS[name]()
    question = replace(along(graph), others=(branch(graph),))
    assert question.snapshot is not None
    result = surface(question, kind)
    assert result.kind == kind
    np.testing.assert_allclose(result.plane.at(result.path.places[-1:])[0], question.snapshot.parameters, atol=1e-4)
    assert result.path.distances[-1] < 1e-3
    assert result.loss == pytest.approx(plain_loss(graph, question.snapshot), rel=1e-4)
    value_is_plain(graph, result, question.snapshot)
    rank = np.linalg.matrix_rank(np.stack([result.plane.first, result.plane.second]).astype(np.float64))
    assert rank == 2


# Lines ---------------------------------------------------------------------------------------------------------------


def test_start_and_end_lie_at_zero_and_one() -> None:
    graph = GRAPHS["dense"]()
    result = surface(along(graph), "ends")
    np.testing.assert_allclose(result.path.places[[0, -1]], [(0.0, 0.0), (1.0, 0.0)], atol=1e-5)
    assert result.path.distances[[0, -1]].max() < 1e-4
    assert np.linalg.norm(result.plane.first) == pytest.approx(np.linalg.norm(result.plane.second), rel=1e-5)


def test_a_moment_that_is_looked_back_at_lies_on_the_plane_of_start_and_end() -> None:
    graph = GRAPHS["dense"]()
    trail = trail_of(graph)
    result = surface(replace(along(graph), snapshot=trail[3]), "ends")
    assert result.path.steps.tolist() == [0, 10, 20, 30]
    assert result.later.steps.tolist() == [30, 40, 50]
    np.testing.assert_allclose(result.later.places[-1], (1.0, 0.0), atol=1e-5)
    for distance in (result.path.distances[0], result.path.distances[-1], result.later.distances[-1]):
        assert distance < 1e-4
    expected = [plain_loss(graph, snapshot) for snapshot in trail[3:]]
    np.testing.assert_allclose(result.later.losses, expected, rtol=1e-5)


def test_beside_a_line_is_where_the_points_lie_farthest_from_it() -> None:
    rng = np.random.default_rng(0)
    start, along_line, big, small = np.linalg.qr(rng.normal(size=(40, 4)))[0].T.astype(np.float32)
    share = rng.uniform(0.1, 1.0, 30)[:, None]
    points = start + share * along_line + 3.0 * share * big + 0.01 * rng.normal(size=(30, 1)) * small
    points = points.astype(np.float32)
    plane = line_plane(start, start + 2.0 * along_line, points, start)
    assert plane is not None
    assert plane.second @ big == pytest.approx(2.0, abs=1e-3)  # as long as the line, and towards the points
    assert abs(plane.second @ along_line) < 1e-4
    assert line_plane(start, start, points, start) is None
    assert line_plane(start, start + along_line, start[None], start) is None


def test_without_a_way_the_line_waits_on_random_directions() -> None:
    graph = GRAPHS["dense"]()
    snapshot = snapshot_of(graph)
    assert surface(Question(Subject(graph), snapshot, trail=(snapshot,)), "ends").kind == "random"


# Other runs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_other_runs_are_on_every_plane_with_their_true_losses(kind: Any) -> None:
    graph = GRAPHS["dense"]()
    other = branch(graph)
    stranger = OtherRun("run 2", (snapshot_of(chain("spirals", spirals(), [5, 2])),))
    result = surface(replace(along(graph), others=(stranger, other)), kind)
    assert [track.title for track in result.others] == ["run 1"]
    (track,) = result.others
    assert track.steps.tolist() == [one.step for one in other.trail]
    np.testing.assert_allclose(track.losses, [plain_loss(graph, one) for one in other.trail], rtol=1e-5)
    nearest = result.plane.at(track.places)
    apart = np.stack([one.parameters for one in other.trail]) - nearest
    np.testing.assert_allclose(np.linalg.norm(apart, axis=1), track.distances, atol=1e-4)
    assert "run 1" in [row[0] for row in result.table()[1]]


def test_the_plane_of_both_runs_holds_both_paths_better_than_that_of_one() -> None:
    graph = GRAPHS["dense"]()
    question = replace(along(graph), others=(branch(graph),))
    both, own = surface(question, "runs"), surface(question, "path")
    assert both.explained is not None and sum(both.explained) > 0.9
    assert both.axes[0].endswith("of the paths)")

    def missed(result: LossSurface) -> float:
        points = [*result.path.distances, *result.others[0].distances]
        return float(np.square(points).sum())

    assert missed(both) < missed(own)
    for track in (both.path, both.others[0]):
        assert (track.places >= (both.alphas[0], both.betas[0])).all()
        assert (track.places <= (both.alphas[-1], both.betas[-1])).all()


def test_the_line_to_another_run_ends_where_it_stands() -> None:
    graph = GRAPHS["dense"]()
    result = surface(replace(along(graph), others=(branch(graph),)), "between")
    np.testing.assert_allclose(result.others[0].places[-1], (1.0, 0.0), atol=1e-5)
    np.testing.assert_allclose(result.present, (0.0, 0.0), atol=1e-5)
    assert "run 1" in result.axes[0]


@pytest.mark.parametrize("kind", ["runs", "between"])
def test_without_another_run_it_says_how_to_get_one(kind: Any) -> None:
    with pytest.raises(NothingToShow, match="Branch from here"):
        surface(along(GRAPHS["dense"]()), kind)


# The gradient --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dense", "batch norm", "convolution", "recurrent", "two losses"])
def test_the_gradient_is_that_of_finite_differences(name: str) -> None:
    graph = GRAPHS[name]()
    snapshot = snapshot_of(graph, 5)
    snapshot = replace(snapshot, parameters=0.3 * snapshot.parameters)
    subject = Subject(graph)
    subject.load(snapshot)
    before = [value.detach().clone() for value in subject.network.parameters()]
    gradient = LossGradient(subject, subject.feeds("train", 64), snapshot.layout).at(snapshot.parameters)
    for value, kept in zip(subject.network.parameters(), before, strict=True):
        assert torch.equal(value, kept)
    direction = np.random.default_rng(0).standard_normal(len(gradient)).astype(np.float32)
    step = np.float32(2e-3)
    high, low = (
        plain_loss(graph, replace(snapshot, parameters=snapshot.parameters + sign * step * direction), examples=64)
        for sign in (1, -1)
    )
    assert gradient @ direction == pytest.approx((high - low) / (2 * step), rel=0.02, abs=2e-3)


def test_the_plane_of_the_gradient_goes_downhill_and_holds_the_next_two_steps_of_descent() -> None:
    graph = GRAPHS["dense"]()
    question = along(graph)
    assert question.snapshot is not None and question.subject is not None
    result = surface(question, "gradient", span=0.01)
    assert result.values[2, 3] < result.values[2, 2]  # one step to the right of the present point
    assert result.axes == ("downhill, against the gradient", "where the slope turns")
    slope = LossGradient(question.subject, question.subject.feeds("train", 256), question.snapshot.layout)
    weights = question.snapshot.parameters
    for _ in range(2):
        weights = weights - np.float32(1e-3) * slope.at(weights)
    way = np.linalg.norm(weights - question.snapshot.parameters)
    assert result.plane.project(weights[None])[1][0] < 0.01 * way
    assert abs(result.plane.first @ result.plane.second) < 1e-4


def test_the_gradient_of_frozen_blocks_counts_for_nothing() -> None:
    graph = GRAPHS["dense"]()
    nodes = tuple(
        node.replace(training=NodeTraining(trainable=False)) if node.id == "dense-1" else node for node in graph.nodes
    )
    result = surface(along(graph.replace(nodes=nodes)), "gradient")
    layout = snapshot_of(graph).layout
    for place in layout.of_node("dense-1"):
        assert not result.plane.first[place.start : place.stop].any()
        assert not result.plane.second[place.start : place.stop].any()


# Single weights ------------------------------------------------------------------------------------------------------


def test_two_single_weights_have_their_values_on_the_axes() -> None:
    graph = GRAPHS["dense"]()
    pointed = (("dense-1.weight", (0, 0)), ("dense-2.weight", (1, 3)), ("dense-3.bias", (0,)))
    question = replace(along(graph), weights=pointed)
    assert question.snapshot is not None
    result = surface(question, "weights")
    assert result.weights == ("dense-2.weight[1, 3]", "dense-3.bias[0]")
    assert result.axes == ("Dense 2, unit 2, input 4", "Dense 3, bias 1")
    expected = [question.snapshot.array("dense-2.weight")[1, 3], question.snapshot.array("dense-3.bias")[0]]
    np.testing.assert_allclose(result.present, expected, rtol=1e-5)
    assert ("dense-2.weight[1, 3]", "Dense 2, unit 2, input 4") in result.choices
    chosen = surface(question, "weights", first="dense-1.weight[2, 1]")
    assert chosen.weights == ("dense-1.weight[2, 1]", "dense-2.weight[1, 3]")


def test_without_a_choice_the_weights_are_those_that_moved_most() -> None:
    graph = GRAPHS["dense"]()
    question = along(graph)
    result = surface(question, "weights", second="gone.weight[3]")
    moved = np.ptp(np.stack([one.parameters for one in question.trail]), axis=0)
    chosen = [chosen_weights.read(word) for word in result.weights]
    places = [chosen_weights.place_of(weight, question.trail[0].layout) for weight in chosen if weight]
    assert places == np.argsort(-moved)[:2].tolist()
    assert len(result.choices) <= chosen_weights.MOST_CHOICES + 2


def test_the_names_of_weights_can_be_read_back() -> None:
    layout = snapshot_of(GRAPHS["convolution"]()).layout
    for number in (0, 17, layout.size // 2, layout.size - 1):
        weight = chosen_weights.weight_at(number, layout)
        assert chosen_weights.read(chosen_weights.spelled(weight)) == weight
        assert chosen_weights.place_of(weight, layout) == number
    assert chosen_weights.place_of((layout.places[0].name, (10_000, 0, 0, 0)), layout) is None
    assert chosen_weights.read("a[b]") is None


# The penalty ---------------------------------------------------------------------------------------------------------


def penalized(graph: Graph) -> Project:
    nodes = tuple(
        node.replace(training=NodeTraining(l2=0.5)) if node.id == "dense-2"
        else node.replace(training=NodeTraining(trainable=False)) if node.id == "dense-3" else node
        for node in graph.nodes
    )  # fmt: skip
    training = TrainingSettings(regularization=Regularization(l1=0.01, l2=0.02))
    return Project(graph=graph.replace(nodes=nodes), training=training)


def test_with_the_penalty_every_value_is_loss_and_penalty_of_a_run() -> None:
    project = penalized(chain("spirals", spirals(), [6, 6, 2]))
    session = Session(project, "cpu")
    trail = []
    for _ in range(5):
        session.advance(7)
        trail.append(session.snapshot())
    question = Question(Subject(project.graph), trail[-1], trail=tuple(trail), project=project)
    without, result = surface(question, "path"), surface(question, "path", penalty=True)
    assert without.penalty is None
    session.evaluate()
    assert result.penalty == pytest.approx(session.history.curves["penalty"].data().value[-1], rel=1e-5)
    assert result.loss == pytest.approx(without.loss + result.penalty, rel=1e-6)
    row, column = 1, 3
    weights = result.plane.at(np.array([[result.alphas[column], result.betas[row]]]))[0]
    there = replace(trail[-1], parameters=weights)
    first, second = there.array("dense-1.weight"), there.array("dense-2.weight")
    expected = 0.01 * (np.abs(first).sum() + np.abs(second).sum()) + 0.02 * (first**2).sum() + 0.5 * (second**2).sum()
    assert result.values[row, column] - without.values[row, column] == pytest.approx(expected, rel=1e-4)


def test_the_gradient_with_the_penalty_is_that_of_their_sum() -> None:
    project = penalized(chain("spirals", spirals(), [6, 6, 2]))
    snapshot = snapshot_of(project.graph)
    subject = Subject(project.graph)
    penalty = Penalty.of(project, subject.report, snapshot.layout)
    direction = np.random.default_rng(1).standard_normal(snapshot.layout.size).astype(np.float32)
    step = np.float32(1e-3)
    high, low = (penalty.of_one(snapshot.parameters + sign * step * direction) for sign in (1, -1))
    assert penalty.gradient(snapshot.parameters) @ direction == pytest.approx((high - low) / (2 * step), rel=1e-3)
