"""Ways between two networks made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from playground.analysis.loss.mode_connectivity import ModeConnectivity, Profile
from tests.ui.views.results_surface import bowl, track


def learning() -> ModeConnectivity:
    """The second network has not learned all yet."""
    ways = np.linspace(0.0, 1.0, 41)
    line = 0.05 + 4.0 * 0.9 * ways * (1.0 - ways)
    return ModeConnectivity(
        ways=ways, line=Profile(line, 1.1 * line), bend=None, second="seed 2", second_steps=300, bent=0.0, apart=20.0,
        detour=0.0, examples=512, step=1_000,
    )  # fmt: skip


def bent() -> ModeConnectivity:
    """Both solutions lie in one valley."""
    ways = np.linspace(0.0, 1.0, 41)
    flat = 0.05 + 0.04 * ways * (1.0 - ways)
    places = np.stack([ways, ways * (1.0 - ways)], axis=1)
    plane = replace(bowl("between"), others=(track("bend", places, np.zeros(41, dtype=np.int64), np.zeros(41)),))
    return replace(
        learning(), bend=Profile(flat, flat + 0.02), second_steps=1_000, bent=1.0, detour=9.0, plane=plane
    )
