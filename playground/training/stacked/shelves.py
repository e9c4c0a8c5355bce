"""Memory of networks that are alike: what each has of a kind lies side by side, so that one call can reach all."""

from __future__ import annotations

import bisect
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.blocks.operations import Array


class NotAlike(Exception):
    """Networks that do not ask for the same memory in the same order."""


@dataclass
class _Section:
    """What networks ask for that are alike in some respect."""

    count: int
    shelves: list[Array] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    """How many arrays each network has asked for."""


class Shelves:
    """One shelf (count, *shape) for each array that all networks of a section ask for; each has its row of it."""

    def __init__(self) -> None:
        self._sections: dict[Hashable, _Section] = {}
        self._section, self._row = _Section(0), 0
        self._all: list[Array] = []
        self._starts: list[tuple[int, int]] = []
        """Address of the first row of each shelf with its number, in order."""

    def turn_to(self, section: Hashable, row: int, count: int) -> None:
        """Let the next arrays be those of a network in a section that `count` networks have."""
        self._section, self._row = self._sections.setdefault(section, _Section(count)), row

    def __call__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """The next array of the present row. Raises NotAlike where the first network asked for another."""
        section = self._section
        place = section.places.get(self._row, 0)
        section.places[self._row] = place + 1
        if self._row == 0:
            shelf = np.zeros((section.count, *shape), dtype=dtype)
            bisect.insort(self._starts, (shelf.ctypes.data, len(self._all)))
            self._all.append(shelf)
            section.shelves.append(shelf)
        if place >= len(section.shelves):
            raise NotAlike
        shelf = section.shelves[place]
        if shelf.shape[1:] != shape or shelf.dtype != dtype:
            raise NotAlike
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

    def holds(self, array: Array) -> bool:
        """Whether an array is part of a shelf, so that it may change."""
        return self._shelf_of(array) is not None

    def _shelf_of(self, array: Array) -> Array | None:
        address = array.ctypes.data
        place = bisect.bisect_right(self._starts, (address, len(self._all))) - 1
        if place < 0:
            return None
        start, number = self._starts[place]
        shelf = self._all[number]
        return shelf if address < start + shelf.nbytes and array.size else None


def _strided(shelf: Array, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], like: Array) -> Array:
    found: Array = np.ndarray(shape, like.dtype, shelf.reshape(-1).view(np.uint8), offset, strides)
    return found
