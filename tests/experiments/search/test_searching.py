"""Searches in one process: what samplers propose, what is pruned, what is broken off and goes on, what is told."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from optuna.trial import TrialState

from playground.document.edits import set_parameters
from playground.experiments.library import open_preset
from playground.experiments.running import Cancelled
from playground.experiments.search import trial as trials
from playground.experiments.search.searching import searched
from playground.experiments.search.state import SearchState, TrialRow
from playground.experiments.search.storage import Place, open_study
from playground.experiments.search.task import SearchFault, Task
from playground.experiments.store import Store
from playground.training.session.session import Session
from tests.experiments.search.example import CHOICES, RATE, task


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(f"sqlite:///{tmp_path / 'studies.sqlite'}", "a study", local=True)


def whole(asked: Task, place: Place, stopped: Callable[[], bool] = lambda: False) -> SearchState:
    *_, last = searched(asked, place, stopped=stopped)
    return last


def values_of(state: SearchState) -> list[dict[str, float | int | str]]:
    return [dict(row.values) for row in state.rows]


def test_a_trial_gives_what_a_session_with_its_settings_gives(place: Place) -> None:
    found = whole(task(seeds=2, trials=2, fresh_seeds=0), place)
    project = open_preset("circles")
    for row in found.rows:
        training = project.training
        optimizer = training.optimizer.replace(
            parameters={**training.optimizer.parameters, "learning_rate": row.values["rate"]}
        )
        graph = set_parameters(project.graph, "dense-1", {"units": row.values["units"]})
        losses = []
        for seed in (0, 1):
            session = Session(project.replace(graph=graph, training=training.replace(optimizer=optimizer),
                                              seed=project.seed + seed), "cpu")  # fmt: skip
            session.advance(3 * session.steps_per_epoch)
            losses.append(session.evaluate(full=True, observe=False)["train_loss"])
        assert row.finished is not None
        assert [run[0] for run in row.finished.runs] == losses
        assert row.value == np.mean(losses)
    assert found.best is not None
    assert found.best.value == min(row.value for row in found.rows)


def test_a_grid_has_every_combination_once_and_a_part_of_it_is_mixed(place: Place) -> None:
    found = whole(task(sampler="grid", settings=CHOICES, trials=100, fresh_seeds=0), place)
    pairs = [(row.values["units"], row.values["activation"]) for row in found.rows]
    assert sorted(pairs) == sorted(itertools.product(("2", "4", "8"), ("identity", "ReLU")))
    assert pairs != sorted(pairs)
    assert found.whole


@pytest.mark.parametrize("sampler", ["tpe", "cma-es", "genetic"])
def test_a_search_that_was_broken_off_gives_what_an_unbroken_one_gives(sampler: str, tmp_path: Path) -> None:
    asked = task(sampler=sampler, population=4, trials=9, fresh_seeds=0, budget={"steps": 4}, looks=1)
    one, other = (Place(f"sqlite:///{tmp_path / name}", "a study", local=True) for name in ("one", "other"))
    unbroken = whole(asked, one)
    answers = iter([False] * 11)
    with pytest.raises(Cancelled):
        whole(asked, other, stopped=lambda: next(answers, True))
    opened = open_study(asked, other)
    assert not opened.study.get_trials(states=(TrialState.RUNNING,))  # what was broken off was given back
    assert 0 < len(opened.study.get_trials(states=(TrialState.COMPLETE,))) < 9
    again = whole(asked, other)
    assert values_of(again) == values_of(unbroken)
    assert [row.value for row in again.rows] == [row.value for row in unbroken.rows]


def test_samplers_find_the_bottom_of_a_bowl_sooner_than_chance(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known values in the place of runs: the distance from a point, as a logarithm of the rate and in units."""

    def bowl(cells: object, _: object, __: object, ___: object) -> object:
        project = cells.project
        rate = project.training.optimizer.parameters["learning_rate"]
        units = project.graph.node("dense-1").parameters["units"]
        value = (math.log10(rate) + 1.2) ** 2 + (0.2 * (units - 6)) ** 2
        return trials.Outcome((value,), 1, 1.0, 0.0, False, ((0.0, value), (1.0, value)))

    monkeypatch.setattr(trials, "_outcome", bowl)
    generator = np.random.default_rng(0)
    by_chance = (generator.uniform(-3.0, 0.0, 9_999) + 1.2) ** 2 + (0.2 * (generator.integers(1, 9, 9_999) - 6)) ** 2
    for sampler, share in (("tpe", 0.5), ("cma-es", 0.5), ("genetic", 0.9)):
        options = {"sampler": sampler, "trials": 36, "fresh_seeds": 0, "population": 5}
        found = whole(task(**options), Place(place.url, sampler, local=True))
        last = [row.value for row in found.rows[-15:]]
        assert np.median(last) < share * np.median(by_chance), sampler
        assert found.so_far()[-1] < 0.1


