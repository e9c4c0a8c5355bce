"""Schedules: the factor of the learning rate at every step."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from pydantic import ValidationError

from playground.document.graph import Choice
from playground.training.schedules import SCHEDULES, PlateauSchedule, PlateauState, Schedule, schedule_of

IDS = ("constant", "step", "exponential", "cosine", "inverse-square-root", "warm-up", "plateau")


def make(identifier: str, **parameters: Any) -> Schedule:
    return schedule_of(Choice(id=identifier, parameters=parameters))


def test_all_schedules_are_there_in_order() -> None:
    known = tuple(kind.id for kind in SCHEDULES)
    missing = set(known) - set(IDS)
    assert not missing, f"name {sorted(missing)} in IDS of tests/training/test_schedules.py, with a test"
    assert known == IDS


def test_constant_stays_at_one() -> None:
    assert {make("constant").factor(step, 10, 100) for step in (0, 1, 50, 10**7)} == {1.0}


def test_step_is_a_staircase_of_epochs() -> None:
    schedule = make("step", gamma=0.5, every=2)
    factors = [schedule.factor(step, 3, None) for step in range(15)]
    assert factors == [1.0] * 6 + [0.5] * 6 + [0.25] * 3


def test_exponential_equals_torch_at_the_start_of_every_epoch_and_falls_in_between() -> None:
    schedule = make("exponential", gamma=0.9)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    for epoch in range(20):
        assert schedule.factor(epoch * 7, 7, None) == pytest.approx(reference.get_last_lr()[0])
        optimizer.step()
        reference.step()
    factors = [schedule.factor(step, 7, None) for step in range(50)]
    assert all(later < earlier for earlier, later in itertools.pairwise(factors))


def test_cosine_goes_from_one_over_the_half_to_the_floor_and_stays() -> None:
    schedule = make("cosine", floor=0.2)
    assert [schedule.factor(step, 10, 100) for step in (0, 50, 100, 5_000)] == pytest.approx([1.0, 0.6, 0.2, 0.2])


def test_cosine_equals_torch_step_by_step() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40, eta_min=0.1)
    schedule = make("cosine", floor=0.1)
    for step in range(40):
        assert schedule.factor(step, 8, 40) == pytest.approx(reference.get_last_lr()[0])
        optimizer.step()
        reference.step()


def test_the_length_of_a_cosine_is_its_own_then_that_of_the_run_then_a_hundred_epochs() -> None:
    assert make("cosine", epochs=4).factor(20, 10, 1_000) == pytest.approx(0.5)
    assert make("cosine").factor(500, 10, 1_000) == pytest.approx(0.5)
    assert make("cosine").factor(500, 10, None) == pytest.approx(0.5)


def test_inverse_square_root_oracle() -> None:
    schedule = make("inverse-square-root")
    rates = [0.1 * schedule.factor(t - 1, 5, None) for t in (1, 4, 9, 100)]
    assert rates == pytest.approx([0.1, 0.05, 0.1 / 3.0, 0.01])


def test_inverse_square_root_can_count_epochs() -> None:
    schedule = make("inverse-square-root", count="epochs")
    assert [schedule.factor(step, 5, None) for step in (0, 4, 5, 15)] == pytest.approx([1.0, 1.0, 0.5**0.5, 0.5])


def test_warm_up_rises_evenly_to_the_full_rate() -> None:
    schedule = make("warm-up", steps=4)
    assert [schedule.factor(step, 2, 100) for step in range(6)] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


@pytest.mark.parametrize("identifier", IDS)
@given(step=some.integers(0, 10**7), per_epoch=some.integers(1, 10**4), total=some.none() | some.integers(0, 10**7))
def test_a_factor_is_a_share_and_depends_on_nothing_but_the_step(
    identifier: str, step: int, per_epoch: int, total: int | None
) -> None:
    factor = make(identifier).factor(step, per_epoch, total)
    assert 0.0 <= factor <= 1.0
    assert make(identifier).factor(step, per_epoch, total) == factor


def observed(schedule: Schedule, losses: list[float]) -> list[PlateauState]:
    assert isinstance(schedule, PlateauSchedule)
    state = PlateauState()
    states = []
    for loss in losses:
        state = schedule.observe(state, loss)
        states.append(state)
    return states


def test_plateau_lowers_the_rate_after_its_patience_and_down_to_its_floor() -> None:
    schedule = make("plateau", gamma=0.1, patience=1, floor=0.05)
    states = observed(schedule, [1.0, 0.5, 0.5, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4])
    assert [state.factor for state in states] == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05])
    assert states[-1].best == 0.4
    assert schedule.factor(3, 1, None) == 1.0


def test_plateau_counts_nan_as_no_improvement_and_survives_infinity() -> None:
    states = observed(make("plateau", patience=1), [math.nan, math.inf, 1.0, math.nan, math.nan])
    assert [state.bad for state in states] == [1, 0, 0, 1, 0]
    assert [state.factor for state in states] == [1.0, 0.5, 0.5, 0.5, 0.25]


def test_a_floor_above_the_factor_reached_never_raises_the_rate() -> None:
    schedule = make("plateau", patience=0, floor=0.5)
    assert isinstance(schedule, PlateauSchedule)
    assert schedule.observe(PlateauState(best=1.0, factor=0.2), 2.0).factor == 0.2


@given(losses=some.lists(some.floats(0.0, 2.0), min_size=1, max_size=40), patience=some.integers(0, 4))
def test_plateau_equals_torch(losses: list[float], patience: int) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=patience, min_lr=0.01, eps=0)
    schedule = make("plateau", gamma=0.5, patience=patience, floor=0.01)
    for loss, state in zip(losses, observed(schedule, losses), strict=True):
        reference.step(loss)
        assert state.factor == pytest.approx(optimizer.param_groups[0]["lr"])


@pytest.mark.parametrize("kind", SCHEDULES, ids=IDS)
def test_every_schedule_is_explained_and_survives_json(kind: type[Schedule]) -> None:
    assert kind.title and kind.summary and kind.formula
    for info in kind.parameter_infos():
        assert info.help.endswith(".")
        assert info.kind == "choice" or (info.minimum is not None and info.maximum is not None)
    choice = Choice(id=kind.id, parameters=json.loads(json.dumps(kind().parameters())))
    assert schedule_of(choice) == kind()


@pytest.mark.parametrize(
    ("identifier", "parameters", "sentence"),
    [
        ("step", {"every": 0}, "Every n epochs of Step must be a whole number from 1 to 1000000, but 0 arrived."),
        ("cosine", {"floor": 2}, "Floor f of Cosine must be a number from 0 to 1, but 2 arrived."),
        ("cosine", {"epochs": 0}, "Epochs of Cosine must be a whole number from 1 to 10000000, but 0 arrived."),
        ("plateau", {"gamma": 1.0}, "Factor γ of Reduce on plateau must be a number from 0 to 1, but 1.0 arrived."),
        (
            "inverse-square-root",
            {"count": "days"},
            "Count of Inverse square root must be one of steps, epochs, but 'days' arrived.",
        ),
    ],
)
def test_bad_parameters_are_refused_with_a_sentence(identifier: str, parameters: dict[str, Any], sentence: str) -> None:
    kind = next(kind for kind in SCHEDULES if kind.id == identifier)
    assert kind.parameter_problems(parameters) == [(next(iter(parameters)), sentence)]
    with pytest.raises(ValidationError):
        make(identifier, **parameters)


def test_an_unknown_schedule_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="zigzag"):
        make("zigzag")
