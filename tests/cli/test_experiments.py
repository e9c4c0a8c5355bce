"""`experiment` and `experiments` from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from playground.cli import main
from tests.experiments.example import CONTENT


@pytest.fixture(autouse=True)
def own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("playground.cli.experiments.store_path", lambda: tmp_path / "kept.sqlite")


def written(folder: Path, **changes: object) -> str:
    path = folder / "mine.experiment.json"
    path.write_text(json.dumps({**CONTENT, "looks": 2, **changes}), encoding="utf-8")
    return str(path)


def test_one_is_run_told_kept_and_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = written(tmp_path), tmp_path / "runs.csv"
    assert main(["experiment", file, "--workers", "0", "--json", "--out", str(out)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "holds"
    assert told["sentence"].startswith("Holds: in 2 of 2 seeds, train accuracy is larger for ReLU ")
    assert [run["variant"] for run in told["runs"]] == ["identity", "ReLU"] * 2
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["train accuracy"]) for row in rows] == [run["train accuracy"] for run in told["runs"]]
    assert rows[0]["question"] == "Is ReLU better than the identity?"
    assert rows[0]["answer"] == told["sentence"]
    assert main(["experiment", file, "--workers", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["known"] == 4
    assert main(["experiment", file, "--workers", "0", "--json", "--seeds", "3", "--fresh"]) == 0
    assert json.loads(capsys.readouterr().out)["seeds"] == 3


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_picture_is_saved_without_a_window(
    ending: str, tmp_path: Path, qapp: object, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"picture.{ending}"
    call = ["experiment", written(tmp_path, verdict=None), "--workers", "0", "--guess", "ReLU", "--out", str(out)]
    assert main([*call, "--theme", "dark", "--require"]) == 0
    assert out.read_bytes().startswith(b"\x89PNG" if ending == "png" else b"<?xml")
    assert "You picked ReLU, and you were right" in capsys.readouterr().out


def test_another_verdict_than_the_kept_one_is_told_and_may_be_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, verdict="does-not-hold", finding="It did not by 0.")
    assert main(["experiment", file, "--workers", "0"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1].startswith("Holds: in 2 of 2 seeds")
    assert "measured before: does not hold. It did not by 0." in printed.err
    assert main(["experiment", file, "--workers", "0", "--require"]) == 1


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["nothing-like-it"], 2, "there is no experiment “nothing-like-it”"),
        (["identity-stays-linear", "--out", "x.txt"], 2, "--out wants a file that ends in .png or .svg or .csv"),
        (["identity-stays-linear", "--guess", "magic"], 2, "--guess wants one of none, identity, ReLU, equal"),
        (["identity-stays-linear", "--seeds", "0"], 2, "“0” is not a whole number"),
    ],
)
def test_calls_that_cannot_be_are_one_sentence(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["experiment", *words]) == code
    assert sentence in capsys.readouterr().err


def test_a_variant_that_cannot_be_trained_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    variants = [{"title": "identity"}, {"title": "ReLU", "remove": ["ghost"]}]
    assert main(["experiment", written(tmp_path, variants=variants), "--workers", "0"]) == 1
    assert "“ReLU” cannot be: there is no block or wire 'ghost'" in capsys.readouterr().err


def test_the_list_says_the_question_what_it_answers_and_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiments", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    row = rows["identity-stays-linear"]
    assert row["chapter"] == "the-neuron"
    assert row["verdict"] == "holds"
    assert "S1-07" in row["answers"]
    assert main(["experiments"]) == 0
    assert "identity-stays-linear" in capsys.readouterr().out
