"""Whether a series stays what it is: rolling mean and deviation, and two tests with opposite null hypotheses."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.series.look import Floats, SeriesLook, constant
from playground.document.declaration import parameter

LEVEL = 0.05
FEWEST = 15
"""Steps below which neither test says much."""


@dataclass(frozen=True)
class UnitRootTest:
    """What a test says."""

    name: str
    null: str
    """What it takes for true until the data speak against it."""
    statistic: float
    p: float
    bounded: str
    """“<” or “>” where the table of the test ends, else empty."""
    lags: int

    @property
    def rejected(self) -> bool:
        """Whether its null hypothesis falls at 5 %."""
        return self.p < LEVEL

    @property
    def words(self) -> str:
        """The test in one line."""
        verdict = "rejected" if self.rejected else "not rejected"
        return f"{self.name}, null hypothesis “{self.null}”: p {self.bounded or '='} {self.p:.3g}, {verdict}"


@dataclass(frozen=True)
class Stationarity:
    """The series, what rolls along it, and both tests."""

    values: Floats
    times: Floats
    mean: Floats
    """(n,) of the `window` steps up to each; NaN before there are so many."""
    deviation: Floats
    window: int
    adf: UnitRootTest
    kpss: UnitRootTest
    value_name: str
    time_name: str

    @property
    def verdict(self) -> str:
        """Both tests together, in one sentence."""
        return {
            (True, False): "Both agree: it is stationary.",
            (False, True): "Both agree: it has a unit root. Difference it.",
            (True, True): "No unit root, but the level is not steady: it may have a trend or a break.",
            (False, False): "Neither is rejected: the series is too short, or near a unit root.",
        }[self.adf.rejected, self.kpss.rejected]

    def table(self) -> Table:
        rows: list[list[Any]] = [
            [self.times[step].item(), self.values[step].item(), self.mean[step].item(), self.deviation[step].item()]
            for step in range(len(self.values))
        ]
        return [self.time_name, self.value_name, "rolling mean", "rolling deviation"], rows


class StationarityAnalysis(SeriesLook, Plotted):
    """Augmented Dickey-Fuller and KPSS beside the picture."""

    id: ClassVar[str] = "stationarity"
    title: ClassVar[str] = "Stationarity"
    summary: ClassVar[str] = (
        "Do mean and deviation stay the same over time? Two tests say so in words: ADF takes a unit root for true, "
        "KPSS takes a steady level for true. Difference until both agree."
    )
    formula: ClassVar[str] = (
        r"\Delta x_t = \alpha + \gamma x_{t-1} + \sum_i \delta_i \Delta x_{t-i} + \epsilon_t, \qquad H_0: \gamma = 0"
    )
    source: ClassVar[str] = "Dickey & Fuller 1979; Kwiatkowski, Phillips, Schmidt & Shin 1992"

    window: int = parameter(0, ge=0, le=2_000, help="Steps of the rolling mean; 0: a season, or a tenth of the series.")
    around: Literal["level", "trend"] = parameter(
        "level", help="Whether the series may be steady around a level, or around a straight trend."
    )

    def compute(self, question: Question) -> Stationarity:
        looked = self.looked(question)
        values = looked.values
        if constant(values) or len(values) < FEWEST:
            why = "never changes" if constant(values) else f"has {len(values)} steps, and the tests need {FEWEST}"
            raise NothingToShow(f"The series {why}, so that there is nothing to test.")
        usual = looked.season if looked.season > 2 else max(3, len(values) // 10)
        window = min(self.window or usual, len(values))
        mean, deviation = rolling(values, window)
        question.check()
        trend = self.around == "trend"
        return Stationarity(
            values, looked.times, mean, deviation, window, dickey_fuller(values, trend=trend),
            kpss_test(values, trend=trend), looked.value_name, looked.time_name,
        )  # fmt: skip


def rolling(values: Floats, window: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the `window` steps up to each, (n,); NaN before."""
    pieces = np.lib.stride_tricks.sliding_window_view(values, window)  # (n - window + 1, window)
    before = np.full(window - 1, np.nan)
    return np.concatenate([before, pieces.mean(axis=1)]), np.concatenate([before, pieces.std(axis=1)])


def dickey_fuller(values: Floats, *, trend: bool) -> UnitRootTest:
    """The augmented test, lags by Akaike's criterion."""
    from statsmodels.tsa.stattools import adfuller

    found = adfuller(values, regression="ct" if trend else "c", autolag="AIC")
    return UnitRootTest("ADF", "it has a unit root", float(found[0]), float(found[1]), "", int(found[2]))


def kpss_test(values: Floats, *, trend: bool) -> UnitRootTest:
    """The test of a steady level or trend; its p-value is known from .01 to .1."""
    from statsmodels.tools.sm_exceptions import InterpolationWarning
    from statsmodels.tsa.stattools import kpss

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InterpolationWarning)
        warnings.simplefilter("ignore", FutureWarning)  # the form of its result changes in 0.16, which is not let in
        found = kpss(values, regression="ct" if trend else "c", nlags="auto")
    p = float(found[1])
    bounded = "<" if p <= 0.01 else ">" if p >= 0.1 else ""
    null = f"it is steady around a {'trend' if trend else 'level'}"
    return UnitRootTest("KPSS", null, float(found[0]), p, bounded, int(found[2]))
