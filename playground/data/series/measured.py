"""Series that were measured: air, sun, river, sea and economy, as the package statsmodels carries them."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from playground.data.base import Dataset
from playground.data.packaged import numbers_in
from playground.data.series.forecasting import Floats, SeriesDataset
from playground.document.declaration import parameter

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STATSMODELS = "Public domain, from the package statsmodels (BSD-3)."


class CarbonDioxide(SeriesDataset):
    """The Keeling curve: monthly means of the weekly measurements on Mauna Loa."""

    id: ClassVar[str] = "co2"
    title: ClassVar[str] = "CO2"
    summary: ClassVar[str] = (
        "CO2 in the air over Hawaii, month by month from 1958 to 2001: a steady rise, and a breath of the plants every "
        "year. Monthly means of the weeks that were measured; five months without any are interpolated."
    )
    question: ClassVar[str] = "How much CO2 will be in the air in the months to come?"
    source: ClassVar[str] = "Keeling & Whorf 2004, Atmospheric CO2 concentrations from sites in the SIO network"
    licence: ClassVar[str] = STATSMODELS
    value_name: ClassVar[str] = "CO2 (ppm)"
    time_name: ClassVar[str] = "year"
    step_name: ClassVar[str] = "months"
    start: ClassVar[float] = 1958 + 2.5 / 12
    step: ClassVar[float] = 1 / 12

    def length(self) -> int:
        return 526

    def measured(self, generator: np.random.Generator) -> Floats:
        days, weekly = numbers_in("statsmodels", "datasets/co2/co2.csv", skip=1).T
        months = days.astype(np.int64) // 10_000 * 12 + days.astype(np.int64) // 100 % 100
        months -= months[0]
        there = np.isfinite(weekly)
        counts = np.bincount(months[there], minlength=months[-1] + 1)
        sums = np.bincount(months[there], weights=weekly[there], minlength=months[-1] + 1)
        known = np.flatnonzero(counts)
        return np.interp(np.arange(len(counts)), known, sums[known] / counts[known])

    def moment(self, step: int) -> str:
        return f"{MONTHS[(step + 2) % 12]} {1958 + (step + 2) // 12}"


class Sunspots(SeriesDataset):
    """Wolf's number of sunspots, year by year."""

    id: ClassVar[str] = "sunspots"
    title: ClassVar[str] = "Sunspots"
    summary: ClassVar[str] = (
        "Sunspots from 1700 to 2008, a mean for each year. They come and go in a cycle of about eleven years, which is "
        "never quite the same: the series on which autoregression was invented."
    )
    question: ClassVar[str] = "How many sunspots will there be in the years to come?"
    source: ClassVar[str] = "Wolf's sunspot numbers, National Geophysical Data Center; Yule 1927"
    licence: ClassVar[str] = STATSMODELS
    value_name: ClassVar[str] = "sunspots"
    time_name: ClassVar[str] = "year"
    step_name: ClassVar[str] = "years"
    start: ClassVar[float] = 1700.0

    season: int = parameter(
        11, ge=1, le=200, logarithmic=True,
        help="Years after which the cycle comes again, about eleven: the seasonal naive forecast says the same as one "
        "cycle before. With 1 it says that nothing changes.",
    )  # fmt: skip
    relative: bool = parameter(
        False,
        label="Relative to the last value",
        help="Give window and target as their distance from the last value that is seen. It helps against a trend; "
        "here there is none, and the level tells where in the cycle one is.",
    )

    def length(self) -> int:
        return 309

    def measured(self, generator: np.random.Generator) -> Floats:
        return numbers_in("statsmodels", "datasets/sunspots/sunspots.csv", skip=1)[:, 1]

    def moment(self, step: int) -> str:
        return str(1700 + step)


