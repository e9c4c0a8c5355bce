"""What people guess of an experiment: what is offered, how drawn curves are read, how near they are said to be."""

from __future__ import annotations

import json

import numpy as np
import pytest

from playground.analysis.run import guesses
from playground.analysis.run.experiment import ExperimentResult
from playground.document.experiment import Experiment
from playground.experiments.verdicts import verdict_of
from tests.experiments.example import CONTENT

AXIS = {"title": "units", "paths": ["graph.nodes.dense-1.parameters.units"], "values": [1, 2, 4]}


def experiment(**changes: object) -> Experiment:
    return Experiment.model_validate_json(json.dumps({**CONTENT, **changes}))


def result(values: list[list[list[float]]], **changes: object) -> ExperimentResult:
    """`values[seed][variant][place]`."""
    asked, found = experiment(**changes), np.array(values)
    return ExperimentResult(
        "mine", asked, "train accuracy", found, np.arange(found.shape[2], dtype=float), verdict_of(asked, found), 1.0,
        ([], []),
    )  # fmt: skip


RELU_WINS = [[[0.5], [0.9]], [[0.6], [1.0]], [[0.9], [0.8]]]
LOSSES = {"measures": [{"quantity": "train_loss"}]}
ALONE = {"variants": [{"title": "ReLU"}], "rule": {"kind": "bound", "variant": "ReLU", "at_least": 0.8}}


EVEN = [[[0.5], [0.6]], [[0.6], [0.5]], [[0.5], [0.55]]]
WINS = "ReLU has the largest train accuracy in"
RIGHT = "and you were right:"


@pytest.mark.parametrize(
    ("choice", "values", "changes", "told"),
    [
        ("none", RELU_WINS, {}, ""),
        ("ReLU", RELU_WINS, {}, f"You picked ReLU, {RIGHT} {WINS} 2 of 3 seeds."),
        ("identity", RELU_WINS, {},
         f"You picked identity; it has the largest train accuracy in 1 of 3 seeds, but {WINS} 2 of 3 seeds."),
        ("identity", RELU_WINS, LOSSES,
         f"You picked identity, {RIGHT} identity has the smallest train loss in 2 of 3 seeds."),
        ("equal", EVEN, {}, "You guessed no difference: none can be told."),
        ("equal", RELU_WINS[:2], {}, f"You guessed no difference: there is one, {WINS} 2 of 2 seeds."),
        ("holds", [[[0.9]], [[0.95]]], ALONE, "You guessed that it holds: and so it is."),
        ("does-not-hold", [[[0.9]], [[0.95]]], ALONE, "You guessed that it does not hold: it is not so."),
        ("ReLU", [[[float("nan")], [0.1]]], {}, f"You picked ReLU, {RIGHT} {WINS} 1 of 1 seed."),
    ],
)  # fmt: skip
def test_one_word_is_compared_with_what_came(
    choice: str, values: list[list[list[float]]], changes: dict[str, object], told: str
) -> None:
    assert guesses.told(choice, {}, result(values, **changes)) == told


@pytest.mark.parametrize(
    ("heights", "told"),
    [
        ((0.2, 0.5, 0.9), "very close: on average 0% of the height away; it rises, as measured."),
        ((0.1, 0.4, 0.8), "close: on average 10% of the height away; it rises, as measured."),
        ((0.9, 0.5, 0.2), "far off: on average 47% of the height away; it falls, the measured one rises."),
        ((0.5, None, 0.5), "far off: on average 35% of the height away."),
    ],
)
def test_a_curve_of_shares_is_compared_in_numbers(heights: tuple[float | None, ...], told: str) -> None:
    values = [[[0.1, 0.4, 0.8], [0.2, 0.5, 0.9]]]
    assert guesses.told("none", {"ReLU": heights}, result(values, axis=AXIS)) == f"Your curve of ReLU is {told}"


def test_of_losses_the_shape_is_compared() -> None:
    values = [[[8.0, 4.0, 2.0], [6.0, 6.0, 6.0]]]
    found = result(values, axis=AXIS, **LOSSES)
    assert guesses.frame(found) == (2.0, 8.0)
    told = guesses.told("none", {"identity": (1.0, 1 / 3, 0.0)}, found)
    assert told.startswith("Your curve of identity is very close in its shape: on average 0% of the height away; ")


def test_curves_are_read_as_they_were_written_and_what_does_not_fit_is_left_out() -> None:
    asked = experiment(axis=AXIS)
    curves = {"ReLU": (0.25, None, 1.0)}
    assert guesses.read_curves(guesses.written_curves(curves), asked) == curves
    for text in ("", "{", "[]", '{"ReLU": [1, 2]}', '{"ghost": [1, 2, 3]}', '{"ReLU": [null, null, null]}'):
        assert guesses.read_curves(text, asked) == {}
    assert guesses.read_curves('{"ReLU": [-1, "x", 2]}', asked) == {"ReLU": (0.0, None, 1.0)}
    assert guesses.read_curves(guesses.written_curves(curves), experiment()) == {}
