"""The loss surface: values against plain passes, directions against their definitions, and the path on the plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.base import NothingToShow
from playground.analysis.loss.loss_surface import LossSurface, LossSurfaceAnalysis
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.many_losses import ManyLosses
from playground.analysis.shared.quick_tanh import QuickTanh
from playground.analysis.shared.surface_directions import (
    Plane,
    parameter_names,
    path_plane,
    path_points,
    principal_components,
    random_plane,
    two_parameter_plane,
)
from playground.analysis.shared.weight_points import Combined, Listed
from playground.analysis.subject import Subject
from playground.document import files, library
from playground.document.graph import Edge, Graph, Node, NodeTraining
from playground.network.check import check
from playground.network.flat import Layout, Place
from playground.training.snapshot import Snapshot
from tests.analysis.subjects import chain, question_of, snapshot_of, spirals


def two_losses() -> Graph:
    """Spirals judged by two losses, of which the second counts three times."""
    graph = chain("spirals", spirals("zero-one"), [6, 1], "binary-cross-entropy", last="sigmoid")
    second = Node(id="loss-2", block="mean-squared-error", parameters={"weight": 3.0})
    wires = (
        Edge(source="dense-2", target="loss-2", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss-2", target_port="target"),
    )
    return graph.replace(nodes=(*graph.nodes, second), edges=(*graph.edges, *wires))


GRAPHS: dict[str, Callable[[], Graph]] = {
    "dense": lambda: chain("spirals", spirals(), [16, 16, 2]),
    "batch norm": lambda: chain("spirals", spirals(), [6, 2], between=["batch-norm"]),
    "dropout": lambda: chain("spirals", spirals(), [6, 2], between=["dropout"]),
    "two losses": two_losses,
    "convolution": lambda: chain("digits", {"labels": "index"}, [10], between=["conv2d", "flatten"]),
    "recurrent": lambda: files.read(library.find("remember-lstm")).graph,
    "GRU": lambda: files.read(library.find("remember-gru")).graph,
    "plain recurrent": lambda: files.read(library.find("remember-rnn")).graph,
    "attention": lambda: files.read(library.find("encoder-block")).graph,
    "two players": lambda: files.read(library.find("gan-ring")).graph,
    "softmax": lambda: files.read(library.find("sigmoid-equals-softmax")).graph,
    "deep sigmoid": lambda: files.read(library.find("deep-sigmoid")).graph,
    "leaky ReLU": lambda: files.read(library.find("leaky-relu")).graph,
    "dropout between": lambda: files.read(library.find("dropout")).graph,
    "regression": lambda: chain("plane", {}, [4, 1], "mean-squared-error"),
}


def trail_of(graph: Graph, count: int = 6) -> tuple[Snapshot, ...]:
    """A bent way through the weights, with other running statistics at every point."""
    start, way = snapshot_of(graph, 1, 0), snapshot_of(graph, 2)
    shifts = snapshot_of(graph, 3).parameters
    found = []
    for number in range(count):
        parameters = 0.3 * start.parameters + 0.05 * number * way.parameters + 0.01 * number**2 * shifts
        buffers = {name: buffer + (0.1 * number) for name, buffer in start.buffers.items() if buffer.dtype.kind == "f"}
        found.append(replace(start, step=10 * number, parameters=parameters, buffers=buffers))
    return tuple(found)


def along(graph: Graph) -> Question:
    trail = trail_of(graph)
    return Question(subject=Subject(graph), snapshot=trail[-1], trail=trail)


def plain_loss(graph: Graph, snapshot: Snapshot, part: Any = "train", examples: int = 256) -> float:
    subject = Subject(graph)
    subject.load(snapshot)
    subject.calm()
    with torch.no_grad():
        return float(subject.network(subject.feeds(part, examples)))


@pytest.mark.parametrize("directions", ["path", "random"])
@pytest.mark.parametrize("kind", GRAPHS)
def test_every_value_is_the_loss_of_a_plain_pass_with_those_weights(kind: str, directions: Any) -> None:
    graph = GRAPHS[kind]()
    question = along(graph)
    assert question.snapshot is not None
    # Enough points that a stack of networks is tried wherever it can be.
    slow = ("convolution", "recurrent", "GRU", "plain recurrent", "attention", "dropout between")
    resolution = 9 if kind in slow else 51
    result = LossSurfaceAnalysis(directions=directions, resolution=resolution, examples=64).compute(question)
    assert result.kind == directions
    assert result.values.shape == (resolution, resolution)
    rng = np.random.default_rng(0)
    first = [(0, column) for column in (0, 3, 4, 8)]
    for row, column in [*first, *rng.integers(0, resolution, (8, 2)).tolist()]:
        place = np.array([[result.alphas[column], result.betas[row]]])
        weights = replace(question.snapshot, parameters=result.plane.at(place)[0])
        expected = plain_loss(graph, weights, examples=64)
        assert result.values[row, column] == pytest.approx(expected, rel=1e-5, abs=1e-5), (row, column)


def test_a_stack_of_networks_is_the_quicker_way_for_a_small_net_and_impossible_for_a_recurrent_one() -> None:
    small = LossSurfaceAnalysis(directions="random").compute(along(GRAPHS["dense"]()))
    recurrent = LossSurfaceAnalysis(directions="random", resolution=7).compute(along(GRAPHS["recurrent"]()))
    assert small.way == "stack"
    assert recurrent.way == "loop"


@pytest.mark.parametrize("preset", ["dying-relu", "deep-sigmoid", "circles-by-features", "mnist-softmax", "dropout"])
def test_far_out_where_outputs_are_certain_a_stack_still_has_the_losses_of_single_passes(preset: str) -> None:
    graph = files.read(library.find(preset)).graph
    question = along(graph)
    subject = question.loaded()
    assert question.snapshot is not None
    points = Listed([scale * question.snapshot.parameters for scale in np.linspace(-9.0, 9.0, 12, dtype=np.float32)])
    basis = np.stack([one.parameters for one in question.trail[:2]])
    plane = Combined(5.0 * np.random.default_rng(0).normal(size=(12, 2)), basis)
    for some in (points, plane):
        losses = ManyLosses(subject, subject.feeds("train", 50), question.snapshot.layout)
        losses.way = "stack"
        stacked = losses.compute(some, question.check)
        losses.way = "loop"
        np.testing.assert_allclose(stacked, losses.compute(some, question.check), rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("kind", ["dense", "batch norm"])
def test_the_path_has_the_true_losses_of_its_snapshots(kind: str) -> None:
    graph = GRAPHS[kind]()
    question = along(graph)
    result = LossSurfaceAnalysis(resolution=5).compute(question)
    expected = [plain_loss(graph, snapshot) for snapshot in question.trail]
    np.testing.assert_allclose(result.path.losses, expected, rtol=1e-5, atol=1e-5)
    assert result.path.steps.tolist() == [0, 10, 20, 30, 40, 50]
    assert result.loss == result.path.losses[-1]
    np.testing.assert_allclose(result.present, (0.0, 0.0), atol=1e-9)
    assert result.path.distances[-1] < 1e-6


def test_the_middle_of_random_directions_is_the_present_point() -> None:
    graph = GRAPHS["dense"]()
    result = LossSurfaceAnalysis(directions="random", span=0.5).compute(along(graph))
    assert result.alphas[25] == result.betas[25] == 0.0
    assert result.values[25, 25] == pytest.approx(result.loss, rel=1e-5)
    assert (result.alphas[0], result.betas[-1]) == (-0.5, 0.5)


def test_the_subject_keeps_its_weights() -> None:
    question = along(GRAPHS["recurrent"]())
    assert question.subject is not None and question.snapshot is not None
    LossSurfaceAnalysis(resolution=3).compute(question)
    own = dict(question.subject.network.named_parameters())
    for place in question.snapshot.layout.places:
        np.testing.assert_array_equal(own[place.name].detach().numpy(), question.snapshot.array(place.name))


def test_other_layouts_of_the_same_network_are_put_in_order() -> None:
    graph = GRAPHS["dense"]()
    question = along(graph)
    assert question.snapshot is not None
    turned = turned_round(question.snapshot)
    straight = LossSurfaceAnalysis(resolution=5).compute(question)
    mixed = LossSurfaceAnalysis(resolution=5).compute(replace(question, snapshot=turned))
    np.testing.assert_allclose(mixed.values, straight.values, rtol=1e-5)
    np.testing.assert_allclose(mixed.path.places, straight.path.places, atol=1e-5)


def turned_round(snapshot: Snapshot) -> Snapshot:
    """The same weights with the parameters in another order, as when some blocks learn at another rate."""
    places: list[Place] = []
    start = 0
    for place in reversed(snapshot.layout.places):
        places.append(Place(place.name, start, place.shape))
        start += place.size
    values = np.concatenate([snapshot.array(place.name).ravel() for place in places])
    return replace(snapshot, parameters=values, layout=Layout(tuple(places)))


# Directions ----------------------------------------------------------------------------------------------------------


def test_random_directions_are_as_long_as_the_filters_and_orthogonal_within_them() -> None:
    snapshot = snapshot_of(GRAPHS["convolution"](), 4)
    plane = random_plane(snapshot.parameters, snapshot.layout, 0)
    assert plane is not None
    np.testing.assert_array_equal(plane.origin, snapshot.parameters)
    for place in snapshot.layout.places:
        here = slice(place.start, place.stop)
        if len(place.shape) < 2:
            assert not plane.first[here].any() and not plane.second[here].any()
            continue
        vectors = (plane.origin, plane.first, plane.second)
        weights, first, second = (vector[here].reshape(place.shape[0], -1) for vector in vectors)
        lengths = np.linalg.norm(weights, axis=1)
        np.testing.assert_allclose(np.linalg.norm(first, axis=1), lengths, rtol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(second, axis=1), lengths, rtol=1e-5)
        np.testing.assert_allclose((first * second).sum(axis=1), 0.0, atol=1e-5 * lengths.max() ** 2)


def test_random_directions_follow_from_the_seed_and_only_stretch_with_the_weights() -> None:
    snapshot = snapshot_of(GRAPHS["dense"](), 4)
    choices = ((1, 0), (2, 0), (1, 1))
    planes = [random_plane(scale * snapshot.parameters, snapshot.layout, seed) for scale, seed in choices]
    first, stretched, other = (plane.first for plane in planes if plane is not None)
    np.testing.assert_allclose(stretched, 2 * first, rtol=1e-5)
    assert np.abs(np.corrcoef(first, other)[0, 1]) < 0.5


def test_filters_of_zeros_get_directions_and_frozen_blocks_none() -> None:
    snapshot = snapshot_of(GRAPHS["dense"](), 4)
    plane = random_plane(np.zeros_like(snapshot.parameters), snapshot.layout, 0, frozen={"dense-2"})
    assert plane is not None
    for place in snapshot.layout.places:
        here = plane.first[place.start : place.stop]
        if place.node == "dense-2" or len(place.shape) < 2:
            assert not here.any()
        else:
            np.testing.assert_allclose(np.linalg.norm(here.reshape(place.shape[0], -1), axis=1), 1.0, rtol=1e-5)


def test_principal_components_are_those_of_a_singular_value_decomposition() -> None:
    points = np.random.default_rng(0).normal(size=(20, 300)) * np.linspace(3, 0.1, 300) + 5.0
    points = points.astype(np.float32)
    found = principal_components(points)
    assert found is not None
    components, shares = found
    _, sizes, directions = np.linalg.svd(points.astype(np.float64) - points.mean(axis=0, dtype=np.float64))
    for number in (0, 1):
        assert abs(components[number] @ directions[number]) == pytest.approx(1.0, abs=1e-6)
        assert shares[number] == pytest.approx(sizes[number] ** 2 / (sizes**2).sum(), rel=1e-6)


def test_a_path_comes_from_the_left_and_from_above() -> None:
    rng = np.random.default_rng(1)
    way = np.linspace(-4.0, 0.0, 30)[:, None]
    ahead, aside = np.linalg.qr(rng.normal(size=(50, 2)))[0].T
    points = (rng.normal(size=50) + way * ahead - np.sin(way) * aside).astype(np.float32)
    for turn in (1.0, -1.0):
        found = path_plane(turn * points)
        assert found is not None
        plane, shares = found
        path, distances = plane.project(turn * points)
        assert path[:, 0].mean() < 0.0 < path[:, 1].mean()
        assert distances.max() < 1e-4
        assert sum(shares) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_straight_path_spans_no_plane(count: int) -> None:
    points = np.outer(np.arange(count), np.array([1.0, 2.0, -1.0])).astype(np.float32)
    assert path_plane(points) is None


def test_points_of_the_plane_are_projected_onto_themselves_and_others_have_their_distance() -> None:
    rng = np.random.default_rng(2)
    origin, first, second = rng.normal(size=(3, 70_000)).astype(np.float32)
    plane = Plane(origin, first, second)
    places = rng.normal(size=(5, 2))
    found, distances = plane.project(plane.at(places))
    np.testing.assert_allclose(found, places, atol=1e-5)
    assert distances.max() < 1e-3
    away = rng.normal(size=70_000)
    basis = np.linalg.qr(np.stack([first, second], axis=1).astype(np.float64))[0]
    away -= basis @ (basis.T @ away)
    found, distances = plane.project((origin + away)[None].astype(np.float32))
    np.testing.assert_allclose(found, 0.0, atol=1e-5)
    assert distances[0] == pytest.approx(np.linalg.norm(away), rel=1e-5)


def test_the_trail_ends_at_the_present_and_leaves_out_what_is_later_or_of_another_network() -> None:
    graph = GRAPHS["dense"]()
    trail = trail_of(graph)
    other = snapshot_of(chain("spirals", spirals(), [5, 2]), 0, 15)
    kept, points = path_points((*trail[:3], other, *trail[3:]), trail[3])
    assert [snapshot.step for snapshot in kept] == [0, 10, 20, 30]
    np.testing.assert_array_equal(points, np.stack([snapshot.parameters for snapshot in trail[:4]]))


# Other planes and refusals -------------------------------------------------------------------------------------------


def line() -> Graph:
    """One weight and one bias: the whole space of parameters is a plane."""
    return chain("plane", {}, [1], "mean-squared-error")


def test_until_the_path_spans_a_plane_the_directions_are_random() -> None:
    graph = GRAPHS["dense"]()
    trail = trail_of(graph)[:2]
    result = LossSurfaceAnalysis(resolution=5).compute(Question(Subject(graph), trail[-1], trail=trail))
    assert result.kind == "random"
    assert result.explained is None
    assert result.axes == ("random direction 1", "random direction 2")
    assert len(result.path) == 2


def test_components_say_how_much_of_the_path_they_hold() -> None:
    result = LossSurfaceAnalysis(resolution=5).compute(along(GRAPHS["dense"]()))
    assert result.explained is not None
    first, second = result.explained
    assert result.axes[0] == f"component 1 ({100 * first:.0f} % of the path)"
    assert 0.0 < second < first < 1.0
    lows, highs = result.path.places.min(axis=0), result.path.places.max(axis=0)
    assert result.alphas[0] < lows[0] and highs[0] < result.alphas[-1]
    assert result.betas[0] < lows[1] and highs[1] < result.betas[-1]


def test_two_parameters_are_shown_as_they_are() -> None:
    graph = files.read(library.find("under-fitting")).graph
    subject = Subject(graph)
    layout = snapshot_of(graph).layout
    assert layout.size == 2
    trail = tuple(
        Snapshot(step, 0.0, np.array(values, dtype=np.float32), layout)
        for step, values in ((0, (2.0, -1.0)), (5, (1.5, -0.5)), (9, (1.0, 0.5)))
    )
    result = LossSurfaceAnalysis().compute(Question(subject, trail[-1], trail=trail))
    assert result.kind == "parameters"
    assert result.axes == tuple(parameter_names(layout)) == tuple(place.name for place in layout.places)
    np.testing.assert_allclose(result.path.places, [(2.0, -1.0), (1.5, -0.5), (1.0, 0.5)], atol=1e-6)
    row, column = 7, 33
    weights = np.array([result.alphas[column], result.betas[row]], dtype=np.float32)
    expected = plain_loss(graph, replace(trail[0], parameters=weights))
    assert result.values[row, column] == pytest.approx(expected, rel=1e-5)


def test_names_of_two_parameters_tell_their_place_where_there_are_several() -> None:
    layout = snapshot_of(chain("plane", {}, [1], "mean-squared-error")).layout
    names = parameter_names(layout)
    assert set(names) == {"dense-1.weight[0, 0]", "dense-1.weight[0, 1]", "dense-1.bias"}
    assert two_parameter_plane(np.zeros(3, dtype=np.float32), layout) is None


def test_without_weights_that_learn_it_says_why() -> None:
    graph = line()
    nodes = tuple(
        node.replace(training=NodeTraining(trainable=False)) if node.id == "dense-1" else node for node in graph.nodes
    )
    with pytest.raises(NothingToShow, match="no surface"):
        LossSurfaceAnalysis().compute(question_of(graph.replace(nodes=nodes)))


def test_without_a_loss_or_weights_it_does_not_apply() -> None:
    graph = GRAPHS["dense"]()
    bare = graph.replace(nodes=graph.nodes[:-1], edges=tuple(edge for edge in graph.edges if edge.target != "loss"))
    assert "loss" in LossSurfaceAnalysis().why_not(check(bare), bare)
    assert LossSurfaceAnalysis().why_not(check(graph), graph) == ""


def test_an_empty_part_is_refused_in_words() -> None:
    graph = chain("xor", {"labels": "index", "examples": 20, "train_share": 0.5, "validation_share": 0.5}, [3, 2])
    with pytest.raises(NothingToShow, match="test part has no examples"):
        LossSurfaceAnalysis(part="test").compute(question_of(graph))


def test_another_part_has_another_surface() -> None:
    graph = GRAPHS["dense"]()
    question = along(graph)
    result = LossSurfaceAnalysis(part="test", resolution=5).compute(question)
    assert question.subject is not None
    assert result.examples == question.subject.prepared["data"].count("test")
    assert result.loss == pytest.approx(plain_loss(graph, question.trail[-1], "test"), rel=1e-5)


@pytest.mark.parametrize("kind", ["dense", "recurrent"])
def test_it_stops_between_parts_when_nobody_waits_any_more(kind: str) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    question = along(GRAPHS[kind]())
    with pytest.raises(Cancelled):
        LossSurfaceAnalysis().compute(replace(question, cancelled=cancelled))
    assert asked == 6
    own = dict(question.subject.network.named_parameters())  # type: ignore[union-attr]
    assert question.snapshot is not None
    for place in question.snapshot.layout.places:
        np.testing.assert_array_equal(own[place.name].detach().numpy(), question.snapshot.array(place.name))


def test_the_lowest_point_and_the_table() -> None:
    result = LossSurfaceAnalysis(resolution=7).compute(along(GRAPHS["dense"]()))
    a, b, lowest = result.minimum
    assert lowest == result.values.min()
    assert result.values[result.betas.tolist().index(b), result.alphas.tolist().index(a)] == lowest
    columns, rows = result.table()
    assert len(columns) == len(rows[0]) == 6
    assert len(rows) == 49 + 6
    assert rows[0] == ["surface", result.step, result.alphas[0], result.betas[0], result.values[0, 0], 0.0]
    assert rows[-1][:2] == ["path", 50]


def test_values_that_are_no_numbers_are_no_minimum() -> None:
    result = LossSurfaceAnalysis(resolution=3).compute(along(GRAPHS["dense"]()))
    values = result.values.copy()
    values[0, 0], values[1, 1] = np.nan, -np.inf
    assert np.isfinite(LossSurface(**{**vars(result), "values": values}).minimum[2])


# Many losses ---------------------------------------------------------------------------------------------------------


def test_a_way_that_gives_other_values_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = GRAPHS["dense"]()
    question = along(graph)
    subject = question.loaded()
    points = np.repeat(question.trail[-1].parameters[None], 600, axis=0)
    losses = ManyLosses(subject, subject.feeds("train", 32), question.trail[-1].layout)
    monkeypatch.setattr(losses, "_by_stack", lambda _, start, stop: np.zeros(stop - start, dtype=np.float32))
    values = losses.compute(Listed(list(points)), question.check)
    assert losses.way == "loop"
    np.testing.assert_allclose(values, plain_loss(graph, question.trail[-1], examples=32), rtol=1e-5)


def test_the_quick_tanh_is_tanh() -> None:
    x = torch.linspace(-12.0, 12.0, 4_001).reshape(-1, 1).expand(-1, 3)
    with QuickTanh():
        quick = torch.tanh(x)
        stacked = torch.func.vmap(torch.tanh)(x)
    torch.testing.assert_close(quick, torch.tanh(x), rtol=0.0, atol=1e-6)
    torch.testing.assert_close(stacked, torch.tanh(x), rtol=0.0, atol=1e-6)
