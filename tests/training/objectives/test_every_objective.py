"""What every objective promises: its gradient is the slope of what it adds, a run can be broken off anywhere, the
written file does the same, and a weight of 0 is as if it were not there."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.document.graph import Choice
from playground.training.learner import Learner
from playground.training.objectives.active import curve_names
from playground.training.objectives.base import Objective
from playground.training.objectives.registry import OBJECTIVES, objective_of
from playground.training.session.session import Session
from playground.training.setting_paths import with_setting
from tests.code.alone import compare
from tests.training.arrays.learners import learner as learner_of
from tests.training.arrays.learners import precision
from tests.training.objectives.cases import CASES, Case

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
WEIGHT = "training.objectives.0.parameters.weight"


def test_there_is_a_case_for_each() -> None:
    assert {case.id for case in CASES.values()} == {kind.id for kind in OBJECTIVES}


def objective(case: Case) -> Objective:
    return objective_of(Choice(id=case.id, parameters=case.parameters))


def one_step(learner: Learner, case: Case) -> tuple[float, torch.Tensor]:
    """What the next step makes small, and how far plain descent at a rate of 1 goes: the gradient. Stands still."""
    state, values, added = learner.state(), learner.model.flat.values, objective(case)
    learner.learn(1)
    losses = learner.losses.fetch()
    after = values.clone()
    learner.return_to(state)
    loss, amount = losses.values[0][0], losses.values[losses.curves.index(*curve_names([added]))][0]
    return (1.0 - added.weight if added.blends else 1.0) * loss + added.weight * amount, values - after


@every_case
def test_its_gradient_is_the_slope_of_what_it_adds(case: Case) -> None:
    descent = Choice(id="sgd", parameters={"learning_rate": 1.0})
    learner = learner_of(case.project(optimizer=descent), "torch")
    with precision(torch.float64):
        _, gradient = one_step(learner, case)
        values = learner.model.flat.values
        direction = torch.randn(values.shape, generator=torch.Generator().manual_seed(3)).div_(len(values) ** 0.5)
        heights = []
        for side in (1e-6, -2e-6):
            values.add_(side * direction)
            heights.append(one_step(learner, case)[0])
    assert heights[0] - heights[1] == pytest.approx(2e-6 * float(gradient @ direction), rel=1e-4)


@every_case
def test_a_run_that_is_broken_off_goes_on_bit_for_bit(case: Case) -> None:
    project = case.project()
    whole, first, second = (Session(project, "cpu") for _ in range(3))
    whole.advance(7)
    first.advance(3)
    second.resume(first.checkpoint())
    second.advance(4)
    np.testing.assert_array_equal(second.snapshot().parameters, whole.snapshot().parameters)
    for name, array in whole.snapshot().buffers.items():
        np.testing.assert_array_equal(second.snapshot().buffers[name], array)


@every_case
def test_the_written_file_learns_the_same(case: Case) -> None:
    assert compare(case.project(), 9) == []


@every_case
def test_it_can_come_and_go_while_the_run_goes_on(case: Case) -> None:
    project = case.project(engine="torch")
    without = with_setting(project, WEIGHT, 0.0)
    plain, changed = Session(project.replace(training=project.training.replace(objectives=())), "cpu"), None
    changed = Session(without, "cpu")
    for session in (plain, changed):
        session.advance(3)
    np.testing.assert_array_equal(plain.snapshot().parameters, changed.snapshot().parameters)
    (curve,) = curve_names([objective(case)])
    assert curve not in changed.history.curves
    changed.apply(project)
    changed.advance(3)
    plain.advance(3)
    assert len(changed.history.curves[curve]) and not np.array_equal(
        plain.snapshot().parameters, changed.snapshot().parameters
    )
    assert changed.history.marks[-1].text.startswith(objective(case).title[1:4].lower(), 1)
