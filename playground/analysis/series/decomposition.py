"""A series taken apart into trend, season and what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from playground.analysis.base import NothingToShow, Table
from playground.analysis.question import Question
from playground.analysis.series.look import Floats, Looked, SeriesLook
from playground.document.declaration import parameter

Method = Literal["additive", "multiplicative", "STL", "MSTL"]


@dataclass(frozen=True)
class Decomposition:
    """The parts; together they give the series again."""

    values: Floats
    """(n,)"""
    times: Floats
    trend: Floats
    """(n,) NaN at the ends where a moving mean has none."""
    seasons: tuple[Floats, ...]
    """(n,) each, one for every period."""
    rest: Floats
    periods: tuple[int, ...]
    multiplied: bool
    """Whether the parts are multiplied, so that season and rest lie around 1."""
    value_name: str
    time_name: str
    step_name: str
    method: str

    @property
    def trend_strength(self) -> float:
        """From 0, no trend, to 1, nothing but trend."""
        return strength(self.trend, self.rest, multiplied=self.multiplied)

    @property
    def season_strength(self) -> float:
        """From 0, no season, to 1."""
        return strength(sum(self.seasons, np.zeros(len(self.values))), self.rest, multiplied=self.multiplied)

    def table(self) -> Table:
        columns = [self.time_name, self.value_name, "trend", *(f"season of {p}" for p in self.periods), "rest"]
        arrays = (self.times, self.values, self.trend, *self.seasons, self.rest)
        rows: list[list[Any]] = [list(row) for row in zip(*(one.tolist() for one in arrays), strict=True)]
        return columns, rows


class DecompositionAnalysis(SeriesLook):
    """Classical decomposition both ways, STL, and STL with several seasons."""

    id: ClassVar[str] = "decomposition"
    title: ClassVar[str] = "Decomposition"
    summary: ClassVar[str] = (
        "A series taken apart: its slow trend, the season that comes again, and the rest. Strengths from 0 to 1 "
        "say how much of what moves is trend or season."
    )
    formula: ClassVar[str] = r"Y_t = T_t + S_t + R_t \quad \text{or} \quad Y_t = T_t \cdot S_t \cdot R_t"
    source: ClassVar[str] = (
        "Persons 1919; STL: Cleveland et al. 1990; MSTL: Bandara, Hyndman & Bergmeir 2021; strengths: Wang et al. 2006"
    )

    method: Method = parameter(
        "STL",
        help="Additive and multiplicative: a moving mean, then the mean of each place in the season. STL: local "
        "regressions, whose season may change slowly. MSTL: the same with two seasons.",
    )
    period: int = parameter(0, ge=0, le=1_000, label="Season", help="Steps of a season; 0: as the data block says.")
    second_period: int = parameter(
        0, ge=0, le=2_000, label="Second season", help="Of MSTL: another, longer one; 0 for none."
    )
    robust: bool = parameter(False, help="Of STL: let outliers weigh little.")

    def compute(self, question: Question) -> Decomposition:
        looked = self.looked(question)
        periods = self._periods(looked)
        trend, seasons, rest = self._parts(looked.values, periods)
        return Decomposition(
            looked.values, looked.times, trend, seasons, rest, periods, self.method == "multiplicative",
            looked.value_name, looked.time_name, looked.step_name, self.method,
        )  # fmt: skip

    def _periods(self, looked: Looked) -> tuple[int, ...]:
        first = self.period or looked.season
        several = self.method == "MSTL" and self.second_period
        periods = tuple(sorted({first, self.second_period})) if several else (first,)
        if periods[0] < 2:
            raise NothingToShow("A season has at least 2 steps. Set the season here, or in the data block.")
        if len(looked.values) < 2 * periods[-1]:
            raise NothingToShow(
                f"{len(looked.values)} {looked.step_name} hold no two seasons of {periods[-1]}. "
                "Choose a shorter season."
            )
        if self.method == "multiplicative" and looked.values.min() <= 0.0:
            raise NothingToShow("Only numbers above 0 can be multiplied parts. Choose additive or STL.")
        return periods

    def _parts(self, values: Floats, periods: tuple[int, ...]) -> tuple[Floats, tuple[Floats, ...], Floats]:
        from statsmodels.tsa.seasonal import MSTL, STL, seasonal_decompose

        if self.method in ("additive", "multiplicative"):
            found = seasonal_decompose(values, model=self.method, period=periods[0])
        elif self.method == "STL":
            found = STL(values, period=periods[0], robust=self.robust).fit()
        else:
            found = MSTL(values, periods=periods, stl_kwargs={"robust": self.robust}).fit()
        season = np.asarray(found.seasonal, dtype=np.float64)
        seasons = tuple(season.T) if season.ndim == 2 else (season,)
        return np.asarray(found.trend), seasons, np.asarray(found.resid)


def strength(part: Floats, rest: Floats, *, multiplied: bool) -> float:
    """Which share of what a part and the rest do together is the part: 1 − var(rest) / var(part + rest), or 0."""
    known = np.isfinite(part) & np.isfinite(rest)
    if multiplied:
        known &= (part > 0) & (rest > 0)
    one, other = (np.log(numbers[known]) if multiplied else numbers[known] for numbers in (part, rest))
    whole = float(np.var(one + other)) if len(one) else 0.0
    return max(0.0, 1.0 - float(np.var(other)) / whole) if whole else 0.0
