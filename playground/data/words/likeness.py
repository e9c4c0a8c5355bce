"""How alike vectors are: cosine, dot product or distance; the nearest ones, and sums such as king − man + woman."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Measure = Literal["cosine", "dot", "distance"]
"""The cosine of the angle, the dot product, or Euclid's distance."""
Vectors = NDArray[np.float32]
TINY = 1e-12


def normalized(vectors: Vectors) -> Vectors:
    """Vectors (..., d) brought to length 1; a vector of length 0 stays as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > TINY, lengths, 1.0), dtype=np.float32)


def likeness(query: Vectors, vectors: Vectors, measure: Measure) -> Vectors:
    """A vector (d,) compared with each of others (n, d): (n,). Distances are small for what is alike."""
    if measure == "distance":
        return np.asarray(np.linalg.norm(vectors - query, axis=-1), dtype=np.float32)
    if measure == "cosine":
        query, vectors = normalized(query), normalized(vectors)
    return np.asarray(vectors @ query, dtype=np.float32)


def nearest(
    query: Vectors, vectors: Vectors, measure: Measure, count: int, without: Collection[int] = ()
) -> tuple[NDArray[np.int64], Vectors]:
    """The rows of the `count` vectors most like a vector (d,), the most alike first, and how alike they are.

    Rows in `without` are passed over; of equals the first row comes first.
    """
    values = likeness(query, vectors, measure)
    rank = values if measure == "distance" else -values
    order = np.argsort(rank, kind="stable")
    if without:
        order = order[~np.isin(order, list(without))]
    return order[:count].astype(np.int64), values[order[:count]]


def likeness_matrix(vectors: Vectors, measure: Measure) -> Vectors:
    """Vectors (n, d) compared with each other: (n, n)."""
    return np.stack([likeness(vector, vectors, measure) for vector in vectors])


def sum_of(vectors: Vectors, rows: Sequence[int], signs: Sequence[int]) -> Vectors:
    """The vector (d,) of a sum of some of them, such as king − man + woman with the signs 1, −1, 1."""
    return np.asarray(np.asarray(signs, dtype=np.float32) @ vectors[list(rows)], dtype=np.float32)
