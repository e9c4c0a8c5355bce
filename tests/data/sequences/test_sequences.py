"""Sequences of symbols: what is asked of them, and that nothing but memory answers it."""

from __future__ import annotations

import numpy as np
import pytest

from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import PADDING
from playground.data.base import PARTS
from playground.data.preparation import prepare
from playground.data.preview import preview
from playground.data.sequences.rearranging import Reverse
from playground.data.sequences.remembering import RememberFirst
from playground.data.sequences.sentence import TheCatSat


def test_the_answer_is_the_first_symbol_and_nothing_else_tells_it() -> None:
    prepared = prepare(RememberFirst(examples=4_000))
    tokens, first = prepared.parts["train"]["features"], prepared.parts["train"]["target"]
    assert tokens.dtype == np.int64 and tokens.shape == (2_800, 30)
    np.testing.assert_array_equal(tokens[:, 0], first)
    agreeing = (tokens[:, 1:] == first[:, None]).mean(axis=0)
    assert np.all(np.abs(agreeing - 0.25) < 0.05)


@pytest.mark.parametrize("symbols", [2, 5, 10, 26])
def test_every_symbol_comes_first_equally_often_and_all_occur(symbols: int) -> None:
    dataset = RememberFirst(symbols=symbols, examples=500)
    drawn = dataset.drawn(np.random.default_rng(3))
    counts = np.bincount(drawn[:, 0], minlength=symbols)
    assert counts.max() - counts.min() <= 1
    assert set(np.unique(drawn)) == set(range(symbols))


def test_the_signal_says_what_the_tokens_are() -> None:
    features, target = RememberFirst(length=12, symbols=3).signals()
    assert (features.shape, features.kind, features.classes) == ((12,), "tokens", ("A", "B", "C"))
    assert features.badge() == "batch × time 12"
    assert (target.shape, target.scale, target.classes) == ((), "index", ("A", "B", "C"))
    assert RememberFirst(length=12, symbols=3).subtitle() == "12 symbols, A to C"


def test_a_sequence_is_written_out() -> None:
    shown = preview(prepare(RememberFirst(length=8)), "test", 3)
    assert shown.columns == ("tokens", "class")
    for sequence, answer in shown.rows:
        assert len(str(sequence)) == 8 and set(str(sequence)) <= set("ABCD")
        assert str(sequence)[0] == answer


def test_a_reversed_sequence_is_the_target() -> None:
    features, target = Reverse().signals()
    assert (features.shape, features.classes) == ((12,), tuple("ABCDEFGH"))
    assert target == features
    for part in prepare(Reverse()).parts.values():
        np.testing.assert_array_equal(part["target"], part["features"][:, ::-1])


@pytest.mark.parametrize(("most", "shortest"), [(4, 8), (11, 1), (199, 1)])
def test_shorter_sequences_end_in_padding_and_nothing_is_asked_where_it_would_come(most: int, shortest: int) -> None:
    dataset = Reverse(most_padding=most, examples=500)
    features, target = dataset.signals()
    assert features.classes == (*"ABCDEFGH", PADDING) and target.classes == tuple("ABCDEFGH")
    made = dataset.generate(np.random.default_rng(0))
    padding = made.features == features.classes.index(PADDING)
    lengths = (~padding).sum(axis=1)
    assert set(lengths) == set(range(shortest, 13))
    assert not (padding[:, :-1] & ~padding[:, 1:]).any()
    backwards = made.features[:, ::-1]
    np.testing.assert_array_equal(made.target, np.where(padding[:, ::-1], NOT_ASKED, backwards))
    assert dataset.subtitle() == f"500 of {shortest} to 12 symbols, A to H"


def test_padding_is_written_out() -> None:
    shown = preview(prepare(Reverse(length=4, most_padding=2)), "train", 40)
    assert shown.columns == ("tokens", "target")
    sequence, answer = next(row for row in shown.rows if str(row[0]).endswith(f"{PADDING} {PADDING}"))
    assert str(answer).startswith("··")
    assert str(sequence).split()[:2] == list(str(answer)[2:])[::-1]


def test_the_sentence_has_the_vectors_of_the_example() -> None:
    prepared = prepare(TheCatSat())
    assert [prepared.count(part) for part in PARTS] == [1, 0, 0]
    vectors = prepared.parts["train"]["features"]
    np.testing.assert_array_equal(vectors, [[[1.0, 0.0], [0.5, 0.5], [0.5, 1.0], [0.0, 1.0], [1.0, 1.0]]])
    (row,) = preview(prepared, "train", 1).rows
    assert row[1] == "the cat sat on mat"
