"""`playground search`: over settings of a preset and from a file, broken off and gone on with, and what cannot be."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from playground.cli.face import main
from tests.experiments.search.example import CONTENT, RATE, UNITS


@pytest.fixture(autouse=True)
def of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("playground.experiments.search.storage.user_data", lambda: tmp_path)
    monkeypatch.setattr("playground.cli.search.store_path", lambda: tmp_path / "kept.sqlite")


def found(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["search", *words, "--workers", "0", "--json"]) == 0
    content: dict[str, object] = json.loads(capsys.readouterr().out)
    return content


def test_settings_of_a_preset_are_searched_and_the_same_call_goes_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    over = ["circles", "--over", f"{UNITS}=2..6", "--over", f"{RATE}=0.01..1:log", "--sampler", "random"]
    few = found(capsys, *over, "--steps", "3", "--trials", "2")
    out = tmp_path / "trials.csv"
    more = found(capsys, *over, "--steps", "3", "--trials", "3", "--out", str(out))
    assert more["trials"][:2] == few["trials"]
    assert (more["measure"], more["direction"], more["study"]) == ("validation_loss", "minimize", few["study"])
    values = [row["validation loss"] for row in more["trials"]]
    assert more["best"]["value"] == min(values)
    assert all(row["Dense 1: Units"] in range(2, 7) for row in more["trials"])
    assert len(more["fresh_seeds"]["best"]) == 3
    with out.open(encoding="utf-8") as file:
        assert [float(row["validation loss"]) for row in csv.DictReader(file)] == values


def test_a_search_file_is_run_and_the_call_may_change_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.search.json"
    path.write_text(json.dumps({**CONTENT, "budget": {"steps": 2}, "looks": 1}), encoding="utf-8")
    assert main(["search", str(path), "--trials", "2", "--seeds", "2", "--workers", "0"]) == 0
    said = capsys.readouterr()
    assert "Which learning rate, and how many units?" in said.out
    assert "Best of 2 trials" in said.out
    assert "tells nothing of new examples" in said.err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["circles"], 2, "over what? Give --over"),
        (["circles", "--over", "training.speed=1..2"], 1, "there is no “speed” in training"),
        (["circles", "--over", "training.batch_size=9..1"], 1, "must go from a lower to a higher number"),
        (["circles", "--over", "training.batch_size=1..many"], 1, "A range has two numbers"),
        (["circles", "--over", "training.batch_size=1..9:fast"], 1, "may stand :log or :step=STEP"),
        (["circles", "--over", "training.batch_size"], 1, "A setting is written as"),
        (["circles", "--over", "training.batch_size=4..8", "--measure", "X"], 1, "“X” is no measure"),
        (["circles", "--over", "training.batch_size=4..8", "--storage", "mysql://a/b"], 1, "pip install PyMySQL"),
        (["circles", "--over", "training.batch_size=4..8", "--out", "x.txt"], 2, ".csv, .png or .svg"),
        (["cirlces", "--over", "training.batch_size=4..8"], 2, "Did you mean circles"),
    ],
)
def test_what_cannot_be_searched_is_told(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *words]) == code
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said
