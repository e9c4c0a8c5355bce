"""Cases of autoregression and of the measure of forecasts."""

from __future__ import annotations

from playground.blocks import autoregression, forecast_measures
from playground.blocks.signal import Signal, Windows
from tests.blocks.case import Case

WINDOWS = Windows("a series", 60)
WINDOW = Signal((5, 1), kind="series", windows=WINDOWS)
AHEAD = Signal((3,), axes=("horizon",), windows=WINDOWS)
NAIVE = Signal((1,), scale="probability", low=0.0)
"""The scale makes the numbers of the batch positive, as errors are."""

CASES: tuple[Case, ...] = (
    # Untaught, all its coefficients are 0 and nothing reaches the input.
    Case(autoregression.Autoregression(), (WINDOW, AHEAD), (3,), gradient=False),
    Case(autoregression.Autoregression(lags=5), (WINDOW, AHEAD), (3,), gradient=False),
    Case(forecast_measures.MeanAbsoluteScaledError(), (AHEAD, AHEAD, NAIVE), ()),
)
