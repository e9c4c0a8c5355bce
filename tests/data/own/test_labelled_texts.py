"""Texts of a person's own with a class each: which table is one, and how texts become tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.blocks.base import BlockError
from playground.blocks.signal import PADDING
from playground.data.base import PARTS
from playground.data.own.delimited import Table, read_table
from playground.data.own.files import FileRefused, Reading
from playground.data.own.first import first_guess
from playground.data.own.labelled_texts import (
    UNKNOWN,
    LabelledTexts,
    OwnLabelledTexts,
    labelled_texts,
    read_labelled_texts,
    tokens_of,
)
from playground.data.own.look import look_at
from playground.data.preparation import prepare
from tests import own_files


def found_in(path: Path) -> LabelledTexts:
    found = look_at(path, Reading())
    assert isinstance(found, LabelledTexts)
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't  stop!", ["don't", "stop", "!"]),
        ("Größe 3,5", ["größe", "3", ",", "5"]),
        ("[PAD] 你好", ["[", "pad", "]", "你好"]),
        ("", []),
    ],
)
def test_texts_are_cut_into_words_and_signs(text: str, words: list[str]) -> None:
    assert tokens_of(text, "words") == words
    assert "".join(tokens_of(text, "letters")) == " ".join(text.lower().split())


def sentences(count: int) -> list[str]:
    return [f"the {['good', 'old', 'warm', 'kind'][number % 4]} word number {number}" for number in range(count)]


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        ([("kind", "text"), *zip("ab" * 20, sentences(40), strict=True)], True),
        ([("id", "text", "kind"), *((n, s, n % 2) for n, s in enumerate(sentences(40)))], True),
        ([("kind", "text"), *(("好坏"[n % 2], f"这是一个很好的句子第{n}句") for n in range(40))], True),
        ([("kind", "name", "age"), *(("ab"[n % 2], s, 20 + n * 7 % 13) for n, s in enumerate(sentences(40)))], False),
        ([("kind", "text"), *zip("ab" * 20, sentences(4) * 10, strict=True)], False),
        ([("kind", "day"), *(("ab"[n % 2], f"{n + 1} March {1980 + n}") for n in range(40))], False),
        ([("price", "text"), *((f"{n * 1.37:.2f}", s) for n, s in enumerate(sentences(40)))], False),
    ],
)  # fmt: skip
def test_which_table_is_one_of_labelled_texts(tmp_path: Path, rows: list[tuple[object, ...]], texts: bool) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    assert isinstance(look_at(path, Reading()), LabelledTexts if texts else Table)


def test_a_table_with_more_in_it_can_be_read_for_its_texts(tmp_path: Path) -> None:
    lines = [f"{'ab'[n % 2]},{text},{n * 7 % 13}" for n, text in enumerate(sentences(40))]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["kind,name,age", *lines]))
    found = read_labelled_texts(read_table(path), 1, 0, Reading())
    dataset = labelled_texts(found, tokens="words", length=8)
    assert isinstance(look_at(path, Reading(), dataset), LabelledTexts)
    assert first_guess(own_files.messages(), "label").dataset.id == "own-labelled-texts"
    with pytest.raises(FileRefused, match="no column"):
        first_guess(own_files.messages(), "nothing")


def test_what_the_training_part_does_not_hold_is_unknown() -> None:
    found = found_in(own_files.messages())
    dataset = labelled_texts(found, tokens="words", length=9)
    words = dataset.vocabulary()
    assert words[:2] == (PADDING, UNKNOWN) and {"win", "mother", ".", ","} <= set(words)
    assert "7" not in words  # is there once only
    prepared = prepare(dataset)
    parts = {part: prepared.parts[part]["features"] for part in PARTS}
    assert set(np.unique(parts["test"])) <= set(np.unique(parts["train"])) | {0, 1}
    first = [words[token] for token in parts["train"][0]]
    assert PADDING not in first[first.count(PADDING) :]  # filled up in front
    few = prepare(dataset.model_copy(update={"most_tokens": 10}))
    assert max(int(few.parts[part]["features"].max()) for part in PARTS) == 11


def test_letters_and_a_text_that_is_too_long() -> None:
    found = found_in(own_files.messages())
    dataset = labelled_texts(found, tokens="letters", length=12)
    row = prepare(dataset).parts["train"]["features"]
    assert row.shape == (140, 12)
    assert all(len(token) == 1 for token in dataset.vocabulary()[2:])


def test_a_file_that_is_gone_or_changed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(own_files.messages().read_bytes())
    dataset = first_guess(path).dataset
    assert isinstance(dataset, OwnLabelledTexts)
    dataset.expect()
    path.write_text(path.read_text() + "ham,one more of them\n")
    with pytest.raises(BlockError, match="has changed"):
        dataset.expect()
    path.unlink()
    with pytest.raises(BlockError, match="is not at"):
        dataset.expect()
    with pytest.raises(BlockError, match="no file yet"):
        OwnLabelledTexts().expect()
