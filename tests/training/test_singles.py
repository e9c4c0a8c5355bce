"""A few small networks learn by turns, each as its own session would, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.document.project import Project
from playground.training.session.session import Session
from playground.training.stacked.singles import MOST_SINGLES, Singles, cohort_of
from playground.training.stacked.stack import Stack
from tests.training.runs import circles, noisy_graph, one_neuron, plain_graph, project, train_node

CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "noise and statistics": {"graph": noisy_graph(), "optimizer": "adam", "rate": 0.01},
    "plateau schedule": {"schedule": {"id": "plateau", "parameters": {"patience": 1}}, "rate": 0.5},
    "cosine schedule": {"schedule": {"id": "cosine"}, "stop": {"epochs": 8}},
    "a frozen layer": {"graph": train_node(plain_graph(), "layer-1", trainable=False)},
}


def runs(count: int, **settings: Any) -> list[Project]:
    return [project(seed=seed, **settings) for seed in range(1, count + 1)]


@pytest.mark.parametrize("name", CASES)
def test_each_is_the_run_of_its_session(name: str) -> None:
    projects = runs(3, **CASES[name])
    cohort = cohort_of(projects)
    assert isinstance(cohort, Singles) and len(cohort) == 3
    cohort.advance(7)
    cohort.advance(0)
    cohort.advance(9)
    vectors, losses = cohort.vectors(), cohort.losses()
    assert losses.shape == (16, 3) and cohort.losses().shape == (0, 3) and cohort.step == 16
    for row, single in enumerate(projects):
        session = Session(single, "cpu")
        session.advance(16)
        after = session.snapshot()
        assert after.layout == cohort.layout
        np.testing.assert_array_equal(vectors[row], after.parameters)
        assert cohort.buffers(row).keys() == after.buffers.keys()
        for key, buffer in after.buffers.items():
            np.testing.assert_array_equal(cohort.buffers(row)[key], buffer)
        session.evaluate(full=True, observe=False)
        assert cohort.evaluate(row, full=True) == session.latest
        curve = session.history.curves["train_loss"].data()
        assert losses[:, row].min() == pytest.approx(float(curve.low.min()))


def test_many_or_other_networks_learn_in_a_stack() -> None:
    assert isinstance(cohort_of(runs(MOST_SINGLES + 1)), Stack)
    assert isinstance(cohort_of(runs(2, engine="torch")), Stack)


def test_a_run_that_runs_away_leaves_the_others_alone() -> None:
    calm, wild = (project(one_neuron(circles(), "mean-squared-error"), rate=rate) for rate in (0.1, 1000.0))
    cohort = cohort_of([calm, wild])
    cohort.advance(60)
    session = Session(calm, "cpu")
    session.advance(60)
    assert not np.isfinite(cohort.vectors()[1]).all()
    np.testing.assert_array_equal(cohort.vectors()[0], session.snapshot().parameters)
