"""Text as data: windows whose target is the next character, cut in order, and the table that is to be beaten."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.blocks.base import BlockError
from playground.data.preparation import prepare
from playground.data.preview import preview
from playground.data.text.characters import (
    ALPHABET,
    DataDescriptions,
    PythonManual,
    TextWindows,
    bigram_perplexity,
    encoded,
    plain,
)


class Alternating(TextWindows):
    id = "alternating"
    title = "Alternating"
    summary = "a and b in turn."

    def alphabet(self) -> tuple[str, ...]:
        return "a", "b"

    def text(self) -> str:
        return "ab" * 500


@pytest.mark.parametrize("window", [2, 16, 33])
def test_the_target_is_the_same_text_one_character_on(window: int) -> None:
    dataset = PythonManual(characters=3_000, window=window)
    prepared, parts = prepare(dataset), dataset.numbers()
    for part, numbers in parts.items():
        features, target = prepared.parts[part]["features"], prepared.parts[part]["target"]
        assert (features[:, 1:] == target[:, :-1]).all()
        whole = "".join(map(chr, numbers))
        assert all("".join(map(chr, [*row, last])) in whole for row, last in zip(features, target[:, -1], strict=True))


def test_no_part_sees_a_character_of_another() -> None:
    parts = PythonManual(characters=2_000).numbers()
    assert [len(parts[part]) for part in ("train", "validation", "test")] == [1_400, 300, 300]
    joined = np.concatenate([parts[part] for part in ("train", "validation", "test")])
    assert (joined == encoded(PythonManual().text()[:2_000], ALPHABET)).all()


def test_descriptions_of_data_speak_the_letters_of_the_manual() -> None:
    dataset = DataDescriptions()
    text = dataset.text()
    assert len(text) > 30_000 and "iris plants dataset" in text and dataset.alphabet() == PythonManual().alphabet()
    assert dataset.characters <= len(text)


def test_the_manual_is_long_and_plain() -> None:
    text = PythonManual().text()
    assert len(text) > 300_000 and set(text) <= set(ALPHABET)
    assert "assert statements are a convenient way to insert debugging assertions" in text
    prepared = prepare(PythonManual(characters=2_000))
    row = preview(prepared, "test", 1).rows[0]
    assert len(row) == 2 and str(row[0])[1:] == str(row[1])[:-1]


@given(st.text(max_size=200))
def test_any_text_can_be_made_plain(text: str) -> None:
    once = plain(text)
    assert set(once) <= set(ALPHABET) and plain(once) == once


def test_parts_too_short_for_a_window_are_refused() -> None:
    with pytest.raises(BlockError, match="too few for windows of 64") as caught:
        PythonManual(characters=500, window=64).expect()
    assert caught.value.fixes[0].label == "Set window to 8"


def test_a_table_of_pairs_foretells_what_only_depends_on_the_last_character() -> None:
    assert bigram_perplexity(Alternating(characters=1_000)) == pytest.approx(1.0, abs=1e-3)


def test_the_table_for_the_manual_by_plain_counting() -> None:
    dataset = PythonManual(characters=5_000)
    parts = dataset.numbers()
    count = len(ALPHABET)
    table = [[0.1] * count for _ in range(count)]
    for before, after in zip(parts["train"][:-1], parts["train"][1:], strict=True):
        table[before][after] += 1
    surprise = [
        -math.log(table[before][after] / sum(table[before]))
        for before, after in zip(parts["test"][:-1], parts["test"][1:], strict=True)
    ]
    assert bigram_perplexity(dataset) == pytest.approx(math.exp(sum(surprise) / len(surprise)))
