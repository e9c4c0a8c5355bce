"""What a decoder looks at while it says a sequence, and the tree of what it may say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.analysis.answers.beam_search import BeamSearchAnalysis
from playground.analysis.inside.alignment import AlignmentAnalysis
from playground.analysis.inside.attention import AttentionAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.blocks.signal import END, START
from playground.document.graph import Graph
from playground.document.project import Project
from playground.training.free_running import decodings, free_run
from playground.training.session.session import Session
from tests.training.test_free_running import attentive, recurrent

GRAPHS = {"recurrent": recurrent(), "fixed": recurrent(context="fixed"), "attention": attentive()}
every = pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)


def asked(graph: Graph) -> Question:
    session = Session(Project(graph=graph), "cpu")
    session.advance(8)
    return Question(Subject(graph), session.snapshot(), example=2)


def said(question: Question) -> tuple[list[str], list[str]]:
    """What the network says of the example, to its end, and the source."""
    subject = question.loaded()
    (decoding,) = decodings(subject.report)
    feeds = subject.example(question.example)
    _, tokens = free_run(subject.network, feeds, decoding)
    words = [decoding.vocabulary[token] for token in tokens[0].tolist()]
    stop = words.index(END) + 1 if END in words else len(words)
    return words[:stop], ["ABC"[token] for token in feeds["data", "features"][0].tolist()]


@every
def test_the_rows_are_what_is_said_and_the_columns_what_was_read(graph: Graph) -> None:
    question = asked(graph)
    words, source = said(question)
    found = AlignmentAnalysis().compute(question)
    assert (list(found.said), list(found.source)) == (words, source)
    assert found.weights.shape == (len(words), 3) and not found.forced
    np.testing.assert_allclose(found.weights.sum(axis=1), 1.0, atol=1e-5)
    if graph is GRAPHS["fixed"]:
        assert np.array_equal(found.weights[:, -1], np.ones(len(words)))
    told = AlignmentAnalysis(says="the right tokens").compute(question)
    assert told.said == told.right == (*source, END) and told.forced
    assert len(found.table()[1]) == found.weights.size


@every
def test_the_attention_view_names_both_sequences(graph: Graph) -> None:
    question = asked(graph)
    _, source = said(question)
    layer = AttentionAnalysis().compute(question).layers[-1]
    assert layer.seen == tuple(source) and layer.words == (START, *source)
    assert layer.weights.shape[1:] == (4, 3)


@every
def test_a_beam_of_one_says_what_free_running_says_and_wider_ones_are_likelier(graph: Graph) -> None:
    question = asked(graph)
    words, _ = said(question)
    trees = [BeamSearchAnalysis(width=width).compute(question) for width in (1, 8)]
    assert trees[0].text == "".join(word for word in words if word not in (START, END))
    assert trees[0].text == trees[1].greedy and trees[0].total == pytest.approx(trees[1].greedy_total)
    assert trees[1].beams.score >= trees[0].beams.score - 1e-9
    assert trees[0].right == "".join(said(question)[1])
    torch.testing.assert_close(trees[1].total, trees[1].beams.score)
