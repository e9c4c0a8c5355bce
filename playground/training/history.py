"""The curves of a run. A curve keeps a bounded number of points whatever the length of the run.

When a curve is full, neighbours are joined: the mean is kept for drawing the line, the least and the greatest value
for the band behind it, so that no spike and no best value is ever lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 4_000
FIRST_POINTS = 16
"""Points that a new curve has room for."""


class Moment(NamedTuple):
    """When something happened, on every axis that a curve can be drawn against."""

    step: int
    epoch: float
    examples: int
    seconds: float


class Point(NamedTuple):
    """One value of one curve, such as `train_loss` or `test_accuracy`."""

    curve: str
    moment: Moment
    value: float
    low: float
    high: float
    """Extremes, where the value is a mean of several steps; else equal to it."""


class Mark(NamedTuple):
    """A change made while the run went on, drawn as a dashed line on every curve."""

    moment: Moment
    text: str


@dataclass(frozen=True, slots=True)
class CurveData:
    """A curve as arrays of equal length (n,); `low` and `high` are the extremes joined into each point."""

    step: NDArray[np.float64]
    epoch: NDArray[np.float64]
    examples: NDArray[np.float64]
    seconds: NDArray[np.float64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class Curve:
    """A growing series of values with bounded memory."""

    def __init__(self, most_points: int = MOST_POINTS) -> None:
        self._most = 2 * (most_points // 2)
        # columns: step, epoch, examples, seconds, mean, least, greatest
        self._rows = np.empty((min(FIRST_POINTS, self._most), 7), dtype=np.float64)
        self._count = 0
        self._per_point = 1
        self._pending = 0
        self._data: CurveData | None = None
        """What `data` gave, until a value is added."""

    def __len__(self) -> int:
        return self._count

    def append(self, moment: Moment, value: float, low: float | None = None, high: float | None = None) -> None:
        """Add a value at the end; `low` and `high` are its extremes when it is a mean itself."""
        self._data = None
        low = value if low is None else low
        high = value if high is None else high
        if self._pending:
            row = self._rows[self._count - 1]
            row[:4] = moment
            row[4] += (value - row[4]) / (self._pending + 1)
            row[5] = min(row[5], low)
            row[6] = max(row[6], high)
            self._pending += 1
        else:
            if self._count == self._most:
                self._halve()
            self._make_room(self._count + 1)
            self._rows[self._count] = (*moment, value, low, high)
            self._count += 1
            self._pending = 1
        if self._pending >= self._per_point:
            self._pending = 0

    def _make_room(self, count: int) -> None:
        """Let the table hold so many points: it grows with the curve, as there may be thousands of short ones."""
        if count > len(self._rows):
            rows = np.empty((min(self._most, max(count, 2 * len(self._rows))), self._rows.shape[1]), dtype=np.float64)
            rows[: self._count] = self._rows[: self._count]
            self._rows = rows

    def _halve(self) -> None:
        joined = _joined(self._rows[: self._count])
        self._rows[: len(joined)] = joined
        self._count = len(joined)
        self._per_point *= 2

    def data(self) -> CurveData:
        """The curve so far, as copies; the same ones until a value is added."""
        if self._data is None:
            self._data = CurveData(*self.rows().T)
        return self._data

    def rows(self) -> NDArray[np.float64]:
        """The curve so far as a table (n, 7), a copy; the columns are those of CurveData."""
        return self._rows[: self._count].copy()

    def load(self, rows: NDArray[np.float64]) -> None:
        """Take over what `rows` gave. Raises ValueError when it is no such table."""
        if rows.ndim != 2 or rows.shape[1] != self._rows.shape[1] or len(rows) > self._most:
            raise ValueError("a curve is damaged")
        self._data = None
        self._count = 0
        self._make_room(len(rows))
        self._rows[: len(rows)] = rows
        self._count = len(rows)
        self._per_point, self._pending = 1, 0

    def until(self, step: int) -> Curve:
        """A copy of the points up to a step."""
        past = Curve(self._most)
        count = int(np.searchsorted(self._rows[: self._count, 0], step, side="right"))
        past._make_room(count)
        past._rows[:count] = self._rows[:count]
        past._count, past._per_point = count, self._per_point
        return past

    def copy(self) -> Curve:
        """A copy that goes on as this one would."""
        copy = Curve(self._most)
        copy._rows = self._rows.copy()
        copy._count, copy._per_point, copy._pending = self._count, self._per_point, self._pending
        return copy

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return self._rows.nbytes

    def last(self) -> float:
        """The newest value (the mean of the newest point); NaN when empty."""
        return float(self._rows[self._count - 1, 4]) if self._count else float("nan")


def _joined(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """An even number of points (n, 7), each two neighbours as one: (n / 2, 7)."""
    first, second = rows[0::2], rows[1::2]
    joined = second.copy()
    joined[:, 4] = (first[:, 4] + second[:, 4]) / 2
    joined[:, 5] = np.minimum(first[:, 5], second[:, 5])
    joined[:, 6] = np.maximum(first[:, 6], second[:, 6])
    return joined


def joined_neighbours(rows: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """A curve's points (n, 7) as at most so many, as a curve with less room would have them; the last one stays."""
    while len(rows) > most:
        rows = np.concatenate([_joined(rows[: len(rows) // 2 * 2]), rows[len(rows) // 2 * 2 :]])
    return rows


class History:
    """All curves of a run and the marks of what was changed."""

    def __init__(self) -> None:
        self.curves: dict[str, Curve] = {}
        self.marks: list[Mark] = []

    def extend(self, points: Iterable[Point]) -> None:
        """Add values to their curves."""
        for curve, moment, value, low, high in points:
            self.curves.setdefault(curve, Curve()).append(moment, value, low, high)

    def mark(self, mark: Mark) -> None:
        """Remember a change."""
        self.marks.append(mark)

    def all_points(self) -> list[Point]:
        """Every point kept, in order within each curve."""
        found = []
        for name, curve in self.curves.items():
            data = curve.data()
            columns = (getattr(data, column).tolist() for column in data.__slots__)
            for step, epoch, examples, seconds, value, low, high in zip(*columns, strict=True):
                found.append(Point(name, Moment(int(step), epoch, int(examples), seconds), value, low, high))
        return found

    def until(self, step: int) -> History:
        """A copy of everything up to a step."""
        past = History()
        for name, curve in self.curves.items():
            past.curves[name] = curve.until(step)
        past.marks = [mark for mark in self.marks if mark.moment.step <= step]
        return past

    def copy(self) -> History:
        """A copy that goes on as this one would."""
        copy = History()
        copy.curves = {name: curve.copy() for name, curve in self.curves.items()}
        copy.marks = list(self.marks)
        return copy

    def last(self, curve: str) -> float:
        """The newest value of a curve; NaN when there is none."""
        return self.curves[curve].last() if curve in self.curves else float("nan")
