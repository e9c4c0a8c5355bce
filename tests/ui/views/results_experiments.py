"""Experiments made by hand: dots without an axis, curves with one."""

from __future__ import annotations

import math

import numpy as np

from playground.analysis.run.experiment import ExperimentResult
from playground.document.experiment import Experiment
from playground.experiments.library import find_experiment, read_experiment
from playground.experiments.verdicts import verdict_of

FAR = 0.999


def result(name: str, values: np.ndarray, *, whole: bool = True) -> ExperimentResult:
    experiment: Experiment = read_experiment(find_experiment(name))
    places = [0.0] if experiment.axis is None else [float(value) for value in experiment.axis.values]
    rows = [[variant.title, seed, float(values[seed, number, 0])]
            for seed in range(len(values)) for number, variant in enumerate(experiment.variants)]  # fmt: skip
    return ExperimentResult(
        id=name, experiment=experiment, measure="test accuracy", values=values, places=np.array(places),
        verdict=verdict_of(experiment, values) if whole else None, share=1.0 if whole else FAR / 2,
        rows=(["variant", "seed", "test accuracy"], rows),
    )  # fmt: skip


def dots() -> ExperimentResult:
    """Two variants, five seeds; one run has no number."""
    values = np.array([[[0.5], [0.97]], [[0.55], [1.0]], [[0.6], [0.98]], [[0.52], [math.nan]], [[0.56], [1.0]]])
    return result("identity-stays-linear", values)


def dots_underway() -> ExperimentResult:
    values = np.full((5, 2, 1), math.nan)
    values[:2] = [[[0.5], [0.97]], [[0.55], [1.0]]]
    return result("identity-stays-linear", values, whole=False)


def curves() -> ExperimentResult:
    """One variant along a logarithmic axis."""
    falling = np.geomspace(0.13, 0.008, 6)
    values = np.stack([falling * factor for factor in (0.8, 0.9, 1.0, 1.1, 1.3)])[:, None, :]
    return result("width-helps", values)


def two_curves() -> ExperimentResult:
    """Two variants along the learning rate."""
    one, other = np.array([0.68, 0.66, 0.64, 0.45]), np.array([0.65, 0.48, 0.39, 0.71])
    values = np.stack([np.stack([one, other]) * factor for factor in (0.95, 1.0, 1.02, 1.05, 0.99, 1.1)])
    return result("optimizers-fairly-tuned", values)
