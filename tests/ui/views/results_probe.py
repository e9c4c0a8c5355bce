"""A plane in two halves with a point in the right one, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np

from playground.analysis.answers.decision_boundary import Boundary
from playground.analysis.answers.probe import Probe, ProbedBoundary, ProbeLayer
from tests.ui.views import results


def with_probe(plane: Boundary, probe: Probe) -> ProbedBoundary:
    return ProbedBoundary(**{part.name: getattr(plane, part.name) for part in dataclasses.fields(plane)}, probe=probe)


def probe(place: tuple[float, float] = (2.0, -1.0), wide: int = 40) -> Probe:
    layers = (
        ProbeLayer("dense-1", "Hidden", np.array([0.5, -1.0, 0.25], dtype=np.float32)),
        ProbeLayer("dense-2", "Wide", np.linspace(-3, 3, wide, dtype=np.float32)),
        ProbeLayer("dense-3", "Output", np.array([0.98], dtype=np.float32)),
    )
    seen = (place[0] / 2, place[1] / 2)
    answers = np.array([0.02, 0.98], dtype=np.float32)
    return Probe(place, seen, ("x1", "x2"), layers, ("orange", "blue"), answers, True, 1, (0.125, 0.0))


def probed(place: tuple[float, float] = (2.0, -1.0)) -> ProbedBoundary:
    return with_probe(results.boundary(), probe(place))


def probed_number() -> ProbedBoundary:
    layers = (ProbeLayer("neuron", "One neuron", np.array([-0.75], dtype=np.float32)),)
    found = Probe(
        (1.0, 1.0), (1.0, 1.0), ("x1", "x2"), layers, ("prediction",), np.array([-0.75], dtype=np.float32), False, 0,
        (0.0, 0.0),
    )  # fmt: skip
    return with_probe(results.regression(), found)