def test_importances_are_the_shares_of_the_variance_that_settings_explain() -> None:
    pairs = itertools.product(np.geomspace(0.001, 1.0, 8).tolist(), range(1, 9))
    rows = [
        TrialRow(number, "done", {"rate": rate, "units": units}, 3.0 * math.log10(rate) + 0.35 * units, None, 1)
        for number, (rate, units) in enumerate(pairs, 1)
    ]
    found = SearchState(task(), tuple(rows), None).importances
    expected = 9.0 * np.var(np.linspace(-3.0, 0.0, 8)), 0.35**2 * np.var(np.arange(1, 9))
    assert found["rate"] == pytest.approx(expected[0] / sum(expected), abs=0.15)
    assert sum(found.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("pruner", ["median", "successive-halving", "hyperband"])
def test_pruning_ends_trials_that_promise_little_and_truly_saves_their_steps(pruner: str, place: Place) -> None:
    asked = task(pruner=pruner, trials=10, looks=9, budget={"epochs": 9}, fresh_seeds=0)
    found = whole(asked, place)
    pruned = [row for row in found.rows if row.state == "pruned"]
    done = [row for row in found.rows if row.state == "done"]
    full = {row.finished.steps for row in done if row.finished is not None}
    assert len(full) == 1
    assert pruned
    for row in pruned:
        assert row.finished is not None
        assert row.finished.steps == round(row.finished.share * next(iter(full)))
        assert row.finished.steps < next(iter(full))
    taken = sum(row.finished.steps for row in found.rows if row.finished is not None)
    assert found.steps_saved == pytest.approx(1.0 - taken / (len(found.rows) * next(iter(full))))
    assert f"{len(pruned)} trials were pruned" in found.sentence()


def test_what_cannot_be_and_what_runs_away_is_told_and_the_others_go_on(place: Place) -> None:
    wide = {"kind": "range", "title": "rate", "paths": [RATE], "low": 0.1, "high": 1e6, "logarithmic": True}
    found = whole(task(base="plane", settings=[wide], trials=8), place)
    states = {row.state for row in found.rows}
    assert states == {"impossible", "ran away"}
    problem = next(row.finished.problem for row in found.rows if row.finished and row.finished.problem)
    assert "must be a number from 0 to 1000" in problem
    assert found.best is None
    assert found.sentence().startswith("No trial has a number. The first could not be run: ")
    columns, rows = found.table()
    assert columns[:2] == ["trial", "rate"]
    assert [row[0] for row in rows] == list(range(1, 9))


def test_the_gain_is_measured_again_under_fresh_seeds(place: Place, tmp_path: Path) -> None:
    asked = task(trials=4, also=[{"quantity": "train_accuracy"}])
    store = Store(tmp_path / "kept.sqlite")
    *_, found = searched(asked, place, store=store)
    assert found.fresh is not None
    assert found.fresh.best.shape == (2, 2)
    cells = asked.cells(found.best.values, first=1, count=2)  # the search itself has used seed 0
    known = store.find(cell.key for cell in cells)
    assert [known[cell.key].values for cell in cells] == [tuple(row) for row in found.fresh.best.tolist()]
    assert "Under 2 fresh seeds: train loss" in found.sentence()
    assert "Train accuracy" in found.sentence()
    gains = found.fresh.start[:, 0] - found.fresh.best[:, 0]
    assert found.fresh.gains.tolist() == gains.tolist()


def test_more_trials_go_on_with_those_that_there_are(place: Place) -> None:
    first = whole(task(trials=3, fresh_seeds=0), place)
    more = whole(task(trials=5, fresh_seeds=0), place)
    assert values_of(more)[:3] == values_of(first)
    assert len(more.rows) == 5
    assert len(whole(task(trials=3, fresh_seeds=0), place).rows) == 3


def test_another_search_does_not_go_on_with_the_trials_of_one(place: Place) -> None:
    whole(task(trials=1, fresh_seeds=0), place)
    with pytest.raises(SearchFault, match="is of another search"):
        whole(task(trials=1, budget={"epochs": 4}), place)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://nobody@localhost:1/none", r"pip install psycopg\[binary\]"),
        ("mysql://nobody@localhost:1/none", "pip install PyMySQL, and write the address as mysql"),
        ("carrots://somewhere", "There is no storage of the kind “carrots”"),
        ("not an address", "is no address of a storage"),
        ("sqlite:////no/such/folder/at/all.sqlite", "does not answer: unable to open database file"),
    ],
)
def test_a_storage_that_cannot_be_is_told_in_a_sentence(
    url: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where the driver is not installed
    with pytest.raises(SearchFault, match=sentence):
        open_study(task(), Place(url, "a study"))
