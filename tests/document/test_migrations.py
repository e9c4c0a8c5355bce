"""Files of older versions are brought up to date step by step; a damaged old file is refused, never a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.document import files, migrations
from playground.document.files import UnreadableFileError
from playground.document.migrations import migrate
from playground.document.project import SCHEMA_VERSION


def rename_units(content: dict[str, Any]) -> dict[str, Any]:
    """A made-up version 1 called the number of units `size`."""
    for node in content["graph"]["nodes"]:
        node["parameters"]["units"] = node["parameters"].pop("size")
    return content


def add_seed(content: dict[str, Any]) -> dict[str, Any]:
    content["seed"] = content.get("seed", 0) + 1
    return content


def test_migrations_are_applied_in_turn_and_leave_the_input_alone() -> None:
    old = {"schema_version": 1, "graph": {"nodes": [{"parameters": {"size": 4}}]}}
    new = migrate(old, {1: rename_units, 2: add_seed}, newest=3)
    assert new == {"schema_version": 3, "seed": 1, "graph": {"nodes": [{"parameters": {"units": 4}}]}}
    assert old == {"schema_version": 1, "graph": {"nodes": [{"parameters": {"size": 4}}]}}


def test_version_2_tells_failures_from_promises() -> None:
    goals = [
        {"metric": "test_accuracy", "at_most": 0.6, "within_epochs": 1},
        {"metric": "train_loss.loss-2", "at_least": 0.1, "within_epochs": 1},
        {"metric": "test_accuracy", "at_least": 0.9, "within_epochs": 1},
        {"metric": "test_perplexity", "at_most": 7.5, "within_epochs": 1},
        {"metric": 3, "at_most": 7.5},
        "nonsense",
    ]
    new = migrate({"schema_version": 1, "goals": goals})["goals"]
    assert [isinstance(goal, dict) and goal.get("failure", False) for goal in new] == [True, True] + [False] * 4


def test_version_3_leaves_the_chapter_to_the_folder() -> None:
    old = Path(__file__).parents[1] / "fixtures" / "spirals-small.json"
    assert '"chapter": "Tests"' in old.read_text(encoding="utf-8")
    project = files.read(old)
    assert project.title == "Small spirals"
    assert "chapter" not in files.json.loads(files.to_json(project))
    assert migrate({"schema_version": 2, "chapter": 3, "seed": 1}) == {"schema_version": SCHEMA_VERSION, "seed": 1}


def test_the_newest_version_needs_nothing() -> None:
    assert migrate({"schema_version": SCHEMA_VERSION, "seed": 5}) == {"schema_version": SCHEMA_VERSION, "seed": 5}


@pytest.mark.parametrize("graph", [None, 3, [], {"nodes": 3}, {"nodes": [None]}, {"nodes": [{}]}])
def test_a_damaged_old_file_is_refused(monkeypatch: pytest.MonkeyPatch, graph: Any) -> None:
    def through(content: dict[str, Any]) -> dict[str, Any]:
        return migrate(content, {1: rename_units}, newest=2)

    monkeypatch.setattr(files, "migrate", through)
    text = files.json.dumps({"format": "playground-project", "schema_version": 1, "graph": graph})
    with pytest.raises(UnreadableFileError, match="version 1 is damaged"):
        files.parse(text)


def test_there_is_a_migration_from_every_older_version() -> None:
    assert set(migrations.MIGRATIONS) == set(range(1, migrations.SCHEMA_VERSION))
