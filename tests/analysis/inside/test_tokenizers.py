"""Tokenizers side by side: counts of the notes, merges one at a time, padding and cutting, and the vector behind."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from playground.analysis.base import NothingToShow
from playground.analysis.inside.tokenizers import SIZES, TokenizersAnalysis
from playground.analysis.question import Question
from tests.analysis.subjects import question_of
from tests.network.small_graphs import node, wired


def first(**options: object) -> dict[str, object]:
    result = next(TokenizersAnalysis(**options).stages(Question()))
    return {row.title: row for row in result.rows}


def test_the_cat_has_six_words_and_twenty_two_characters() -> None:
    rows = first()
    assert len(rows["Words"].tokens) == 6 and len(rows["Characters"].tokens) == 22
    joined = "".join(rows["Byte pairs"].tokens).replace("␣", " ")
    assert joined == "the cat sat on the mat" and 6 < len(rows["Byte pairs"].tokens) < 22
    assert rows["Words"].unknown == 3  # the manual knows no cat, no mat, and does not sit


def test_a_table_of_65_000_words_behind_100_numbers() -> None:
    dense = nn.Linear(100, 65_000, bias=False), nn.Linear(65_000, 100)
    assert sum(value.numel() for value in dense[1].parameters()) == 6_500_100


def test_merges_come_one_at_a_time() -> None:
    lengths = []
    for merges in range(0, 40, 3):
        result = next(TokenizersAnalysis(merges=merges).stages(Question()))
        assert result.made == merges and (result.merge is None) == (merges == 0)
        lengths.append(len(result.rows[2].tokens))
    assert lengths[0] == 22 and lengths == sorted(lengths, reverse=True) and lengths[-1] < 22


def test_short_sentences_are_padded_and_long_ones_cut_off() -> None:
    row = first(length=9, marked=True)["Words"]
    assert row.tokens == ("[START]", "the", "cat", "sat", "on", "the", "mat", "[END]", "[PAD]")
    assert row.numbers[0] == 301 and row.numbers[-2:] == (302, 300) and row.vocabulary == 303
    row = first(length=4, marked=True)["Words"]
    assert row.tokens == ("[START]", "the", "cat", "[END]") and row.cut_off == 4


def test_a_larger_vocabulary_makes_the_text_shorter_but_for_words() -> None:
    result = TokenizersAnalysis().compute(Question())
    assert result.sizes.tolist() == list(SIZES) and result.share == 1.0
    for name in ("Byte pairs", "WordPiece", "Unigram"):
        assert (np.diff(result.lengths[name]) <= 0.5).all() and result.lengths[name][-1] < result.lengths[name][0]
    assert np.ptp(result.lengths["Words"]) == 0.0 and (np.diff(result.missing) < 0.0).all()


def test_a_token_has_a_number_and_the_number_a_vector() -> None:
    graph = wired(
        [
            node("data", "python-manual", characters=2_000, window=8, tokens="byte-pairs", vocabulary_size=60),
            node("embedding", "embedding", units=6),
            node("gru", "gru", units=5, states="all"),
            node("out", "dense", units=60, activation="identity"),
            node("loss", "cross-entropy"),
        ],
        "data.features > embedding", "embedding > gru", "gru > out", "out > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    question = question_of(graph)
    row = next(TokenizersAnalysis(sentence="the the").stages(question)).rows[-1]
    weight = question.loaded().network.get_submodule("embedding").weight.detach().numpy()
    assert row.title == "This network" and "".join(row.tokens) == "the␣the"
    assert (row.vectors == weight[list(row.numbers)]).all()


def test_an_empty_sentence_has_no_tokens() -> None:
    with pytest.raises(NothingToShow, match="Type a sentence"):
        TokenizersAnalysis(sentence=" ").compute(Question())
