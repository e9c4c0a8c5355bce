"""Searches made by hand: a whole one, one underway, one in which nothing has a number, and one over one setting."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from playground.analysis.run.search import SearchResult, result_of
from playground.experiments.search.fresh import Comparison
from playground.experiments.search.state import SearchState, TrialRow
from playground.experiments.search.trial import Finished
from tests.experiments.search.example import CHOICES, CONTENT, task

SETTINGS = [*CONTENT["settings"], CHOICES[1]]
START = Finished(((0.55,),), 100, 1.0, 0.1, False, False, ((0.0, 0.7), (3.0, 0.55)))


def state(trials: int = 24, done: int = 24, settings: list[object] | None = None) -> SearchState:
    generator = np.random.default_rng(3)
    rows = []
    for number in range(1, done + 1):
        rate, units = float(10 ** generator.uniform(-3.0, 0.0)), int(generator.integers(1, 9))
        activation = ("identity", "ReLU")[int(generator.integers(2))]
        value = 0.1 * (math.log10(rate) + 1.0) ** 2 + 0.03 * (8 - units) + 0.2 * (activation == "identity")
        word = "pruned" if value > 0.5 else "done"
        finished = Finished(((value,),), 100, 0.4 if word == "pruned" else 1.0, 0.1, word == "pruned", False, ())
        values = {"rate": rate, "units": units, "activation": activation}
        rows.append(TrialRow(number, word, values, value, finished, 1))
    return SearchState(task(trials=trials, settings=settings or SETTINGS), tuple(rows), START)


def whole() -> SearchResult:
    fresh = Comparison(("train loss",), False, np.array([[0.5], [0.6]]), np.array([[0.1], [0.2]]))
    return result_of(replace(state(), whole=True, fresh=fresh))


def underway() -> SearchResult:
    return result_of(state(trials=200, done=7))


def without_a_number() -> SearchResult:
    away = Finished(((math.nan,),), 3, 1.0, 0.1, False, True, ())
    rows = [replace(row, state="ran away", value=math.nan, finished=away) for row in state(done=4, trials=4).rows]
    return result_of(replace(state(trials=4), rows=tuple(rows), start=None, whole=True))


def one_setting() -> SearchResult:
    return result_of(replace(state(settings=SETTINGS[:1]), whole=True))
