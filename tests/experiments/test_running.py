"""Cells of an experiment: the projects that they are, what is measured of them, in one process and in several."""

from __future__ import annotations

import json
import math
import os
import signal
from pathlib import Path

import pytest
from pydantic import ValidationError

from playground.document.edits import set_parameters
from playground.document.experiment import Budget, Experiment, Measure
from playground.document.experiment_files import is_experiment
from playground.document.files import to_json
from playground.document.project import Project
from playground.experiments import measurement, pool
from playground.experiments.cells import Cell, ExperimentFault, cells_of
from playground.experiments.library import open_preset, read_experiment, write_experiment
from playground.experiments.measurement import Measurement, measured
from playground.experiments.quantities.registry import QUANTITIES
from playground.experiments.running import Cancelled, run_cell
from playground.experiments.store import Store
from playground.training.session.session import Session
from tests.experiments.example import CONTENT

BY_TORCH = {"set": {"training.engine": "torch"}}
"""Such cells have no common step."""


def experiment(**changes: object) -> Experiment:
    return Experiment.model_validate_json(json.dumps({**CONTENT, **changes}), strict=True)


def whole(asked: Experiment, **options: object) -> Measurement:
    *_, last = measured(asked, open_preset, **options)
    return last


def by_hand(project: Project, epochs: int) -> float:
    session = Session(project, "cpu")
    session.advance(epochs * session.steps_per_epoch)
    return session.evaluate(full=True, observe=False)["train_accuracy"]


def test_a_cell_gives_what_a_session_gives() -> None:
    found = whole(experiment())
    project = open_preset("circles")
    for seed in (0, 1):
        for variant, activation in enumerate(("identity", "relu")):
            graph = set_parameters(project.graph, "dense-1", {"activation": activation})
            expected = by_hand(project.replace(graph=graph, seed=project.seed + seed), 20)
            assert found.results()[seed, variant, 0] == expected
    assert found.verdict is not None
    assert found.verdict.word == "holds"


def test_changes_exchange_put_in_and_take_out_blocks_and_set_everywhere() -> None:
    changes = {
        "set": {"training.optimizer": "sgd", "training.batch_size": 8},
        "replace_blocks": {"loss": {"block": "mean-squared-error"}},
        "insert": [{"before": "dense-2", "block": "dropout", "parameters": {"rate": 0.25}}],
    }
    asked = experiment(changes=changes, variants=[{"title": "ReLU"}, {"title": "identity", "remove": ["dense-1"]}])
    with_it, without = (cell.project for cell in cells_of(asked, open_preset, 1))
    assert with_it.training.optimizer.id == "sgd"
    assert with_it.training.batch_size == 8
    assert with_it.graph.node("loss").block == "mean-squared-error"
    assert [edge.source for edge in with_it.graph.into("dense-2")] == ["dropout-1"]
    assert with_it.graph.node("dropout-1").parameters == {"rate": 0.25}
    assert not without.graph.has("dense-1")
    assert [edge.source for edge in without.graph.into("dropout-1")] == ["data"]


