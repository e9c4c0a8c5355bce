"""Examples that are read when they are asked for: an array to look at, of which no more lies in memory than is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

Floats = NDArray[np.float32]
MOST_MEASURED = 1_024
"""Training examples by which a scaling is measured: each has to be read for it."""


class RowSource(Protocol):
    """Where examples are read from, by their numbers. Any thread may ask."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one example."""

    def read(self, rows: NDArray[np.int64]) -> Floats:
        """The examples (n, ...) of these rows (n,)."""

    def expect(self, rows: NDArray[np.int64]) -> None:
        """These are likely to be asked for next, in this order."""


@dataclass(frozen=True, slots=True)
class RowsOnDemand:
    """Rows of a source in some order, as an array (N, ...) float32; whatever is taken out of it is read then."""

    source: RowSource
    rows: NDArray[np.int64]
    """Their numbers (N,)."""
    scale: Callable[[Floats], Floats] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """As that of an array."""
        return len(self.rows), *self.source.shape

    @property
    def ndim(self) -> int:
        """As that of an array."""
        return len(self.shape)

    @property
    def dtype(self) -> np.dtype[np.float32]:
        """As that of an array."""
        return np.dtype(np.float32)

    @property
    def nbytes(self) -> int:
        """Memory that is taken as long as nothing is read."""
        return self.rows.nbytes

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Floats:
        """Read some rows: a number, a slice, or an array of numbers or of truths."""
        chosen = self.rows[index]
        found = self.numbered(np.atleast_1d(chosen))
        return found if np.ndim(chosen) else found[0]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Read all."""
        return self.numbered(self.rows).astype(dtype or np.float32, copy=False)

    def numbered(self, rows: NDArray[np.int64]) -> Floats:
        """The examples (n, ...) with these numbers in the source."""
        found = self.source.read(rows)
        return found if self.scale is None else self.scale(found)

    def part(self, index: NDArray[np.int64]) -> RowsOnDemand:
        """Some of the rows, unread."""
        return replace(self, rows=self.rows[index])

    def scaled(self, scale: Callable[[Floats], Floats]) -> RowsOnDemand:
        """The same rows, scaled when they are read."""
        return replace(self, scale=scale)
