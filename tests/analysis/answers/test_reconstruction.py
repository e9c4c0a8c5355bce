"""Reconstructions and the plane of the code, against plain forward computations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.analysis.answers.latent_plane import MOST_POINTS, LatentPlaneAnalysis, planes
from playground.analysis.answers.reconstruction import ReconstructionAnalysis, redrawings
from playground.analysis.base import NothingToShow
from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.analysis.question import Cancelled, Question
from playground.document.graph import Edge, Graph, Node
from playground.network.check import check
from tests.analysis.autoencoders import autoencoder, bottleneck
from tests.analysis.subjects import chain, question_of, spirals


def by_hand(question: Question, rows: np.ndarray, part: str = "test") -> tuple[np.ndarray, np.ndarray]:
    """The codes (n, 2) and the last layer before its activation (n, 64), layer by layer in float64."""
    assert question.subject is not None and question.snapshot is not None
    values = question.subject.prepared["data"].parts[part]["features"][rows].reshape(len(rows), -1).astype(np.float64)
    found = []
    for name in ("encoder", "code", "decoder", "pixels"):
        weights = question.snapshot.of_node(name)
        values = values @ weights["weight"].astype(np.float64).T + weights["bias"]
        found.append(values)
        values = np.tanh(values) if name in ("encoder", "decoder") else values
    return found[1], found[3]


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-values))


@pytest.mark.parametrize("flat_target", [False, True])
@pytest.mark.parametrize("scaling", ["none", "standardize"])
def test_reconstructions_are_what_the_layers_compute_in_brightness(scaling: str, flat_target: bool) -> None:
    last = "sigmoid" if scaling == "none" else "identity"
    question = question_of(autoencoder(last=last, flat_target=flat_target, scaling=scaling))
    result = ReconstructionAnalysis(count=10).compute(question)
    assert question.subject is not None
    prepared = question.subject.prepared["data"]
    _, drawn = by_hand(question, np.arange(10))
    drawn = sigmoid(drawn) if last == "sigmoid" else drawn
    seen = prepared.parts["test"]["features"]
    raw = drawn / prepared.scaler.factor + prepared.scaler.shift
    assert result.rows.tolist() == list(range(10))
    np.testing.assert_allclose(result.reconstructions.reshape(10, 64), np.clip(raw, 0.0, 1.0), atol=1e-5)
    np.testing.assert_allclose(result.originals, prepared.scaler.unscale(seen)[:10, 0], atol=1e-5)
    np.testing.assert_allclose(result.errors, np.square(drawn - seen[:10].reshape(10, 64)).mean(axis=1), rtol=1e-4)
    assert result.classes.tolist() == prepared.class_numbers["test"][:10].tolist()


def test_the_mean_of_all_errors_is_the_loss_of_the_part() -> None:
    graph = autoencoder()
    question = question_of(graph)
    result = ReconstructionAnalysis(part="train").compute(question)
    subject = question.loaded()
    feeds = subject.feeds("train")
    loss = float(subject.network(feeds).detach())
    assert result.mean_error == pytest.approx(loss, rel=1e-5)
    assert result.examples_in_part == len(feeds["data", "features"])


def test_the_worst_come_first_when_asked_for() -> None:
    question = question_of(autoencoder())
    result = ReconstructionAnalysis(worst_first=True, count=200).compute(question)
    assert (np.diff(result.errors) <= 0).all()
    assert sorted(result.rows.tolist()) == list(range(result.examples_in_part))
    columns, rows = ReconstructionAnalysis(worst_first=True, count=3).compute(question).table()
    assert columns == ["row", "mean_squared_error", "class"]
    assert [row[0] for row in rows] == result.rows[:3].tolist()


def test_the_example_under_examination_is_always_there() -> None:
    question = question_of(autoencoder(), example=25)
    result = ReconstructionAnalysis(count=5).compute(question)
    assert result.rows.tolist() == [25, 0, 1, 2, 3] and result.chosen == 25
    assert ReconstructionAnalysis(part="train", count=5).compute(question).chosen == -1


def test_logits_of_a_binary_cross_entropy_are_shown_as_brightness() -> None:
    question = question_of(autoencoder(loss="binary-cross-entropy", last="identity"))
    result = ReconstructionAnalysis(count=4).compute(question)
    _, logits = by_hand(question, np.arange(4))
    np.testing.assert_allclose(result.reconstructions.reshape(4, 64), sigmoid(logits), atol=1e-5)


@pytest.mark.parametrize(
    "graph",
    [chain("digits", {}, [10], between=["flatten"]), chain("diabetes", {}, [1], "mean-squared-error"), bottleneck()],
    ids=["classes", "numbers", "table"],
)
def test_without_redrawn_pictures_there_is_nothing_to_compare(graph: Graph) -> None:
    assert not redrawings(check(graph))
    assert "images of a data block" in ReconstructionAnalysis().why_not(check(graph), graph)


@pytest.mark.parametrize("kind", [ReconstructionAnalysis, LatentPlaneAnalysis])
def test_an_empty_part_is_said_and_an_unwanted_result_stops(kind: type) -> None:
    graph = autoencoder(train_share=1.0, validation_share=0.0)
    with pytest.raises(NothingToShow, match="test part has no examples"):
        kind().compute(question_of(graph))
    with pytest.raises(Cancelled):
        kind().compute(question_of(autoencoder(), cancelled=lambda: True))


def test_codes_are_what_the_encoder_computes() -> None:
    question = question_of(autoencoder(), example=3)
    result = LatentPlaneAnalysis().compute(question)
    assert question.subject is not None
    prepared = question.subject.prepared["data"]
    codes, _ = by_hand(question, np.arange(prepared.count("test")))
    np.testing.assert_allclose(result.codes, codes, atol=1e-5)
    assert result.classes.tolist() == prepared.class_numbers["test"].tolist()
    assert result.axes == ("Code 1", "Code 2") and result.class_names == prepared.class_names
    assert result.pictures is not None and result.pictures.shape == (prepared.count("test"), 8, 8)
    assert (result.chosen, result.can_choose, result.decoder, result.decoded) == (3, True, True, None)
    columns, rows = result.table()
    assert columns == ["row", "Code 1", "Code 2", "class"]
    assert rows[5][1:3] == pytest.approx(codes[5].tolist(), abs=1e-5)


def test_training_points_cannot_be_examined_while_there_is_a_test_part() -> None:
    result = LatentPlaneAnalysis(part="train").compute(question_of(autoencoder(), example=3))
    assert (result.chosen, result.can_choose) == (-1, False)


def test_large_parts_show_their_first_points() -> None:
    question = question_of(autoencoder(examples=1797, train_share=0.95, validation_share=0.0))
    result = LatentPlaneAnalysis(part="train").compute(question)
    assert len(result.codes) == MOST_POINTS < result.examples_in_part


def test_decoded_pictures_are_those_of_the_codes_in_the_middle_of_their_cells() -> None:
    question = question_of(autoencoder())
    result = LatentPlaneAnalysis(decoded=True, columns=4, rows=3).compute(question)
    assert result.decoded is not None and question.snapshot is not None
    left, right, bottom, top = result.decoded.extent
    assert (result.codes > [left, bottom]).all() and (result.codes < [right, top]).all()
    column, row = 2, 1
    place = np.array([left + 2.5 / 4 * (right - left), bottom + 1.5 / 3 * (top - bottom)])
    decoder, pixels = (question.snapshot.of_node(name) for name in ("decoder", "pixels"))
    hidden = np.tanh(place @ decoder["weight"].T + decoder["bias"])
    drawn = sigmoid(hidden @ pixels["weight"].T + pixels["bias"])
    assert result.decoded.pictures.shape == (3, 4, 8, 8)
    np.testing.assert_allclose(result.decoded.pictures[row, column].ravel(), drawn, atol=1e-5)


def test_a_decoder_that_sees_more_than_the_code_draws_no_plane() -> None:
    graph = autoencoder()
    extra = [edge.replace(source="both") if edge.source == "code" else edge for edge in graph.edges]
    nodes = (*graph.nodes, Node(id="both", block="concatenate"))
    edges = (*extra, Edge(source="code", target="both"), Edge(source="flatten", target="both"))
    result = LatentPlaneAnalysis(columns=4, rows=4).compute(question_of(Graph(nodes=nodes, edges=edges)))
    assert not result.decoder and result.decoded is None


def test_a_table_goes_through_two_numbers() -> None:
    question = question_of(bottleneck())
    result = LatentPlaneAnalysis().compute(question)
    assert result.axes == ("Dense 2, unit 1", "Dense 2, unit 2")
    assert result.class_names == ("setosa", "versicolor", "virginica")
    assert result.pictures is None and not result.decoder
    assert np.abs(result.codes).max() <= 1.0


def test_the_chosen_block_decides_and_a_prediction_comes_last() -> None:
    graph = chain("spirals", spirals(), [2, 2, 2])
    report = check(graph)
    assert planes(report) == (("dense-1", "output"), ("dense-2", "output"), ("dense-3", "output"))
    first, second = (LatentPlaneAnalysis().compute(question_of(graph, node=node)) for node in (None, "dense-2"))
    assert (first.title, second.title) == ("Dense 1", "Dense 2")
    assert not np.allclose(first.codes, second.codes)
    logits = chain("spirals", spirals(), [5, 2])
    assert LatentPlaneAnalysis().compute(question_of(logits)).title == "Dense 2"


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (autoencoder(code=3), "the narrowest, Code, gives 3"),
        (bottleneck(units=4), "the narrowest, Dense 3, gives 3"),
        (chain("digits", {}, [10], between=["flatten"]), "the narrowest, Dense, gives 10"),
        (Graph(), "on the way from the data to a loss"),
    ],
)
def test_without_a_block_of_two_numbers_there_is_no_plane(graph: Graph, words: str) -> None:
    why_not = LatentPlaneAnalysis().why_not(check(graph), graph)
    assert "needs a block that gives 2 numbers" in why_not and words in why_not


def test_regression_data_have_points_without_classes() -> None:
    result = LatentPlaneAnalysis().compute(question_of(chain("diabetes", {}, [2, 1], "mean-squared-error")))
    assert result.classes is None and result.class_names == ()
    columns, rows = result.table()
    assert columns == ["row", "Dense 1, unit 1", "Dense 1, unit 2"] and len(rows) == len(result.codes)


def test_the_canvas_shows_the_picture_and_what_is_drawn_of_it() -> None:
    question = question_of(autoencoder(), example=4)
    result = LiveMapsAnalysis().compute(question)
    _, drawn = by_hand(question, np.array([4]))
    assert result.palettes["picture"] == result.palettes["data"] == "ink"
    np.testing.assert_allclose(result.maps["picture"].reshape(64), sigmoid(drawn)[0], atol=1e-5)
    assert question.subject is not None
    seen = torch.from_numpy(question.subject.prepared["data"].parts["test"]["features"][4].copy())
    np.testing.assert_allclose(result.maps["data"], seen, atol=1e-6)
