"""A metric that has no value has a reason."""

from __future__ import annotations

import math

import pytest

from playground.document.project import Goal
from playground.training.metrics.words import reason, reasons
from playground.ui.inspector.notes_panel import goal_words


@pytest.mark.parametrize(
    ("metric", "value", "words"),
    [
        ("test_r2", math.nan, "two examples"),
        ("test_r2.loss-2", math.nan, "two examples"),
        ("validation_mase", math.nan, "no error"),
        ("test_accuracy", math.nan, "no answer is asked for"),
        ("train_loss", math.inf, "too large"),
        ("train_anything_new", math.nan, "too large"),
    ],
)
def test_every_kind_has_its_words(metric: str, value: float, words: str) -> None:
    assert words in reason(metric, value)
    assert reasons({metric: value, "other": 1.0}) == {metric: reason(metric, value)}


def test_a_goal_that_cannot_be_measured_says_why() -> None:
    goal = Goal(metric="test_r2", at_least=0.9, within_epochs=3)
    assert "two examples" in goal_words(goal, math.nan)
    assert goal_words(goal, None) == "○  test R² at least 0.9 within 3 epochs"
    assert goal_words(goal, 0.95).startswith("✓")
