"""Series of a known law: ARMA and its relatives with chosen coefficients, chaos, sums of sines, and typed numbers."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
from pydantic import field_validator

from playground.blocks.base import BlockError, Fix
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.series.forecasting import Floats, SeriesDataset
from playground.document.declaration import parameter

MOST_COEFFICIENTS = 24
LARGEST = 1e12


def numbers_of(text: str, most: int, noun: str) -> tuple[float, ...]:
    """The numbers of a text such as “0.5, 0.3”; none where it is empty. Raises ValueError with a sentence."""
    found: list[float] = []
    for word in text.replace(";", ",").replace(",", " ").split():
        try:
            found.append(float(word))
        except ValueError:
            raise ValueError(f"“{word[:20]}” is no number; write {noun} such as “0.5, 0.3”") from None
    if len(found) > most:
        raise ValueError(f"{len(found)} numbers are too many; write at most {most}")
    if not all(math.isfinite(one) and abs(one) <= LARGEST for one in found):
        raise ValueError("every number must be finite, and no larger than 10¹²")
    return tuple(found)


class ArimaProcess(SeriesDataset):
    """Autoregression and moving average of chosen coefficients, summed up as often as one likes, with a season."""

    id: ClassVar[str] = "arima-process"
    title: ClassVar[str] = "ARIMA process"
    summary: ClassVar[str] = (
        "A series that is made by the law that is to be found: AR, MA, ARMA, ARIMA and seasonal ones with coefficients "
        "of your choice, and the random walk."
    )
    question: ClassVar[str] = "Can the coefficients be found again?"
    formula: ClassVar[str] = (
        r"w_t = c + \sum_i \varphi_i w_{t-i} + \Phi w_{t-m} + \epsilon_t + \sum_j \theta_j \epsilon_{t-j},"
        r" \qquad w = (1 - B)^d \, y"
    )
    source: ClassVar[str] = "Box & Jenkins 1970, Time series analysis: forecasting and control"

    ar: str = parameter(
        "0.7", max_length=400, label="AR φ",
        help="Shares of the values 1, 2, … steps ago, such as “0.5, 0.3”; empty for none.",
    )  # fmt: skip
    ma: str = parameter(
        "", max_length=400, label="MA θ",
        help="Shares of the shocks 1, 2, … steps ago, such as “0.6”; empty for none.",
    )  # fmt: skip
    differences: int = parameter(
        0, ge=0, le=2, label="Sums d",
        help="How often the process is summed up: 1 makes a random walk of white noise. As often must it be "
        "differenced.",
    )  # fmt: skip
    seasonal: float = parameter(
        0.0, ge=-1.0, le=1.0, label="Seasonal φ", help="Share of the value one season ago, added to the AR part."
    )
    constant: float = parameter(0.0, ge=-1e6, le=1e6, help="Added in every step; under a sum it is a steady trend.")
    noise: float = parameter(1.0, ge=0.0, le=1e6, help="Standard deviation of the shocks.")
    first: float = parameter(
        0.0, ge=-1e9, le=1e9, label="First value",
        help="Where the series begins. At 0 the process has run for a while before; else it starts there at rest.",
    )  # fmt: skip
    steps: int = parameter(500, ge=20, le=20_000, logarithmic=True, help="Length of the series.")
    horizon: int = parameter(1, ge=1, le=60, logarithmic=True, help="Steps that are asked for.")
    season: int = parameter(
        1, ge=1, le=200, logarithmic=True,
        help="Steps after which the pattern comes again. With 1 the naive forecast says that nothing changes.",
    )  # fmt: skip
    relative: bool = parameter(
        False, label="Relative to the last value",
        help="Give window and target as their distance from the last value that is seen; it helps where d is not 0.",
    )  # fmt: skip

    @field_validator("ar", "ma")
    @classmethod
    def _coefficients(cls, text: str) -> str:
        numbers_of(text, MOST_COEFFICIENTS, "coefficients")
        return text

    def expect(self, *inputs: Signal) -> None:
        """Refuse a law whose values grow without bound. Raises BlockError."""
        largest = largest_root(self.lags())
        if largest > 1.0 + 1e-9:
            raise BlockError(
                f"{self.title}: with these coefficients each value is about {largest:.3g} times the one before, so "
                "that the series runs away. Make them smaller; a unit root is d, not a coefficient.",
                Fix("Set AR φ to 0.7", "set", parameters={"ar": "0.7", "seasonal": 0.0}),
            )
        super().expect(*inputs)

    def lags(self) -> Floats:
        """The shares of the values 1, 2, … steps ago, the season among them, (p,)."""
        plain = numbers_of(self.ar, MOST_COEFFICIENTS, "coefficients")
        found = np.zeros(max(len(plain), self.season if self.seasonal else 0))
        found[: len(plain)] = plain
        if self.seasonal:
            found[self.season - 1] += self.seasonal
        return found

    def length(self) -> int:
        return self.steps

    def measured(self, generator: np.random.Generator) -> Floats:
        lags, shares = self.lags(), numbers_of(self.ma, MOST_COEFFICIENTS, "coefficients")
        before = 0 if self.first else 200 + 5 * len(lags)
        shocks = self.noise * generator.normal(size=before + self.steps)
        if self.first:
            shocks[0] = 0.0
        pushed = self.constant + np.convolve(shocks, (1.0, *shares))[: len(shocks)]
        start = self.first if not self.differences else 0.0
        values = np.zeros(len(pushed))
        for step in range(len(pushed)):
            past = values[max(0, step - len(lags)) : step][::-1]
            values[step] = pushed[step] + float(np.dot(lags[: len(past)], past)) if step or before else start
        values = values[before:]
        for _ in range(self.differences):
            values = np.cumsum(values)
        return values + self.first if self.differences else values

    def subtitle(self) -> str:
        ar = int(np.count_nonzero(self.lags()))
        ma = len(numbers_of(self.ma, MOST_COEFFICIENTS, "coefficients"))
        return f"({ar}, {self.differences}, {ma}) · {self.window} seen · {self.horizon} ahead"


def largest_root(lags: Floats) -> float:
    """By how much a value that follows these shares of those before it grows from step to step in the end: the largest
    root of z^p − φ₁ z^(p−1) − … in size; 0 without shares."""
    known = np.trim_zeros(lags, "b")
    return float(np.abs(np.roots(np.concatenate([[1.0], -known]))).max()) if len(known) else 0.0


class Chaos(SeriesDataset):
    """Two systems without any chance whose future cannot be told for long."""

    id: ClassVar[str] = "chaos"
    title: ClassVar[str] = "Chaos"
    summary: ClassVar[str] = (
        "Lorenz's weather or the blood cells of Mackey and Glass: no chance anywhere, and yet two starts that nearly "
        "agree soon part. No linear law fits them."
    )
    question: ClassVar[str] = "How far ahead can chaos be told?"
    formula: ClassVar[str] = (
        r"\dot x = 10 (y - x), \ \dot y = x (28 - z) - y, \ \dot z = x y - \tfrac{8}{3} z \quad \text{or} \quad"
        r" \dot x = \frac{0.2 \, x(t - \tau)}{1 + x(t - \tau)^{10}} - 0.1 \, x"
    )
    source: ClassVar[str] = "Lorenz 1963, Deterministic nonperiodic flow; Mackey & Glass 1977"

    system: Literal["lorenz", "mackey-glass"] = parameter(
        "lorenz", help="The first number of Lorenz's system, every 0.05 of its time; or Mackey and Glass, every 3."
    )
    delay: int = parameter(17, ge=5, le=60, label="Delay τ", help="Of Mackey and Glass: chaos begins at about 17.")
    noise: float = parameter(0.0, ge=0.0, le=10.0, help="Standard deviation of the noise of measuring.")
    steps: int = parameter(1_000, ge=60, le=10_000, logarithmic=True, help="Length of the series.")
    season: int = parameter(1, ge=1, le=200, logarithmic=True, help="With 1 the naive forecast says: nothing changes.")
    relative: bool = parameter(
        False, label="Relative to the last value",
        help="Give window and target as their distance from the last value that is seen.",
    )  # fmt: skip

    def length(self) -> int:
        return self.steps

    def measured(self, generator: np.random.Generator) -> Floats:
        start = generator.uniform(-1.0, 1.0, 3)
        values = lorenz(start, self.steps) if self.system == "lorenz" else mackey_glass(start, self.delay, self.steps)
        return values + self.noise * generator.normal(size=self.steps)


def lorenz(start: Floats, steps: int) -> Floats:
    """x of Lorenz's system (steps,), 0.05 apart, by Runge and Kutta's steps of 0.01, behind a run of 20."""

    def slope(at: Floats) -> Floats:
        x, y, z = at
        return np.array([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])

    place, found = np.array([1.0, 1.0, 25.0]) + start, np.empty(steps)
    for step in range(-400, steps):
        if step >= 0:
            found[step] = place[0]
        for _ in range(5):
            first = slope(place)
            second = slope(place + 0.005 * first)
            third = slope(place + 0.005 * second)
            fourth = slope(place + 0.01 * third)
            place = place + (first + 2.0 * second + 2.0 * third + fourth) / 600.0
    return found


def mackey_glass(start: Floats, delay: int, steps: int) -> Floats:
    """The series of Mackey and Glass (steps,), 3 apart, by Euler's steps of 0.1, behind a run of 300."""
    past = 10 * delay
    values = np.full(past + 10 * (300 + 3 * steps), 1.2 + 0.1 * float(start[0]))
    for place in range(past, len(values)):
        before, late = values[place - 1], values[place - past]
        values[place] = before + 0.1 * (0.2 * late / (1.0 + late**10) - 0.1 * before)
    return values[past + 3_000 :: 30][:steps].copy()


