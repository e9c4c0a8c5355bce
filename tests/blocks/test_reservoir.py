"""The reservoir and its ridge readout: eigenvalues, echoes, and scikit-learn’s ridge regression."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.blocks.reservoir import Reservoir, ReservoirLayer
from playground.blocks.ridge import Ridge, RidgeLayer
from playground.blocks.signal import Signal
from playground.network.check import infer

SERIES = Signal((60, 2), kind="series")


def layer(**parameters: object) -> ReservoirLayer:
    module = Reservoir(**parameters).build(SERIES)
    assert isinstance(module, ReservoirLayer)
    return module


def series(count: int = 3) -> torch.Tensor:
    return torch.randn((count, 60, 2), generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize(("radius", "density"), [(0.9, 0.1), (1.3, 1.0), (0.5, 0.3)])
def test_radius_and_density_are_those_asked_for(radius: float, density: float) -> None:
    weight = layer(units=120, spectral_radius=radius, density=density).weight.double().numpy()
    assert np.abs(np.linalg.eigvals(weight)).max() == pytest.approx(radius, rel=1e-5)
    assert (weight != 0).mean() == pytest.approx(density, abs=0.02)


def test_a_step_is_that_of_the_formula() -> None:
    module, x = layer(units=7, leak=0.3, density=1.0), series(2)
    state = np.zeros((2, 7))
    into, between, bias = (t.double().numpy() for t in (module.weight_in, module.weight, module.bias))
    for time in range(60):
        state = 0.7 * state + 0.3 * np.tanh(x[:, time].double().numpy() @ into.T + bias + state @ between.T)
    np.testing.assert_allclose(module(x).numpy(), state, atol=1e-5)


def test_two_starts_come_together_below_1_and_need_not_above() -> None:
    quiet = torch.zeros(1, 60, 2)
    apart = {
        radius: layer(spectral_radius=radius, input_scale=0.1).inside(quiet)["apart"].abs().amax(2)[0]
        for radius in (0.5, 0.9, 1.5)
    }
    assert float(apart[0.5][-1]) < 1e-6 < float(apart[0.9][-1]) < 0.05
    assert float(apart[1.5][-1]) > 0.1
    assert float(apart[0.5][0]) > 0.1


def test_nothing_of_it_learns_and_numbers_change_while_it_lives() -> None:
    module, x = layer(units=9), series()
    assert not list(module.parameters())
    other = Reservoir(units=9, spectral_radius=0.3, seed=4, leak=0.5)
    assert other.update(module)
    torch.testing.assert_close(module(x), other.build(SERIES)(x))
    assert not Reservoir(units=8).update(module)
    assert "may never fade" in Reservoir(spectral_radius=1.2).advise(SERIES)[0].message
    assert not infer(Reservoir(units=2, density=0.01, seed=3), (SERIES,)).error  # no link at all is drawn


@pytest.mark.parametrize("count", [8, 40])
@pytest.mark.parametrize("penalty", [0.0, 0.01, 3.0])
def test_the_ridge_is_that_of_scikit_learn(count: int, penalty: float) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = np.random.default_rng(1).normal(size=(count, 12)), np.random.default_rng(2).normal(size=(count, 3))
    module = Ridge(penalty=penalty).build(Signal((12,)), Signal((3,)))
    assert isinstance(module, RidgeLayer)
    module.learn(torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32))
    assert bool(module.settled)
    theirs = linear_model.Ridge(alpha=penalty).fit(x, y) if penalty else linear_model.LinearRegression().fit(x, y)
    np.testing.assert_allclose(module.weight.numpy(), theirs.coef_, atol=1e-4)
    np.testing.assert_allclose(module.bias.numpy(), theirs.intercept_, atol=1e-4)


def test_ridge_predicts_numbers_alone() -> None:
    classes = Signal((), kind="classes", scale="index", classes=("a", "b"))
    assert "predicts a vector of numbers" in infer(Ridge(), (Signal((4,)), classes)).error
