"""Presets: found by name, in the order of the gallery, with advice for a misspelt one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.document import files, library
from playground.document.library import UnknownPreset
from playground.document.project import Project
from playground.paths import PRESETS
from playground.training.metrics.words import goal_words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for chapter, names in {"a-later": ["zebra", "apple"], "first": ["spirals", "xor", "ants"]}.items():
        (tmp_path / chapter).mkdir()
        for name in names:
            project = Project(title=name.title(), summary=f"Watch the {name}.")
            files.write(project, tmp_path / chapter / f"{name}.json")
    say(tmp_path / "first", title="First steps", number=1, presets={"xor": "Deep", "spirals": "First look"})
    return tmp_path


def say(folder: Path, **content: object) -> None:
    (folder / "chapter.json").write_text(json.dumps(content), encoding="utf-8")


def test_order_comes_from_the_chapters_and_then_from_the_names(folder: Path) -> None:
    assert list(library.paths(folder)) == ["xor", "spirals", "ants", "apple", "zebra"]
    assert list(library.paths(folder)) == [entry.id for entry in library.presets(folder)]
    say(folder / "a-later", title="Animals", number=1, presets={"zebra": "Course"})
    assert list(library.paths(folder))[:2] == ["zebra", "apple"], "of one number, the folders' names decide"
    (folder / "first" / "chapter.json").unlink()
    assert list(library.paths(folder)) == ["zebra", "apple", "ants", "spirals", "xor"]


def test_entries_carry_words_and_answer_searches(folder: Path) -> None:
    entry = library.presets(folder)[0]
    assert (entry.id, entry.title, entry.chapter, entry.summary) == ("xor", "Xor", "First steps", "Watch the xor.")
    assert entry.picture == folder / "first" / "xor.png"
    assert entry.project == files.read(entry.path)
    assert entry.answers("WATCH xor") and entry.answers("deep")
    assert not entry.answers("xor zebra")


def test_the_blocks_and_views_in_it_are_found_too() -> None:
    (entry,) = (entry for entry in library.presets() if entry.id == "perceptron-and")
    assert entry.blocks == tuple(dict.fromkeys(node.block for node in entry.project.graph.nodes))
    assert entry.views == tuple(view.view for view in entry.project.views)
    assert entry.goals == entry.project.goals
    promises = [goal_words(goal, entry.goal_titles) for goal in entry.goals]
    assert promises == ["train accuracy at least 1 within 40 epochs"]
    assert entry.answers("decision boundary") and entry.answers("decision-boundary")


def test_what_a_chapter_does_not_name_comes_last_and_is_part_of_the_course(folder: Path) -> None:
    levels = {entry.id: entry.level for entry in library.presets(folder)}
    assert levels == {"xor": "Deep", "spirals": "First look", "ants": "Course", "apple": "Course", "zebra": "Course"}


def test_a_preset_that_a_chapter_names_and_that_is_not_there_is_told(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "first" / "spirals.json").unlink()
    assert [entry.id for entry in library.presets(folder)] == ["xor", "ants", "apple", "zebra"]
    assert "chapter.json names the preset spirals, which is not there" in caplog.text


def test_a_damaged_preset_is_left_out_and_logged_every_time(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "first" / "xor.json").write_text("{", encoding="utf-8")
    for _ in range(2):
        caplog.clear()
        assert [entry.id for entry in library.presets(folder)] == ["spirals", "ants", "apple", "zebra"]
        assert "xor.json is left out: line 1, column 2" in caplog.text
    files.write(Project(title="Mended"), folder / "first" / "xor.json")
    assert library.presets(folder)[0].title == "Mended"


def test_a_damaged_chapter_hides_no_preset_and_is_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    say(folder / "first", title="First steps", number=0, presets={"xor": "Easy"})
    entries = library.presets(folder)
    assert [entry.id for entry in entries] == ["apple", "zebra", "ants", "spirals", "xor"]
    assert {entry.level for entry in entries} == {"Course"} and entries[-1].chapter == "First"
    assert "chapter.json is left out: number: " in caplog.text and "'Easy' arrived" in caplog.text


def test_without_a_folder_there_are_no_presets(tmp_path: Path) -> None:
    assert library.presets(tmp_path / "nowhere") == [] == list(library.paths(tmp_path / "nowhere"))


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
        ("chapter", "neither a file nor a preset “chapter”"),
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


def test_the_presets_that_come_with_the_program_are_all_sound(caplog: pytest.LogCaptureFixture) -> None:
    assert [entry.id for entry in library.presets()] == list(library.paths())
    assert {entry.path.parent.parent for entry in library.presets()} == {PRESETS}
    assert caplog.text == ""
