"""Texts of a person's own: encodings, limits, rare characters, and how a file is told from a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.blocks.base import BlockError
from playground.data.own import text as own_text
from playground.data.own.delimited import Table
from playground.data.own.files import FileRefused, Reading
from playground.data.own.look import look_at
from playground.data.own.text import RARE, OwnText, TextFile, prepared, read_text, sentence, text_dataset
from playground.data.preparation import prepare
from playground.data.text.characters import ALPHABET
from tests import own_files

VERSE = "Süß ist der Apfel, und grün.\nZwölf Boxkämpfer jagen Viktor quer über den Sylter Deich.\n" * 12


def written(folder: Path, content: bytes, name: str = "mine.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("codec", "title"),
    [
        ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("latin-1", "Latin-1"), ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)  # fmt: skip
def test_texts_of_every_encoding(tmp_path: Path, codec: str, title: str) -> None:
    found = read_text(written(tmp_path, VERSE.replace("\n", "\r\n").encode(codec)), Reading())
    assert found.text == VERSE.strip()
    assert found.encoding == title and found.whole
    assert found.symbols == tuple(sorted(set(VERSE.strip()))) and found.different == len(found.symbols)


def test_a_latin_letter_far_from_the_start_changes_the_encoding(tmp_path: Path) -> None:
    content = b"plain text " * 40_000 + "grün".encode("latin-1")
    found = read_text(written(tmp_path, content), Reading())
    assert found.text.endswith("grün")


REFUSED = {
    "empty": (b"", "is empty"),
    "short": (b"Too short.", "has 10 characters; a text to learn from needs 500 or more"),
    "blank": (b" \n" * 900, "has 0 characters"),
    "the same": (b"a" * 900, "holds one character only"),
    "binary": (bytes(range(256)) * 9, "holds binary data"),
    "zeros further down": (b"abc " * 90_000 + bytes(3), "holds binary data"),
    "PDF": (b"%PDF-1.4 " * 99, "a PDF document"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_text_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    with pytest.raises(FileRefused) as caught:
        read_text(written(tmp_path, content), Reading())
    assert words in str(caught.value) and "mine.txt" in str(caught.value)


def test_of_a_long_text_the_beginning_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_text, "MOST_CHARACTERS", 800)
    monkeypatch.setattr(own_text, "MOST_BYTES", 3_204)
    found = read_text(written(tmp_path, VERSE.encode() * 9), Reading())
    assert not found.whole and found.text == VERSE[:800]
    assert "the first 800 characters are read" in sentence(found, text_dataset(found, make_plain=False, window=16))


def test_rare_characters_are_not_told_apart(tmp_path: Path) -> None:
    text = "".join(chr(0x4E00 + n) * (200 - n) for n in range(150))
    found = read_text(written(tmp_path, text.encode()), Reading())
    assert found.different == 150 and len(found.symbols) == 121 and found.symbols[-1] == RARE
    dataset = text_dataset(found, make_plain=False, window=16)
    assert "The rarest of the 150 different ones are not told apart." in sentence(found, dataset)
    assert dataset.text().count(RARE) == sum(200 - n for n in range(120, 150))
    assert set(dataset.text()) == set(dataset.alphabet())


def test_a_text_becomes_windows_with_the_next_character_as_target(tmp_path: Path) -> None:
    found = read_text(own_files.story(), Reading())
    dataset = text_dataset(found, make_plain=False, window=16)
    prepared_ = prepare(dataset)
    features, target = prepared_.parts["train"]["features"], prepared_.parts["train"]["target"]
    assert features.shape[1:] == (16,) == target.shape[1:]
    np.testing.assert_array_equal(features[:, 1:], target[:, :-1])
    symbols = np.array(dataset.alphabet())
    assert set(symbols[target[features == dataset.alphabet().index("q")]]) == {"u"}
    assert "".join(symbols[features[0]]) in found.text
    assert dataset.subtitle() == f"{len(found.text):,} characters · windows of 16"


def test_a_text_can_be_made_plain() -> None:
    found = read_text(own_files.story(), Reading())
    dataset = text_dataset(found, make_plain=True, window=16)
    assert dataset.alphabet() == ALPHABET
    assert "the quick fox" in dataset.text() and set(dataset.text()) <= set(ALPHABET)
    assert prepare(dataset).count("train") > 100
    assert prepared("Aé", ("A", "b"), make_plain=False) == "AA"


def test_a_file_that_is_gone_or_changed_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, VERSE.encode())
    dataset = text_dataset(read_text(path, Reading()), make_plain=False, window=8)
    dataset.expect()
    path.write_bytes(VERSE.replace("Apfel", "Opfel").encode())
    with pytest.raises(BlockError, match=r"The file “mine\.txt” has changed since it was chosen"):
        prepare(dataset)
    path.unlink()
    with pytest.raises(BlockError, match="is not at"):
        dataset.expect()
    with pytest.raises(BlockError, match="has no file yet"):
        OwnText().expect()
    with pytest.raises(BlockError, match="are not known yet"):
        OwnText(file="/a.txt").expect()


def test_a_window_too_long_for_the_text_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, VERSE.encode()[:700])
    with pytest.raises(BlockError, match="too few for windows of 128"):
        text_dataset(read_text(path, Reading()), make_plain=False, window=128).expect()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("mine.txt", VERSE, TextFile),
        ("mine.txt", "a;b\n1;2\n3;4\n5;6\n", Table),
        ("numbers.dat", "1\t2\n3\t4\n5\t6\n", Table),
        ("noname", "x,y\n1,a\n2,b\n3,a\n", Table),
        ("notes.md", "# Title\n\nSome words, and more.\nAnd, so, on.\n" * 30, TextFile),
        ("verse.txt", "the cold wind, the grey sea\nthe old man, the blue sea\n" * 20, TextFile),
        ("towns.txt", "town, country\nKraków, Poland\nNew York, United States\nParis, France\n", Table),
        ("sizes.txt", "the town, people in it\nthe big one, 20 or so\nthe old one, 12 or so\nthe new one, 3\n", Table),
        ("code.py", "import os\n\nfor x in range(3):\n    print(x, os.name)\n" * 30, TextFile),
    ],
)
def test_a_text_is_told_from_a_table(tmp_path: Path, name: str, content: str, kind: type) -> None:
    assert isinstance(look_at(written(tmp_path, content.encode(), name), Reading()), kind)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=3_000), st.text(min_size=300).map(str.encode)))
def test_any_bytes_give_something_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    try:
        found = look_at(path, Reading())
    except FileRefused as refusal:
        assert "mine.txt" in str(refusal)
        return
    if isinstance(found, TextFile):
        dataset = text_dataset(found, make_plain=False, window=8)
        assert prepare(dataset).parts["train"]["features"].max() < len(dataset.alphabet())
