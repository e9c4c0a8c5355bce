"""Pairs of sequences: what is read, what is to be said, and what has been said so far."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import END, PADDING, START
from playground.data.inputs.base import Known
from playground.data.preparation import prepare
from playground.data.sequences.pairs import SayAgain, SequencePairs
from playground.data.sequences.translation import (
    ADJECTIVES,
    MONTHS,
    NOUNS,
    TIMES,
    VERBS,
    DateFormats,
    ToyTranslation,
    noun_phrase,
    sentence,
    translated,
)

PAIRS = [SayAgain(length=6, shortest=2, examples=200), SayAgain(order="reversed"), ToyTranslation(), DateFormats()]
every = pytest.mark.parametrize("dataset", PAIRS, ids=lambda one: one.id)


def texts(dataset: SequencePairs, port: str) -> list[list[str]]:
    """The tokens of all training examples, without what fills up or asks nothing."""
    vocabulary = dataset.source_vocabulary() if port == "features" else dataset.target_vocabulary()
    rows = prepare(dataset).parts["train"][port].tolist()
    asked = [[vocabulary[number] for number in row if number != NOT_ASKED] for row in rows]
    return [[token for token in row if token != PADDING] for row in asked]


@every
def test_what_is_given_is_the_target_one_step_later(dataset: SequencePairs) -> None:
    targets = texts(dataset, "target")
    for target, given in zip(targets, texts(dataset, "given"), strict=True):
        assert target[-1] == END and given == [START, *target[:-1]]
        assert END not in target[:-1] and START not in target
    fewest, most = dataset.target_lengths()
    assert {len(target) - 1 for target in targets} == set(range(fewest, most + 1))
    assert {len(source) for source in texts(dataset, "features")} == set(
        range(dataset.source_lengths()[0], dataset.source_lengths()[1] + 1)
    )


@every
def test_a_source_read_backwards_is_typed_as_it_is_written(dataset: SequencePairs) -> None:
    turned = dataset.model_copy(update={"backwards": True})
    assert texts(turned, "features") == [source[::-1] for source in texts(dataset, "features")]
    assert texts(turned, "target") == texts(dataset, "target")
    rows, other = (prepare(one).parts["train"]["features"] for one in (dataset, turned))
    plain, form = (
        one.input_form(Known(features, (), one.signals()[0])) for one, features in ((dataset, rows), (turned, other))
    )
    for row, reversed_row in zip(rows[:20], other[:20], strict=True):
        text = plain.entry(row[None])
        assert form.entry(reversed_row[None]) == text
        np.testing.assert_array_equal(form.encoded(text).features[0], reversed_row)


def test_symbols_come_again_in_their_order_or_backwards() -> None:
    for order, step in (("same", 1), ("reversed", -1)):
        dataset = SayAgain(order=order, length=7, examples=100)
        for source, target in zip(texts(dataset, "features"), texts(dataset, "target"), strict=True):
            assert target[:-1] == source[::step]


def test_german_moves_its_words() -> None:
    assert len({" ".join(source) for source, _ in translated(60_000, np.random.default_rng(0))}) > 35_000
    names, how, times = ([rows[0] for rows in table] for table in (NOUNS, ADJECTIVES, TIMES))
    verbs = [plain for _, plain, *_ in VERBS]
    for form, who, verb, what, time, english, german in (
        ("plain", "small dog", "see", "cat", "", "the small dog sees the cat", "der kleine hund sieht die katze"),
        ("not", "cat", "look for", "old man", "today", "the cat does not look for the old man today",
         "heute sucht die katze den alten mann nicht"),
        ("can", "white bird", "hear", "child", "often", "the white bird can hear the child often",
         "oft kann der weiße vogel das kind hören"),
        ("has", "woman", "look for", "small horse", "", "the woman has looked for the small horse",
         "die frau hat das kleine pferd gesucht"),
        ("asked", "child", "love", "mouse", "", "does the child love the mouse ?", "liebt das kind die maus ?"),
    ):  # fmt: skip
        (subject, seen) = (
            noun_phrase(names.index(words.split()[-1]), how.index(" ".join(words.split()[:-1])), words == what)
            for words in (who, what)
        )
        said, gesagt = sentence(form, subject, seen, verbs.index(verb), times.index(time))
        assert (" ".join(said), " ".join(gesagt)) == (english, german)


def test_every_date_is_the_one_that_was_written() -> None:
    dataset = DateFormats(examples=400)
    for source, target in zip(texts(dataset, "features"), texts(dataset, "target"), strict=True):
        text = "".join(source).replace(",", "").replace(".", " ")
        words = text.split()
        names = {name[:3]: number for number, name in enumerate(MONTHS, start=1)}
        if words[0][:3] in names:
            words[:2] = words[1::-1]
        month = names.get(words[1][:3]) or int(words[1])
        assert "".join(target[:-1]) == datetime.date(int(words[2]), month, int(words[0])).isoformat()
