"""Text out: the shares are those of the network, temperature does what the notes say, and luck is seeded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.analysis.answers.next_token import NextTokenAnalysis
from playground.analysis.base import NothingToShow
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.writing import tempered
from playground.data.text.characters import bigram_perplexity
from playground.document import files, library
from playground.document.graph import Graph
from playground.network.check import block_of, check
from tests.analysis.subjects import chain, question_of
from tests.network.small_graphs import node, wired


def reader(window: int = 8) -> Graph:
    return wired(
        [
            node("data", "python-manual", characters=1_000, window=window),
            node("embedding", "embedding", units=6),
            node("gru", "gru", units=5, states="all"),
            node("out", "dense", units=39, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > embedding", "embedding > gru", "gru > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip


@pytest.fixture(scope="module")
def question() -> Question:
    return question_of(reader())


def test_the_bars_are_what_the_network_gives_at_the_last_character(question: Question) -> None:
    result = NextTokenAnalysis(prompt="a module", length=0).compute(question)
    subject = question.loaded()
    alphabet = subject.report.signals["data", "features"].classes
    row = torch.tensor([[alphabet.index(character) for character in "a module"]])
    logits = subject.values({("data", "features"): row}, [("out", "output")])["out", "output"][0, -1]
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    order = np.argsort(-shares, kind="stable")[:12]
    assert result.tokens == tuple(alphabet[number] for number in order)
    np.testing.assert_allclose(result.probabilities, shares[order], rtol=1e-5)
    assert result.prompt == "a module" and result.continuation == ""


@pytest.mark.parametrize(("causal", "before"), [(True, 0), (False, 5)])
def test_a_short_prompt_begins_the_window_unless_the_future_is_seen(causal: bool, before: int) -> None:
    graph = wired(
        [
            node("data", "python-manual", characters=1_000, window=8),
            node("embedding", "embedding", units=6),
            node("attention", "multi-head-attention", causal=causal),
            node("out", "dense", units=39, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > embedding", "embedding > attention", "attention > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    question = question_of(graph)
    result = NextTokenAnalysis(prompt="the", length=0).compute(question)
    subject = question.loaded()
    alphabet = subject.report.signals["data", "features"].classes
    row = torch.tensor([[alphabet.index(character) for character in " " * before + "the" + " " * (5 - before)]])
    logits = subject.values({("data", "features"): row}, [("out", "output")])["out", "output"][0, before + 2]
    shares = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(result.probabilities, np.sort(shares)[::-1][:12], rtol=1e-5)


def test_temperature_by_the_notes() -> None:
    # Snape .78, Trelawney .16: of those two alone, P(Snape) at T = .5, 1, 2, 5.
    pair = np.array([0.78, 0.16]) / 0.94
    for temperature, expected in ((0.5, 0.95962), (1.0, 0.82979), (2.0, 0.68827), (5.0, 0.57855)):
        assert tempered(pair, temperature)[0] == pytest.approx(expected, abs=1e-5)
    assert tempered(pair, 0.0).tolist() == [1.0, 0.0]


def test_the_same_draw_writes_the_same_text_and_another_another(question: Question) -> None:
    texts = [NextTokenAnalysis(length=40, draw=draw).compute(question).continuation for draw in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    assert len(texts[0]) == 40


def test_without_warmth_there_is_no_luck(question: Question) -> None:
    cold = [NextTokenAnalysis(length=30, draw=draw, temperature=0.0).compute(question) for draw in range(3)]
    assert len({result.continuation for result in cold}) == 1


def test_warmth_makes_it_less_sure(question: Question) -> None:
    unsure = [NextTokenAnalysis(length=0, temperature=t).compute(question).entropy for t in (0.2, 0.7, 1.0, 3.0)]
    assert unsure == sorted(unsure) and unsure[-1] < np.log2(39) + 1e-6


def test_characters_that_it_does_not_know_are_passed_over(question: Question) -> None:
    assert NextTokenAnalysis(prompt="The ÄÖ cat", length=0).compute(question).prompt == "the  cat"
    with pytest.raises(NothingToShow, match="Type a prompt"):
        NextTokenAnalysis(prompt="ÄÖ").compute(question)


def test_a_long_text_can_be_stopped(question: Question) -> None:
    with pytest.raises(Cancelled):
        NextTokenAnalysis(length=500).compute(replace(question, cancelled=lambda: True))


def test_other_data_are_told_why_not() -> None:
    graph = chain("circles", {"examples": 40}, [2])
    assert "text as data" in NextTokenAnalysis().why_not(check(graph), graph)


def test_the_goal_of_the_preset_lies_below_the_table_of_pairs() -> None:
    project = files.read(library.paths()["next-character"])
    (goal,) = project.goals
    assert goal.metric == "test_perplexity" and goal.at_most is not None
    table = bigram_perplexity(block_of(project.graph.node("data")))  # type: ignore[arg-type]
    assert goal.at_most < 0.8 * table
    assert f"{table:.2f}"[:4] in project.lesson


@pytest.mark.parametrize(("tokens", "prompt", "written"), [
    ("byte-pairs", "The module", "the module"), ("words", "the  module.", "the module ."),
])  # fmt: skip
def test_a_network_of_longer_tokens_reads_and_writes_text(tokens: str, prompt: str, written: str) -> None:
    graph = wired(
        [
            node("data", "python-manual", characters=4_000, window=8, tokens=tokens, vocabulary_size=90),
            node("embedding", "embedding", units=6),
            node("gru", "gru", units=5, states="all"),
            node("out", "dense", units=90, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > embedding", "embedding > gru", "gru > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    question = question_of(graph)
    result = NextTokenAnalysis(prompt=prompt, length=5, temperature=1.0).compute(question)
    vocabulary = question.loaded().report.signals["data", "features"].classes
    assert result.prompt.replace("[UNK]", "module") == written
    assert len(result.tokens) == 12 and set(result.tokens) <= set(vocabulary)
    joined = " " if tokens == "words" else ""
    assert result.continuation.startswith(joined) and len(result.continuation) >= 5
