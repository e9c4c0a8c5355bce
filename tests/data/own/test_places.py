"""A project with data of a person's own travels with them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.data.own.places import located, stored
from playground.document.files import write
from playground.editing.starting import starting_project
from playground.network.check import check
from playground.network.opening import open_project
from tests import own_files


def project_in(folder: Path, source: Path, block: str, change: Callable[[Path], None] = lambda path: None) -> Path:
    """A project file in a folder, with its data beside it."""
    from playground.data.registry import CATALOGUE

    folder.mkdir(parents=True)
    data = folder / source.name
    (shutil.copytree if source.is_dir() else shutil.copy)(source, data)
    make = {"own-table": own_files.table_parameters, "own-text": own_files.text_parameters,
            "own-images": own_files.picture_parameters,
            "own-labelled-texts": own_files.labelled_text_parameters}[block]  # fmt: skip
    project = starting_project(CATALOGUE[block].model_validate(make(data)), "Mine")
    path = folder / "mine.json"
    write(project.replace(graph=stored(project.graph, folder)), path)
    return path


@pytest.mark.parametrize(
    ("block", "source"),
    [("own-table", own_files.flowers), ("own-text", own_files.story), ("own-images", own_files.shapes),
     ("own-labelled-texts", own_files.messages)],
)
def test_moved_together_it_opens(tmp_path: Path, block: str, source: Callable[[], Path]) -> None:
    path = project_in(tmp_path / "here", source(), block)
    assert json.loads(path.read_text())["graph"]["nodes"][0]["parameters"]["file"] == source().name
    (tmp_path / "here").rename(tmp_path / "there")
    project = open_project(tmp_path / "there" / "mine.json")
    assert project.graph.nodes[0].parameters["file"] == str(tmp_path / "there" / source().name)
    assert check(project.graph).ok


def table(tmp_path: Path) -> tuple[Path, str]:
    """A project in a folder of its own, whose table lies elsewhere; and the path of the table in the file."""
    data = tmp_path / "data" / "flowers.csv"
    path = project_in(tmp_path / "here", own_files.flowers(), "own-table")
    data.parent.mkdir()
    (tmp_path / "here" / "flowers.csv").rename(data)
    path.write_text(path.read_text().replace('"flowers.csv"', json.dumps(str(data))))
    return path, str(data)


def test_elsewhere_it_stays_where_it_was(tmp_path: Path) -> None:
    path, data = table(tmp_path)
    project = open_project(path)
    assert project.graph.nodes[0].parameters["file"] == data
    assert stored(project.graph, path.parent) is project.graph
    assert check(project.graph).ok


def test_the_same_file_beside_the_project_comes_first(tmp_path: Path) -> None:
    path, data = table(tmp_path)
    shutil.copy(data, path.parent / "flowers.csv")
    assert open_project(path).graph.nodes[0].parameters["file"] == str(path.parent / "flowers.csv")
    Path(data).unlink()
    assert check(open_project(path).graph).ok


def test_another_file_of_the_same_name_is_not_taken(tmp_path: Path) -> None:
    path, data = table(tmp_path)
    (path.parent / "flowers.csv").write_text("a,b\n1,2\n")
    assert open_project(path).graph.nodes[0].parameters["file"] == data
    Path(data).unlink()
    (error,) = [problem for problem in check(open_project(path).graph).errors() if problem.node == "data"]
    assert "not at" in error.message and [fix.label for fix in error.fixes] == ["Choose a file…"]


def test_a_path_of_another_system_is_looked_for_beside(tmp_path: Path) -> None:
    path = project_in(tmp_path / "here", own_files.flowers(), "own-table")
    path.write_text(path.read_text().replace('"flowers.csv"', json.dumps("C:\\Users\\me\\flowers.csv")))
    assert open_project(path).graph.nodes[0].parameters["file"] == str(path.parent / "flowers.csv")


@pytest.mark.parametrize("name", ["", "x\0y", "a" * 5000, "..", "/"])
def test_strange_paths_break_nothing(tmp_path: Path, name: str) -> None:
    path = project_in(tmp_path / "here", own_files.flowers(), "own-table")
    project = open_project(path)
    node = project.graph.nodes[0]
    odd = project.graph.replace(
        nodes=(node.replace(parameters={**node.parameters, "file": name}), *project.graph.nodes[1:])
    )
    assert isinstance(located(stored(odd, tmp_path), tmp_path).nodes[0].parameters["file"], str)
