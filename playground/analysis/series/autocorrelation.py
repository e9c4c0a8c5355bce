"""How much a series resembles itself, so many steps earlier: autocorrelation and partial autocorrelation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.series.look import Floats, SeriesLook, constant, strength_words
from playground.document.declaration import parameter

Definition = Literal["standard", "pairs", "short sum"]
Estimator = Literal["ywm", "ols", "burg"]
BAND = 1.959963984540054
"""Deviations of a normal distribution within which 95 % lie."""
ESTIMATORS: Mapping[Estimator, str] = {"ywm": "Yule-Walker", "ols": "regression on the lags", "burg": "Burg"}


@dataclass(frozen=True)
class Autocorrelation:
    """Both functions, from lag 1 on."""

    lags: Floats
    """(k,) 1, 2, …"""
    acf: Mapping[Definition, Floats]
    """(k,) by each definition; NaN where too few pairs are left."""
    shown: Definition
    pacf: Floats
    """(p,) with p ≤ k: partial autocorrelations from lag 1 on."""
    estimator: str
    """How those were estimated, in words."""
    count: int
    """Steps of the series."""
    season: int
    value_name: str
    step_name: str

    @property
    def band(self) -> float:
        """Within it 95 % of the autocorrelations of white noise lie."""
        return BAND / math.sqrt(self.count)

    def table(self) -> Table:
        columns = ["lag", "pairs", *(f"ACF, {name}" for name in self.acf), "strength", "PACF", "95 % band"]
        rows: list[list[Any]] = []
        for index, lag in enumerate(self.lags.tolist()):
            shown = float(self.acf[self.shown][index])
            words = strength_words(shown) if math.isfinite(shown) else ""
            partial = float(self.pacf[index]) if index < len(self.pacf) else float("nan")
            values = [float(numbers[index]) for numbers in self.acf.values()]
            rows.append([int(lag), self.count - int(lag), *values, words, partial, self.band])
        return columns, rows


class AutocorrelationAnalysis(SeriesLook, Plotted):
    """Autocorrelation in the three definitions that textbooks mix, and partial autocorrelation by a named estimator."""

    id: ClassVar[str] = "autocorrelation"
    title: ClassVar[str] = "Autocorrelation"
    summary: ClassVar[str] = (
        "How much a series resembles itself some steps earlier (ACF), and what of that is left when the steps between "
        "are known (PACF). Bars within the band are what noise would give."
    )
    formula: ClassVar[str] = (
        r"r_k = \frac{\sum_{t=k+1}^{n} (x_t - \bar x)(x_{t-k} - \bar x)}{\sum_{t=1}^{n} (x_t - \bar x)^2}"
    )
    source: ClassVar[str] = "Box & Jenkins 1970; band: Bartlett 1946"

    lags: int = parameter(30, ge=1, le=400, logarithmic=True, help="How far back to look, in steps.")
    definition: Definition = parameter(
        "standard", label="Definition",
        help="Standard: one mean and the variance of the whole series, so that no value leaves −1 to 1 and few pairs "
        "count little. Pairs: Pearson's correlation of the n − k pairs, each side with its own mean. Short sum: one "
        "mean, but only the n − k values of the pairs in both sums below.",
    )  # fmt: skip
    estimator: Estimator = parameter(
        "ywm", label="PACF by",
        help="Yule-Walker's equations, a regression on all lags up to each, or Burg's recursion. On short series they "
        "differ.",
    )  # fmt: skip

    def compute(self, question: Question) -> Autocorrelation:
        looked = self.looked(question)
        if constant(looked.values):
            raise NothingToShow("The series never changes, so that nothing in it can go together.")
        most = min(self.lags, len(looked.values) - 2)
        lags = np.arange(1, most + 1)
        acf = {name: np.array([of(looked.values, int(lag)) for lag in lags]) for name, of in DEFINITIONS.items()}
        question.check()
        partial = partial_autocorrelation(looked.values, min(most, len(looked.values) // 2 - 1), self.estimator)
        return Autocorrelation(
            lags.astype(np.float64), acf, self.definition, partial, ESTIMATORS[self.estimator], len(looked.values),
            looked.season, looked.value_name, looked.step_name,
        )  # fmt: skip


def standard(values: Floats, lag: int) -> float:
    """With one mean, and the variance of the whole series below."""
    away = values - values.mean()
    return float(away[lag:] @ away[: len(away) - lag]) / float(away @ away)


def of_pairs(values: Floats, lag: int) -> float:
    """Pearson's correlation of the pairs; NaN for fewer than three, or where one side never changes."""
    late, early = values[lag:], values[: len(values) - lag]
    if len(late) < 3 or constant(late) or constant(early):
        return float("nan")
    late, early = late - late.mean(), early - early.mean()
    return float(late @ early) / math.sqrt(float(late @ late) * float(early @ early))


def short_sum(values: Floats, lag: int) -> float:
    """With one mean, and the sums of squares of the values in the pairs alone below."""
    away = values - values.mean()
    late, early = away[lag:], away[: len(away) - lag]
    below = math.sqrt(float(late @ late) * float(early @ early))
    return float(late @ early) / below if below else float("nan")


DEFINITIONS: Mapping[Definition, Callable[[Floats, int], float]] = {
    "standard": standard, "pairs": of_pairs, "short sum": short_sum,
}  # fmt: skip


def partial_autocorrelation(values: Floats, most: int, estimator: Estimator) -> Floats:
    """From lag 1 to `most`, (most,); empty where the series is too short."""
    from statsmodels.tsa.stattools import pacf

    if most < 1:
        return np.zeros(0)
    return np.asarray(pacf(values, nlags=most, method=estimator)[1:], dtype=np.float64)
