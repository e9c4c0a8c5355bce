"""Forecasts made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.forecast import Forecast, ModelForecast, Score
from playground.analysis.inside.data import DataSummary
from playground.data.preview import SeriesPreview

COUNT, HORIZON, WINDOW = 60, 6, 12
TEST_START = 50


def model(title: str, values: np.ndarray, origin: int, lift: float) -> ModelForecast:
    ahead = values[origin] + lift * np.arange(1.0, HORIZON + 1)
    spread = np.linspace(-2.0, 2.0, 21)[:, None] * np.sqrt(np.arange(1.0, HORIZON + 1))
    paths = ahead + spread
    low, high = np.quantile(paths, [0.25, 0.05], axis=0), np.quantile(paths, [0.75, 0.95], axis=0)
    return ModelForecast(title.lower(), title, ahead, paths, low, high, Score(0.5 + lift, 0.6 + lift, 1.2 + lift))


def forecast(origin: int = TEST_START - 1, models: tuple[str, ...] = ("LSTM",)) -> Forecast:
    """A rising wave of 60 years; 35 of them are for training and 15 for validation."""
    steps = np.arange(COUNT)
    values = 300.0 + steps + 5.0 * np.sin(steps)
    naive = np.array([values[origin - 11 + ahead] if ahead < 12 else np.nan for ahead in range(HORIZON)])
    return Forecast(
        values=values,
        times=1950.0 + np.arange(COUNT + HORIZON),
        moments=tuple(str(1950 + step) for step in range(COUNT + HORIZON)),
        origin=origin,
        first_origin=WINDOW - 1,
        spans={"train": (0, 35), "validation": (35, TEST_START), "test": (TEST_START, COUNT)},
        models=tuple(model(title, values, origin, 0.5 + 0.3 * number) for number, title in enumerate(models)),
        naive=naive,
        naive_score=Score(1.1, 1.2, 3.4),
        part="test",
        part_origins=(TEST_START - 1, COUNT - HORIZON - TEST_START + 1),
        errors_from="21 earlier windows, none of them learned from",
        time_name="year",
        value_name="CO2 (ppm)",
        season=12,
        step=7,
    )


def two_forecasts() -> Forecast:
    return forecast(models=("AR(9)", "LSTM"))


def beyond_the_end() -> Forecast:
    """From the last year that was measured: nobody knows what came."""
    return forecast(origin=COUNT - 1)


def data_series() -> DataSummary:
    """The series itself, before any network."""
    result = forecast()
    series = SeriesPreview(
        result.times[:COUNT], result.values, result.spans, "year", "CO2 (ppm)", ("1950", f"{1950 + COUNT - 1}")
    )
    rows = tuple((str(1961 + row), 310.0 + row, 311.0 + row) for row in range(8))
    totals = {"train": 24, "validation": 14, "test": 4}
    return DataSummary("CO2", "train", totals, (), None, ("last seen", "value", "+1"), rows, None, None, series)