def test_an_axis_sets_all_its_paths_and_seeds_may_have_data_of_their_own() -> None:
    axis = {"title": "units", "paths": ["graph.nodes.dense-1.parameters.units"], "values": [2, 4, 8]}
    cells = cells_of(experiment(axis=axis, fresh_data=True), open_preset)
    assert len(cells) == 2 * 2 * 3
    assert [cell.project.graph.node("dense-1").parameters["units"] for cell in cells[:3]] == [2, 4, 8]
    assert {cell.project.graph.node("data").parameters.get("data_seed", 0) for cell in cells} == {0, 1}
    assert {cell.project.seed for cell in cells} == {cells[0].project.seed, cells[0].project.seed + 1}
    assert len({cell.key for cell in cells}) == len(cells)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"variants": [{"title": "identity"}, {"title": "ReLU", "remove": ["ghost"]}]}, "“ReLU” cannot be: there"),
        (
            {"variants": [{"title": "identity"}, {"title": "ReLU", "set": {"training.speed": 1}}]},
            "“ReLU” cannot be: there is no “speed” in training",
        ),
    ],
)
def test_a_variant_that_cannot_be_is_named(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(ExperimentFault, match=sentence):
        cells_of(experiment(**changes), open_preset)


def test_moments_of_a_measure() -> None:
    measures = [
        {"quantity": "train_accuracy"},
        {"quantity": "train_accuracy", "moment": "best"},
        {"quantity": "train_accuracy", "moment": "start"},
        {"quantity": "train_accuracy", "moment": "mean"},
        {"quantity": "train_accuracy", "at_least": 0.8},
        {"quantity": "train_accuracy", "at_least": 1.01},
        {"quantity": "parameters"},
        {"quantity": "weight_change.dense-1"},
        {"quantity": "steps"},
    ]
    cell = cells_of(experiment(measures=measures), open_preset, 1)[1]
    end, best, start, mean, needed, never, parameters, change, steps = run_cell(cell).values
    assert start < mean < best
    assert end <= best
    assert 0 < needed < steps
    assert never == math.inf
    assert parameters == 13  # 2 x 3 + 3, 3 + 1
    assert change > 0.1


def test_whoever_is_told_of_the_looks_may_end_a_run_which_saves_its_other_steps(tmp_path: Path) -> None:
    cell = cells_of(experiment(looks=4), open_preset, 1)[1]
    heard: list[tuple[int, float]] = []
    listened = run_cell(cell, told=lambda step, value: heard.append((step, value)) or False)
    assert listened.values == run_cell(cell).values  # to listen changes nothing
    assert [step for step, _ in heard] == [listened.steps * look // 4 for look in (1, 2, 3)]  # the last is the outcome
    assert [value for _, value in heard] == [value for _, value in listened.curve[1:-1]]
    pruned = run_cell(cell, told=lambda step, _: step >= heard[1][0])
    assert (pruned.pruned, pruned.steps, listened.pruned) == (True, heard[1][0], False)
    assert pruned.values == (heard[1][1],)
    store = Store(tmp_path / "kept.sqlite")
    store.keep(cell.key, pruned)
    assert not store.find([cell.key])


def test_every_quantity_is_a_number_for_a_network_and_for_one_of_its_blocks() -> None:
    usual = [quantity for quantity in QUANTITIES if quantity.needs in ("", "classes")]
    names = [quantity.id for quantity in usual]
    blocks = [f"{quantity.id}.dense-1" for quantity in usual if quantity.of_blocks]
    measures = [{"quantity": name} for name in names + blocks]
    found = [
        run_cell(cell).values
        for start in range(0, len(measures), 16)
        for cell in cells_of(experiment(measures=measures[start : start + 16]), open_preset, 1)[1:]
    ]
    assert all(math.isfinite(value) for values in found for value in values)


def test_a_run_that_runs_away_has_no_number_at_its_end_but_can_be_told() -> None:
    wild = {"training.optimizer": {"id": "sgd", "parameters": {"learning_rate": 50.0}}}
    asked = experiment(
        base="plane", variants=[{"title": "identity", "set": wild}],
        measures=[{"quantity": "train_loss"}, {"quantity": "diverged"}, {"quantity": "train_loss", "moment": "start"}],
        rule={"kind": "bound", "variant": "identity", "at_most": 1.0}, verdict="does-not-hold",
    )  # fmt: skip
    loss, diverged, start = run_cell(cells_of(asked, open_preset, 1)[0]).values
    assert math.isnan(loss)
    assert diverged == 1.0
    assert math.isfinite(start)


def test_what_is_known_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "kept.sqlite")
    first = whole(experiment(), store=store)
    monkeypatch.setattr(measurement, "outcomes", lambda cells, *_: iter(cells and pytest.fail("run again")))
    again = whole(experiment(), store=Store(tmp_path / "kept.sqlite"))
    assert (first.known, again.known) == (0, 4)
    assert again.outcomes == first.outcomes


def test_another_budget_and_another_setting_are_other_cells_and_a_title_is_not() -> None:
    key = cells_of(experiment(), open_preset, 1)[0].key
    titled = [{**CONTENT["variants"][0], "title": "none"}, CONTENT["variants"][1]]
    rule = {**CONTENT["rule"], "less": "none"}
    assert cells_of(experiment(variants=titled, rule=rule), open_preset, 1)[0].key == key
    assert cells_of(experiment(budget={"epochs": 21}), open_preset, 1)[0].key != key
    assert cells_of(experiment(changes={"set": {"training.batch_size": 8}}), open_preset, 1)[0].key != key


def test_other_stored_weights_to_start_from_are_other_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {"title": "identity"}, {"title": "ReLU"}
    asked = experiment(base="few-new-digits", variants=[{**one, "set": {}} for one in few])
    before = cells_of(asked, open_preset, 1)[0].key
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(b"others")
    monkeypatch.setattr("playground.experiments.cells.stored_path", lambda _: weights)
    assert cells_of(asked, open_preset, 1)[0].key != before


def test_workers_give_the_same_numbers_and_cancelling_ends_them() -> None:
    asked = experiment(budget={"epochs": 5}, changes=BY_TORCH)
    assert whole(asked, workers=2).results().tolist() == whole(asked).results().tolist()
    asked = experiment(budget={"steps": 100_000_000}, changes=BY_TORCH)
    waiting = measured(asked, open_preset, workers=1)
    first, again = next(waiting), next(waiting)
    assert again is first  # whoever waits has a turn though nothing is new
    waiting.close()
    answers = iter([False, False, True])
    with pytest.raises(Cancelled):
        whole(asked, workers=1, stopped=lambda: next(answers, True))


def test_a_cell_whose_worker_is_killed_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = experiment(budget={"epochs": 5}, changes=BY_TORCH)
    monkeypatch.setenv("KILL_ONCE", str(tmp_path / "killed"))
    monkeypatch.setattr(pool, "_run", killed_once)
    assert whole(asked, workers=1).results().tolist() == whole(asked).results().tolist()
    assert (tmp_path / "killed").exists()


def killed_once(index: int, cell: Cell) -> object:
    mark = Path(os.environ["KILL_ONCE"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return run_cell(cell)


def test_a_budget_of_seconds_counts_the_time_of_learning(tmp_path: Path) -> None:
    cell = cells_of(experiment(budget={"seconds": 0.05}), open_preset, 1)[0]
    outcome = run_cell(cell)
    assert outcome.seconds >= 0.05
    assert outcome.steps > 0
    assert Budget(seconds=0.05) == cell.budget


def test_files_with_faults_are_told_with_their_places(tmp_path: Path) -> None:
    from playground.document.decoding import ProjectFileError

    path = tmp_path / "bad.experiment.json"
    path.write_text('{"format": "playground-experiment", "question": "?", "speed": 1}', encoding="utf-8")
    with pytest.raises(ProjectFileError) as caught:
        read_experiment(path)
    places = {problem.place for problem in caught.value.problems}
    assert {"speed", "guess", "variants", "budget", "measures", "rule"} <= places


def test_an_experiment_may_hold_its_project_and_comes_back_from_its_file(tmp_path: Path) -> None:
    held = {**CONTENT, "project": json.loads(to_json(open_preset("circles")))}
    del held["base"]
    asked = Experiment.model_validate_json(json.dumps(held))
    path = tmp_path / "mine.experiment.json"
    write_experiment(asked, path)
    assert is_experiment(path)
    assert read_experiment(path) == asked
    named = cells_of(experiment(), open_preset, 1)
    assert [cell.key for cell in cells_of(asked, open_preset, 1)] == [cell.key for cell in named]
    with pytest.raises(ValidationError, match="has a base"):
        Experiment.model_validate_json(json.dumps({**held, "base": "circles"}))


def test_measures_ask_for_one_thing() -> None:
    with pytest.raises(ValueError, match="not both"):
        Measure(quantity="train_loss", at_least=1.0, at_most=2.0)
