"""Autoregression against statsmodels and the numbers of the textbook, and MASE by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from statsmodels.tsa.ar_model import AutoReg

from playground.blocks.autoregression import Autoregression, AutoregressionLayer, rebuilt
from playground.blocks.base import BlockError
from playground.blocks.forecast_measures import MeanAbsoluteScaledError
from playground.blocks.signal import Signal, Windows
from playground.network.check import infer

WINDOW, AHEAD = 12, 5


def waves(count: int = 150) -> np.ndarray:
    generator = np.random.default_rng(2)
    found = generator.normal(size=count)
    for step in range(2, count):
        found[step] += 0.5 * found[step - 1] + 0.3 * found[step - 2] + 0.4
    return found.astype(np.float32)


def examples(series: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """All windows and what comes behind them, one step apart."""
    places = np.arange(len(series) - WINDOW - AHEAD + 1)[:, None]
    windows, targets = series[places + np.arange(WINDOW)], series[places + WINDOW + np.arange(AHEAD)]
    return torch.from_numpy(windows)[..., None], torch.from_numpy(targets)


def layer(lags: int, horizon: int = AHEAD) -> AutoregressionLayer:
    module = Autoregression(lags=lags).build(Signal((WINDOW, 1), kind="series"), Signal((horizon,)))
    assert isinstance(module, AutoregressionLayer)
    return module


def test_ar_1_of_the_notes_goes_back_to_zero() -> None:
    # φ = 0.7 from 100: 70, 49, 34.3, 24.01, 16.807
    module = layer(1)
    module.coefficients.fill_(0.7)
    window = torch.full((1, WINDOW, 1), -3.0)
    window[0, -1, 0] = 100.0
    assert module(window)[0].tolist() == pytest.approx([70.0, 49.0, 34.3, 24.01, 16.807], rel=1e-6)


def test_ar_2_with_a_constant_by_hand() -> None:
    module = layer(2, horizon=3)
    module.coefficients.copy_(torch.tensor([0.5, 0.3]))
    module.constant.fill_(1.0)
    window = torch.zeros(1, WINDOW, 1)
    window[0, -2:, 0] = torch.tensor([10.0, 20.0])
    # 1 + .5·20 + .3·10 = 14; 1 + .5·14 + .3·20 = 14; 1 + .5·14 + .3·14 = 12.2
    assert module(window)[0].tolist() == pytest.approx([14.0, 14.0, 12.2])


@pytest.mark.parametrize("lags", [1, 2, 9, 12])
def test_the_fit_is_that_of_statsmodels_on_the_plain_series(lags: int) -> None:
    series = waves()
    module = layer(lags)
    windows, targets = examples(series)
    module.begin(windows, targets)
    assert not module.settled
    module.learn(windows, targets)
    theirs = AutoReg(series.astype(np.float64), lags=lags, trend="c").fit()
    assert module.constant.item() == pytest.approx(theirs.params[0], rel=1e-4)
    np.testing.assert_allclose(module.coefficients.numpy(), theirs.params[1:], rtol=1e-4, atol=1e-6)
    assert module.settled and f"{lags} lags" in module.settled_words()
    last = torch.from_numpy(series[-WINDOW:])[None, :, None]
    ahead = theirs.predict(start=len(series), end=len(series) + AHEAD - 1)
    np.testing.assert_allclose(module(last)[0].numpy(), ahead, rtol=1e-4, atol=1e-5)


def test_the_series_is_rebuilt_from_its_windows_and_nothing_else_is_taken() -> None:
    series = waves(60)
    windows, targets = examples(series)
    np.testing.assert_array_equal(rebuilt(windows, targets).numpy(), series)
    order = torch.randperm(len(windows), generator=torch.Generator().manual_seed(1))
    for wrong in ((windows[order], targets[order]), (windows[::2], targets[::2]), (windows, targets + 1.0)):
        with pytest.raises(BlockError, match="windows of one series"):
            layer(2).begin(*wrong)


def of(series: str, steps: int, *shape: int, **more: Any) -> Signal:
    """The windows of a series, (time, 1), or what comes behind them, (horizon,)."""
    return Signal(shape, kind="series" if len(shape) == 2 else "vector", windows=Windows(series, steps), **more)


@pytest.mark.parametrize(
    ("lags", "window", "target", "words", "fixes"),
    [
        (9, of("a", 60, 6, 1), of("a", 60, 3), "looks back 9 steps, but the window has 6",
         [{"lags": 6}, {"window": 9}]),
        (12, of("a", 19, 12, 1), of("a", 19, 5), "takes 26 values or more, but the training time has 19",
         [{"lags": 8}]),
        (2, of("a", 60, 6, 1), of("b", 60, 3), "windows of one series", []),
        (1, Signal((2, 1), kind="series"), Signal((1,)), "windows of one series", []),
        (2, of("a", 60, 6, 1, scale="relative"), of("a", 60, 3, scale="relative"), "values themselves",
         [{"relative": False}]),
        (2, Signal((6, 2), kind="series"), Signal((3,)), "one number a step", []),
        (2, Signal((6,)), Signal((3,)), "one number a step", []),
        (2, Signal((6, 1), kind="series"), Signal((), kind="classes", scale="index", classes=("a", "b")),
         "numbers that come next", []),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_a_way_out(
    lags: int, window: Signal, target: Signal, words: str, fixes: list[dict[str, object]]
) -> None:
    found = infer(Autoregression(lags=lags), (window, target))
    assert words in found.error
    assert [dict(fix.parameters) for fix in found.fixes] == fixes


def test_mase_by_hand() -> None:
    prediction, target = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[2.0, 2.0], [0.0, 0.0]])
    naive = torch.full((2, 1), 4.0)
    # absolute errors 1, 0, 3, 4: mean 2, half the naive error of 4
    assert MeanAbsoluteScaledError().measure(prediction, target, naive) == {"mase": pytest.approx(0.5)}
    assert math.isnan(MeanAbsoluteScaledError().measure(prediction, target, torch.zeros(2, 1))["mase"])


def test_mase_wants_the_numbers_of_one_forecast_and_a_naive_error() -> None:
    error = Signal((1,), low=0.0)
    found = infer(MeanAbsoluteScaledError(), (Signal((3,)), Signal((12,)), error))
    assert "a vector of 3 numbers" in found.error and {"units": 12} in [dict(fix.parameters) for fix in found.fixes]
    assert "one number" in infer(MeanAbsoluteScaledError(), (Signal((3,)), Signal((3,)), Signal((3,)))).error
