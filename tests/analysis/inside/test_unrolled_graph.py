"""The block over time: the states of torch's layer, what is read, and what is said at each step."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from playground.analysis.inside.unrolled_graph import UnrolledGraphAnalysis, chains_of
from playground.document.graph import Edge, Graph, Node
from playground.network.check import check
from tests.analysis.inside.test_hidden_states import reading
from tests.analysis.subjects import chain, question_of, spirals


def test_each_step_has_what_it_reads_and_its_state_and_the_last_one_answers() -> None:
    question = question_of(reading(("gru", {})), example=3)
    result = UnrolledGraphAnalysis().compute(question)
    subject = question.loaded()
    tokens = subject.prepared["data"].parts["test"]["features"][3]
    modules = dict(subject.network.named_children())
    with torch.no_grad():
        layer = modules["layer-1"]
        assert isinstance(layer, nn.GRU)
        states = nn.GRU.forward(layer, modules["embedding"](torch.tensor(tokens)[None]))[0]
        said = "ABC"[int(modules["answer"](states[:, -1]).argmax())]
    np.testing.assert_allclose(result.chains[0].values, states[0].T.numpy(), atol=1e-6)
    assert result.inputs == tuple("ABC"[token] for token in tokens)
    assert result.answers == ("",) * 6 + (said,)
    assert result.right == ("",) * 6 + ("ABC"[tokens[0]],)
    assert (result.steps, result.shared) == (7, 3 * (4 * 5 + 4 * 4 + 2 * 4))
    assert len(result.table()[1]) == 4 * 7


def test_answers_at_every_step_and_none_where_nothing_is_asked() -> None:
    nodes = (
        Node(id="data", block="recall-lag", parameters={"length": 5, "lag": 2, "examples": 100}),
        Node(id="embedding", block="embedding"),
        Node(id="memory", block="simple-rnn", parameters={"states": "all"}),
        Node(id="answer", block="dense", parameters={"units": 4, "activation": "identity"}),
        Node(id="loss", block="cross-entropy"),
    )
    edges = (
        Edge(source="data", source_port="features", target="embedding"), Edge(source="embedding", target="memory"),
        Edge(source="memory", target="answer"), Edge(source="answer", target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    )  # fmt: skip
    result = UnrolledGraphAnalysis().compute(question_of(Graph(nodes=nodes, edges=edges)))
    assert result.right == ("", "", *result.inputs[:3]) and all(result.answers)


def test_numbers_are_written_out_where_no_token_was_read() -> None:
    result = UnrolledGraphAnalysis().compute(question_of(reading(("simple-rnn", {}), data="digits")))
    assert len(result.inputs) == 8 and len(result.inputs[0].split()) == 3


def test_layers_stand_above_each_other_and_directions_side_by_side() -> None:
    one = np.zeros((2, 3), dtype=np.float32)
    names = ("hidden", "hidden, backward", "hidden, layer 1", "hidden, layer 1, backward")
    found = chains_of(dict.fromkeys(names, one))
    assert [chain.title for chain in found] == [
        "state, layer 1", "state, layer 1, backward", "state", "state, backward",
    ]  # fmt: skip
    assert [chain.backward for chain in found] == [False, True, False, True]


def test_it_needs_a_recurrent_block() -> None:
    plain = chain("circles", spirals(), [2])
    assert "No recurrent block" in UnrolledGraphAnalysis().why_not(check(plain), plain)
