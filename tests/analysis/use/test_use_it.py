"""Answers to examples that a person gives: those of the network itself, and followed through it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.analysis.question import Question
from playground.analysis.shared.given import Given
from playground.analysis.use.use_it import UseIt, UseItAnalysis
from playground.data.inputs.drawing import Drawing
from playground.document.graph import Graph
from playground.document.library import find
from playground.training.opening import open_project
from tests.analysis.subjects import chain, plain_forward, question_of, softmax

IRIS = chain("iris", {}, [4, 3])
DIGITS = chain("digits", {"examples": 100}, [10], between=["flatten"])


def asked(graph: Graph, entry: Any = None, **further: Any) -> tuple[Question, UseIt]:
    question = replace(question_of(graph, **further), graph=graph)
    if entry is not None:
        question = replace(question, given=Given({"data": entry}))
    return question, UseItAnalysis(length=12).compute(question)


def test_a_typed_row_is_answered_as_the_formula_says() -> None:
    question, result = asked(IRIS, ("5.1", "3.5", "1.4", "0.2"))
    prepared = question.subject.prepared["data"]
    scaled = (np.array([[5.1, 3.5, 1.4, 0.2]]) - prepared.scaler.shift) * prepared.scaler.factor
    wanted = softmax(plain_forward(question.snapshot, scaled, 2)[-1])
    (answer,) = result.answers
    assert answer.names == ("setosa", "versicolor", "virginica")
    assert np.allclose(answer.values, wanted, atol=1e-5) and answer.decided[0] == wanted.argmax()
    assert result.row == -1 and result.truth == ""


def test_an_example_of_the_data_comes_first_with_what_is_right() -> None:
    question, result = asked(IRIS, example=4)
    prepared = question.subject.prepared["data"]
    assert result.truth == prepared.class_names[prepared.class_numbers["test"][4]]
    raw = prepared.scaler.unscale(prepared.parts["test"]["features"])[4]
    assert np.allclose([float(cell) for cell in result.inputs[0].entry], raw, atol=1e-5)


def test_what_cannot_be_used_is_refused_and_the_canvas_keeps_the_example_of_the_data() -> None:
    question, result = asked(IRIS, ("5.1", "wide", "1.4", "0.2"))
    assert result.answers == () and result.inputs[0].field == "sepal width (cm)"
    assert "“wide”" in result.inputs[0].refusal
    maps = LiveMapsAnalysis().compute(question).maps
    plain = LiveMapsAnalysis().compute(replace(question, given=None)).maps
    assert all(np.array_equal(maps[name], plain[name]) for name in plain)


def test_the_maps_on_the_canvas_follow_a_drawing() -> None:
    drawing = Drawing((((0.2, 0.1), (0.8, 0.1), (0.4, 0.9)),))
    question, result = asked(DIGITS, drawing)
    maps = LiveMapsAnalysis().compute(question).maps
    assert np.allclose(maps["data"][0], result.inputs[0].seen, atol=1e-6)
    features = question.subject.form("data").encoded(drawing).features
    values = plain_forward(question.snapshot, features.reshape(1, -1), 1)[-1]
    assert np.allclose(maps["dense-1"][0][0], values[0], atol=1e-4)


def test_dropout_is_off_and_batch_statistics_stay() -> None:
    graph = chain("iris", {}, [6, 3], between=["batch-norm", "dropout"])
    question, first = asked(graph, ("5.1", "3.5", "1.4", "0.2"))
    before = {name: tensor.clone() for name, tensor in question.subject.network.named_buffers()}
    again = UseItAnalysis().compute(question)
    assert np.array_equal(first.answers[0].values, again.answers[0].values)
    after = dict(question.subject.network.named_buffers())
    assert all(torch.equal(before[name], after[name]) for name in before)


CASES = {
    "reverse": ("ABCDEFGHABCD", "steps"), "remember-rnn": ("ABCD" * 7 + "AB", "classes"),
    "co2-lstm": (" ".join(str(330 + number) for number in range(24)), "numbers"),
    "karate-club": ("member 3", "classes"),
    "k-means-blobs": (("1", "2"), "clusters"), "gan-ring": (("1", "2"), "classes"),
    "autoencoder-digits": (Drawing((((0.2, 0.1), (0.8, 0.9)),)), "picture"), "next-character": ("the ", "continuation"),
    "sat": ("the cat sat on mat", "steps"), "bonus": (("4", "5", "6"), "numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_project_is_asked_in_its_own_way(name: str) -> None:
    graph = open_project(find(name)).graph
    question = replace(question_of(graph), graph=graph)
    (node, *_), (entry, kind) = question.subject.report.data_nodes(), CASES[name]
    result = UseItAnalysis(length=5).compute(replace(question, given=Given({node: entry})))
    assert result.answers[0].kind == kind and result.answers[0].words() and not result.inputs[0].refusal
    assert result.table()[1] and not result.left_out
    if name == "gan-ring":
        assert result.drawn is not None and result.drawn.names == ("x1", "x2")
        other = UseItAnalysis(draw=1).compute(question).drawn
        assert other is not None and not np.allclose(other.values, result.drawn.values)


def test_several_heads_and_several_data_blocks_answer_each() -> None:
    for name, count, inputs in (("two-heads", 2, 1), ("sigmoid-equals-softmax", 2, 2), ("learning-rate", 3, 1)):
        graph = open_project(find(name)).graph
        result = UseItAnalysis().compute(replace(question_of(graph), graph=graph))
        assert len(result.answers) == count and len({answer.title for answer in result.answers}) == count
        assert len(result.inputs) == inputs


def test_what_learns_without_data_says_so() -> None:
    graph = open_project(find("parabola")).graph
    question = replace(question_of(graph), graph=graph)
    assert "no data on the canvas" in UseItAnalysis().why_not(question.subject.report, graph)
