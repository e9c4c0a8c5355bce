"""Of several files dropped at once, the one that makes most sense is opened, and it is said why."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.document.files import to_json
from playground.document.project import Project
from playground.ui.own_files.dropped import chosen_of
from playground.ui.own_files.opening import is_data


@pytest.mark.parametrize(
    ("dropped", "opened", "why"),
    [
        (["a.csv"], "a.csv", ""),
        (["flowers.csv", "mine.json"], "mine.json", "it is a project"),
        (["cats", "dogs"], ".", "one class each"),
        (["cats/1.png", "cats/2.JPG"], "cats", "pictures"),
        (["cats/1.png", "dogs/2.png"], ".", "pictures"),
        (["b.csv", "a.csv"], "b.csv", "the first"),
        (["a.csv", "cats"], "a.csv", "the first"),
    ],
)
def test_which_one_is_taken_and_why(tmp_path: Path, dropped: list[str], opened: str, why: str) -> None:
    folder = tmp_path / "pictures"
    for name in ("cats", "dogs"):
        (folder / name).mkdir(parents=True)
    path, sentence = chosen_of([folder / name for name in dropped])
    assert path == folder / opened
    assert why in sentence and bool(sentence) == bool(why)
    assert not why or path.name in sentence


@pytest.mark.parametrize(
    ("name", "content", "data"),
    [
        ("mine.json", to_json(Project(title="Mine")), False),
        ("newer.json", '{"schema_version": 99}', False),
        ("broken.json", "nothing", False),
        ("numbers.json", "[1, 2]", False),
        ("records.json", '[{"length": 1.5, "kind": "a"}]', True),
        ("columns.json", '{"length": [1.5, 2], "kind": ["a", "b"]}', True),
        ("lines.json", '{"format": 1, "kind": "a"}\n{"format": 2, "kind": "b"}\n', True),
        ("mine.csv", "a,b\n1,2\n", True),
    ],
)
def test_the_content_of_json_tells_data_from_a_project(tmp_path: Path, name: str, content: str, data: bool) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert is_data(path) is data
    assert not is_data(tmp_path / "gone.json")
