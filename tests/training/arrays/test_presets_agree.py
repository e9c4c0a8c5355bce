"""Every preset whose steps the plan takes is the same run as by torch."""

from __future__ import annotations

import pytest
import torch

from playground.document import library
from playground.training.batches import CannotTrain
from tests.training.arrays.learners import distance, learn, learner

STEPS = 200
CHAOTIC = {"vanishing-relu": 1e-8, "vanishing-xavier": 1e-2, "exploding-gradient": 1e-7}
"""Presets in which a difference of one rounding grows by orders of magnitude within these steps, as their lessons are
about: how far apart the runs may end in double precision."""
KINKED = {
    "vanishing-relu", "vanishing-xavier", "vanishing-batch-norm", "exploding-gradient", "mnist-sigmoid", "mnist-mlp",
    "autoencoder-mnist", "thirty-layers",
}  # fmt: skip
"""Presets in which single precision alone parts two runs within these steps: an example crosses the kink of a ReLU one
step earlier, or the network amplifies. Two thread counts of torch part them just as well."""
NAMES = [entry.id for entry in library.presets()]


def apart(name: str, dtype: torch.dtype) -> float:
    """How far the two runs of a preset are apart; skips presets that torch takes."""
    settings = next(entry for entry in library.presets() if entry.id == name).project
    try:
        by_plan = learner(settings, "numpy", dtype)
    except CannotTrain as error:
        pytest.skip(str(error))
    if by_plan.engine.id != "numpy":
        pytest.skip(by_plan.engine.reason)
    by_torch = learner(settings, "torch", dtype)
    learn(by_plan, STEPS)
    learn(by_torch, STEPS)
    return distance(by_torch, by_plan)


@pytest.mark.parametrize("name", NAMES)
def test_in_double_precision(name: str) -> None:
    assert apart(name, torch.float64) < CHAOTIC.get(name, 1e-12)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in KINKED])
def test_in_single_precision(name: str) -> None:
    assert apart(name, torch.float32) < 1e-6
