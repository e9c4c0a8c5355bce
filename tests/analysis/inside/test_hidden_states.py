"""What the analysis of hidden states finds: the states of the chosen block for the chosen example."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from playground.analysis.inside.hidden_states import HiddenStatesAnalysis, recurrent_nodes
from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.document.graph import Edge, Graph, Node
from playground.network.check import check
from tests.analysis.subjects import chain, question_of, spirals

DATA = {"length": 7, "symbols": 3, "examples": 200}


def reading(*layers: tuple[str, dict[str, Any]], data: str = "remember-first") -> Graph:
    """Sequences, an embedding, recurrent layers, an answer, and a loss."""
    nodes = [Node(id="data", block=data, parameters=DATA if data == "remember-first" else {"examples": 60})]
    names = ["embedding"] if data == "remember-first" else ["reshape"]
    shape: dict[str, Any] = {"units": 5} if data == "remember-first" else {"shape": "8 x 8"}
    nodes.append(Node(id=names[0], block=names[0], parameters=shape))
    for number, (block, parameters) in enumerate(layers, start=1):
        nodes.append(Node(id=f"layer-{number}", block=block, parameters={"units": 4, **parameters}))
        names.append(f"layer-{number}")
    classes = 3 if data == "remember-first" else 10
    nodes.append(Node(id="answer", block="dense", parameters={"units": classes, "activation": "identity"}))
    names.append("answer")
    edges = [Edge(source="data", source_port="features", target=names[0])]
    edges += [Edge(source=one, target=other) for one, other in itertools.pairwise(names)]
    nodes.append(Node(id="loss", block="cross-entropy"))
    edges.append(Edge(source="answer", target="loss", target_port="prediction"))
    edges.append(Edge(source="data", source_port="target", target="loss", target_port="target"))
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def states(graph: Graph, **further: Any) -> Any:
    return HiddenStatesAnalysis().compute(question_of(graph, **further))


def test_the_states_are_those_of_torch_for_this_example() -> None:
    question = question_of(reading(("lstm", {})), example=4)
    result = HiddenStatesAnalysis().compute(question)
    subject = question.loaded()
    tokens = subject.prepared["data"].parts["test"]["features"][4]
    modules = dict(subject.network.named_children())
    with torch.no_grad():
        embedded = modules["embedding"](torch.tensor(tokens)[None])
        layer = modules["layer-1"]
        assert isinstance(layer, nn.LSTM)
        expected = nn.LSTM.forward(layer, embedded)[0][0].T
    np.testing.assert_allclose(result.maps[0].values, expected.numpy(), atol=1e-6)
    assert result.tokens == tuple("ABC"[token] for token in tokens)
    assert (result.part, result.row, result.count, result.title) == ("test", 4, 30, "LSTM")


@pytest.mark.parametrize(
    ("block", "names"),
    [
        ("simple-rnn", ["hidden"]),
        ("lstm", ["hidden", "cell", "forget", "input", "output", "candidate"]),
        ("gru", ["hidden", "update", "reset", "candidate"]),
    ],
)
def test_every_layer_shows_its_states_and_gates(block: str, names: list[str]) -> None:
    result = states(reading((block, {})))
    assert [shown.name for shown in result.maps] == names
    for shown in result.maps:
        assert shown.values.shape == (4, 7) and shown.title
        if shown.gate:
            assert shown.values.min() >= 0.0 and shown.values.max() <= 1.0
        assert shown.limit >= np.abs(shown.values).max() - 1e-6


def test_the_answer_is_that_of_the_network() -> None:
    question = question_of(reading(("gru", {})), example=2)
    answer = HiddenStatesAnalysis().compute(question).answer
    subject = question.loaded()
    (logits,) = subject.values(subject.example(2), [("answer", "output")]).values()
    shares = np.exp(logits[0]) / np.exp(logits[0]).sum()
    assert answer is not None
    assert answer.said == "ABC"[int(shares.argmax())]
    assert answer.share == pytest.approx(float(shares.max()), rel=1e-5)
    assert answer.right == "ABC"[int(subject.prepared["data"].parts["test"]["target"][2])]


def test_the_chosen_block_is_shown_and_else_the_first() -> None:
    graph = reading(("gru", {"states": "all"}), ("lstm", {}))
    assert states(graph).node == "layer-1"
    second = states(graph, node="layer-2")
    assert second.node == "layer-2" and len(second.maps) == 6
    assert states(graph, node="answer").node == "layer-1"
    assert len(second.tokens) == 7


def test_pictures_read_row_by_row_have_no_tokens() -> None:
    result = states(reading(("simple-rnn", {}), data="digits"))
    assert result.tokens == ()
    assert result.maps[0].values.shape == (4, 8)


def test_the_row_counts_round() -> None:
    graph = reading(("gru", {}))
    first, again = states(graph), states(graph, example=30)
    assert again.row == 0
    np.testing.assert_array_equal(first.maps[0].values, again.maps[0].values)


def test_the_table_has_a_row_for_every_value() -> None:
    result = states(reading(("gru", {})))
    columns, rows = result.table()
    assert columns == ["values", "unit", "step", "token", "value"]
    assert len(rows) == 4 * 4 * 7
    assert rows[9] == ["hidden", 2, 3, result.tokens[2], float(result.maps[0].values[1, 2])]


def test_without_a_recurrent_block_a_sentence_says_so() -> None:
    graph = chain("spirals", spirals(), (3, 2))
    assert HiddenStatesAnalysis().why_not(check(graph), graph).startswith("No recurrent block on the canvas.")
    graph = reading(("lstm", {}))
    assert HiddenStatesAnalysis().why_not(check(graph), graph) == ""
    assert recurrent_nodes(check(graph)) == ("layer-1",)


def test_the_card_shows_the_state_over_time_even_where_only_the_last_goes_on() -> None:
    question = question_of(reading(("lstm", {})), example=3)
    maps = LiveMapsAnalysis().compute(question).maps
    hidden = HiddenStatesAnalysis().compute(question).maps[0].values
    np.testing.assert_array_equal(maps["layer-1"], hidden[None])
    assert maps["embedding"].shape == (1, 5, 7)
