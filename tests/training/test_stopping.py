"""When a run ends by itself, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from playground.document.project import Goal, StopRules
from playground.training.evaluation import Evaluator
from playground.training.metrics.words import goal_words
from playground.training.stopping import Watch, ending
from tests.training.runs import change, project, run, weights

EPOCH = 3
"""Steps in one epoch of the small run."""


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes evaluations give these validation losses, one after the other; the first is that of step 0."""

    def script(*losses: float) -> None:
        waiting: Iterator[float] = iter(losses)

        def evaluate(self: Evaluator, batch_size: int, *, full: bool = False) -> dict[str, float]:
            return {"train_loss": 1.0, "validation_loss": next(waiting, losses[-1])}

        monkeypatch.setattr(Evaluator, "evaluate", evaluate)

    return script


def test_early_stopping_by_the_book(scripted: Any) -> None:
    """Patience 3 on 1, .8, .7, .65, .66, .67, .68 stops after epoch 7 and brings back epoch 4."""
    scripted(0.1, 1.0, 0.8, 0.7, 0.65, 0.66, 0.67, 0.68, 0.1)
    session = run(project(stop={"patience": 3}), 1_000)
    assert session.step == 7 * EPOCH
    assert session.finished == (
        "Early stopping: no better validation loss in 3 evaluations. The best weights, of step 12, are back."
    )
    np.testing.assert_array_equal(weights(session), weights(run(project(), 4 * EPOCH)))


def test_early_stopping_without_going_back(scripted: Any) -> None:
    scripted(0.1, 0.5, 0.6)
    session = run(project(stop={"patience": 1, "restore_best": False}), 1_000)
    assert session.finished == "Early stopping: no better validation loss in 1 evaluation."
    np.testing.assert_array_equal(weights(session), weights(run(project(), 2 * EPOCH)))


def test_a_person_who_wants_more_gets_the_whole_patience_again(scripted: Any) -> None:
    scripted(0.1, 1.0, 2.0, 2.0, 2.0, 3.0, 4.0, 5.0, 1.0)
    session = run(project(stop={"patience": 2}), 1_000)
    assert session.step == 3 * EPOCH
    session.go_on()
    assert not session.finished
    session.advance(1_000)  # 2.0 is the new best after the pause, and two worse ones follow it
    assert session.step == 6 * EPOCH and "step 12" in session.finished


def test_changed_rules_count_anew(scripted: Any) -> None:
    scripted(0.1, 1.0, 2.0, 2.0)
    session = run(project(stop={"patience": 3}), 2 * EPOCH)
    session.apply(change(session.project, stop={"patience": 2}))
    assert session.advance(1_000) == 3 * EPOCH


def test_all_epochs_then_as_many_again() -> None:
    session = run(project(stop={"epochs": 2}), 1_000)
    assert session.step == 2 * EPOCH and session.finished == "All 2 epochs are done."
    assert session.advance(5) == 0
    assert session.history.curves["test_loss"].data().step[-1] == session.step
    session.go_on()
    assert session.advance(1_000) == 2 * EPOCH
    session.rewind()
    assert session.advance(1_000) == 2 * EPOCH


def test_a_target_ends_the_run_once() -> None:
    target = {"metric": "train_accuracy", "at_least": 0.2}
    session = run(project(stop={"target": target}), 1_000)
    assert session.step == EPOCH
    assert session.finished.startswith("The target is reached: train accuracy is 0.")
    session.go_on()
    assert session.advance(50) == 50 and not session.finished


def test_validation_is_what_counts_and_training_where_there_is_none(scripted: Any) -> None:
    session = run(project(stop={"patience": 1}), 0)
    session.advance(EPOCH)
    assert session.checkpoint().meta["patience"]["best"] == session.latest["validation_loss"]


@pytest.mark.parametrize(
    ("rules", "metrics", "over"),
    [
        ({"target": {"metric": "test_loss", "at_most": 0.1}}, {"test_loss": 0.1}, True),
        ({"target": {"metric": "test_loss", "at_most": 0.1}}, {"test_loss": 0.2}, False),
        ({"target": {"metric": "test_loss", "at_most": 0.1}}, {"test_loss": float("nan")}, False),
        ({"target": {"metric": "test_loss.a", "at_most": 0.1}}, {"test_loss": 0.0}, False),
        ({"epochs": 5}, {}, True),
        ({"epochs": 6}, {}, False),
        ({}, {}, False),
    ],
)
def test_rules(rules: dict[str, Any], metrics: dict[str, float], over: bool) -> None:
    assert (ending(StopRules.model_validate(rules), 5, metrics, Watch(), dict) is not None) is over


def test_a_loss_that_is_no_number_is_no_improvement() -> None:
    watch = Watch().after(0.5, 3).after(float("nan"), 6)
    assert (watch.patience.best, watch.patience.best_step, watch.patience.waited) == (0.5, 3, 1)


def test_the_plateau_schedule_lowers_the_rate_where_the_validation_loss_rests(scripted: Any) -> None:
    scripted(9.0, 1.0, 1.0, 1.0, 1.0, 0.1)
    schedule = {"id": "plateau", "parameters": {"gamma": 0.5, "patience": 1}}
    session = run(project(rate=0.8, schedule=schedule), 0)
    rates = []
    for _ in range(5):
        session.advance(EPOCH)
        rates.append(session.learning_rate)
    assert rates == [0.8, 0.8, 0.4, 0.4, 0.4]
    session.rewind()
    assert session.learning_rate == 0.8


def test_goals_targets_and_metrics_say_the_titles_of_blocks() -> None:
    known = {"loss-2": "Parity"}
    goal = Goal(metric="test_accuracy.loss-2", at_least=0.9, within_epochs=5)
    assert goal_words(goal, known) == "test accuracy of Parity at least 0.9 within 5 epochs"
    rules = StopRules.model_validate({"target": {"metric": "test_accuracy.loss-2", "at_least": 0.9}})
    over = ending(rules, 5, {"test_accuracy.loss-2": 0.95}, Watch(), lambda: known)
    assert over is not None and over.reason == "The target is reached: test accuracy of Parity is 0.95."
