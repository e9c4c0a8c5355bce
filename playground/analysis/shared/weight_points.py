"""Many points in the space of all parameters, of which only what is looked at is ever made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""A point or a direction in the space of all parameters, (P,)."""


class WeightPoints(Protocol):
    """A list of parameter vectors."""

    count: int

    def part(self, start: int, stop: int, here: slice) -> NDArray[np.float32]:
        """Some parameters of the points from one number up to another, (stop - start, size of the slice)."""
        ...


class Combined:
    """Combinations of a few vectors, such as all points of a plane: coefficients (n, d) times basis (d, P)."""

    def __init__(self, coefficients: NDArray[np.floating], basis: NDArray[np.float32]) -> None:
        self.coefficients: NDArray[np.float32] = np.ascontiguousarray(coefficients, dtype=np.float32)
        self.basis = basis
        self.count = len(self.coefficients)

    def part(self, start: int, stop: int, here: slice) -> NDArray[np.float32]:
        """As for every list of points."""
        found: NDArray[np.float32] = self.coefficients[start:stop] @ self.basis[:, here]
        return found


class Listed:
    """Any points, one vector after the other."""

    def __init__(self, vectors: Sequence[Vector]) -> None:
        self._vectors = vectors
        self.count = len(vectors)

    def part(self, start: int, stop: int, here: slice) -> NDArray[np.float32]:
        """As for every list of points."""
        return np.stack([vector[here] for vector in self._vectors[start:stop]])
