"""The decision boundary and the maps of the neurons, against plain forward computations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from playground.analysis.answers.decision_boundary import DecisionBoundaryAnalysis, drawable, widened
from playground.analysis.inside.live_maps import MOST_UNITS, LiveMapsAnalysis
from playground.analysis.question import Cancelled
from playground.document.graph import Edge, Node
from playground.network.check import check
from tests.analysis.subjects import chain, plain_forward, question_of, softmax, spirals
from tests.network.small_graphs import wired


def grid_points(xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    return np.array([[x, y] for y in ys for x in xs])


@pytest.mark.parametrize("scaling", ["none", "standardize"])
@pytest.mark.parametrize("arms", [2, 4])
def test_probabilities_equal_a_forward_pass_point_by_point(arms: int, scaling: str) -> None:
    graph = chain("spirals", spirals(arms=arms, scaling=scaling), [6, arms])
    question = question_of(graph)
    result = DecisionBoundaryAnalysis(resolution=12).compute(question)
    assert question.subject is not None and question.snapshot is not None
    scaled = question.subject.prepared["data"].scaler.scale(grid_points(result.xs, result.ys).astype(np.float32))
    expected = softmax(plain_forward(question.snapshot, scaled, 2)[1])
    assert result.field.shape == (12, 12, arms)
    np.testing.assert_allclose(result.field.reshape(-1, arms), expected, atol=1e-6)
    np.testing.assert_array_equal(result.classes.ravel(), expected.argmax(axis=1))
    assert result.class_names == ("orange", "blue", "green", "purple")[:arms]


def test_a_single_signed_output_gives_two_classes() -> None:
    graph = chain("spirals", spirals("signed"), [6, 1], "mean-squared-error", last="tanh")
    question = question_of(graph)
    result = DecisionBoundaryAnalysis(resolution=10).compute(question)
    assert question.snapshot is not None
    answers = plain_forward(question.snapshot, grid_points(result.xs, result.ys), 2, last="tanh")[1][:, 0]
    np.testing.assert_array_equal(result.classes.ravel(), answers > 0)
    np.testing.assert_allclose(result.field[..., 1].ravel(), (1 + answers) / 2, atol=1e-6)


def test_misclassified_points_are_those_whose_answer_is_wrong() -> None:
    graph = chain("spirals", spirals(arms=3), [6, 3])
    question = question_of(graph)
    result = DecisionBoundaryAnalysis(resolution=8).compute(question)
    assert question.subject is not None and question.snapshot is not None
    for part in ("train", "validation", "test"):
        prepared = question.subject.prepared["data"]
        answers = plain_forward(question.snapshot, prepared.parts[part]["features"], 2)[1].argmax(axis=1)
        points = result.points[part]
        np.testing.assert_array_equal(points.target, prepared.class_numbers[part])
        np.testing.assert_array_equal(points.predicted, answers)
        np.testing.assert_array_equal(points.wrong, answers != prepared.class_numbers[part])
        assert 0 < points.wrong.sum() < len(points.wrong)


def test_regression_gives_the_field_in_units_of_the_target() -> None:
    graph = chain("bumps", {"examples": 60}, [4, 1], "mean-squared-error")
    question = question_of(graph)
    result = DecisionBoundaryAnalysis(resolution=9).compute(question)
    assert question.subject is not None and question.snapshot is not None
    prepared = question.subject.prepared["data"]
    scaled = prepared.scaler.scale(grid_points(result.xs, result.ys).astype(np.float32))
    expected = prepared.target_scaler.unscale(plain_forward(question.snapshot, scaled, 2)[1].astype(np.float32))
    np.testing.assert_allclose(result.field.ravel(), expected[:, 0], atol=1e-5)
    assert result.classes is None and result.class_names == ()
    assert not any(points.wrong.any() for points in result.points.values())
    targets = np.concatenate([points.target for points in result.points.values()])
    assert result.limits == (targets.min(), targets.max())


def test_a_wide_picture_shows_more_of_the_plane_at_the_same_scale() -> None:
    assert widened((-1.0, 1.0, -1.0, 1.0), 2.0) == (-2.0, 2.0, -1.0, 1.0)
    assert widened((-1.0, 1.0, -1.0, 1.0), 0.5) == (-1.0, 1.0, -2.0, 2.0)
    assert widened((0.0, 100.0, -1.0, 1.0), 2.0) == (0.0, 100.0, -1.0, 1.0)


def test_what_hangs_on_which_row_is_real_is_no_answer_of_the_plane() -> None:
    """It has two answers for every point."""
    nodes = [
        Node(id="data", block="circles"), Node(id="both", block="real-and-generated"), Node(id="loss", block="huber"),
        Node(id="said", block="dense", parameters={"units": 1}),
        Node(id="judge", block="dense", parameters={"units": 1}), Node(id="other", block="huber"),
    ]  # fmt: skip
    wires = [
        "data.features > both.real", "data.features > both.generated", "both.is_real > said", "both.mixed > judge",
        "said > loss.prediction", "judge > loss.target", "judge > other.prediction", "both.is_real > other.target",
    ]  # fmt: skip
    report = check(wired(nodes, *wires))
    assert report.ok
    assert [head.answerer for head in drawable(report)] == ["judge"]


def test_the_table_has_one_row_for_each_grid_point() -> None:
    result = DecisionBoundaryAnalysis(resolution=8).compute(question_of(chain("spirals", spirals(), [4, 2])))
    columns, rows = result.table()
    assert columns == ["x1", "x2", "orange", "blue"]
    assert len(rows) == 64
    x, y, orange, blue = rows[8 * 3 + 2]
    assert (x, y) == (result.xs[2], result.ys[3])
    assert orange + blue == pytest.approx(1.0)


def test_the_chosen_loss_decides_which_head_is_drawn() -> None:
    graph = chain("spirals", spirals(), [4, 2])
    second = [
        Node(id="head", block="dense", parameters={"units": 2, "activation": "identity"}),
        Node(id="second", block="cross-entropy"),
    ]
    edges = [
        Edge(source="dense-1", target="head"),
        Edge(source="head", target="second", target_port="prediction"),
        Edge(source="data", source_port="target", target="second", target_port="target"),
    ]
    graph = graph.replace(nodes=(*graph.nodes, *second), edges=(*graph.edges, *edges))
    first = DecisionBoundaryAnalysis(resolution=8).compute(question_of(graph))
    other = DecisionBoundaryAnalysis(resolution=8).compute(question_of(graph, node="second"))
    assert not np.allclose(first.field, other.field)


def test_an_unwanted_boundary_stops() -> None:
    with pytest.raises(Cancelled):
        question = question_of(chain("spirals", spirals(), [4, 2]), cancelled=lambda: True)
        DecisionBoundaryAnalysis(resolution=8).compute(question)


@pytest.mark.parametrize(
    ("data", "parameters", "units", "between", "words"),
    [
        ("iris", {}, [3], (), "exactly two features"),
        ("spirals", {}, [2], ("feature-expansion",), ""),
        ("bumps", {}, [1], (), ""),
    ],
)
def test_where_a_boundary_applies(data: str, parameters: dict, units: list[int], between: tuple, words: str) -> None:
    loss = "mean-squared-error" if data == "bumps" else "cross-entropy"
    graph = chain(data, parameters, units, loss, between=between)
    why_not = DecisionBoundaryAnalysis().why_not(check(graph), graph)
    assert (words in why_not) if words else why_not == ""
    assert "\n" not in why_not


def test_without_a_loss_nothing_says_what_is_predicted() -> None:
    graph = chain("spirals", {}, [2])
    graph = graph.replace(nodes=graph.nodes[:-1], edges=tuple(edge for edge in graph.edges if edge.target != "loss"))
    assert "loss block" in DecisionBoundaryAnalysis().why_not(check(graph), graph)


def test_every_neuron_has_its_map_with_the_top_row_first() -> None:
    graph = chain("spirals", spirals(), [5, 3, 2])
    question = question_of(graph)
    result = LiveMapsAnalysis(resolution=6).compute(question)
    assert question.subject is not None and question.snapshot is not None
    _, xs, ys = question.subject.grid(6)
    by_hand = plain_forward(question.snapshot, grid_points(xs, ys), 3)
    assert list(result.maps) == ["dense-1", "dense-2", "dense-3"]
    for number, node in enumerate(result.maps):
        maps = result.maps[node]
        assert maps.dtype == np.float32 and maps.flags.c_contiguous
        upwards = by_hand[number].T.reshape(-1, 6, 6)
        np.testing.assert_allclose(maps, upwards[:, ::-1], atol=1e-5)
    assert result.data_node == "data"
    assert result.points is not None and len(result.points) == question.subject.prepared["data"].count("train")


def test_maps_share_their_points_from_frame_to_frame() -> None:
    question = question_of(chain("spirals", spirals(), [2]))
    first, second = (LiveMapsAnalysis(resolution=4).compute(question) for _ in range(2))
    assert first.points is second.points


def test_a_wide_layer_shows_its_first_units() -> None:
    result = LiveMapsAnalysis(resolution=4).compute(question_of(chain("spirals", spirals(), [MOST_UNITS + 6, 2])))
    assert result.maps["dense-1"].shape == (MOST_UNITS, 4, 4)


def test_image_data_show_example_pictures() -> None:
    question = question_of(chain("digits", {"examples": 100}, [10], between=["flatten"]))
    result = LiveMapsAnalysis().compute(question)
    pictures = result.maps["data"]
    assert pictures.shape[1:] == (8, 8) and len(pictures) == 16
    assert pictures.min() >= 0.0 and pictures.max() <= 1.0
    assert result.points is None


def test_one_example_of_a_table_is_followed_through_the_network() -> None:
    question = question_of(chain("iris", {}, [3]))
    result = LiveMapsAnalysis().compute(question)
    assert not result.by_unit and result.points is None
    subject = question.loaded()
    feeds = subject.example(0)
    logits = subject.values(feeds, [("dense-1", "output")])["dense-1", "output"]
    assert (result.maps["dense-1"] == logits[0]).all()
    assert result.maps["data"].shape[-1] == 4
    other = LiveMapsAnalysis().compute(replace(question, example=1))
    assert not np.array_equal(other.maps["data"], result.maps["data"])


def test_the_table_of_maps_names_every_value() -> None:
    result = LiveMapsAnalysis(resolution=4).compute(question_of(chain("spirals", spirals(), [3, 2])))
    columns, rows = result.table()
    assert columns == ["node", "unit", "row", "column", "value"]
    assert len(rows) == 5 * 16
    assert rows[16 + 4 * 2 + 3] == ["dense-1", 1, 2, 3, float(result.maps["dense-1"][1, 2, 3])]
