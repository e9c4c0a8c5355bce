"""Accuracy against sparsity: what is told is what a pruned network answers, and looking changes nothing."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.inside.pruning import SHARES, PruningAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document import library
from playground.training.opening import open_project
from playground.training.pruning import Kind
from playground.training.session.session import Session
from tests.network.small_graphs import multilayer
from tests.training.runs import circles, points, project, run


@functools.cache
def learned() -> Session:
    session = Session(open_project(library.find("digits-8x8")), "cpu")
    session.advance(200)
    return session


def asked(session: Session) -> Question:
    return Question(subject=Subject(session.project.graph), snapshot=session.snapshot(), project=session.project)


@pytest.mark.parametrize("kind", ["weights", "filters"])
def test_a_run_that_takes_the_pruned_weights_answers_as_the_view_says(kind: Kind) -> None:
    question = asked(learned())
    *parts, found = PruningAnalysis(kind=kind, sparsity=0.7, count=8_192).stages(question)
    assert found.whole and found.share == 1.0 and 0.0 < parts[0].share < 0.2
    np.testing.assert_array_equal(question.loaded().network.state_dict()["dense-1.weight"], found_weights())
    again = Session(learned().project, "cpu")
    again.restore(learned().snapshot())
    before = again.evaluate()["test_accuracy"]
    again.take(found.pruned, again.project.replace(
        training=again.project.training.replace(pruning=found.pruned.settings())
    ))  # fmt: skip
    assert again.evaluate()["test_accuracy"] == pytest.approx(found.score, abs=1e-6)
    assert found.scores[kind][0] == pytest.approx(before, abs=1e-6)
    assert found.scores["weights"][SHARES.index(0.3)] > 0.9 > found.scores["filters"][SHARES.index(0.99)]
    gone = (again.snapshot().array("dense-1.weight") == 0.0).mean()
    again.advance(20)
    assert (again.snapshot().array("dense-1.weight") == 0.0).mean() == gone > 0.5


def found_weights() -> np.ndarray:
    return learned().snapshot().array("dense-1.weight")


def test_numbers_are_judged_by_their_loss_and_a_single_layer_has_no_units_to_lose() -> None:
    session = run(project(multilayer(circles(), (1, "sigmoid"), loss="mean-squared-error")), 20)
    found = PruningAnalysis(part="train").compute(asked(session))
    assert "No block before the last" in found.cannot and found.whole
    with pytest.raises(NothingToShow, match="No block before the last"):
        PruningAnalysis(kind="filters", part="train").compute(asked(session))
    with pytest.raises(NothingToShow, match="no examples"):
        alone = multilayer(points((1.0, 2.0, 1), (0.0, 1.0, 0)), (1, "sigmoid"), loss="mean-squared-error")
        PruningAnalysis().compute(asked(run(project(alone), 1)))
