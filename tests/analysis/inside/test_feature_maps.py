"""Feature maps, kernels and sliding windows: their numbers are those that torch computes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.inside.feature_maps import FeatureMaps, FeatureMapsAnalysis
from playground.analysis.inside.kernels import KernelsAnalysis
from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.analysis.inside.sliding import Frame
from playground.analysis.question import Question
from playground.blocks.activation import activation
from playground.document.graph import Edge, Graph, Node
from playground.network.check import check
from tests.analysis.subjects import chain, question_of

LAYERS: dict[str, tuple[str, dict[str, Any]]] = {
    "first": ("conv2d", {"filters": 3, "kernel_size": 3, "padding": "same", "activation": "tanh"}),
    "larger": ("max-pool2d", {}),
    "even": ("conv2d", {"filters": 4, "kernel_size": 2, "padding": "same", "stride": 2, "activation": "relu"}),
    "plain": ("conv2d", {"filters": 2, "kernel_size": 1, "activation": "identity", "bias": False}),
    "mean": ("avg-pool2d", {"kernel_size": 2, "stride": 1}),
    "flatten": ("flatten", {}),
    "dense": ("dense", {"units": 10, "activation": "identity"}),
}


def graph() -> Graph:
    """Small digits through all kinds of windows."""
    nodes = [Node(id="data", block="digits", parameters={"examples": 200})]
    nodes += [Node(id=name, block=block, parameters=parameters) for name, (block, parameters) in LAYERS.items()]
    nodes.append(Node(id="loss", block="cross-entropy"))
    names = ["data", *LAYERS]
    edges = [Edge(source="data", source_port="features", target="first")]
    edges += [Edge(source=one, target=other) for one, other in pairwise(names[1:])]
    edges.append(Edge(source="dense", target="loss", target_port="prediction"))
    edges.append(Edge(source="data", source_port="target", target="loss", target_port="target"))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


@pytest.fixture(scope="module")
def question() -> Question:
    return question_of(graph(), example=5, node="even")


@pytest.fixture(scope="module")
def maps(question: Question) -> FeatureMaps:
    return FeatureMapsAnalysis().compute(question)


def test_every_image_block_is_there_with_the_chosen_one_and_the_example(question: Question, maps: FeatureMaps) -> None:
    shapes = {layer.node: layer.maps.shape for layer in maps.layers}
    assert shapes == {
        "data": (1, 8, 8), "first": (3, 8, 8), "larger": (3, 4, 4), "even": (4, 2, 2), "plain": (2, 2, 2),
        "mean": (2, 1, 1),
    }  # fmt: skip
    assert (maps.chosen, maps.part, maps.row) == ("even", "test", 5)
    assert [layer.node for layer in maps.layers if layer.data] == ["data"]
    assert [layer.words for layer in maps.layers[:3]] == [
        "Small digits · 1 × 8 × 8", f"{maps.layers[1].title} · 3 × 8 × 8", "Max pooling · 3 × 4 × 4",
    ]  # fmt: skip
    assert question.subject is not None
    example = question.subject.prepared["data"].parts["test"]["features"][5]
    np.testing.assert_array_equal(maps.layers[0].maps, example)


def test_the_maps_are_what_the_blocks_give(question: Question, maps: FeatureMaps) -> None:
    subject = question.loaded()
    values = subject.values(subject.example(5), [(layer.node, "output") for layer in maps.layers[1:]])
    for layer in maps.layers[1:]:
        np.testing.assert_allclose(layer.maps, values[layer.node, "output"][0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("node", ["first", "larger", "even", "plain", "mean"])
def test_window_times_kernel_and_bias_gives_the_number_in_the_map(maps: FeatureMaps, node: str) -> None:
    layer = next(layer for layer in maps.layers if layer.node == node)
    sliding = layer.sliding
    assert sliding is not None
    function = activation(sliding.function).build() if sliding.function else torch.nn.Identity()
    for number, row, column in np.ndindex(layer.maps.shape):
        looks = [sliding.look(number, row, column, channel) for channel in range(sliding.channels)]
        if sliding.way == "weigh":
            assert sum(look.part for look in looks) == pytest.approx(looks[0].total, abs=1e-5)
            assert looks[0].part == pytest.approx(float((looks[0].window * looks[0].kernel).sum()), abs=1e-5)
        after = function(torch.tensor(looks[0].before, dtype=torch.float32))
        assert float(after) == pytest.approx(float(layer.maps[number, row, column]), abs=1e-5)


def test_a_window_at_the_edge_sees_zeros_and_says_so(maps: FeatureMaps) -> None:
    sliding = maps.layers[1].sliding
    assert sliding is not None and sliding.frame(0, 0, 0) == Frame(-1, -1, 3, 3)
    look = sliding.look(0, 0, 0)
    assert look.inside.tolist() == [[False, False, False], [False, True, True], [False, True, True]]
    assert not look.window[~look.inside].any()
    np.testing.assert_array_equal(look.window[1:, 1:], maps.layers[0].maps[0, :2, :2])
    even = next(layer for layer in maps.layers if layer.node == "even").sliding
    assert even is not None and even.frame(0, 1, 1) == Frame(2, 2, 2, 2)


def test_the_largest_of_a_window_is_taken(maps: FeatureMaps) -> None:
    larger = next(layer for layer in maps.layers if layer.node == "larger")
    assert larger.sliding is not None and larger.sliding.source == "first"
    look = larger.sliding.look(2, 1, 3)
    np.testing.assert_array_equal(look.window, maps.layers[1].maps[2, 2:4, 6:8])
    assert look.total == look.window.max() == larger.maps[2, 1, 3]


def test_the_answer_and_the_table(question: Question, maps: FeatureMaps) -> None:
    assert maps.answer is not None and 0.0 < maps.answer.share <= 1.0
    assert question.subject is not None
    right = int(question.subject.prepared["data"].parts["test"]["target"][5])
    assert maps.answer.right == str(right)
    columns, rows = maps.table()
    assert columns == ["block", "map", "row", "column", "value"]
    assert len(rows) == sum(layer.maps.size for layer in maps.layers)
    assert ["first", 2, 1, 8, float(maps.layers[1].maps[1, 0, 7])] in rows


def test_another_example_gives_other_maps(question: Question, maps: FeatureMaps) -> None:
    other = FeatureMapsAnalysis().compute(Question(subject=question.subject, snapshot=question.snapshot, example=6))
    assert other.row == 6 and not np.array_equal(other.layers[1].maps, maps.layers[1].maps)


def test_kernels_are_the_weights_of_the_snapshot(question: Question) -> None:
    kernels = KernelsAnalysis().compute(question)
    assert [layer.node for layer in kernels.layers] == ["first", "even", "plain"]
    assert kernels.chosen == "even"
    assert question.snapshot is not None
    for layer in kernels.layers:
        np.testing.assert_array_equal(layer.kernels, question.snapshot.array(f"{layer.node}.weight"))
    assert kernels.layers[2].biases is None
    assert kernels.layers[0].words.endswith("3 filters of 1 × 3 × 3")
    columns, rows = kernels.table()
    assert columns == ["block", "filter", "channel", "row", "column", "value"]
    assert len(rows) == 27 + 3 + 48 + 4 + 8


def test_without_a_convolution_there_is_a_reason() -> None:
    flat = chain("digits", {"examples": 200}, [10], between=["flatten"])
    assert "Conv2D" in FeatureMapsAnalysis().why_not(check(flat), flat)
    assert "Conv2D" in KernelsAnalysis().why_not(check(flat), flat)
    assert FeatureMapsAnalysis().why_not(check(graph()), graph()) == ""


def test_the_cards_follow_the_same_example(question: Question, maps: FeatureMaps) -> None:
    live = LiveMapsAnalysis().compute(question)
    assert live.palettes["data"] == "ink" and live.maps["data"].shape == (1, 8, 8)
    np.testing.assert_allclose(live.maps["first"], maps.layers[1].maps, rtol=1e-6)
    np.testing.assert_allclose(live.maps["data"], maps.layers[0].maps, atol=1e-6)
