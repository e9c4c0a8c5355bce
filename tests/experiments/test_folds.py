"""Cross-validation: every fold is an ordinary run of an ordinary project, and what is told of them all."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from scipy import stats

from playground.document.edits import set_parameters
from playground.document.experiment import Axis, Budget
from playground.document.project import Project
from playground.experiments.cells import ExperimentFault, cells_of
from playground.experiments.folding import in_fold
from playground.experiments.folds import Folding, cross_validated, planned
from playground.experiments.library import find_experiment, open_preset, read_experiment
from playground.experiments.measure_titles import judged_title
from playground.experiments.measurement import measured
from playground.experiments.store import Store
from playground.network.check import check
from playground.network.compiled import CannotCompile
from playground.training.batches import DataError, examples_of
from playground.training.session.session import Session

EPOCHS = 3.0


def iris(**parameters) -> Project:
    project = open_preset("iris")
    return project.replace(graph=set_parameters(project.graph, "data", parameters)) if parameters else project


def whole(project: Project, folds: int = 4, repeats: int = 1, **more):
    *_, last = cross_validated(project, Folding(folds, repeats, EPOCHS), **more)
    return last


def test_each_fold_is_the_run_of_a_project_that_anybody_can_open(tmp_path):
    found = whole(iris(), store=Store(tmp_path / "kept.sqlite"))
    assert found.whole and found.metric == "validation_accuracy"
    for fold in (1, 3):
        session = Session(in_fold(iris(), 4, fold), "cpu")
        session.advance(round(EPOCHS * session.steps_per_epoch))
        metrics = session.evaluate(full=True, observe=False)
        assert found.scores()[fold - 1] == metrics["validation_accuracy"]
        assert found.scores("train", loss=True)[fold - 1] == metrics["train_loss"]
    again = whole(iris(), store=Store(tmp_path / "kept.sqlite"))
    assert again.known == 4 and np.array_equal(again.scores(), found.scores())
    assert whole(iris(data_seed=1), store=Store(tmp_path / "kept.sqlite")).known == 0


def test_the_picture_has_every_row_validate_once_in_each_repetition():
    plan = planned(iris(), Folding(5, 2, EPOCHS))
    assert plan.division.shape == (5, 150) and len(plan.cells) == 10
    test = plan.division[0] == 2
    assert np.array_equal((plan.division == 1).sum(axis=0), np.where(test, 0, 1))
    assert np.all((plan.division == 2) == test)
    assert np.bincount(plan.classes).tolist() == [50, 50, 50]
    assert np.array_equal(np.sort(plan.classes), plan.classes)  # in the order of the file
    assert plan.sizes == (102, 26, 22)
    keys = {cell.key for cell in plan.cells}
    assert len(keys) == 10


def test_folds_that_learn_from_a_few_rows_are_pictured_over_all_rows():
    """The last row is in no part of some folds, but validates in another."""
    plan = planned(iris(train_rows=7), Folding(5, 2, EPOCHS))
    assert plan.division.shape == (5, 150) and np.all((plan.division == 0).sum(axis=1) == 7)
    assert len({np.flatnonzero(row >= 0).max() for row in plan.division}) > 1
    assert np.array_equal(plan.classes, np.repeat([0, 1, 2], 50))


def test_mean_spread_and_interval_are_those_of_the_scores():
    found = whole(iris(), 5)
    scores = found.scores()
    assert found.mean == pytest.approx(scores.mean()) and found.spread == pytest.approx(scores.std(ddof=1))
    train, validation, _ = found.sizes
    error = math.sqrt(scores.var(ddof=1) * (1 / 5 + validation / train))
    low, high = stats.t.interval(0.9, 4, scores.mean(), error)
    assert found.interval == pytest.approx((max(0.0, low), min(1.0, high)))
    assert f"{found.mean:.3g} ± {found.spread:.2g} over 5 folds" in found.sentence


def test_leave_one_out_scores_single_rows_and_takes_the_loss_where_r2_has_no_value():
    project = open_preset("diabetes")
    graph = set_parameters(project.graph, "data", {"train_share": 0.05, "validation_share": 0.0})
    found = whole(project.replace(graph=graph), 0)
    assert found.folds == 22 and found.sizes[:2] == (21, 1)
    assert found.by_loss and found.measure_name == "validation_loss" and math.isfinite(found.mean)
    assert "22 rows, each left out once" in found.sentence


def test_in_time_all_that_is_learned_from_comes_before():
    plan = planned(open_preset("co2-lstm"), Folding(4, 1, EPOCHS))
    assert plan.in_time
    for row in plan.division:
        assert row[0] == 0 and row[-1] == 2
        assert np.flatnonzero(row == 0).max() < np.flatnonzero(row == 1).min()
    ends = [np.flatnonzero(row == 1).max() for row in plan.division]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    ("preset", "folding", "words"),
    [("saddle", Folding(), "no data block"), ("karate-club", Folding(), "because it is one graph"),
     ("co2-lstm", Folding(3, 2), "no repetition"), ("iris", Folding(200), "200 folds: there are 128"),
     ("iris", Folding(100, 30), "more than 2,000")],
)  # fmt: skip
def test_what_cannot_be_divided_is_told(preset, folding, words):
    with pytest.raises((ExperimentFault, DataError), match=words):
        planned(open_preset(preset), folding)


def test_early_stopping_on_the_scored_fold_is_told():
    project = iris()
    stop = project.training.stop.replace(patience=5)
    found = whole(project.replace(training=project.training.replace(stop=stop)), 2)
    assert "a little too good" in found.sentence


def test_an_experiment_may_have_folds_as_its_axis():
    experiment = read_experiment(find_experiment("width-helps"))
    folds = Axis(title="fold", paths=("graph.nodes.data.parameters.fold",), values=(1, 2, 3))
    changes = experiment.changes.model_copy(update={"set": {"graph.nodes.data.parameters.folds": 3}})
    cells = cells_of(experiment.model_copy(update={"axis": folds, "changes": changes}), open_preset, 1)
    found = [cell.project.graph.node("data").parameters for cell in cells[:3]]
    assert [(one["folds"], one["fold"]) for one in found] == [(3, 1), (3, 2), (3, 3)]
    assert len({cell.key for cell in cells}) == len(cells)


def test_what_cannot_be_compiled_comes_back_from_a_worker():
    graph = open_preset("iris").graph
    report = check(set_parameters(graph, "dense-2", {"units": 0}))
    again = pickle.loads(pickle.dumps(CannotCompile(report.errors())))
    assert str(again) == str(CannotCompile(report.errors())) and again.problems == tuple(report.errors())


def test_a_learning_curve_judges_the_same_runs_by_two_measures(tmp_path):
    experiment = read_experiment(find_experiment("learning-curve-digits"))
    short = experiment.axis.model_copy(update={"values": (30, 60)})
    experiment = experiment.model_copy(update={"axis": short, "seeds": 1, "budget": Budget(steps=2)})
    store = Store(tmp_path / "kept.sqlite")
    *_, last = measured(experiment, open_preset, store=store)
    assert len(last.cells) == 4 and len({cell.key for cell in last.cells}) == 2
    new, learned = last.results()[0]
    for place, count in enumerate((30, 60)):
        prepared = examples_of(check(last.cells[place].project.graph))["data"]
        assert prepared.count("train") == count and prepared.count("validation") > 200
        session = Session(last.cells[place].project, "cpu")
        session.advance(2)
        metrics = session.evaluate(full=True, observe=False)
        assert (new[place], learned[place]) == (metrics["validation_accuracy"], metrics["train_accuracy"])
    assert judged_title(experiment) == "accuracy"
