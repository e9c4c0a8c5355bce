"""Races and luck meters made by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from playground.analysis.run.contests import Runs
from playground.analysis.run.ensemble import Ensemble, Votes
from playground.analysis.run.luck import Luck
from playground.analysis.run.race import Ground, Race

OPTIMIZERS = ("SGD 0.1", "Momentum 0.02", "RMSProp 0.003", "Adam 0.01")


def runs(names: Sequence[str], share: float = 1.0, seeds: Sequence[int] | None = None) -> Runs:
    """Runs that rise to 1 at different speeds; the first reaches no goal, the last of more than four runs away."""
    count, looks = len(names), 25
    epochs = np.linspace(0.0, 120.0 * share, looks)
    speeds = np.geomspace(0.006, 0.12, count)
    scores = 1.0 - 0.5 * np.exp(-epochs[:, None] * speeds)
    reached = np.where(scores[-1] > 0.95, np.log(10.0) / speeds, math.nan)
    diverged = np.full(count, math.nan)
    if 4 < count <= 8:
        scores[8:, -1] = reached[-1] = math.nan
        diverged[-1] = epochs[7]
    return Runs(
        names=tuple(names), epochs=epochs, losses=(1.02 - scores) ** 2, scores=scores,
        metric="test_accuracy", measure="test accuracy", better="more", reached=reached,
        goals=("test accuracy at least 0.95 within 120 epochs",), diverged=diverged,
        seeds=tuple(seeds or [1] * count), share=share, steps_per_second=40_000.0,
        together=f"{count} networks in one step",
    )  # fmt: skip


def luck() -> Luck:
    """32 seeds."""
    return Luck(runs([f"seed {seed}" for seed in range(1, 33)], seeds=range(1, 33)))


def luck_underway() -> Luck:
    return Luck(runs([f"seed {seed}" for seed in range(1, 9)], 0.4, range(1, 9)))


def race(names: Sequence[str] = OPTIMIZERS) -> Race:
    """A bowl, and ways that wind down into it."""
    found = runs(names)
    side = np.linspace(-3.0, 3.0, 31)
    a, b = np.meshgrid(side, side)
    turns = np.linspace(0.0, 1.0, 25)[:, None]
    angles = 2.0 + turns * np.linspace(0.2, 2.5, len(names))
    radius = 2.6 * (1.0 - turns * np.linspace(0.5, 0.95, len(names)))
    paths = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=2)
    paths[:, ~np.isfinite(found.reached) & np.isfinite(found.diverged)] = math.nan
    return Race(found, "Optimizer", Ground(paths, (0.7, 0.2), side, side, 0.05 + 0.3 * a**2 + 0.1 * b**2, 256))


def race_of_rates() -> Race:
    return race(["0.001", "0.00316", "0.01", "0.0316", "0.1", "0.316", "1"])


def race_without_ground() -> Race:
    return Race(runs(["tanh", "relu"]), "Activation", None, "The runs compute differently, so each has its own.")


def ensemble(numbers: bool = False) -> Ensemble:
    """Sixteen networks, which are better together."""
    members = np.arange(1, 17)
    mean = 0.95 - 0.03 / members
    vote = np.full(16, math.nan) if numbers else 0.945 - 0.03 / members
    alone = 0.92 + 0.01 * np.sin(members)
    measure = "test R²" if numbers else "test accuracy"
    agreed = math.nan if numbers else 0.83
    names = [f"seed {seed}" for seed in members]
    return Ensemble(runs(names, seeds=members.tolist()), Votes(alone, vote, mean, agreed, measure, 269))


def ensemble_of_numbers() -> Ensemble:
    return ensemble(numbers=True)


def ensemble_underway() -> Ensemble:
    return Ensemble(luck_underway().runs, None)
