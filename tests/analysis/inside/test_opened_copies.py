"""Slow motion where weights are used twice, and in the copies of repeated groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.inside.backpropagation import Backpropagation, BackpropagationAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Graph, Group
from playground.training.session.session import Session
from tests.network.small_graphs import chain, node
from tests.training.runs import project

LETTERS = node("data", "remember-first", examples=100, length=6), node("embedding", "embedding", units=4)
LOSS = node("loss", "cross-entropy")


def twins() -> Graph:
    """Each of three blocks once more with the same weights, the embedding as the last layer."""
    return chain(
        *LETTERS, node("one", "simple-rnn", units=4, states="all"),
        node("two", "simple-rnn", units=4).replace(weights_of="one"), node("left", "dense", units=4),
        node("right", "dense", units=4).replace(weights_of="left"),
        node("out", "dense", units=4, activation="identity").replace(weights_of="embedding"), loss=LOSS,
    )  # fmt: skip


def repeated(block: str, shared: bool, **parameters: Any) -> Graph:
    graph = chain(
        *LETTERS, node("inner", block, **parameters), node("mean", "global-average-pooling"),
        node("out", "dense", units=4, activation="identity"), loss=LOSS,
    )  # fmt: skip
    return graph.replace(groups=(Group(id="tower", title="Tower", nodes=("inner",), repeat=3, shared=shared),))


GRAPHS = {
    "twins": twins(),
    "copies of an LSTM": repeated("lstm", False, units=4, states="all"),
    "one LSTM three times": repeated("lstm", True, units=4, states="all"),
    "copies of attention": repeated("multi-head-attention", False, heads=2),
    "one attention three times": repeated("multi-head-attention", True, heads=2),
}


def opened(graph: Graph) -> tuple[Backpropagation, Question]:
    session = Session(project(graph), "cpu")
    session.advance(2)
    question = Question(subject=Subject(graph), snapshot=session.snapshot(), project=session.project)
    return BackpropagationAnalysis(digits=8).compute(question), question


@pytest.mark.parametrize("name", GRAPHS)
def test_gradients_add_up_over_all_uses_and_each_copy_is_opened(name: str) -> None:
    result, question = opened(GRAPHS[name])
    subject = question.loaded()
    subject.calm()
    named = dict(subject.network.named_parameters())
    found = torch.autograd.grad(subject.network(subject.example(0)), list(named.values()), allow_unused=True)
    for key, gradient in zip(named, found, strict=True):
        if gradient is not None:
            np.testing.assert_allclose(result.gradients[key], gradient.numpy(), atol=2e-6, rtol=1e-5)
    assert result.gradients.keys() <= named.keys()
    if name != "twins":
        nodes = {step.node for step in result.steps if step.way == "backward"}
        assert nodes >= {"inner", "tower/2/inner", "tower/3/inner"}
        copies = [step.title for step in result.steps if step.node == "tower/3/inner" and step.way == "forward"]
        assert len(copies) == len([step for step in result.steps if step.node == "inner" and step.way == "forward"])


def test_what_one_of_several_blocks_gives_to_their_weights_is_called_its_share() -> None:
    result, _ = opened(GRAPHS["twins"])
    for node_id in ("left", "right", "out"):
        steps = [step for step in result.steps if step.way == "backward" and step.node == node_id]
        lines = [line for step in steps for line in step.lines]
        assert any("w⁽" in line and ", share of this block = " in line for line in lines)
    for step in result.steps:
        if step.title.endswith("sum over all 6 time steps"):
            assert all(", share of this block = " in line for line in step.lines)
