"""Sequences of symbols: what is asked of them, and that nothing but memory answers it."""

from __future__ import annotations

import numpy as np
import pytest

from playground.data.preparation import prepare
from playground.data.preview import preview
from playground.data.sequences import RememberFirst


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
    assert RememberFirst(length=12, symbols=3).subtitle() == "2000 of 12 symbols, A to C"


def test_a_sequence_is_written_out() -> None:
    shown = preview(prepare(RememberFirst(length=8)), "test", 3)
    assert shown.columns == ("tokens", "class")
    for sequence, answer in shown.rows:
        assert len(str(sequence)) == 8 and set(str(sequence)) <= set("ABCD")
        assert str(sequence)[0] == answer
