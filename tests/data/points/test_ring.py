"""The ring of Gaussians: where its modes lie, how wide they are, and that each is as likely."""

from __future__ import annotations

import numpy as np
import pytest

from playground.data.points.ring import Ring
from playground.data.preparation import prepare


@pytest.mark.parametrize(("modes", "radius", "spread"), [(8, 4.0, 0.25), (3, 2.0, 0.5), (12, 5.0, 0.05)])
def test_modes_lie_evenly_on_the_ring_with_their_spread(modes: int, radius: float, spread: float) -> None:
    made = Ring(modes=modes, radius=radius, spread=spread, examples=12_000).generate(np.random.default_rng(1))
    assert made.class_names == tuple(f"mode {number + 1}" for number in range(modes))
    assert np.ptp(np.bincount(made.target, minlength=modes)) <= 1
    middles = np.stack([made.features[made.target == number].mean(axis=0) for number in range(modes)])
    np.testing.assert_allclose(np.linalg.norm(middles, axis=1), radius, atol=0.05)
    np.testing.assert_allclose(middles[0], [0.0, radius], atol=0.05)
    sides = np.linalg.norm(middles - np.roll(middles, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, 2.0 * radius * np.sin(np.pi / modes), atol=0.1)
    apart = made.features - middles[made.target]
    np.testing.assert_allclose(apart.std(axis=0), spread, rtol=0.05)


def test_the_defaults_have_nothing_between_the_modes() -> None:
    prepared = prepare(Ring())
    points = np.asarray(prepared.parts["train"]["features"])
    angle = np.arctan2(points[:, 0], points[:, 1]) / (2.0 * np.pi) * 8
    assert (np.abs(angle - np.round(angle)) < 0.33).all()
    assert Ring().subtitle() == "8 modes · σ 0.25 · 2000 points"