class Nile(SeriesDataset):
    """How much water the Nile carried each year."""

    id: ClassVar[str] = "nile"
    title: ClassVar[str] = "Nile"
    summary: ClassVar[str] = (
        "The volume of the Nile at Aswan from 1871 to 1970, year by year. About 1899 it fell to a lower level, and "
        "stayed there."
    )
    question: ClassVar[str] = "How much water will the Nile carry in the years to come?"
    source: ClassVar[str] = "Cobb 1978, The problem of the Nile: conditional solution to a changepoint problem"
    licence: ClassVar[str] = STATSMODELS
    value_name: ClassVar[str] = "volume (10⁸ m³)"
    time_name: ClassVar[str] = "year"
    step_name: ClassVar[str] = "years"
    start: ClassVar[float] = 1871.0

    window: int = parameter(10, ge=2, le=200, logarithmic=True, help="Years that are seen.")
    horizon: int = parameter(3, ge=1, le=60, logarithmic=True, help="Years that are asked for, right behind those.")
    season: int = parameter(
        1, ge=1, le=200, logarithmic=True,
        help="Years after which the pattern comes again. With 1, as here, where there is none, the naive forecast "
        "says that nothing changes.",
    )  # fmt: skip
    relative: bool = parameter(
        False, label="Relative to the last value",
        help="Give window and target as their distance from the last value that is seen.",
    )  # fmt: skip

    def length(self) -> int:
        return 100

    def measured(self, generator: np.random.Generator) -> Floats:
        return numbers_in("statsmodels", "datasets/nile/nile.csv", skip=1)[:, 1]

    def moment(self, step: int) -> str:
        return str(1871 + step)


class ElNino(SeriesDataset):
    """How warm the sea is off Peru, month by month."""

    id: ClassVar[str] = "el-nino"
    title: ClassVar[str] = "El Niño"
    summary: ClassVar[str] = (
        "The temperature of the sea off Peru, month by month from 1950 to 2010: a season every year, and every few "
        "years a warm spell, El Niño."
    )
    question: ClassVar[str] = "How warm will the sea be in the months to come?"
    source: ClassVar[str] = "National Oceanic and Atmospheric Administration, El Niño 1 + 2"
    licence: ClassVar[str] = STATSMODELS
    value_name: ClassVar[str] = "sea (°C)"
    time_name: ClassVar[str] = "year"
    step_name: ClassVar[str] = "months"
    start: ClassVar[float] = 1950.0
    step: ClassVar[float] = 1 / 12

    def length(self) -> int:
        return 732

    def measured(self, generator: np.random.Generator) -> Floats:
        return numbers_in("statsmodels", "datasets/elnino/elnino.csv", skip=1)[:, 1:].ravel()

    def moment(self, step: int) -> str:
        return f"{MONTHS[step % 12]} {1950 + step // 12}"


class Economy(SeriesDataset):
    """The economy of the United States, quarter by quarter."""

    id: ClassVar[str] = "economy"
    title: ClassVar[str] = "Economy"
    summary: ClassVar[str] = (
        "The United States from 1959 to 2009, quarter by quarter: output, unemployment, inflation or interest."
    )
    question: ClassVar[str] = "What will the economy do in the quarters to come?"
    source: ClassVar[str] = "Federal Reserve Bank of St. Louis, and Bureau of Labor Statistics"
    licence: ClassVar[str] = STATSMODELS
    time_name: ClassVar[str] = "year"
    step_name: ClassVar[str] = "quarters"
    start: ClassVar[float] = 1959.0
    step: ClassVar[float] = 1 / 4

    column: Literal["output", "unemployment", "inflation", "interest"] = parameter(
        "output", help="Real gross domestic product in 10⁹ dollars of 2005, or a rate in percent."
    )
    season: int = parameter(
        4, ge=1, le=200, logarithmic=True,
        help="Quarters after which the pattern comes again. With 1 the naive forecast says that nothing changes.",
    )  # fmt: skip

    def length(self) -> int:
        return 203

    def measured(self, generator: np.random.Generator) -> Floats:
        place = {"output": 2, "unemployment": 10, "inflation": 12, "interest": 9}[self.column]
        return numbers_in("statsmodels", "datasets/macrodata/macrodata.csv", skip=1)[:, place]

    def moment(self, step: int) -> str:
        return f"{1959 + step // 4} Q{step % 4 + 1}"


DATASETS: tuple[type[Dataset], ...] = (CarbonDioxide, Sunspots, Nile, ElNino, Economy)
