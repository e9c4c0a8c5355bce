"""Of several files dropped at once, the one that makes most sense is opened, and it is said why."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.ui.own_files.dropped import chosen_of


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
