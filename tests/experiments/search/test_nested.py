"""Nested cross-validation: the rows of an outer fold take part neither in learning nor in choosing."""

from __future__ import annotations

import numpy as np
import pytest

from playground.document.edits import set_parameters
from playground.experiments.cells import ExperimentFault
from playground.experiments.folding import with_division
from playground.experiments.library import open_preset
from playground.experiments.nested import nested
from playground.experiments.search.task import Task
from playground.network.check import check
from playground.training.batches import examples_of
from playground.training.session.session import Session
from tests.experiments.search.example import search

EPOCHS = {"epochs": 2}


def small():
    project = open_preset("circles")
    return project.replace(graph=set_parameters(project.graph, "data", {"examples": 60}))


def test_the_best_of_the_inner_folds_is_scored_on_rows_that_nobody_has_seen(tmp_path):
    asked = search(measure={"quantity": "test_accuracy"}, budget=EPOCHS, looks=1, trials=3, folds=3)
    *_, whole = nested(small(), asked, 2, f"sqlite:///{tmp_path / 'studies.sqlite'}")
    assert whole.whole and whole.share == 1.0 and len(whole.table()[1]) == 2
    for number, fold in enumerate(whole.done, start=1):
        outer = with_division(small(), {"test_folds": 2, "test_fold": number})
        inner = Task.of(asked.replace(measure=asked.measure.replace(quantity="validation_accuracy")), outer)
        scores = []
        for cell in inner.cells(fold.values):
            session = Session(cell.project, "cpu")
            session.advance(2 * session.steps_per_epoch)
            scores.append(session.evaluate(full=True, observe=False)["validation_accuracy"])
        assert len(scores) == 3 and fold.chosen_by == pytest.approx(np.mean(scores))
        session = Session(inner.applied(with_division(outer, {"validation_share": 0.0}), fold.values), "cpu")
        session.advance(2 * session.steps_per_epoch)
        assert fold.score == session.evaluate(full=True, observe=False)["test_accuracy"]
    assert whole.optimism == pytest.approx((whole.chosen_by - whole.scores).mean())
    assert f"accuracy {whole.scores.mean():.3g}" in whole.sentence and "2 outer folds" in whole.sentence


def test_outer_rows_are_in_no_inner_fold():
    tested = []
    for outer in (1, 2, 3):
        project = with_division(small(), {"test_folds": 3, "test_fold": outer})
        kept = examples_of(check(with_division(project, {"validation_share": 0.0}).graph))["data"].rows
        tested.append(set(kept["test"].tolist()))
        assert set(kept["train"].tolist()) == set(range(60)) - tested[-1]
        seen: set[int] = set()
        for inner in (1, 2, 3, 4):
            rows = examples_of(check(with_division(project, {"folds": 4, "fold": inner}).graph))["data"].rows
            assert set(rows["test"].tolist()) == tested[-1]
            assert not tested[-1] & {*rows["train"].tolist(), *rows["validation"].tolist()}
            seen |= set(rows["validation"].tolist())
        assert seen == set(kept["train"].tolist())
    assert set.union(*tested) == set(range(60)) and sum(map(len, tested)) == 60


def test_a_number_that_no_fold_can_score_is_refused(tmp_path):
    with pytest.raises(ExperimentFault, match="not measured on rows"):
        list(nested(small(), search(measure={"quantity": "seconds"}), 2, f"sqlite:///{tmp_path / 's.sqlite'}"))


def test_folds_of_a_trial_count_as_runs():
    task = Task.of(search(folds=3, seeds=2), small())
    cells = task.cells({"rate": 0.1, "units": 2})
    assert [(cell.seed, cell.value) for cell in cells] == [(seed, fold) for seed in (0, 1) for fold in (0, 1, 2)]
    assert task.looks == 3 * 2 * 3 and len({cell.key for cell in cells}) == 6
    assert task.key != Task.of(search(seeds=2), small()).key
