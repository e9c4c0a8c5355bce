"""The searches that come with the program: every one can be run, at every end of its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.document.chapters import CHAPTER_FILE
from playground.document.decoding import ProjectFileError
from playground.document.experiment import Budget
from playground.document.search import Options, Range
from playground.experiments.running import run_cell
from playground.experiments.search.files import base_of, find_search, read_search, search_files, search_name
from playground.experiments.search.task import Task

FILES = {search_name(path): path for path in search_files()}


@pytest.mark.parametrize("name", FILES)
def test_a_search_can_be_run_with_every_choice(name: str) -> None:
    path = FILES[name]
    assert find_search(name) == path
    assert (path.parent / CHAPTER_FILE).is_file()
    search = read_search(path)
    task = Task.of(search.replace(budget=Budget(steps=1), looks=1), base_of(search.base, path.parent))
    sides = {
        setting.title: (setting.low, setting.high) if isinstance(setting, Range) else setting.labels()
        for setting in search.settings
    }
    for title, side in sides.items():
        for value in side:
            values = {other: ends[0] for other, ends in sides.items()} | {title: value}
            outcome = run_cell(task.cells(values, count=1)[0])
            assert outcome.steps == 1
            assert outcome.values[0] == outcome.values[0], (title, value)  # a number
    for setting in search.settings:
        assert not isinstance(setting, Options) or len({cell_key(task, setting.title, one) for one in
                                                        setting.labels()}) == len(setting.options)  # fmt: skip


def cell_key(task: Task, title: str, value: str) -> str:
    return task.cells({title: value}, count=1)[0].key


def test_faults_of_a_file_are_told_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "bad.search.json"
    path.write_text('{"format": "playground-search", "question": "?", "speed": 1, "settings": []}', encoding="utf-8")
    with pytest.raises(ProjectFileError) as caught:
        read_search(path)
    assert {"speed", "base", "measure", "budget", "settings"} <= {problem.place for problem in caught.value.problems}
    path.write_text('{"format": "playground"}', encoding="utf-8")
    with pytest.raises(ProjectFileError, match="no search"):
        read_search(path)
