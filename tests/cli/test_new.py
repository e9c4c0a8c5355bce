"""`playground new`: from a file or a folder to a project that trains."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import own_files


@pytest.mark.parametrize(
    ("data", "block"),
    [
        (own_files.flowers, "own-table"), (own_files.houses, "own-table-numbers"), (own_files.shapes, "own-images"),
        (own_files.story, "own-text"), (own_files.messages, "own-labelled-texts"),
    ],
)  # fmt: skip
def test_a_file_or_folder_becomes_a_project_that_trains(
    playground: Callable, tmp_path: Path, data: Callable[[], Path], block: str
) -> None:
    out = tmp_path / "mine.json"
    made = playground("new", data(), "--out", out)
    assert (made.code, made.err) == (0, "") and "Saved" in made.out
    assert json.loads(out.read_text())["graph"]["nodes"][0]["block"] == block
    trained = playground("train", out, "--steps", 2, "--json")
    assert trained.code == 0 and trained.json["steps"] == 2


def test_the_column_to_predict_can_be_named(playground: Callable, tmp_path: Path) -> None:
    out = tmp_path / "mine.json"
    made = playground("new", own_files.flowers(), "--target", "width", "--out", out)
    assert "predicts the column “width”" in made.out
    assert json.loads(out.read_text())["graph"]["nodes"][0]["block"] == "own-table-numbers"


def test_several_columns_to_predict_can_be_named_and_what_is_left_out_has_its_reason(
    playground: Callable, tmp_path: Path
) -> None:
    data, out = tmp_path / "heat.csv", tmp_path / "mine.json"
    data.write_text("a,heat,cool,no\n" + "\n".join(f"{n % 7},{n % 7 + 0.5},{n % 5 - 0.5},{n + 1}" for n in range(40)))
    made = playground("new", data, "--target", "heat", "--target", "cool", "--out", out)
    assert "predicts the columns “heat”, “cool”" in made.out
    assert "Left out: no (counts the rows)." in made.out
    targets = [c["name"] for c in json.loads(out.read_text())["graph"]["nodes"][0]["parameters"]["table"]["columns"]
               if c.get("target")]  # fmt: skip
    assert targets == ["heat", "cool"]


def test_data_beside_the_project_are_named_relative_to_it(playground: Callable, tmp_path: Path) -> None:
    (tmp_path / "flowers.csv").write_bytes(own_files.flowers().read_bytes())
    playground("new", tmp_path / "flowers.csv", "--out", tmp_path / "mine.json")
    content = json.loads((tmp_path / "mine.json").read_text())
    assert content["graph"]["nodes"][0]["parameters"]["file"] == "flowers.csv"


def test_an_existing_project_is_replaced_only_when_asked(playground: Callable, tmp_path: Path) -> None:
    out = tmp_path / "mine.json"
    playground("new", own_files.flowers(), "--out", out)
    playground("train", out, "--steps", 2, "--save", out)
    before = out.read_bytes()
    refused = playground("new", own_files.houses(), "--out", out)
    assert refused.code == 2 and "--replace" in refused.err and out.read_bytes() == before
    assert playground("new", own_files.houses(), "--out", out, "--replace").code == 0
    assert not out.with_suffix(".safetensors").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("missing.csv",), "no file or folder"),
        (("x\0y",), "x"),
        (("~nobodyhere/x",), "nobodyhere"),
        ((own_files.flowers, "--target", "colours"), "There is no column"),
        ((own_files.story, "--target", "a"), "no table"),
        (("empty.csv",), "empty"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(
    playground: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.csv").write_text("")
    refused = playground("new", *(word() if callable(word) else word for word in words), "--out", "o.json")
    assert refused.code == 2 and len(refused.err.splitlines()) == 1
    assert told in refused.err and not Path("o.json").exists()
