"""Memory of networks that are alike: what each has of a kind lies side by side, so that one call can reach all."""

from __future__ import annotations

import bisect
from typing import Any

import numpy as np

from playground.blocks.operations import Array


class NotAlike(Exception):
    """Networks that do not ask for the same memory in the same order."""


class Shelves:
    """One shelf (count, *shape) for each array that all of `count` networks ask for; each has its row of it."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._shelves: list[Array] = []
        self._row = self._next = 0
        self._places: list[int] = [0] * count
        self._starts: list[tuple[int, int]] = []
        """Address of the first row of each shelf with its number, in order."""

    def of_row(self, row: int) -> None:
        """Let the next arrays be those of a network, from where it stopped asking."""
        self._places[self._row] = self._next
        self._row, self._next = row, self._places[row]

    def __call__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """The next array of the present row. Raises NotAlike where the first network asked for another."""
        if self._row == 0:
            shelf = np.zeros((self.count, *shape), dtype=dtype)
            bisect.insort(self._starts, (shelf.ctypes.data, len(self._shelves)))
            self._shelves.append(shelf)
        if self._next >= len(self._shelves):
            raise NotAlike
        shelf = self._shelves[self._next]
        if shelf.shape[1:] != shape or shelf.dtype != dtype:
            raise NotAlike
        self._next += 1
        row: Array = shelf[self._row, ...]
        return row

    def across(self, rows: list[Array]) -> Array | None:
        """Rows of which these arrays, of networks that follow on each other, are the same part, (rows, ...); None where
        they are no such parts."""
        first = rows[0]
        shelf = self._shelf_of(first)
        if shelf is None:
            return None
        step, address = shelf.strides[0], first.ctypes.data
        for number, row in enumerate(rows):
            if row.ctypes.data != address + number * step or row.shape != first.shape or row.strides != first.strides:
                return None
        strides = step, *first.strides
        return _strided(shelf, address - shelf.ctypes.data, (len(rows), *first.shape), strides, first)

    def _shelf_of(self, array: Array) -> Array | None:
        address = array.ctypes.data
        place = bisect.bisect_right(self._starts, (address, len(self._shelves))) - 1
        if place < 0:
            return None
        start, number = self._starts[place]
        shelf = self._shelves[number]
        return shelf if address < start + max(1, shelf[0, ...].nbytes) and array.size else None


def _strided(shelf: Array, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], like: Array) -> Array:
    found: Array = np.ndarray(shape, like.dtype, shelf.reshape(-1).view(np.uint8), offset, strides)
    return found
