"""Sums of rows, and numbers of rows and columns beside matrices, as products of matrices.

For small arrays a product of matrices takes a third of the time in which numpy sums an axis or spreads a row.
"""

from __future__ import annotations

import numpy as np

from playground.blocks.operations import MOST_SPREAD, Array, Emit, Operations

MOST_PRODUCTS = 16_384
"""Up to so many products a sum is made in every column at once, so that nothing is left to spread."""


def summing(operations: Operations, rows: int, width: int, share: float = 1.0) -> Array:
    """What (rows, width) is to be multiplied by for `share` times the sum of each row.

    The result is (rows, width), the same in every column, or (rows, 1) where that is quicker.
    """
    columns = width if rows * width * width <= MOST_PRODUCTS else 1
    return np.full((width, columns), share, dtype=operations.dtype)


def in_each_row(operations: Operations, emit: Emit, row: Array, rows: int) -> Array:
    """Calls that put (n,) into each row of (rows, n); the row itself where numpy spreads it as quickly."""
    if rows * len(row) > MOST_SPREAD:
        return row
    spread = operations.scratch(rows, len(row))
    emit(np.ones((rows, 1), dtype=operations.dtype).dot, row.reshape(1, -1), spread)
    return spread


def in_each_column(operations: Operations, emit: Emit, column: Array, columns: int) -> Array:
    """Calls that put (n, 1) into each column of (n, columns); the column itself where numpy spreads it as quickly."""
    if columns * len(column) > MOST_SPREAD:
        return column
    spread = operations.scratch(len(column), columns)
    emit(column.dot, np.ones((1, columns), dtype=operations.dtype), spread)
    return spread