class Sines(SeriesDataset):
    """A sum of sines, with noise."""

    id: ClassVar[str] = "sines"
    title: ClassVar[str] = "Sines"
    summary: ClassVar[str] = "One wave or several on top of each other, with noise: periods that can be read off."
    question: ClassVar[str] = "Which periods are in a series?"
    formula: ClassVar[str] = r"y_t = \sum_k a_k \sin(2 \pi t / p_k) + \epsilon_t"

    periods: str = parameter("12, 30", max_length=200, help="Steps from wave to wave, such as “12, 30”.")
    amplitudes: str = parameter("1, 0.5", max_length=200, help="How far each swings to each side; the last one stays.")
    noise: float = parameter(0.1, ge=0.0, le=100.0, help="Standard deviation of the noise.")
    steps: int = parameter(600, ge=20, le=20_000, logarithmic=True, help="Length of the series.")
    relative: bool = parameter(
        False, label="Relative to the last value",
        help="Give window and target as their distance from the last value that is seen.",
    )  # fmt: skip

    @field_validator("periods", "amplitudes")
    @classmethod
    def _positive(cls, text: str) -> str:
        found = numbers_of(text, 12, "numbers")
        if not found or min(found) <= 0.0:
            raise ValueError("write one number above 0 or several, such as “12, 30”")
        return text

    def length(self) -> int:
        return self.steps

    def measured(self, generator: np.random.Generator) -> Floats:
        time, sizes = np.arange(self.steps), numbers_of(self.amplitudes, 12, "numbers")
        values = self.noise * generator.normal(size=self.steps)
        for number, period in enumerate(numbers_of(self.periods, 12, "numbers")):
            values += sizes[min(number, len(sizes) - 1)] * np.sin(2.0 * np.pi * time / period)
        return values


