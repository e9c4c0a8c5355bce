"""`presets`: what there is, with goals and a count that is made once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.document import library
from playground.network import check as checking
from tests.reading import opened_below


@pytest.fixture
def folder(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of presets in place of the one that ships."""
    folder = tmp_path / "presets"
    (folder / "first").mkdir(parents=True)
    (folder / "first" / "small-spirals.json").write_bytes(small.read_bytes())
    (folder / "first" / "chapter.json").write_text('{"title": "Tests", "presets": {"small-spirals": "Deep"}}')
    list_, keep = library.presets, library.keep_parameters
    monkeypatch.setattr(library, "presets", lambda: list_(folder))
    monkeypatch.setattr(library, "keep_parameters", lambda counts: keep(counts, folder))
    return folder


def test_presets_are_listed_with_goals_and_a_count(playground: Callable, folder: Path) -> None:
    assert playground("presets", "--json").json == [
        {
            "id": "small-spirals",
            "title": "Small spirals",
            "chapter": "Tests",
            "level": "Deep",
            "summary": "Watch two arms part.",
            "parameters": 25,
            "goals": [{"metric": "train_accuracy", "at_least": 0.5, "within_epochs": 4}],
        }
    ]
    assert "Watch two arms part." in playground("presets").out


def test_the_second_time_nothing_is_read_nor_counted(
    playground: Callable, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = playground("presets").out
    monkeypatch.setattr(checking, "check", None)
    with opened_below(folder) as opened:
        assert playground("presets").out == first
    assert opened == []


def test_the_command_needs_no_torch_to_be_loaded() -> None:
    code = "import sys; import playground.cli.presets; assert not {'torch', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[2],
                   env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
