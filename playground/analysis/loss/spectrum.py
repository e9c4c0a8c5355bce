"""The spectrum of a Hessian: its eigenvalues, exact or by Lanczos, and how densely they lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.analysis.loss.hessian import Curvature, Lanczos

GRID = 300
WIDTH = 0.012
"""Width of the bell that each eigenvalue is spread to, as a share of the whole range."""
SETTLED = 1e-3
"""An eigenvalue counts as found when it is known to this share of the largest."""
ROUNDING = 1e-4
"""Curvature below this share of the largest is called flat: the arithmetic has single precision."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues and their density."""

    exact: bool
    """Whether these are all eigenvalues, of the dense matrix; else the outer ones that Lanczos has found."""
    values: Numbers
    """Ascending, (k,)."""
    grid: Numbers
    density: Numbers
    """The share of all eigenvalues per unit of curvature at the places of `grid`, (GRID,); its integral is 1."""
    down: float
    """How many directions curve downwards, as a share; estimated where not exact."""
    flat: float
    """How many have no curvature that counts, as a share."""


def exact_spectrum(bend: Curvature) -> Spectrum:
    """All eigenvalues, from the dense Hessian: for small networks."""
    values: Numbers = np.linalg.eigvalsh(bend.dense()).astype(np.float64)
    return spectrum_of(True, values, values, np.full(len(values), 1.0 / len(values)))


def found_spectrum(runs: Sequence[Lanczos]) -> Spectrum:
    """What Lanczos has found from several random starts.

    The density is that of stochastic Lanczos quadrature: the mean over the starts of the approximate eigenvalues with
    the squared first components of their vectors as weights.
    """
    ritz = [run.ritz() for run in runs]
    nodes = np.concatenate([one.values for one in ritz])
    weights = np.concatenate([one.weights for one in ritz]) / len(ritz)
    # Values of several starts would only repeat each other.
    first = ritz[0]
    known = first.errors <= SETTLED * np.abs(first.values).max()
    known[[0, -1]] = True
    return spectrum_of(False, first.values[known], nodes, weights)


def spectrum_of(exact: bool, values: Numbers, nodes: Numbers, weights: Numbers) -> Spectrum:
    """A spectrum from known eigenvalues, and from nodes (k,) with weights (k,) that sum to 1 for the density."""
    grid, density = _spread(nodes, weights)
    limit = ROUNDING * float(np.abs(values).max())
    down, flat = weights[nodes < -limit].sum(), weights[np.abs(nodes) <= limit].sum()
    return Spectrum(exact, values, grid, density, float(down), float(flat))


def _spread(nodes: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """A bell for every eigenvalue, on a grid that holds them all."""
    low, high = float(nodes.min()), float(nodes.max())
    width = WIDTH * (max(high, 0.0) - min(low, 0.0)) or 1e-6
    grid = np.linspace(min(low, 0.0) - 5 * width, max(high, 0.0) + 5 * width, GRID)
    bells = np.exp(-0.5 * ((grid[:, None] - nodes) / width) ** 2) / (width * math.sqrt(2 * math.pi))
    return grid, bells @ weights