class TypedSeries(SeriesDataset):
    """Numbers that a person types, one after the other; at first the temperatures of a week."""

    id: ClassVar[str] = "typed-series"
    title: ClassVar[str] = "Typed series"
    summary: ClassVar[str] = "A few numbers in order of time that you type in, to calculate with by hand."
    question: ClassVar[str] = "What comes next?"
    licence: ClassVar[str] = "Typed by you."

    values: str = parameter(
        "21, 23, 22, 24, 23, 25, 26", max_length=40_000, help="Numbers in order of time, with commas between."
    )
    window: int = parameter(2, ge=2, le=200, logarithmic=True, help="Steps that are seen.")
    horizon: int = parameter(1, ge=1, le=60, logarithmic=True, help="Steps that are asked for, right behind those.")
    season: int = parameter(1, ge=1, le=200, logarithmic=True, help="With 1 the naive forecast says: nothing changes.")
    relative: bool = parameter(
        False, label="Relative to the last value",
        help="Give window and target as their distance from the last value that is seen.",
    )  # fmt: skip

    @field_validator("values")
    @classmethod
    def _enough(cls, text: str) -> str:
        if len(numbers_of(text, 5_000, "numbers")) < 5:
            raise ValueError("write at least 5 numbers, such as “21, 23, 22, 24, 23, 25, 26”")
        return text

    def length(self) -> int:
        return len(numbers_of(self.values, 5_000, "numbers"))

    def measured(self, generator: np.random.Generator) -> Floats:
        return np.array(numbers_of(self.values, 5_000, "numbers"))


DATASETS: tuple[type[Dataset], ...] = (ArimaProcess, Chaos, Sines, TypedSeries)
