"""Autoregression: the classical forecast, a weighted sum of the last values and a constant."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from playground.blocks.base import BlockError, Fix
from playground.blocks.estimator import Estimator, Learning
from playground.blocks.loss import CLASS_CODINGS
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class AutoregressionLayer(Learning):
    """The coefficients of an AR(p), fitted in one step by statsmodels (conditional least squares).

    `forward` forecasts step by step: each forecast is a known value for the next.
    """

    whole: ClassVar[bool] = True
    coefficients: torch.Tensor
    """(p,) φ₁ (of the last value) to φₚ."""
    constant: torch.Tensor

    def __init__(self, lags: int, horizon: int) -> None:
        super().__init__()
        self.horizon = horizon
        self.register_buffer("coefficients", torch.zeros(lags))
        self.register_buffer("constant", torch.zeros(()))

    def begin(self, *inputs: torch.Tensor) -> None:
        rebuilt(inputs[0], inputs[1])
        self.coefficients.zero_()
        self.constant.zero_()

    def learn(self, *inputs: torch.Tensor) -> None:
        from statsmodels.tsa.ar_model import AutoReg

        series = rebuilt(inputs[0], inputs[1]).double().cpu().numpy()
        fitted = AutoReg(series, lags=len(self.coefficients), trend="c").fit()
        self.constant.fill_(float(fitted.params[0]))
        self.coefficients.copy_(torch.as_tensor(fitted.params[1:]))
        self.settled.fill_(True)

    def settled_words(self) -> str:
        return f"The {len(self.coefficients)} lags of the autoregression are fitted."

    def forward(self, features: torch.Tensor, target: torch.Tensor | None = None) -> torch.Tensor:
        lags = len(self.coefficients)
        weights = self.coefficients.flip(0)  # oldest first, like the window
        known = features[:, -lags:, 0]  # (batch, lags)
        found: list[torch.Tensor] = []
        for _ in range(self.horizon):
            ahead = known @ weights + self.constant  # (batch,)
            found.append(ahead)
            known = torch.cat([known[:, 1:], ahead[:, None]], dim=1)
        return torch.stack(found, dim=1)  # (batch, horizon)


def rebuilt(windows: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The series (n,) of which these are the windows (N, window, 1) and targets (N, horizon), each one step on.

    Raises BlockError when they are not.
    """
    values = windows[..., 0]
    series = torch.cat([values[0], values[1:, -1], targets[-1]])
    whole = torch.cat([values, targets], dim=1)  # (N, window + horizon)
    again = series.unfold(0, whole.shape[1], 1)
    if again.shape != whole.shape or not torch.allclose(again, whole, rtol=1e-4, atol=1e-5):
        raise BlockError(
            "The autoregression needs the windows of one series, each a step after the one before, and as target what "
            "comes right behind them. Wire it straight to the window and the target of a time series."
        )
    return series


class Autoregression(Estimator):
    """AR(p), fitted to the whole training time at once."""

    id: ClassVar[str] = "autoregression"
    title: ClassVar[str] = "Autoregression AR(p)"
    summary: ClassVar[str] = (
        "Forecasts the next value as a weighted sum of the last p values and a constant, and goes on from its own "
        "forecasts. One step of least squares fits it; solved by statsmodels."
    )
    formula: ClassVar[str] = r"x_t = c + \varphi_1 x_{t-1} + \dots + \varphi_p x_{t-p} + \epsilon_t"
    source: ClassVar[str] = "Yule 1927, On a method of investigating periodicities in disturbed series (sunspots)"

    lags: int = parameter(2, ge=1, le=100, logarithmic=True, label="Lags p", help="How many of the last values count.")

    def subtitle(self) -> str:
        return f"{self.lags} lag{'s' if self.lags > 1 else ''}"

    def expect(self, *inputs: Signal) -> None:
        arriving, target = inputs
        if arriving.kind != "series" or arriving.shape[1:] != (1,):
            raise BlockError(
                f"{self.title} expects a series of one number a step, but {arriving.words()} arrives.",
                port="features",
            )
        if target.scale in CLASS_CODINGS or target.kind == "tokens" or len(target.shape) != 1:
            raise BlockError(
                f"{self.title} forecasts the numbers that come next, but {target.words()} arrives as target.",
                port="target",
            )
        if "relative" in (arriving.scale, target.scale):
            raise BlockError(
                f"{self.title} needs the values themselves, but they arrive relative to the last one.",
                Fix("Give the values as they are", "set", parameters={"relative": False}, node="features"),
                port="features",
            )
        if arriving.windows is None or target.windows != arriving.windows:
            raise BlockError(
                f"{self.title} needs the windows of one series, each a step after the one before, and as target what "
                "comes right behind them. Wire it straight to the window and the target of a time series.",
                port="features",
            )
        if arriving.windows.steps < 2 * self.lags + 2:
            most = arriving.windows.steps // 2 - 1
            raise BlockError(
                f"To fit {self.lags} lags takes {2 * self.lags + 2} values or more, but the training time has "
                f"{arriving.windows.steps}.",
                *([Fix(f"Set the lags to {most}", "set", parameters={"lags": most})] if most > 0 else []),
                port="features",
            )
        if arriving.shape[0] < self.lags:
            raise BlockError(
                f"{self.title} looks back {self.lags} steps, but the window has {arriving.shape[0]}.",
                Fix(f"Set the lags to {arriving.shape[0]}", "set", parameters={"lags": arriving.shape[0]}),
                Fix(f"Set the window to {self.lags}", "set", parameters={"window": self.lags}, node="features"),
                port="features",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return AutoregressionLayer(self.lags, inputs[1].shape[0])

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal(tuple(outputs[0][1:]), axes=inputs[1].axes),)

    def live_formula(self, *inputs: Signal) -> str:
        return f"p is {self.lags}; it goes on for {inputs[1].shape[0]} steps"


BLOCKS: tuple[type[Estimator], ...] = (Autoregression,)
