"""Curvatures made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.loss.curvature import CurvatureResult
from playground.analysis.loss.curvature_words import stability, standing
from playground.analysis.loss.spectrum import spectrum_of
from playground.training.optimizers import GradientDescent


def at_the_edge() -> CurvatureResult:
    """A saddle of 20 directions, whose sharpness has climbed to the limit."""
    values = np.concatenate([[-0.8, -0.2], np.linspace(0.0, 1.0, 14), [3.0, 5.0, 9.0, 19.0]])
    spectrum = spectrum_of(True, values, values, np.full(20, 0.05))
    moments = np.arange(0, 1_000, 50)
    climb = 20.0 * (1.0 - np.exp(-moments / 200.0))
    climb[-1] = 19.0
    return CurvatureResult(
        spectrum, 20, 1e-5, 0.24, standing(spectrum, 20, 1e-5, 0.24), moments, climb, np.full(20, 20.0), "2/η",
        stability(GradientDescent(learning_rate=0.1), 0.1, 19.0, True), 350, 950, 0.05, True,
    )  # fmt: skip


def by_lanczos() -> CurvatureResult:
    """A large network at its start, with nothing but the present moment."""
    nodes = np.concatenate([np.linspace(-0.3, 0.9, 30), [4.0, 7.0, 11.0]])
    weights = np.concatenate([np.full(30, 0.99 / 30), np.full(3, 0.01 / 3)])
    spectrum = spectrum_of(False, np.array([-0.3, 4.0, 7.0, 11.0]), nodes, weights)
    return CurvatureResult(
        spectrum, 61_706, 0.7, 2.3, standing(spectrum, 61_706, 0.7, 2.3), np.array([0]), np.array([11.0]),
        np.array([np.nan]), "", "Sharpness 11.", 512, 0, 0.4, False,
    )  # fmt: skip
