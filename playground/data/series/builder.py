"""A series put together from its parts."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np

from playground.data.base import Dataset
from playground.data.series.forecasting import Floats, SeriesDataset
from playground.document.declaration import parameter


class SeriesBuilder(SeriesDataset):
    """A series put together from its textbook parts: trend, season, cycle and noise.

    Added, the parts keep their sizes; multiplied, they are shares of the level at the start and grow with it. The noise
    is an AR(1) process of the given deviation: what pushes the series up today still does so, in part, tomorrow.
    """

    id: ClassVar[str] = "series-builder"
    title: ClassVar[str] = "Series builder"
    summary: ClassVar[str] = (
        "A series made of a trend, a season, a slow irregular cycle and noise, added or multiplied: see what each of "
        "them asks of a forecast."
    )
    question: ClassVar[str] = "Which part of a series can be forecast, and which cannot?"
    formula: ClassVar[str] = (
        r"Y_t = T_t + S_t + C_t + E_t \quad \text{or} \quad Y_t = T_t \cdot S_t \cdot C_t \cdot E_t,"
        r" \qquad E_t = \varphi E_{t-1} + \epsilon_t"
    )
    source: ClassVar[str] = "Persons 1919, Indices of business conditions: the four parts"

    composition: Literal["additive", "multiplicative"] = parameter(
        "additive", help="Add the parts, or multiply them: then the swings grow with the level."
    )
    steps: int = parameter(480, ge=60, le=2_000, logarithmic=True, help="Length of the series.")
    level: float = parameter(50.0, ge=1.0, le=1_000.0, logarithmic=True, help="Where the trend begins.")
    trend: float = parameter(10.0, ge=-100.0, le=100.0, help="How far the level rises in 100 steps.")
    amplitude: float = parameter(8.0, ge=0.0, le=100.0, help="How far the season swings to each side.")
    cycle: float = parameter(
        3.0, ge=0.0, le=100.0, label="Cycle amplitude", help="How far the slow cycle swings to each side."
    )
    cycle_length: int = parameter(
        70, ge=8, le=500, logarithmic=True, label="Cycle length",
        help="Steps of one swing of the cycle, on average: from 0.6 to 1.4 times as many, by chance.",
    )  # fmt: skip
    noise: float = parameter(1.5, ge=0.0, le=100.0, help="Standard deviation of the noise.")
    memory: float = parameter(
        0.5, ge=0.0, le=0.99, label="Memory φ", help="Share of the noise that is still there one step later."
    )

    def length(self) -> int:
        return self.steps

    def measured(self, generator: np.random.Generator) -> Floats:
        time = np.arange(self.steps)
        trend = self.level + self.trend * time / 100.0
        season = self.amplitude * np.sin(2.0 * np.pi * time / self.season)
        cycle = self.cycle * np.sin(self._phases(generator))
        noise = self.noise * self._noise(generator)
        if self.composition == "additive":
            return trend + season + cycle + noise
        first, second, third = (1.0 + part / self.level for part in (season, cycle, noise))
        return trend * first * second * third

    def _phases(self, generator: np.random.Generator) -> Floats:
        """Angles of a cycle whose swings all take their own time, (steps,)."""
        swings = 2 + int(self.steps / (0.6 * self.cycle_length))
        lengths = np.maximum(2, np.round(self.cycle_length * generator.uniform(0.6, 1.4, swings))).astype(np.int64)
        return np.cumsum(np.repeat(2.0 * np.pi / lengths, lengths))[: self.steps]

    def _noise(self, generator: np.random.Generator) -> Floats:
        """An AR(1) process of mean 0 and deviation 1, (steps,)."""
        shocks = generator.normal(size=self.steps)
        found = np.empty(self.steps)
        found[0] = shocks[0]
        scale = math.sqrt(1.0 - self.memory**2)
        for step in range(1, self.steps):
            found[step] = self.memory * found[step - 1] + scale * shocks[step]
        return found


DATASETS: tuple[type[Dataset], ...] = (SeriesBuilder,)
