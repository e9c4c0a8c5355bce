"""Every value beside the one so many steps before it: the lag table, and its picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.series.autocorrelation import of_pairs
from playground.analysis.series.look import Floats, SeriesLook
from playground.document.declaration import parameter


@dataclass(frozen=True)
class LagPairs:
    """A series and itself some steps before."""

    values: Floats
    """(n,)"""
    times: Floats
    """(n,)"""
    lag: int
    r: float
    """Correlation of the pairs; NaN where it has none."""
    slope: float
    """Of the line of least squares through the pairs; NaN where there is none."""
    offset: float
    value_name: str
    time_name: str
    step_name: str

    @property
    def late(self) -> Floats:
        """(n − lag,) the values that have one before them."""
        return self.values[self.lag :]

    @property
    def early(self) -> Floats:
        """(n − lag,) those before them."""
        return self.values[: len(self.values) - self.lag]

    def table(self) -> Table:
        """The lag table: the column shifted down, with blanks at its top."""
        shifted: list[Any] = [""] * self.lag + self.early.tolist()
        rows = zip(self.times.tolist(), self.values.tolist(), shifted, strict=True)
        return [self.time_name, self.value_name, f"lag {self.lag}"], [list(row) for row in rows]


class LagPairsAnalysis(SeriesLook, Plotted):
    """A scatter of a series against itself."""

    id: ClassVar[str] = "lag-pairs"
    title: ClassVar[str] = "Lags"
    summary: ClassVar[str] = (
        "Each value against the one k steps before it, n − k pairs, beside the table they come from. A line means that "
        "the past tells the future; a cloud means that it does not."
    )
    formula: ClassVar[str] = r"(x_{t-k}, \, x_t), \quad t = k + 1, \dots, n"

    lag: int = parameter(1, ge=1, le=400, label="Lag k", help="How many steps lie between the values of a pair.")

    def compute(self, question: Question) -> LagPairs:
        looked = self.looked(question)
        count = len(looked.values)
        if self.lag > count - 2:
            raise NothingToShow(f"{count} steps have no two pairs that lie {self.lag} apart. Choose a smaller lag.")
        r = of_pairs(looked.values, self.lag)
        early, late = looked.values[: count - self.lag], looked.values[self.lag :]
        spread = float(early.std())
        slope = r * float(late.std()) / spread if math.isfinite(r) and spread else float("nan")
        offset = float(late.mean()) - slope * float(early.mean())
        return LagPairs(
            looked.values, looked.times, self.lag, r, slope, offset, looked.value_name, looked.time_name,
            looked.step_name,
        )  # fmt: skip
