"""`cross-validate`: the table, the sentence, JSON and CSV."""

from __future__ import annotations

import csv
import json

import pytest

from playground.cli.face import main


@pytest.fixture(autouse=True)
def own_store(monkeypatch, tmp_path):
    monkeypatch.setattr("playground.cli.cross_validation.store_path", lambda: tmp_path / "kept.sqlite")


def test_scores_of_all_folds(tmp_path, capsys):
    out = tmp_path / "folds.csv"
    call = ["cross-validate", "iris", "--folds", "3", "--epochs", "2", "--workers", "0", "--out", str(out), "--json"]
    assert main(call) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["measure"] == "validation_accuracy" and len(told["runs"]) == 3 and told["known"] == 0
    assert told["mean"] == pytest.approx(sum(run["validation accuracy"] for run in told["runs"]) / 3)
    rows = list(csv.DictReader(out.open()))
    assert [row["fold"] for row in rows] == ["1", "2", "3"]
    assert float(rows[0]["validation accuracy"]) == told["runs"][0]["validation accuracy"]
    assert main(call[:-3]) == 0
    words = capsys.readouterr().out
    assert told["sentence"] in " ".join(words.split()) and "over 3 folds" in words


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [(["karate-club"], 1, "because it is one graph"), (["iris", "--folds", "1"], 2, "whole number from 2"),
     (["iris", "--out", "x.png"], 2, "ends in .csv"), (["iris", "--folds", "5000"], 1, "more than")],
)  # fmt: skip
def test_what_cannot_be_is_told_in_a_sentence(call, code, words, capsys):
    assert main(["cross-validate", *call, "--workers", "0"]) == code
    assert words in " ".join(capsys.readouterr().err.split())


def test_nested_with_a_search_file(tmp_path, capsys):
    content = {
        "format": "playground-search", "question": "Which rate?", "base": "iris",
        "settings": [{"kind": "range", "title": "rate", "paths": ["training.optimizer.parameters.learning_rate"],
                      "low": 0.001, "high": 0.1, "logarithmic": True}],
        "measure": {"quantity": "validation_accuracy"}, "budget": {"epochs": 1}, "looks": 1, "sampler": "random",
        "folds": 2,
    }  # fmt: skip
    path = tmp_path / "rate.search.json"
    path.write_text(json.dumps(content))
    call = ["cross-validate", "iris", "--search", str(path), "--trials", "2", "--folds", "2", "--workers", "0"]
    assert main([*call, "--fresh", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["trials"] == 2 and len(told["runs"]) == 2
    assert told["optimism"] == pytest.approx(told["chosen_by"] - told["mean"])
    assert main(["cross-validate", "iris", "--search", "no-such"]) == 2
    assert "no search “no-such”" in capsys.readouterr().err
