"""`train`: what it prints, saves and returns."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.cli.overrides import overridden
from playground.cli.running import GoalWatch
from playground.document import files
from playground.document.project import Goal, Project
from playground.training.saving.checkpoint import read_checkpoint
from playground.training.session.session import Session


def test_json_has_exactly_the_promised_keys(playground: Callable, small: Path) -> None:
    spoken = playground("train", small, "--json")
    assert spoken.code == 0
    assert list(spoken.json) == [
        "preset", "epochs", "steps", "seconds", "steps_per_second", "device", "engine", "parameters", "metrics",
        "reasons", "goals",
    ]  # fmt: skip
    assert spoken.json["preset"] == str(small)
    assert spoken.json["device"] == "cpu"
    assert spoken.json["parameters"] == 2 * 6 + 6 + 6 + 1
    assert spoken.json["steps"] == 7 * spoken.json["epochs"]
    assert {"train_loss", "validation_loss", "test_loss", "test_accuracy"} <= set(spoken.json["metrics"])
    (goal,) = spoken.json["goals"]
    assert set(goal) == {"metric", "at_least", "within_epochs", "value", "met"}
    assert goal["value"] == spoken.json["metrics"]["train_accuracy"]
    assert goal["met"] == (goal["value"] >= 0.5)


@pytest.mark.parametrize(
    ("words", "epochs", "steps"),
    [
        (["--epochs", "3"], 3, 21),
        (["--steps", "10"], pytest.approx(10 / 7, abs=1e-3), 10),
        (["--epochs", "1", "--steps", "100"], 1, 7),
        (["--epochs", "9", "--steps", "2"], pytest.approx(2 / 7, abs=1e-3), 2),
    ],
)
def test_exactly_what_was_asked_for(
    playground: Callable, small: Path, words: list[str], epochs: Any, steps: int
) -> None:
    result = playground("train", small, "--json", *words).json
    assert (result["epochs"], result["steps"]) == (epochs, steps)


def test_without_a_word_the_goals_decide_how_long(playground: Callable, variant: Callable) -> None:
    def hopeless(content: dict[str, Any]) -> None:
        content["goals"] = [{"metric": "test_loss", "at_most": 0.0, "within_epochs": 6}]

    assert playground("train", variant(hopeless), "--json").json["epochs"] == 6
    assert playground("train", variant(lambda content: content.pop("goals")), "--json").json["epochs"] == 20


def test_a_failure_is_trained_in_full_and_called_so(playground: Callable, variant: Callable) -> None:
    def failing(content: dict[str, Any]) -> None:
        content["goals"] = [{"metric": "test_accuracy", "at_most": 1.0, "within_epochs": 6, "failure": True}]

    path = variant(failing)
    result = playground("train", path, "--json").json
    assert result["epochs"] == 6 and result["goals"][0]["failure"] and result["goals"][0]["met"]
    assert "after 6 epochs, a failure to see" in playground("train", path, "--epochs", "1").out


def test_a_metric_without_a_value_has_a_reason_beside_it(playground: Callable, variant: Callable) -> None:
    def one_example(content: dict[str, Any]) -> None:
        content.pop("goals")
        content["graph"] = {
            "nodes": [
                {"id": "data", "block": "typed-examples"},
                {"id": "unit", "block": "dense", "parameters": {"units": 1}},
                {"id": "loss", "block": "mean-squared-error"},
            ],
            "edges": [
                {"source": "data", "source_port": "features", "target": "unit"},
                {"source": "unit", "target": "loss", "target_port": "prediction"},
                {"source": "data", "source_port": "target", "target": "loss", "target_port": "target"},
            ],
        }  # fmt: skip

    path = variant(one_example)
    result = playground("train", path, "--epochs", "1", "--json").json
    assert result["metrics"]["train_r2"] is None and "two examples" in result["reasons"]["train_r2"]
    assert result["reasons"].keys() == {name for name, value in result["metrics"].items() if value is None}
    assert "no train R²: R² needs two examples" in playground("train", path, "--epochs", "1").out


@pytest.mark.parametrize(("bound", "code"), [(0.0, 0), (1.1, 1)])
def test_require_goals_decides_the_exit_code(playground: Callable, variant: Callable, bound: float, code: int) -> None:
    def goal(content: dict[str, Any]) -> None:
        content["goals"] = [{"metric": "test_accuracy", "at_least": bound, "within_epochs": 3}]

    path = variant(goal)
    assert playground("train", path, "--require-goals", "--json").code == code
    assert playground("train", path, "--json").code == 0


def test_a_goal_counts_from_when_it_is_kept_for_good() -> None:
    watch = GoalWatch((Goal(metric="test_accuracy", at_least=0.9, within_epochs=10),))
    assert not watch.look({"test_accuracy": 0.8}, 5)
    assert watch.look({"test_accuracy": 0.95}, 9)
    assert watch.look({"test_accuracy": 0.95}, 50), "kept since epoch 9"
    assert not watch.look({"test_accuracy": 0.8}, 60)
    assert not watch.look({"test_accuracy": 0.95}, 70), "reached again, but too late"
    assert not watch.look({}, 80)
    assert math.isnan(watch.content()[0]["value"])


def test_seed_and_settings_change_the_run_and_repeat_it(playground: Callable, small: Path) -> None:
    def loss(*words: str) -> float:
        return playground("train", small, "--epochs", "2", "--json", *words).json["metrics"]["train_loss"]

    first = loss("--seed", "1")
    assert loss("--seed", "1") == first
    assert loss("--seed", "2") != first
    assert loss("--set", "seed=1") == first
    assert loss("--seed", "1", "--set", "training.optimizer.parameters.learning_rate=0.5") != first


def test_settings_are_found_by_name_and_by_number(small: Path) -> None:
    project = files.read(small)
    changed = overridden(
        project,
        [
            "graph.nodes.dense-1.parameters.units=4",
            "graph.nodes.2.title=Output unit",
            "training.optimizer=adam",
            "training.optimizer.parameters.learning_rate=0.02",
            "training.stop.epochs=7",
            "goals.0.at_least=0.75",
        ],
    )
    assert changed.graph.node("dense-1").parameters["units"] == 4
    assert changed.graph.node("dense-2").title == "Output unit"
    assert changed.training.optimizer.model_dump() == {"id": "adam", "parameters": {"learning_rate": 0.02}}
    assert changed.training.stop.epochs == 7
    assert changed.goals[0].at_least == 0.75
    assert overridden(project, []) is project


def test_saved_project_and_weights_go_on_where_the_run_stopped(
    playground: Callable, small: Path, tmp_path: Path
) -> None:
    target = tmp_path / "trained.json"
    words = ("--epochs", "3", "--set", "graph.nodes.dense-1.parameters.units=4", "--seed", "8", "--save", target)
    metrics = playground("train", small, "--json", *words).json["metrics"]
    project = files.read(target)
    assert (project.seed, project.graph.node("dense-1").parameters["units"]) == (8, 4)
    session = Session(project, "cpu")
    session.resume(read_checkpoint(tmp_path / "trained.safetensors"))
    assert session.step == 21
    assert session.evaluate(full=True, observe=False) == metrics


def test_people_get_words_and_a_table(playground: Callable, small: Path) -> None:
    spoken = playground("train", small, "--epochs", "2")
    assert spoken.out.startswith("2 epochs, 14 steps in ")
    assert "25 parameters" in spoken.out
    assert "validation" in spoken.out
    assert "train accuracy at least 0.5 within 4 epochs" in spoken.out
    assert "epoch 2" in spoken.err


def test_a_project_with_errors_is_refused_with_the_node_and_code_1(playground: Callable, variant: Callable) -> None:
    def break_it(content: dict[str, Any]) -> None:
        del content["graph"]["edges"][1]

    spoken = playground("train", variant(break_it))
    assert (spoken.code, spoken.out) == (1, "")
    assert "dense-2: Dense waits for a wire into “input”." in spoken.err


def test_numbers_that_run_away_are_told_with_code_1(playground: Callable, variant: Callable) -> None:
    def explode(content: dict[str, Any]) -> None:
        content["training"]["optimizer"]["parameters"]["learning_rate"] = 100.0
        content["graph"]["nodes"][1]["parameters"]["activation"] = "identity"
        content["graph"]["nodes"][3] = {"id": "loss", "block": "mean-squared-error"}

    spoken = playground("train", variant(explode), "--epochs", "200")
    assert spoken.code == 1
    assert "stopped at step" in spoken.err
    assert "learning rate" in spoken.err


def test_numbers_that_json_cannot_hold_become_null(playground: Callable, variant: Callable) -> None:
    def unknown_metric(content: dict[str, Any]) -> None:
        content["goals"] = [{"metric": "test_magic", "at_least": 1.0, "within_epochs": 1}]

    spoken = playground("train", variant(unknown_metric), "--json")
    assert json.loads(spoken.out)["goals"][0]["value"] is None


def test_an_empty_project_says_what_it_needs(playground: Callable, tmp_path: Path) -> None:
    files.write(Project(), tmp_path / "empty.json")
    spoken = playground("train", tmp_path / "empty.json")
    assert spoken.code == 1
    assert "no data on the canvas" in spoken.err


def test_the_picture_shows_the_trained_network_without_training_it_again(
    playground: Callable, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playground.ui.shell import picture

    asked: list[tuple[int, float]] = []

    def look(project: Project, epochs: int, theme: str, size: tuple[int, int], out: Path, weights: Path) -> None:
        session = Session(project)
        session.resume(read_checkpoint(weights))
        asked.append((epochs, session.evaluate(full=True)["train_loss"]))

    monkeypatch.setattr(picture, "save_picture", look)
    spoken = playground("train", small, "--steps", 7, "--picture", tmp_path / "trained.png", "--json")
    assert spoken.code == 0, spoken.err
    assert asked == [(0, pytest.approx(spoken.json["metrics"]["train_loss"], rel=1e-5))]
