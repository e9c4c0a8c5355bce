"""Looks at a series made by hand: two years of months with a trend and a season."""

from __future__ import annotations

import numpy as np

from playground.analysis.series.autocorrelation import DEFINITIONS, Autocorrelation
from playground.analysis.series.decomposition import Decomposition
from playground.analysis.series.lag_pairs import LagPairs
from playground.analysis.series.spectrum import Spectrum, highest_peaks
from playground.analysis.series.stationarity import Stationarity, UnitRootTest, rolling

TIMES = 2_000.0 + np.arange(48) / 12.0
SEASON = np.tile(np.sin(2.0 * np.pi * np.arange(12) / 12.0), 4)
TREND = np.linspace(10.0, 20.0, 48)
REST = 0.2 * np.cos(np.arange(48) * 1.7)
VALUES = TREND + SEASON + REST


def autocorrelation() -> Autocorrelation:
    lags = np.arange(1, 16)
    acf = {name: np.array([of(VALUES, int(lag)) for lag in lags]) for name, of in DEFINITIONS.items()}
    return Autocorrelation(
        lags.astype(float), acf, "standard", np.linspace(0.9, -0.1, 12), "Yule-Walker", 48, 12, "sales", "months"
    )


def lag_pairs() -> LagPairs:
    return LagPairs(VALUES, TIMES, 2, 0.93, 0.95, 0.7, "sales", "year", "months")


def decomposition() -> Decomposition:
    return Decomposition(VALUES, TIMES, TREND, (SEASON,), REST, (12,), False, "sales", "year", "months", "STL")


def two_seasons() -> Decomposition:
    return Decomposition(
        VALUES, TIMES, TREND, (SEASON, 0.5 * SEASON), REST, (6, 12), False, "sales", "year", "months", "MSTL"
    )


def stationarity() -> Stationarity:
    adf = UnitRootTest("ADF", "it has a unit root", -1.2, 0.67, "", 3)
    kpss = UnitRootTest("KPSS", "it is steady around a level", 1.1, 0.01, "<", 4)
    return Stationarity(VALUES, TIMES, *rolling(VALUES, 12), 12, adf, kpss, "sales", "year")


def spectrum() -> Spectrum:
    frequencies = np.arange(1, 25) / 48.0
    power = np.exp(-200.0 * (frequencies - 1.0 / 12.0) ** 2)
    power = power / power.sum()
    return Spectrum(frequencies, power, highest_peaks(power), 12, 48, "months")
