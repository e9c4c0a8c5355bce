"""The index of the presets: what changed is read, and nothing else; whatever happened to the kept one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from playground import paths
from playground.document import files, library, preset_index
from playground.document.experiment import Above, Budget, Experiment, Measure, Variant
from playground.document.experiment_files import save_experiment
from playground.document.experiment_index import experiments
from playground.document.graph import Graph, Node
from playground.document.preset_index import PresetIndex
from playground.document.project import Goal, OpenView, Project
from tests.reading import opened_below

EXPERIMENT = Experiment(
    question="Does it hold?", guess="Yes.", base="xor", variants=(Variant(title="A"), Variant(title="B")),
    budget=Budget(epochs=1), measures=(Measure(quantity="test_accuracy"),), rule=Above(more="A", less="B", by=0.05),
    verdict="holds",
)  # fmt: skip
GOAL = Goal(metric="test_accuracy", at_least=0.9, within_epochs=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "presets"
    (folder / "first").mkdir(parents=True)
    for name in ("spirals", "xor"):
        nodes = tuple(Node(id=f"n-{number}", block=block) for number, block in enumerate(("circles", "dense", "dense")))
        project = Project(title=name.title(), graph=Graph(nodes=nodes), views=(OpenView(view="curves"),), goals=(GOAL,))
        files.write(project, folder / "first" / f"{name}.json")
    (folder / "first" / "chapter.json").write_text('{"title": "First"}', encoding="utf-8")
    return folder


def read_by(index: PresetIndex) -> list[str]:
    """The names of the files that an index opens to come up to date."""
    with opened_below(index.folder) as opened:
        index.records()
    return [path.name for path in opened]


def test_it_keeps_what_a_card_and_a_search_need(folder: Path) -> None:
    records = PresetIndex(folder).records()
    assert list(records) == ["first/chapter.json", "first/spirals.json", "first/xor.json"]
    brief = records["first/xor.json"].preset
    assert brief is not None
    assert (brief.title, brief.blocks, brief.views, brief.goals) == ("Xor", ("circles", "dense"), ("curves",), (GOAL,))
    assert PresetIndex(folder).records() == records


def test_files_are_read_once_also_by_the_next_start(folder: Path) -> None:
    index = PresetIndex(folder)
    assert read_by(index) == ["chapter.json", "spirals.json", "xor.json"]
    assert read_by(index) == []
    assert read_by(PresetIndex(folder)) == []


def test_only_what_has_changed_is_read_again(folder: Path) -> None:
    index = PresetIndex(folder)
    index.records()
    files.write(Project(title="Another"), folder / "first" / "xor.json")
    files.write(Project(title="New"), folder / "first" / "moons.json")
    (folder / "first" / "spirals.json").unlink()
    assert read_by(index) == ["moons.json", "xor.json"]
    assert [record.preset.title for record in index.records().values() if record.preset] == ["New", "Another"]
    assert read_by(PresetIndex(folder)) == []


def test_experiments_are_read_once_and_are_no_presets(folder: Path) -> None:
    path = folder / "first" / "holds.experiment.json"
    save_experiment(EXPERIMENT, path)
    (folder / "first" / "broken.experiment.json").write_text("{")
    assert {"holds.experiment.json", "broken.experiment.json"} <= set(read_by(PresetIndex(folder)))
    library.index_of(folder).records()
    with opened_below(folder) as opened:
        entries, known = experiments(folder), library.presets(folder)
    assert opened == []
    assert [(entry.id, entry.path, entry.question) for entry in entries] == [("holds", path, "Does it hold?")]
    assert [entry.id for entry in known] == ["spirals", "xor"]


def test_a_change_of_the_same_length_is_seen_by_its_time(folder: Path) -> None:
    index, path = PresetIndex(folder), folder / "first" / "xor.json"
    index.records()
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Xor", b"Rox"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert read_by(index) == ["xor.json"]


def test_what_is_damaged_is_remembered_with_its_fault(folder: Path) -> None:
    (folder / "first" / "xor.json").write_text("{", encoding="utf-8")
    PresetIndex(folder).records()
    again = PresetIndex(folder)
    assert read_by(again) == []
    record = again.records()["first/xor.json"]
    assert record.preset is None and "breaks off" in record.fault


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[1, 2]",
        lambda text: "\xff" + text,
        lambda text: text.replace('"title":"Xor"', '"title":7'),
        lambda text: json.dumps({**json.loads(text), "program": "0.0.1"}),
        lambda text: json.dumps({**json.loads(text), "folder": "/elsewhere"}),
        lambda text: json.dumps({**json.loads(text), "colour": "red"}),
    ],
)
def test_a_damaged_or_foreign_index_is_made_anew(folder: Path, damage) -> None:
    index = PresetIndex(folder)
    records = index.records()
    text = index.path().read_text(encoding="utf-8")
    index.path().write_text(damage(text), encoding="latin-1")
    again = PresetIndex(folder)
    assert len(read_by(again)) == 3
    assert again.records() == records
    assert read_by(PresetIndex(folder)) == [] and index.path().read_text(encoding="utf-8") == text


def test_another_program_reads_all_files_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    PresetIndex(folder).records()
    monkeypatch.setattr(preset_index, "program", lambda: "0.2.0")
    assert len(read_by(PresetIndex(folder))) == 3


@pytest.mark.parametrize("obstacle", ["a file in place of the folder", "a folder in place of the file"])
def test_where_it_cannot_be_kept_all_goes_on(folder: Path, obstacle: str) -> None:
    index = PresetIndex(folder)
    if "in place of the folder" in obstacle:
        index.path().parent.parent.mkdir(parents=True, exist_ok=True)
        paths.user_cache().write_text("in the way")
    else:
        index.path().mkdir(parents=True)
    assert len(index.records()) == 3
    assert read_by(index) == [], "it is still known while the program runs"
    assert len(read_by(PresetIndex(folder))) == 3


def test_counts_are_kept_until_the_file_changes(folder: Path) -> None:
    PresetIndex(folder).keep_parameters({"first/xor.json": 9, "first/gone.json": 1, "first/chapter.json": 2})
    index = PresetIndex(folder)
    counts = {name: record.preset.parameters for name, record in index.records().items() if record.preset}
    assert counts == {"first/spirals.json": None, "first/xor.json": 9}
    assert read_by(index) == []
    files.write(Project(title="Another"), folder / "first" / "xor.json")
    brief = index.records()["first/xor.json"].preset
    assert brief is not None and brief.parameters is None


def test_two_folders_have_indexes_of_their_own(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert PresetIndex(other).path() != PresetIndex(folder).path()
    assert PresetIndex(other).records() == {}
    assert len(PresetIndex(folder).records()) == 3


def test_hidden_files_and_files_of_other_kinds_are_no_presets(folder: Path) -> None:
    for name in ("._xor.json", "xor.png", "notes.txt"):
        (folder / "first" / name).write_text("{")
    (folder / "loose.json").write_text("{")
    assert len(PresetIndex(folder).records()) == 3
