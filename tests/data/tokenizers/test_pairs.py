"""The readable byte pair encoding merges and cuts as the library `tokenizers` does, ties and all."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, trainers

from playground.data.text.characters import ALPHABET, PythonManual
from playground.data.tokenizers.pairs import LEAST, in_pairs, learned_pairs, merged, pieces_of, with_merge
from playground.data.tokenizers.whole_words import frequent_words, in_words, words_of


def by_the_library(text: str, alphabet: str, size: int) -> Tokenizer:
    found = Tokenizer(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=LEAST, initial_alphabet=list(alphabet), show_progress=False
    )
    found.train_from_iterator(pieces_of(text), trainer)
    return found


def agrees(text: str, size: int) -> None:
    alphabet = "".join(sorted(set(text)))
    library = by_the_library(text, alphabet, size)
    model = json.loads(library.to_str())["model"]
    vocabulary, merges = learned_pairs(text, alphabet, size)
    assert list(merges) == [tuple(pair) for pair in model["merges"]]
    assert list(vocabulary) == sorted(model["vocab"], key=model["vocab"].get)
    numbers = [number for piece in pieces_of(text) for number in library.encode(piece).ids]
    assert in_pairs(text, vocabulary, merges).tolist() == numbers
    assert "".join(vocabulary[number] for number in numbers) == text


@pytest.mark.parametrize("size", [60, 256, 1_000])
def test_the_manual(size: int) -> None:
    agrees(PythonManual().text()[:20_000], size)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="abc d.", min_size=2, max_size=60), st.integers(4, 30))
def test_any_short_text(text: str, size: int) -> None:
    agrees(text, size)


def test_words_of_the_textbook_by_hand() -> None:
    text = " hug" * 10 + " pug" * 5 + " pun" * 12 + " bun" * 4 + " hugs" * 5
    _, merges = learned_pairs(text, " bghnpsu", 12)
    # u g occurs 20 times, then “blank p” and “u n” 17 and 16 times, “blank h” 15 times
    assert merges == (("u", "g"), (" ", "p"), ("u", "n"), (" ", "h"))


def test_overlapping_pairs_are_merged_from_the_left() -> None:
    assert with_merge("aaaaa", ("a", "a")) == ["aa", "aa", "a"]
    assert merged("aaaaa", {("a", "a"): 0, ("aa", "aa"): 1}) == ["aaaa", "a"]


@given(st.text(max_size=80))
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces_of(text)) == text


def test_characters_that_nobody_knows_are_left_out() -> None:
    vocabulary, merges = learned_pairs("ab ab ab", "ab ", 6)
    assert [vocabulary[number] for number in in_pairs("xab", vocabulary, merges)] == ["ab"]


def test_the_share_that_is_done_is_told() -> None:
    told: list[float] = []
    learned_pairs("the cat and the hat", "".join(sorted(set("the cat and the hat"))), 14, told.append)
    assert told and told == sorted(told) and told[-1] <= 1.0


def test_the_cat_sat_on_the_mat() -> None:
    sentence = "The cat sat on the mat"
    assert len(words_of(sentence)) == 6 and len(sentence) == 22


def test_words_by_frequency_then_by_the_alphabet_and_all_others_unknown() -> None:
    vocabulary = frequent_words("the cat, the dog, the cat", 4)
    assert vocabulary == ("[UNK]", "the", ",", "cat")
    assert in_words("the dog, the cat", vocabulary).tolist() == [1, 0, 2, 1, 3]
    assert words_of("don't") == ["don", "'", "t"]


@pytest.mark.parametrize("tokens", ["words", "byte-pairs"])
def test_the_alphabet_of_the_manual_is_known_from_the_training_part_alone(tokens: str) -> None:
    dataset = PythonManual(characters=4_000, tokens=tokens, vocabulary_size=80)
    parts, known = dataset.numbers(), dataset.vocabulary()
    text = dataset.text()[:4_000]
    whole = "".join(known.tokens[number] for part in parts.values() for number in part)
    assert (whole == text) == (tokens == "byte-pairs")
    assert len(known.tokens) == 80 and (tokens == "words" or known.tokens[: len(ALPHABET)] == ALPHABET)
    assert known.characters == pytest.approx(600 / len(parts["test"]))
    assert all(np.all((part >= 0) & (part < 80)) for part in parts.values())
