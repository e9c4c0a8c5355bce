"""The trail keeps the way of a run within its budget, and any moment of it can begin another run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from playground.network.flat import Layout, Place
from playground.training.saving.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot
from playground.training.trail import FEWEST, MOST_SNAPSHOTS, Trail, nearest, spread_out, usual_budget
from tests.training.runs import OPTIMIZERS, SEARCHING, noisy_graph, project


def snapshot(step: int, size: int = 100) -> Snapshot:
    layout = Layout((Place("dense.weight", 0, (size,)),))
    return Snapshot(step, step / 10, np.full(size, step, dtype=np.float32), layout)


def long_trail(steps: int, budget: int, size: int = 100) -> Trail:
    trail = Trail(budget)
    for step in range(steps):
        if trail.due(step):
            trail.add(snapshot(step, size))
    return trail


@pytest.mark.parametrize("steps", [10, 1_000, 100_000])
def test_a_trail_stays_inside_its_budget_and_keeps_both_ends(steps: int) -> None:
    budget = 400_000
    trail = long_trail(steps, budget)
    kept = trail.snapshots
    assert trail.nbytes <= budget
    assert kept[0].step == 0 and kept[-1].step >= steps * 0.99 - 1
    assert [one.step for one in kept] == sorted({one.step for one in kept})


def test_the_trail_is_dense_near_both_ends_and_thin_between() -> None:
    steps = np.array([one.step for one in long_trail(100_000, 400_000).snapshots])
    gaps = np.diff(steps)
    middle = gaps[(steps[1:] > 45_000) & (steps[1:] < 55_000)].mean()
    assert gaps[steps[1:] < 500].mean() < middle / 3 and gaps[steps[1:] > 99_000].mean() < middle
    assert gaps.max() < 10 * middle


def test_a_small_network_has_no_more_moments_than_the_time_slider_can_show() -> None:
    trail = Trail()
    counts = []
    for step in range(0, 1_000_000, 50):
        if trail.due(step):
            trail.add(snapshot(step, size=1))
        counts.append(len(trail.snapshots))
    kept = [one.step for one in trail.snapshots]
    assert max(counts) <= MOST_SNAPSHOTS and counts[-1] > MOST_SNAPSHOTS / 2
    assert kept[0] == 0 and kept[-1] > 998_000 and max(np.diff(kept)) < 5_000
    assert kept[-1] - kept[-2] <= 1_000 and kept[1] <= 500, "dense near now and near the beginning"


def test_a_large_network_still_leaves_a_path() -> None:
    kept = long_trail(2_000, budget=10, size=1_000).snapshots
    assert FEWEST / 2 <= len(kept) <= FEWEST and kept[0].step == 0


def test_a_smaller_budget_thins_at_once() -> None:
    trail = long_trail(10_000, 800_000)
    trail.budget = 100_000
    trail.fit()
    assert trail.nbytes <= trail.budget and trail.snapshots[0].step == 0


def test_the_best_is_never_thinned() -> None:
    trail = Trail(50_000)
    best = snapshot(333)
    for step in range(5_000):
        if step == best.step:
            trail.keep_best(best)
        if trail.due(step):
            trail.add(snapshot(step))
    assert best in trail.snapshots
    assert [one.step for one in trail.snapshots] == sorted(one.step for one in trail.snapshots)


def test_few_of_many_and_the_nearest() -> None:
    many = [snapshot(step, 1) for step in range(0, 1_000, 7)]
    few = spread_out(many, 10)
    assert len(few) == 10 and few[0] is many[0] and few[-1] is many[-1]
    assert nearest(many, 100).step == 98


@pytest.mark.parametrize("optimizer", (*OPTIMIZERS, *SEARCHING))
def test_a_branch_with_the_same_settings_goes_on_bit_for_bit(optimizer: str) -> None:
    settings = project(noisy_graph(), optimizer)
    whole = Session(settings)
    for _ in range(30):
        whole.advance(7)
    at = whole.trail.snapshots[11]
    branch = Session(settings)
    branch.branch_from(at, whole.history, whole.trail.snapshots)
    assert branch.step == at.step and branch.trail.snapshots[0].step == 0
    assert branch.history.curves["train_loss"].data().step.max() <= at.step
    branch.advance(whole.step - at.step)
    np.testing.assert_array_equal(branch.snapshot().parameters, whole.snapshot().parameters)
    for key, values in whole.snapshot().memory.items():
        np.testing.assert_array_equal(branch.snapshot().memory[key], values)


def test_a_branch_takes_other_settings() -> None:
    settings = project()
    whole = Session(settings)
    whole.advance(40)
    at = whole.trail.snapshots[-1]
    adam = project(optimizer="adam")
    branch = Session(adam)
    branch.branch_from(at, whole.history)
    branch.advance(20)
    whole.advance(20)
    assert branch.step == whole.step
    assert not np.array_equal(branch.snapshot().parameters, whole.snapshot().parameters)


def test_the_memory_of_the_optimizer_is_in_the_snapshot() -> None:
    session = Session(project(optimizer="adam"))
    session.advance(5)
    now = session.snapshot()
    assert set(now.memory) == {"step", "exp_avg", "exp_avg_sq"}
    assert now.memory["exp_avg"].shape == now.parameters.shape and float(now.memory["step"]) == 5.0


def test_the_way_is_saved_and_a_branch_from_it_goes_on_bit_for_bit(tmp_path: Path) -> None:
    settings = project(noisy_graph(), "adam")
    whole = Session(settings)
    for _ in range(300):
        whole.advance(1)
    path = tmp_path / "weights.safetensors"
    write_checkpoint(whole.checkpoint(), path)
    again = Session(settings)
    again.resume(read_checkpoint(path))
    kept = again.trail.snapshots
    assert 32 <= len(kept) <= 65 and kept[0].step == 0 and kept[-1].step == 300
    middle = nearest(kept, 150)
    branch = Session(settings)
    branch.branch_from(middle, again.history, kept)
    branch.advance(300 - middle.step)
    np.testing.assert_array_equal(branch.snapshot().parameters, whole.snapshot().parameters)


@pytest.mark.parametrize("broken", ["order", "parameters", "memory/exp_avg"])
def test_a_damaged_way_costs_only_the_way(broken: str) -> None:
    session = Session(project(optimizer="adam"))
    for _ in range(20):
        session.advance(1)
    checkpoint = session.checkpoint()
    tensors = {name: tensor for name, tensor in checkpoint.tensors.items() if name != f"trail/{broken}"}
    again = Session(project(optimizer="adam"))
    again.resume(Checkpoint(tensors, checkpoint.meta))
    assert again.step == 20 and len(again.trail.snapshots) == 1
    np.testing.assert_array_equal(again.snapshot().parameters, session.snapshot().parameters)


@pytest.mark.parametrize(("gigabytes", "megabytes"), [(1, 64), (2, 64), (4, 128), (6, 256), (8, 256), (64, 256)])
def test_a_small_machine_gives_the_moments_of_a_run_less_memory(gigabytes: int, megabytes: int) -> None:
    assert usual_budget(gigabytes * 2**30) == megabytes * 2**20
