"""`check`, `blocks`, `datasets`, `views`, `view` and `schema`: the output that scripts rely on."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.blocks.registry import BLOCKS
from playground.data.registry import DATASETS
from playground.document import files
from playground.document.files import to_json
from playground.document.graph import Group
from playground.document.project import Project
from tests.network.small_graphs import multilayer
from tests.training.runs import circles


def test_check_tells_shapes_and_parameters(playground: Callable, small: Path) -> None:
    spoken = playground("check", small, "--json")
    assert spoken.code == 0
    assert spoken.json == {
        "ok": True,
        "parameters": 25,
        "nodes": [
            {"id": "data", "block": "spirals", "output_shapes": [[2], [1]], "parameters": 0},
            {"id": "dense-1", "block": "dense", "output_shapes": [[6]], "parameters": 18},
            {"id": "dense-2", "block": "dense", "output_shapes": [[1]], "parameters": 7},
            {"id": "loss", "block": "binary-cross-entropy", "output_shapes": [[]], "parameters": 0},
        ],
        "groups": [
            {
                "id": "group-1", "title": "Hidden", "inside": None, "nodes": ["dense-1"], "repeat": 1, "shared": False,
                "parameters": 18,
            }
        ],
        "errors": [],
    }


def test_check_tells_errors_with_their_fixes(playground: Callable, variant: Callable) -> None:
    def break_it(content: dict[str, Any]) -> None:
        content["graph"]["nodes"][2]["parameters"]["units"] = 3

    path = variant(break_it)
    spoken = playground("check", path, "--json")
    assert (spoken.code, spoken.json["ok"]) == (1, False)
    (error,) = spoken.json["errors"]
    assert error["node"] == "loss"
    assert error["message"]
    assert error["fixes"]
    assert all(isinstance(fix, str) for fix in error["fixes"])
    people = playground("check", path)
    assert people.code == 1
    assert f"Binary cross-entropy: {error['message']} Fixes: {error['fixes'][0]}" in people.out


def test_check_lists_every_fault_of_a_file(playground: Callable, variant: Callable) -> None:
    path = variant(lambda content: content.update(seed="one", surprise=1))
    spoken = playground("check", path, "--json")
    assert (spoken.code, spoken.json["ok"], spoken.json["nodes"]) == (1, False, [])
    assert [error["message"].split(":")[0] for error in spoken.json["errors"]] == ["seed", "surprise"]


def test_check_writes_a_file_by_hand_as_the_window_saves_it(
    playground: Callable, small: Path, variant: Callable
) -> None:
    def by_hand(content: dict[str, Any]) -> None:
        graph = content.pop("graph")
        content.update(schema_version=2, chapter="Own", summary="", graph=dict(reversed(graph.items())))

    path = variant(by_hand)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    project = files.parse(path.read_bytes())
    spoken = playground("check", path, "--write")
    assert spoken.code == 0 and f"Saved {path}" in spoken.err
    assert path.read_text(encoding="utf-8") == files.to_json(project)
    before = path.stat().st_mtime_ns
    spoken = playground("check", path, "--write", "--json")
    assert spoken.json["ok"] and "is as the window saves it" in spoken.err
    assert path.stat().st_mtime_ns == before


def test_check_writes_no_file_that_it_cannot_read(playground: Callable, variant: Callable) -> None:
    path = variant(lambda content: content.update(seed="one"))
    before = path.read_bytes()
    assert playground("check", path, "--write").code == 1
    assert path.read_bytes() == before


def test_an_unknown_block_is_an_error_on_its_node(playground: Callable, variant: Callable) -> None:
    def add(content: dict[str, Any]) -> None:
        content["graph"]["nodes"].append({"id": "later", "block": "time-machine"})

    spoken = playground("check", variant(add), "--json")
    assert spoken.code == 1
    assert spoken.json["nodes"][4] == {"id": "later", "block": "time-machine", "output_shapes": [], "parameters": 0}
    assert spoken.json["errors"][0]["node"] == "later"


@pytest.mark.parametrize(("command", "classes"), [("blocks", BLOCKS), ("datasets", DATASETS)])
def test_declarations_come_with_every_parameter(playground: Callable, command: str, classes: tuple[type, ...]) -> None:
    rows = playground(command, "--json").json
    assert [row["id"] for row in rows] == [cls.id for cls in classes]
    for row in rows:
        assert {"id", "family", "title", "parameters"} <= set(row)
        for parameter in row["parameters"]:
            assert {"name", "type", "default", "bounds", "help"} <= set(parameter)
            assert parameter["help"], f"{row['id']}.{parameter['name']} has no help"
    assert classes[0].title in playground(command).out


def test_blocks_tell_bounds_and_choices(playground: Callable) -> None:
    dense = next(row for row in playground("blocks", "--json").json if row["id"] == "dense")
    units, activation, bias = dense["parameters"]
    assert (units["type"], units["default"], units["bounds"]) == ("integer", 8, [1.0, 65536.0])
    assert (activation["type"], activation["bounds"]) == ("choice", None)
    assert "tanh" in activation["choices"]
    assert (bias["type"], bias["default"]) == ("switch", True)


def test_views_tell_which_apply_and_why_not(playground: Callable, small: Path) -> None:
    rows = playground("views", small, "--json").json
    assert {"curves", "decision-boundary", "confusion-matrix", "prediction-wall"} <= {row["id"] for row in rows}
    for row in rows:
        assert {"id", "title", "applies", "why_not"} <= set(row)
        assert row["applies"] == (row["why_not"] == "")
    wall = next(row for row in rows if row["id"] == "prediction-wall")
    assert not wall["applies"]
    assert "no: " in playground("views", small).out
    assert all(row["applies"] is None for row in playground("views", "--json").json)


def test_a_view_becomes_a_table(playground: Callable, small: Path, tmp_path: Path) -> None:
    out = tmp_path / "curves.csv"
    assert playground("view", small, "--view", "curves", "--epochs", "3", "--out", out).code == 0
    with out.open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    assert "step" in columns
    assert len(rows) >= 3


def test_a_view_that_does_not_apply_says_why(playground: Callable, small: Path, tmp_path: Path) -> None:
    spoken = playground("view", small, "--view", "prediction-wall", "--out", tmp_path / "x.csv")
    assert spoken.code == 1
    assert "images" in spoken.err
    assert not (tmp_path / "x.csv").exists()


def test_check_counts_all_copies_of_a_group(playground: Callable, tmp_path: Path) -> None:
    graph = multilayer(circles(), (3, "tanh"), (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    group = Group(id="g", title="Layer", nodes=("layer-2",), repeat=4)
    path = tmp_path / "deep.json"
    path.write_text(to_json(Project(graph=graph.replace(groups=(group,)))))
    content = json.loads(playground("check", path, "--json").out)
    assert content["ok"] and content["parameters"] == 9 + 4 * 12 + 4
    assert content["groups"] == [
        {"id": "g", "title": "Layer", "inside": None, "nodes": ["layer-2"], "repeat": 4, "shared": False,
         "parameters": 48}
    ]  # fmt: skip
    assert next(node["parameters"] for node in content["nodes"] if node["id"] == "layer-2") == 48
    table = playground("check", path).out
    assert "Layer" in table and "61 parameters, no errors." in table


def test_a_number_of_copies_can_be_set(playground: Callable, tmp_path: Path) -> None:
    graph = multilayer(circles(), (3, "tanh"), (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")
    path = tmp_path / "deep.json"
    path.write_text(to_json(Project(graph=graph.replace(groups=(Group(id="g", nodes=("layer-2",)),)))))
    found = playground("train", path, "--steps", "2", "--set", "graph.groups.g.repeat=3", "--json")
    assert json.loads(found.out)["parameters"] == 9 + 3 * 12 + 4


def test_schema_of_a_group(playground: Callable) -> None:
    schema = json.loads(playground("schema", "--of", "group").out)
    assert schema["properties"]["format"]["const"] == "playground-group"


def test_schema_is_json_schema(playground: Callable) -> None:
    schema = json.loads(playground("schema").out)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "graph" in schema["properties"]
