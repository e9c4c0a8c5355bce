"""The answer over one feature, against plain forward computations and scikit-learn's partial dependence."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence

from playground.analysis.answers.response import ResponseAnalysis
from playground.analysis.question import Cancelled, Question
from playground.analysis.subject import Subject
from playground.cli import running
from playground.document import files, library
from playground.network.check import check
from tests.analysis.subjects import chain, plain_forward, question_of, softmax

PATHS = library.paths()


@functools.cache
def trained(name: str, steps: int = 30) -> Question:
    session = running.start(files.read(PATHS[name]))
    session.advance(steps)
    return Question(subject=Subject(session.project.graph), snapshot=session.snapshot(), example=3)


def test_the_curve_equals_a_forward_pass_for_every_value() -> None:
    question = question_of(chain("iris", {}, [5, 3]), example=7)
    result = ResponseAnalysis(feature=2, resolution=21).compute(question)
    assert question.subject is not None and question.snapshot is not None
    scaler = question.subject.prepared["data"].scaler
    raw = np.repeat(result.original[None], 21, axis=0)
    raw[:, 2] = result.xs
    expected = softmax(plain_forward(question.snapshot, scaler.scale(raw), 2)[1])
    np.testing.assert_allclose(result.curve, expected, atol=1e-5)
    assert result.name == "petal length (cm)" and result.row == 7
    assert (result.curve[:, result.shown] <= 1).all() and result.shown == result.decided


class Network(RegressorMixin, BaseEstimator):
    """The network as a model of scikit-learn, from raw features to one answer."""

    def __init__(self, question: Question, number: int) -> None:
        self.question, self.number = question, number
        self.is_fitted_ = True

    def fit(self, x: np.ndarray, y: np.ndarray) -> Network:
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        subject = self.question.loaded()
        (comparison, *_) = subject.report.comparisons()
        scaled = subject.prepared["data"].scaler.scale(x.astype(np.float32))
        import torch

        features = {("data", "features"): torch.from_numpy(scaled)}
        given = subject.values(features, [comparison.prediction])[comparison.prediction]
        if given.shape[1] > 1:
            given = softmax(given)
        else:
            given = subject.prepared["data"].target_scaler.unscale(given)
        return given[:, self.number]


@pytest.mark.parametrize(("name", "feature"), [("wine", 0), ("iris", 3), ("diabetes", 2)])
def test_the_mean_equals_the_partial_dependence_of_scikit_learn(name: str, feature: int) -> None:
    question = trained(name)
    result = ResponseAnalysis(feature=feature, resolution=9).compute(question)
    subject = question.loaded()
    prepared = subject.prepared["data"]
    rows = prepared.scaler.unscale(np.asarray(prepared.parts["test"]["features"][: result.averaged]))
    grid = {feature: result.xs.astype(np.float64)}
    model = Network(question, result.shown)
    reference = partial_dependence(
        model, rows.astype(np.float64), [feature], custom_values=grid, kind="both", method="brute"
    )
    mean = result.mean[:, result.shown]
    np.testing.assert_allclose(mean, reference["average"][0], rtol=1e-4, atol=1e-5)
    lines = reference["individual"][0][: len(result.others)]
    np.testing.assert_allclose(result.others, lines, rtol=1e-4, atol=1e-5)


def test_of_a_linear_model_every_curve_is_a_line_with_the_slope_of_its_weight() -> None:
    question = question_of(chain("diabetes", {}, [1], "mean-squared-error"))
    result = ResponseAnalysis(feature=2, resolution=11).compute(question)
    assert question.subject is not None and question.snapshot is not None
    prepared = question.subject.prepared["data"]
    weight = float(question.snapshot.array("dense-1.weight")[0, 2])
    slope = weight * float(prepared.scaler.factor[2]) / float(prepared.target_scaler.factor[0])
    steps = np.diff(result.xs)
    for curve in (result.curve[:, 0], result.mean[:, 0], *result.others):
        np.testing.assert_allclose(np.diff(curve) / steps, slope, rtol=2e-3)


def test_the_present_value_lies_on_the_curve() -> None:
    result = ResponseAnalysis(feature=1).compute(trained("breast-cancer"))
    value = np.interp(result.original[1], result.xs, result.curve[:, result.shown])
    assert value == pytest.approx(float(result.answers[result.shown]), abs=1e-3)
    assert result.low[1] <= result.original[1] <= result.high[1]


def test_changes_move_the_whole_curve_of_this_example_alone() -> None:
    question = trained("wine")
    plain = ResponseAnalysis(feature=0).compute(question)
    changes = ((6, 0.5), (12, 300.0))
    changed = ResponseAnalysis(feature=0, changes=changes, changed_row=plain.row).compute(question)
    assert changed.changed.tolist() == [6, 12] and changed.values[12] == 300.0
    assert not np.allclose(changed.curve, plain.curve)
    np.testing.assert_array_equal(changed.mean, plain.mean)
    np.testing.assert_array_equal(changed.before, plain.answers)
    assert " → " in changed.words() and " → " not in plain.words()
    other = ResponseAnalysis(feature=0, changes=changes, changed_row=plain.row).compute(replace(question, example=5))
    assert not len(other.changed), "changes belong to one example"


def test_columns_of_a_category_are_switches() -> None:
    result = ResponseAnalysis().compute(trained("insurance"))
    subject = trained("insurance").loaded()
    train = subject.prepared["data"].scaler.unscale(np.asarray(subject.prepared["data"].parts["train"]["features"]))
    expected = [set(np.unique(column).tolist()) <= {0.0, 1.0} for column in train.T]
    assert result.switches.tolist() == expected


@pytest.mark.parametrize("name", sorted(PATHS))
def test_every_preset_responds_or_says_why_not(name: str) -> None:
    graph = files.read(PATHS[name]).graph
    why_not = ResponseAnalysis().why_not(check(graph), graph)
    assert "\n" not in why_not and (not why_not or why_not.endswith("."))
    if why_not:
        return
    result = ResponseAnalysis(resolution=9).compute(trained(name, 2))
    assert np.isfinite(result.curve).all() and np.isfinite(result.mean).all()
    columns, rows = result.table()
    assert len(rows) == 9 and len(columns) == len(rows[0]) == 1 + 2 * len(result.names)
    assert result.words().startswith("predicted ")


def test_which_presets_it_applies_to() -> None:
    refused = {
        name for name, path in PATHS.items()
        if ResponseAnalysis().why_not(check(files.read(path).graph), files.read(path).graph)
    }  # fmt: skip
    assert not refused & {"iris", "wine", "breast-cancer", "diabetes", "insurance", "spirals", "rule-and"}
    assert refused >= {"mnist-mlp", "reverse", "karate-club", "co2-lstm", "gan-ring"}


def test_an_unwanted_response_stops() -> None:
    with pytest.raises(Cancelled):
        ResponseAnalysis().compute(replace(trained("iris"), cancelled=lambda: True))


def test_a_category_of_an_own_table_is_a_switch() -> None:
    from tests.own_files import flowers, table_parameters

    result = ResponseAnalysis().compute(question_of(chain("own-table", table_parameters(flowers()), [4, 3])))
    switches = {name for name, switch in zip(result.feature_names, result.switches, strict=True) if switch}
    assert switches == {name for name in result.feature_names if name.startswith("colour = ")}
