"""From heights on a grid to contour lines and colours: the arithmetic of drawn surfaces."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.ui.widgets import drawing
from playground.ui.widgets.plots import log_ticks

EDGES = np.full((16, 4), -1)
"""For every case the edges of a cell that one line connects, and for the saddles those of a second line.

A case has bit 1 where the corner (row, column) is above the level, then round the cell 2 for (row, column + 1), 4 for
(row + 1, column + 1) and 8 for (row + 1, column). Edges are numbered from the one between the first two corners on.
"""
for _case, _edges in {
    1: (3, 0), 2: (0, 1), 3: (3, 1), 4: (1, 2), 5: (3, 0, 1, 2), 6: (0, 2), 7: (3, 2),
    8: (2, 3), 9: (0, 2), 10: (0, 1, 2, 3), 11: (1, 2), 12: (1, 3), 13: (0, 1), 14: (0, 3),
}.items():  # fmt: skip
    EDGES[_case, : len(_edges)] = _edges
SADDLES = {5: 10, 10: 5}
"""Where the middle of a saddle is above the level, its lines run the other way."""


def contour(heights: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """The line at one level by marching squares: segments (k, 2, 2) as (column, row), in places between grid points.

    Heights that are not finite have no line beside them.
    """
    corners = np.stack([heights[:-1, :-1], heights[:-1, 1:], heights[1:, 1:], heights[1:, :-1]])  # (4, h, w)
    case = ((corners > level) * np.array([1, 2, 4, 8])[:, None, None]).sum(axis=0)
    middle = corners.mean(axis=0) > level
    for number, other in SADDLES.items():
        case = np.where((case == number) & middle, -other, case)
    case = np.where(np.isfinite(corners).all(axis=0), np.abs(case), 0)
    rows, columns = np.nonzero((case != 0) & (case != 15))
    found = []
    for pair in (EDGES[:, :2], EDGES[:, 2:]):
        edges = pair[case[rows, columns]]  # (k, 2)
        there = edges[:, 0] >= 0
        ends = [_crossings(corners, level, rows[there], columns[there], edges[there, end]) for end in (0, 1)]
        found.append(np.stack(ends, axis=1))
    return np.concatenate(found)


def _crossings(
    corners: NDArray[np.float64], level: float, rows: NDArray[np.int64], columns: NDArray[np.int64],
    edges: NDArray[np.int64],
) -> NDArray[np.float64]:  # fmt: skip
    """Where the level crosses an edge of each of these cells, (k, 2)."""
    before, after = corners[edges, rows, columns], corners[(edges + 1) % 4, rows, columns]
    share = ((level - before) / (after - before))[:, None]
    around = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    start, stop = around[edges], around[(edges + 1) % 4]
    crossings: NDArray[np.float64] = np.stack([columns, rows], axis=1) + start + share * (stop - start)
    return crossings


@dataclass(frozen=True)
class HeightScale:
    """How values become heights and colours: as they are, or by their logarithms."""

    low: float
    high: float
    logarithmic: bool

    @classmethod
    def of(cls, values: NDArray[np.float64], logarithmic: bool) -> HeightScale:
        """The scale that shows all finite values; a logarithmic one only where all of them are positive."""
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        logarithmic = logarithmic and low > 0.0
        if logarithmic:
            low, high = math.log10(low), math.log10(high)
        return cls(low, high if high - low > 1e-12 else low + 1.0, logarithmic)

    def heights(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights from `low` to `high`; what is beyond all numbers is at the top, what is none has none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            raw = np.log10(values) if self.logarithmic else np.asarray(values, dtype=np.float64)
        heights: NDArray[np.float64] = np.clip(raw, self.low, self.high)
        return heights

    def shares(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Heights from 0 to 1."""
        return (self.heights(values) - self.low) / (self.high - self.low)

    def colors(self, values: NDArray[np.float64]) -> drawing.Colors:
        """Viridis colours (..., 3), dark where the value is low."""
        return drawing.magnitude_table()[drawing.shades(self.shares(values), 0.0, 1.0)]

    def levels(self, count: int) -> NDArray[np.float64]:
        """So many heights between the ends, at equal distances."""
        return np.linspace(self.low, self.high, count + 2)[1:-1]

    def ticks(self, size: float, least_gap: float) -> list[tuple[float, float]]:
        """Round values for a colour bar of so many pixels, each with its place from 0 to 1."""
        if self.logarithmic:
            heights = log_ticks(self.low, self.high, size, least_gap)
        else:
            heights = _round_ticks(self.low, self.high, max(2, int(size / (2 * least_gap))))
        kept: list[tuple[float, float]] = []
        for height in heights:
            place = (height - self.low) / (self.high - self.low)
            if not kept or (place - kept[-1][1]) * size >= least_gap:
                kept.append((10.0**height if self.logarithmic else height, place))
        return kept


def _round_ticks(low: float, high: float, most: int) -> list[float]:
    unit = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(unit * factor for factor in (1, 2, 5, 10, 20) if (high - low) / (unit * factor) <= most)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
