"""`chapter.json`: what stands in it, and all that can be wrong with it, as sentences with their places."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.document.chapters import COURSE, LAST, LEVELS, Chapter, read_chapter
from playground.document.files import ProjectFileError


def chapter_file(folder: Path, text: str) -> Path:
    path = folder / "chapter.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_chapter_orders_its_presets_and_knows_their_levels(tmp_path: Path) -> None:
    text = '{"title": "The neuron", "number": 3, "presets": {"xor": "Deep", "gone": "Course", "and": "First look"}}'
    chapter = read_chapter(chapter_file(tmp_path, text))
    assert (chapter.title, chapter.number) == ("The neuron", 3)
    ids = ["zebra", "and", "apple", "xor"]
    assert chapter.in_order(ids) == ["xor", "and", "apple", "zebra"]
    assert [chapter.level_of(name) for name in ("xor", "and", "zebra")] == ["Deep", "First look", COURSE]
    assert chapter.missing(ids) == ["gone"]


def test_a_folder_that_says_nothing_is_called_by_its_name_and_comes_last() -> None:
    chapter = Chapter.unnamed(Path("presets/what-goes-wrong"))
    assert (chapter.title, chapter.number, chapter.presets) == ("What goes wrong", LAST, {})


def test_there_are_three_levels() -> None:
    assert LEVELS == ("First look", "Course", "Deep")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "line 1, column 2: The JSON breaks off"),
        ("[]", "Input should be an object, but [] arrived."),
        ("{}", "title: this key is missing."),
        ('{"title": "", "number": 1}', "title: "),
        ('{"title": "A", "number": 0}', "number: Input should be greater than or equal to 1, but 0 arrived."),
        ('{"title": "A", "number": "2"}', "number: Input should be a valid integer, but '2' arrived."),
        ('{"title": "A", "presets": {"xor": "Easy"}}', "presets.xor: Input should be 'First look', 'Course' or 'Deep'"),
        ('{"title": "A", "presets": ["xor"]}', "presets: "),
        ('{"title": "A", "presets": {"x": "Deep", "x": "Course"}}', "presets.x: this key stands here twice."),
        ('{"title": "A", "colour": "red"}', "colour: this key is not known."),
    ],
)
def test_faults_are_sentences_with_their_places(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(ProjectFileError) as caught:
        read_chapter(chapter_file(tmp_path, text))
    assert str(caught.value).startswith(fault)


def test_a_chapter_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectFileError, match=r"chapter\.json cannot be read: No such file"):
        read_chapter(tmp_path / "chapter.json")
