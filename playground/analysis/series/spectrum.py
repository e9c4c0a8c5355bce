"""Which periods are in a series: its power, frequency by frequency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.series.autocorrelation import standard
from playground.analysis.series.look import Floats, SeriesLook, constant
from playground.document.declaration import parameter

PEAKS = 3


@dataclass(frozen=True)
class Spectrum:
    """The power of a series."""

    frequencies: Floats
    """(m,) turns a step, above 0 and up to a half."""
    power: Floats
    """(m,) shares that sum to 1."""
    peaks: tuple[int, ...]
    """Places of the highest local peaks, the highest first."""
    lag_peak: int
    """Where the autocorrelation has its highest hill behind its first valley; 0 where it has none."""
    count: int
    step_name: str

    @property
    def periods(self) -> Floats:
        """(m,) steps of one turn."""
        return 1.0 / self.frequencies

    def table(self) -> Table:
        arrays = (self.frequencies, self.periods, self.power)
        rows: list[list[Any]] = [list(row) for row in zip(*(one.tolist() for one in arrays), strict=True)]
        return ["frequency (turns a step)", f"period ({self.step_name})", "share of the power"], rows


class SpectrumAnalysis(SeriesLook, Plotted):
    """The periodogram, or Welch's smoother one."""

    id: ClassVar[str] = "spectrum"
    title: ClassVar[str] = "Spectrum"
    summary: ClassVar[str] = (
        "Fourier's look at a series: how much of what moves in it turns at each frequency. A high peak is a period; "
        "the autocorrelation's hill says the same in whole steps."
    )
    formula: ClassVar[str] = r"P(f) = \frac{1}{n} \left| \sum_t (x_t - \bar x) \, e^{-2 \pi i f t} \right|^2"
    source: ClassVar[str] = "Schuster 1898; Welch 1967"

    method: Literal["periodogram", "Welch"] = parameter(
        "periodogram", help="Of the whole series at once, sharp and rough; or the mean of overlapping pieces, smooth."
    )
    detrend: Literal["constant", "linear"] = parameter(
        "linear", label="Take away", help="The mean, or a straight trend, which else looks like the longest period."
    )
    along: Literal["period", "frequency"] = parameter(
        "period", drawing=True, label="Axis", help="Steps of one turn, or turns a step."
    )

    def compute(self, question: Question) -> Spectrum:
        from scipy import signal

        looked = self.looked(question)
        values = signal.detrend(looked.values, type=self.detrend)
        if constant(looked.values) or np.ptp(values) <= 1e-9 * np.ptp(looked.values):
            raise NothingToShow("Nothing is left of the series but a straight line, which has no period.")
        if self.method == "Welch":
            piece = max(8, len(values) // 4)
            frequencies, power = signal.welch(values, nperseg=min(piece, len(values)), detrend=False)
        else:
            frequencies, power = signal.periodogram(values, detrend=False)
        frequencies, power = frequencies[1:], power[1:] / power[1:].sum()
        return Spectrum(
            frequencies, power, highest_peaks(power), lag_of_hill(values), len(values), looked.step_name
        )


def highest_peaks(power: Floats) -> tuple[int, ...]:
    """Places higher than both neighbours, the highest first."""
    walled = np.concatenate([[-np.inf], power, [-np.inf]])
    hills = np.flatnonzero((walled[1:-1] > walled[:-2]) & (walled[1:-1] >= walled[2:]))
    return tuple(int(place) for place in hills[np.argsort(-power[hills])][:PEAKS])


def lag_of_hill(values: Floats) -> int:
    """The lag at which the autocorrelation has its highest hill behind its first value below 0; 0 without one."""
    most = len(values) // 2
    r = np.array([standard(values, lag) for lag in range(1, most + 1)])
    valley = np.flatnonzero(r < 0.0)
    if not len(valley):
        return 0
    behind = r[valley[0] :]
    place = int(behind.argmax())
    return int(valley[0]) + place + 1 if behind[place] > 0.0 else 0
