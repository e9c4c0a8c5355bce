"""Presets: found by name, in the order of the gallery, with advice for a misspelt one."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.document import files, library
from playground.document.library import UnknownPreset
from playground.document.project import Project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for chapter, names in {"a-later": ["zebra", "apple"], "first": ["spirals", "xor"]}.items():
        (tmp_path / chapter).mkdir()
        for name in names:
            project = Project(title=name.title(), summary=f"Watch the {name}.")
            files.write(project, tmp_path / chapter / f"{name}.json")
    (tmp_path / "order.txt").write_text("# first things first\nxor\nspirals\n\nzebra\n", encoding="utf-8")
    return tmp_path


def test_order_comes_from_the_list_and_then_from_the_names(folder: Path) -> None:
    assert list(library.paths(folder)) == ["xor", "spirals", "zebra", "apple"]
    (folder / "order.txt").unlink()
    assert list(library.paths(folder)) == ["apple", "zebra", "spirals", "xor"]


def test_entries_carry_words_and_answer_searches(folder: Path) -> None:
    entry = library.presets(folder)[0]
    assert (entry.id, entry.title, entry.chapter, entry.summary) == ("xor", "Xor", "First", "Watch the xor.")
    assert entry.picture == folder / "first" / "xor.png"
    assert entry.answers("WATCH xor")
    assert not entry.answers("xor zebra")


def test_a_damaged_preset_is_left_out_and_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "first" / "xor.json").write_text("{", encoding="utf-8")
    with caplog.at_level("WARNING"):
        assert [entry.id for entry in library.presets(folder)] == ["spirals", "zebra", "apple"]
    assert "xor.json" in caplog.text


def test_names_and_paths_are_found(folder: Path, tmp_path: Path) -> None:
    assert library.find("spirals", folder) == folder / "first" / "spirals.json"
    mine = tmp_path / "mine"
    files.write(Project(), mine)
    assert library.find(str(mine), folder) == mine


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sprials", "Did you mean spirals?"),
        ("Zebra", "Did you mean zebra?"),
        ("qqqq", "“playground presets” lists"),
        ("not/here", "There is no file “not/here”"),
        ("xor.json", "There is no file “xor.json”"),
        ("a\0b", "neither a file nor a preset"),
        ("x" * 5000, "neither a file nor a preset"),
    ],
)
def test_a_name_that_is_nothing_gets_advice(folder: Path, name: str, words: str) -> None:
    with pytest.raises(UnknownPreset, match="There is") as caught:
        library.find(name, folder)
    assert words in str(caught.value)


def test_the_presets_that_come_with_the_program_are_all_sound() -> None:
    assert [entry.id for entry in library.presets()] == list(library.paths())
