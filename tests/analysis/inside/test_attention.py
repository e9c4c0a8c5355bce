"""The attention matrices against the module's own, the oracle of the sentence, and the names of the steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.analysis.inside.attention import AttentionAnalysis, habit_of
from playground.analysis.shared.step_words import tokens_of
from playground.document.edits import set_parameters
from playground.document.graph import Edge, Graph
from playground.network.check import check
from tests.analysis.subjects import question_of
from tests.network.small_graphs import node, wired

SAT = 2


def sentence(scaled: bool, causal: bool = False) -> Graph:
    return wired(
        [
            node("data", "the-cat-sat"),
            node("attention", "multi-head-attention", heads=1, projections="none", scaled=scaled, causal=causal),
            node("dense", "dense", units=5, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > attention", "attention > dense", "dense > loss.prediction", "data.target > loss.target",
    )  # fmt: skip


def two_layers(padding: int = 0) -> Graph:
    """Two attention blocks, each with a way round it, of sequences that may be padded."""
    wires = [
        "data.features > embedding", "embedding > positions", "positions > one", "positions > add", "one > add",
        "add > norm", "norm > two", "two > dense", "dense > loss.prediction", "data.target > loss.target",
    ]  # fmt: skip
    if padding:
        wires += ["data.features > one.padding", "data.features > two.padding"]
    return wired(
        [
            node("data", "reverse", length=6, symbols=4, examples=100, most_padding=padding),
            node("embedding", "embedding", units=8),
            node("positions", "positional-encoding"),
            node("one", "multi-head-attention", heads=2),
            node("add", "add"),
            node("norm", "layer-norm"),
            node("two", "multi-head-attention", heads=4, causal=True),
            node("dense", "dense", units=4, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        *wires,
    )


@pytest.mark.parametrize(
    ("scaled", "row"),
    [
        (False, [0.114051, 0.146444, 0.241445, 0.188038, 0.310022]),
        (True, [0.136145, 0.162471, 0.231378, 0.193887, 0.276118]),
    ],
)
def test_the_row_of_sat_has_the_numbers_of_the_example(scaled: bool, row: list[float]) -> None:
    result = AttentionAnalysis().compute(question_of(sentence(scaled)))
    (layer,) = result.layers
    assert layer.words == ("the", "cat", "sat", "on", "mat")
    np.testing.assert_allclose(layer.weights[0, SAT], row, atol=1e-5)
    scores = np.array([0.5, 0.75, 1.25, 1.0, 1.5]) / (np.sqrt(2.0) if scaled else 1.0)
    np.testing.assert_allclose(layer.scores[0, SAT], scores, atol=1e-5)
    assert (result.part, result.row, result.count) == ("train", 0, 1)


def test_the_causal_mask_is_seen() -> None:
    (layer,) = AttentionAnalysis().compute(question_of(sentence(scaled=True, causal=True))).layers
    assert not np.triu(layer.weights[0], 1).any()
    assert np.isneginf(layer.scores[0][np.triu_indices(5, 1)]).all()
    np.testing.assert_allclose(layer.weights.sum(axis=-1), 1.0, rtol=1e-6)


@pytest.mark.parametrize("padding", [0, 3])
def test_all_heads_of_all_layers_are_those_of_the_modules(padding: int) -> None:
    question = question_of(two_layers(padding), node="two", example=4)
    result = AttentionAnalysis().compute(question)
    assert [(layer.node, layer.weights.shape) for layer in result.layers] == [("one", (2, 6, 6)), ("two", (4, 6, 6))]
    assert (result.chosen, result.part, result.row, result.count) == ("two", "test", 4, 15)
    subject = question.loaded()
    feeds = subject.example(4)
    tokens = feeds["data", "features"]
    with torch.no_grad():
        values = subject.network.run(feeds)
        for layer, source in zip(result.layers, ("positions", "norm"), strict=True):
            module = subject.network.get_submodule(layer.node)
            arriving = values[subject.network.slots[source, "output"]]
            inner = module.inside(arriving, tokens) if padding else module.inside(arriving)
            np.testing.assert_allclose(layer.weights, inner["attention"][0].numpy(), atol=1e-6)
    names = (*"ABCD", "[PAD]")
    for layer in result.layers:
        assert layer.words == tuple(names[token] for token in tokens[0].tolist())
        filler = np.array([word == "[PAD]" for word in layer.words])
        assert not layer.weights[..., filler].any()


def test_the_table_has_a_row_for_every_cell() -> None:
    columns, rows = AttentionAnalysis().compute(question_of(two_layers())).table()
    assert len(rows) == 2 * 36 + 4 * 36 and all(len(row) == len(columns) for row in rows)
    (row,) = [row for row in rows if (row[0], row[1], row[2], row[4]) == ("two", 3, 1, 1)]
    assert row[-1] == 1.0, "under the causal mask the first step sees itself alone"


def test_steps_without_tokens_have_no_names() -> None:
    graph = wired(
        [
            node("data", "digits"),
            node("rows", "reshape", shape="8 x 8"),
            node("attention", "multi-head-attention"),
            node("flat", "flatten"),
            node("dense", "dense", units=10, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > rows", "rows > attention", "attention > flat", "flat > dense", "dense > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    (layer,) = AttentionAnalysis().compute(question_of(graph)).layers
    assert layer.words == () and layer.weights.shape == (2, 8, 8)
    assert tokens_of(check(graph), "data") is None


def test_without_an_attention_block_it_says_so() -> None:
    graph = two_layers()
    kept = tuple(item for item in graph.nodes if item.id not in ("one", "two"))
    wires = tuple(edge for edge in graph.edges if not {edge.source, edge.target} & {"one", "two"})
    plain = Graph(nodes=kept, edges=(*wires, Edge(source="norm", target="dense")))
    assert "No attention block" in AttentionAnalysis().why_not(check(plain), plain)
    assert AttentionAnalysis().why_not(check(graph), graph) == ""
    halved = set_parameters(graph, "one", {"heads": 4})
    assert AttentionAnalysis().compute(question_of(halved)).layers[0].weights.shape == (4, 6, 6)


def test_the_habit_of_a_head_is_how_sure_how_far_and_where_it_looks() -> None:
    before = np.zeros((6, 6), dtype=np.float32)
    before[0, 0] = 1.0
    before[range(1, 6), range(5)] = 1.0
    habit = habit_of(before)
    assert (habit.entropy, habit.offset, habit.share) == (0.0, -1, 1.0)
    assert habit.distance == pytest.approx(5 / 6)
    everywhere = habit_of(np.full((4, 4), 0.25, dtype=np.float32))
    assert everywhere.entropy == pytest.approx(2.0) and everywhere.share == pytest.approx(0.25)
    assert everywhere.distance == pytest.approx(20 / 16)
    assert habit_of(np.zeros((3, 3), dtype=np.float32)).entropy == 0.0
