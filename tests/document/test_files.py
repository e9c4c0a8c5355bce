"""Project files: what is sound comes back as it was, what is not is refused with all faults, each with its place."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from playground.document import files
from playground.document.files import ProjectFileError, UnreadableFileError, parse
from playground.document.project import SCHEMA_VERSION, Project
from playground.training.opening import project_from

FIXTURE = Path(__file__).parents[1] / "fixtures" / "spirals-small.json"


def content() -> dict[str, Any]:
    return json.loads(FIXTURE.read_text(encoding="utf-8"))


def faults(value: Any, reader: Any = parse) -> dict[str, str]:
    """Place -> message of everything that is refused."""
    with pytest.raises(ProjectFileError) as caught:
        reader(value if isinstance(value, str | bytes) else json.dumps(value))
    return {problem.place: problem.message for problem in caught.value.problems}


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    project = project_from(FIXTURE.read_bytes())
    files.write(project, tmp_path / "again.json")
    assert files.read(tmp_path / "again.json") == project
    assert project.graph.node("dense-1").parameters == {"units": 6}
    assert project.graph.notes[0].text == "Watch the boundary bend — slowly."


def test_defaults_are_left_out_and_an_empty_project_is_tiny() -> None:
    assert json.loads(files.to_json(Project())) == {"format": "playground-project", "schema_version": SCHEMA_VERSION}


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse(b"\xef\xbb\xbf" + FIXTURE.read_bytes()) == parse("\ufeff" + FIXTURE.read_text(encoding="utf-8"))


def test_all_faults_at_once_each_with_its_place() -> None:
    broken = content()
    graph = broken["graph"]
    graph["nodes"][0]["position"]["x"] = "left"
    graph["nodes"][1]["training"]["initializer"]["id"] = "magic"
    graph["nodes"][2]["parameters"] = {"units": 0, "speed": 3}
    graph["nodes"][3]["id"] = "dense-1"
    graph["nodes"].append({"id": "extra", "block": "dense", "colour": "red"})
    graph["edges"].append({"source": "nowhere", "target": "extra"})
    graph["edges"].append(dict(graph["edges"][1]))
    graph["groups"][0]["nodes"].append("ghost")
    broken["training"]["optimizer"] = {"id": "sgd", "parameters": {"learning_rate": -1}}
    broken["training"]["batch_size"] = 2.5
    broken["goals"][0]["at_most"] = 1.0
    broken["surprise"] = 1
    found = faults(broken, project_from)
    assert set(found) == {
        "graph.nodes[0].position.x",
        "graph.nodes[1].training.initializer.id",
        "graph.nodes[2].parameters.units",
        "graph.nodes[2].parameters.speed",
        "graph.nodes[3].id",
        "graph.nodes[4].colour",
        "graph.edges[2].target",
        "graph.edges[3].target",
        "graph.edges[4].source",
        "graph.edges[5]",
        "graph.groups[0].nodes",
        "training.optimizer.parameters.learning_rate",
        "training.batch_size",
        "goals[0]",
        "surprise",
    }
    assert found["graph.edges[4].source"] == "there is no node “nowhere”."
    assert found["graph.nodes[2].parameters.units"] == (
        "Units of Dense must be a whole number from 1 to 65536, but 0 arrived."
    )


def test_a_cycle_is_named_along_its_nodes_and_is_not_hidden_by_other_faults() -> None:
    broken = content()
    broken["graph"]["edges"].append({"source": "dense-2", "target": "dense-1"})
    broken["graph"]["edges"].append({"source": "dense-1", "target": "ghost"})
    broken["seed"] = "one"
    found = faults(broken)
    assert set(found) == {"graph.edges", "graph.edges[5].target", "seed"}
    assert "(dense-1 → dense-2 → dense-1)" in found["graph.edges"]


def test_a_wire_from_a_node_to_itself_is_a_cycle() -> None:
    broken = content()
    broken["graph"]["edges"].append({"source": "dense-1", "target": "dense-1", "target_port": "again"})
    assert "(dense-1 → dense-1)" in faults(broken)["graph.edges"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e400", "9" * 30, "1" * 5000])
def test_numbers_that_are_not_finite_are_refused_at_their_place(number: str) -> None:
    text = json.dumps(content()).replace("220", number).replace("0.0001", number)
    assert set(faults(text)) == {"graph.nodes[1].position.x", "training.regularization.l1"}


def test_keys_that_stand_twice_are_refused() -> None:
    text = '{"format": "playground-project", "schema_version": 1, "seed": 1, "title": "a", "seed": 2}'
    assert faults(text) == {"seed": "this key stands here twice."}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "line 1, column 1", "breaks off"),
        ('{"format": "playground-project",\n "schema_version": 1, "gra', "line 2, column 23", "breaks off"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "", "not a text file"),
        (b"\x00" * 100, "line 1, column 1", "damaged"),
        ("[]", "", "JSON object"),
        ("3", "", "JSON object"),
        ("null", "", "JSON object"),
        ("{}", "format", "not a Playground project"),
        ('{"format": "playground-project"}', "schema_version", "whole number"),
        ('{"format": "playground-project", "schema_version": true}', "schema_version", "whole number"),
        ('{"format": "playground-project", "schema_version": 1.0}', "schema_version", "whole number"),
        ('{"format": "playground-project", "schema_version": 0}', "schema_version", "whole number"),
        ('{"format": "playground-project", "schema_version": 99}', "schema_version", "newer Playground"),
        ("[" * 100_000, "", "levels deep"),
        ('{"a":' * 50_000, "", "levels deep"),
    ],
)
def test_what_is_no_project_at_all_is_told_in_one_sentence(text: str | bytes, place: str, words: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    assert problem.place == place
    assert words in problem.message


def test_a_depth_bomb_inside_parameters_is_refused() -> None:
    text = json.dumps(content()).replace('"units": 6', '"units": ' + "[" * 500 + "]" * 500)
    with pytest.raises(UnreadableFileError, match="levels deep"):
        parse(text)


@pytest.mark.parametrize("root", ["graph", "training", "views", "goals", "seed", "title"])
@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [[]], [None], {"a": 1}, True])
def test_a_wrong_type_anywhere_is_a_sentence_never_a_crash(root: str, value: Any) -> None:
    broken = content()
    broken[root] = value
    sound = {"graph": [{}], "training": [{}], "views": [[]], "goals": [[]], "seed": [7], "title": ["x"]}
    if any(value == good and type(value) is type(good) for good in sound[root]):
        assert isinstance(project_from(json.dumps(broken)), Project)
    else:
        assert all(place.startswith(root) for place in faults(broken, project_from))


def test_absurd_sizes_are_refused() -> None:
    broken = content()
    broken["graph"]["nodes"] = [{"id": f"n-{i}", "block": "dense"} for i in range(5_001)]
    broken["graph"]["notes"][0]["text"] = "x" * 5_001
    found = faults(broken)
    assert "5,000" in found["graph.nodes"]
    assert "graph.notes[0].text" in found


def test_thousands_of_faults_are_counted_not_listed() -> None:
    broken = content()
    broken["graph"]["nodes"] = [{"id": f"n-{i}", "block": "dense", "x": 1} for i in range(1_000)]
    broken["graph"]["edges"] = []
    with pytest.raises(ProjectFileError) as caught:
        parse(json.dumps(broken))
    assert len(caught.value.problems) == 201
    assert caught.value.problems[-1].message == "There are 801 more faults."


def test_an_unknown_block_is_left_to_the_canvas() -> None:
    odd = content()
    odd["graph"]["nodes"].append({"id": "later", "block": "time-machine", "parameters": {"anything": [1, {"a": None}]}})
    assert project_from(json.dumps(odd)).graph.node("later").block == "time-machine"


def test_reading_tells_what_is_wrong_with_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableFileError, match=r"nothing\.json cannot be read"):
        files.read(tmp_path / "nothing.json")
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        files.read(tmp_path)
    with pytest.raises(UnreadableFileError, match="not the name of a file"):
        files.read(Path("a\0b"))
    monkeypatch.setattr(files, "LARGEST_FILE", 2**20)
    (tmp_path / "large.json").write_bytes(b" " * 2 * 2**20)
    with pytest.raises(UnreadableFileError, match="has 2 MB"):
        files.read(tmp_path / "large.json")


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_crash_while_saving_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    path = tmp_path / "project.json"
    files.write(Project(title="old"), path)
    before = path.read_bytes()

    def crash(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os if fails == "fsync" else Path, fails, crash)
    with pytest.raises(OSError, match="disk is full"):
        files.write(Project(title="new"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")
def test_saving_keeps_permissions_and_links(tmp_path: Path) -> None:
    path, link = tmp_path / "project.json", tmp_path / "link.json"
    files.write(Project(), path)
    assert path.stat().st_mode & stat.S_IRUSR
    path.chmod(0o640)
    link.symlink_to(path)
    files.write(Project(title="through the link"), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert files.read(path).title == "through the link"


def test_the_schema_describes_every_key_of_a_full_file() -> None:
    schema = files.schema()
    assert set(files.content_of(FIXTURE.read_bytes())[0]) <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Goal"]["required"] == ["metric", "within_epochs"]
