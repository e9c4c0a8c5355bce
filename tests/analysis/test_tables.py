"""Confusion, walls, weights, curves and data: each against what it must be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from playground.analysis.answers.confusion_matrix import ConfusionMatrixAnalysis
from playground.analysis.answers.prediction_wall import PredictionWallAnalysis
from playground.analysis.base import NothingToShow
from playground.analysis.inside.data import DataAnalysis
from playground.analysis.inside.weights import WeightsAnalysis
from playground.analysis.question import Cancelled, Question
from playground.analysis.registry import ANALYSES, analysis
from playground.analysis.run.curves import CurvesAnalysis
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.network.check import check
from playground.training.history import Curve, Mark, Moment
from tests.analysis.subjects import chain, plain_forward, question_of, softmax, spirals


@pytest.mark.parametrize("part", ["train", "test"])
def test_confusion_equals_sklearn(part: str) -> None:
    graph = chain("iris", {}, [5, 3])
    question = question_of(graph, seed=3)
    result = ConfusionMatrixAnalysis(part=part).compute(question)
    assert question.subject is not None and question.snapshot is not None
    prepared = question.subject.prepared["data"]
    answers = plain_forward(question.snapshot, prepared.parts[part]["features"], 2)[1].argmax(axis=1)
    expected = confusion_matrix(prepared.class_numbers[part], answers, labels=[0, 1, 2])
    np.testing.assert_array_equal(result.counts, expected)
    assert result.total == prepared.count(part)
    assert result.accuracy == pytest.approx(np.trace(expected) / expected.sum())
    columns, rows = result.table()
    assert columns[1:] == list(prepared.class_names)
    assert [row[1:] for row in rows] == expected.tolist()


def test_confusion_of_one_hot_targets() -> None:
    graph = chain("spirals", spirals("one-hot", arms=3), [4, 3], "mean-squared-error")
    question = question_of(graph)
    result = ConfusionMatrixAnalysis().compute(question)
    assert question.subject is not None and question.snapshot is not None
    prepared = question.subject.prepared["data"]
    answers = plain_forward(question.snapshot, prepared.parts["test"]["features"], 2)[1].argmax(axis=1)
    np.testing.assert_array_equal(result.counts, confusion_matrix(prepared.class_numbers["test"], answers))


def test_an_empty_part_is_said_in_a_sentence() -> None:
    graph = chain("spirals", spirals(train_share=1.0, validation_share=0.0), [4, 2])
    with pytest.raises(NothingToShow, match="test part has no examples"):
        ConfusionMatrixAnalysis().compute(question_of(graph))


def test_an_unwanted_confusion_stops() -> None:
    with pytest.raises(Cancelled):
        ConfusionMatrixAnalysis().compute(question_of(chain("spirals", spirals(), [2]), cancelled=lambda: True))


def test_the_wall_shows_the_surest_mistakes_first() -> None:
    graph = chain("digits", {"examples": 200}, [10], between=["flatten"])
    question = question_of(graph)
    result = PredictionWallAnalysis(part="train", count=30).compute(question)
    assert question.subject is not None and question.snapshot is not None
    prepared = question.subject.prepared["data"]
    probabilities = softmax(plain_forward(question.snapshot, prepared.parts["train"]["features"], 1)[0])
    wrong = probabilities.argmax(axis=1) != prepared.class_numbers["train"]
    assert result.wrong_in_part == wrong.sum() and result.examples_in_part == len(wrong)
    surest = np.flatnonzero(wrong)[np.argsort(-probabilities.max(axis=1)[wrong], kind="stable")][:30]
    np.testing.assert_allclose(result.confidence, probabilities.max(axis=1)[surest], atol=1e-5)
    assert result.wrong.all()
    np.testing.assert_array_equal(result.actual, prepared.class_numbers["train"][result.rows])
    raw = prepared.parts["train"]["features"][result.rows, 0]
    np.testing.assert_allclose(result.pictures, raw, atol=1e-6)


def test_the_wall_in_order_of_the_part() -> None:
    graph = chain("digits", {"examples": 200, "scaling": "standardize"}, [10], between=["flatten"])
    question = question_of(graph)
    result = PredictionWallAnalysis(wrong_first=False, count=5).compute(question)
    assert result.rows.tolist() == [0, 1, 2, 3, 4]
    assert result.pictures.shape == (5, 8, 8)
    assert result.pictures.min() >= 0.0 and result.pictures.max() <= 1.0
    columns, rows = result.table()
    assert columns == ["row", "actual", "predicted", "confidence", "verdict"]
    assert rows[0][4] == ("wrong" if result.wrong[0] else "right")


def test_weights_are_those_of_the_snapshot_with_their_bias_beside() -> None:
    graph = chain("spirals", spirals(), [3, 2], between=["batch-norm"])
    question = question_of(graph, node="dense-2")
    result = WeightsAnalysis().compute(question)
    assert question.snapshot is not None
    names = [(matrix.node, matrix.name) for matrix in result.matrices]
    assert names == [("batch-norm", "weight"), ("batch-norm", "bias"), ("dense-1", "weight"), ("dense-2", "weight")]
    assert [matrix.title for matrix in result.matrices] == ["Batch norm", "Batch norm", "Dense 1", "Dense 2"]
    dense = result.matrices[2]
    np.testing.assert_array_equal(dense.values, question.snapshot.array("dense-1.weight"))
    np.testing.assert_array_equal(dense.bias, question.snapshot.array("dense-1.bias"))
    assert result.chosen == "dense-2" and result.step == 7
    columns, rows = result.table()
    assert columns == ["parameter", "unit", "input", "value"]
    assert ["dense-1.weight", 2, 1, float(dense.values[2, 1])] in rows
    assert ["dense-1.bias", 1, "", float(dense.bias[1])] in rows


def history() -> dict:
    train, validation = Curve(), Curve()
    for step in range(10):
        moment = Moment(step, step / 2, step * 8, step / 10)
        train.append(moment, 1.0 / (step + 1))
        validation.append(moment, abs(step - 6) + 0.5)
    return {"train_loss": train.data(), "validation_loss": validation.data()}


def test_curves_know_where_validation_was_best() -> None:
    mark = Mark(Moment(3, 1.5, 24, 0.3), "learning rate 0.03 → 0.01")
    result = CurvesAnalysis().compute(Question(history=history(), marks=(mark,)))
    assert result.best is not None
    assert (result.best.moment.step, result.best.value) == (6, 0.5)
    assert result.marks == (mark,)
    columns, rows = result.table()
    assert columns[:3] == ["curve", "step", "epoch"] and len(rows) == 20
    assert rows[3] == ["train_loss", 3.0, 1.5, 24.0, pytest.approx(0.3), 0.25, 0.25, 0.25]


def test_the_best_ignores_what_is_not_finite() -> None:
    curves = history()
    curves["validation_loss"].low[:] = [np.nan, np.inf, 3.0, *([np.nan] * 7)]
    result = CurvesAnalysis().compute(Question(history=curves))
    assert result.best is not None and result.best.value == 3.0
    curves["validation_loss"].low[:] = np.nan
    assert CurvesAnalysis().compute(Question(history=curves)).best is None


def test_no_curves_before_the_first_step() -> None:
    with pytest.raises(NothingToShow, match="Press play"):
        CurvesAnalysis().compute(Question(history={}))


def test_data_are_counted_and_shown_before_scaling() -> None:
    subject = Subject(chain("spirals", spirals(scaling="standardize"), [2]))
    result = DataAnalysis(count=10).compute(Question(subject=subject))
    prepared = subject.prepared["data"]
    assert result.class_counts is not None and result.points is not None
    counts = [prepared.count(part) for part in ("train", "validation", "test")]
    assert result.class_counts.sum(axis=0).tolist() == counts
    np.testing.assert_allclose(result.points[:, :2], subject.points("train").xy[:10], atol=1e-5)
    columns, rows = result.table()
    assert columns == ["x1", "x2", "class"] and len(rows) == 10


def test_pictures_are_counted_by_class() -> None:
    subject = Subject(chain("digits", {"examples": 100}, [10], between=["flatten"]))
    result = DataAnalysis(part="test", count=6).compute(Question(subject=subject))
    assert result.pictures is not None and result.pictures.shape == (6, 8, 8)
    columns, rows = result.table()
    assert columns == ["class", "train", "validation", "test"]
    assert sum(sum(row[1:]) for row in rows) == 100


def test_an_empty_canvas_says_why_for_every_analysis() -> None:
    graph = Graph()
    for kind in ANALYSES:
        why_not = kind().why_not(check(graph), graph)
        assert why_not.endswith(".") and "\n" not in why_not, kind.id


@pytest.mark.parametrize(
    ("identifier", "words"), [("confusion-matrix", "target is a class"), ("prediction-wall", "needs images")]
)
def test_regression_says_why_it_has_no_classes(identifier: str, words: str) -> None:
    graph = chain("diabetes", {}, [1], "mean-squared-error")
    assert words in analysis(identifier).why_not(check(graph), graph)


def test_ids_are_unique_and_every_analysis_explains_itself() -> None:
    assert len({kind.id for kind in ANALYSES}) == len(ANALYSES)
    assert all(kind.summary.endswith(".") and kind.title for kind in ANALYSES)
    with pytest.raises(KeyError):
        analysis("no-such-view")
