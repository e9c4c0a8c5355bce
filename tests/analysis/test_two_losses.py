"""Two heads on one trunk: each answers for itself, and a target may come from a block."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from playground.analysis.answers.confusion_matrix import ConfusionMatrixAnalysis
from playground.analysis.answers.prediction_wall import PredictionWallAnalysis
from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.analysis.inside.wire_gradients import WireGradientsAnalysis
from playground.document.project import Project
from playground.training.session.session import Session
from tests.analysis.autoencoders import two_heads
from tests.analysis.subjects import question_of


@pytest.mark.parametrize("labels", ["index", "zero-one"])
@pytest.mark.parametrize("node", ["odd", "odd-head"])
def test_the_second_head_is_counted_in_its_own_groups(labels: str, node: str) -> None:
    question = question_of(two_heads(labels), node=node)
    result = ConfusionMatrixAnalysis().compute(question)
    subject = question.loaded()
    values = subject.values(subject.feeds("test"), [("odd-head", "output")])["odd-head", "output"]
    answers = values.argmax(axis=1) if labels == "index" else (values[:, 0] > 0).astype(int)
    odd = subject.prepared["data"].class_numbers["test"] % 2
    np.testing.assert_array_equal(result.counts, confusion_matrix(odd, answers, labels=[0, 1]))
    assert result.class_names == ("even", "odd")


def test_the_heading_says_whose_answers_they_are() -> None:
    graph = two_heads()
    titles = {
        node: (ConfusionMatrixAnalysis().compute(question_of(graph, node=node)).title,
               PredictionWallAnalysis().compute(question_of(graph, node=node)).title)
        for node in (None, "trunk", "digit", "odd")
    }  # fmt: skip
    assert titles[None] == titles["trunk"] == titles["digit"] == ("Digit", "Digit")
    assert titles["odd"] == ("Cross-entropy", "Cross-entropy")


def test_the_wall_of_the_second_head_says_even_or_odd() -> None:
    question = question_of(two_heads(), node="odd")
    result = PredictionWallAnalysis(count=20).compute(question)
    assert question.subject is not None
    digits = question.subject.prepared["data"].class_numbers["test"][result.rows]
    assert result.class_names == ("even", "odd")
    np.testing.assert_array_equal(result.actual, digits % 2)
    assert {row[2] for row in result.table()[1]} <= {"even", "odd"}


def test_the_canvas_shows_a_network_whose_target_comes_from_a_block() -> None:
    question = question_of(two_heads())
    assert "groups" not in LiveMapsAnalysis().compute(question).maps
    sizes = WireGradientsAnalysis(examples=16).compute(question).sizes
    reached = {(key.source, key.target) for key in sizes}
    assert {("trunk", "digit-head"), ("trunk", "odd-head")} <= reached
    assert not {source for source, _ in reached} & {"data", "groups"}


def test_a_session_measures_both_heads() -> None:
    session = Session(Project(graph=two_heads()), "cpu")
    session.advance(120)
    metrics = session.evaluate(full=True)
    assert metrics["test_loss"] == pytest.approx(metrics["test_loss.digit"] + 0.3 * metrics["test_loss.odd"])
    assert metrics["train_accuracy.odd"] > 0.8 and metrics["train_accuracy.digit"] > 0.8
    curves = session.history.curves
    assert {"train_loss.digit", "train_loss.odd", "test_accuracy.digit", "test_accuracy.odd"} <= set(curves)
