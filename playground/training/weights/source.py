"""Weights that lie somewhere: named arrays, and what is known of the network that learned them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.data.own.files import FileRefused
from playground.document.project import Project
from playground.training.snapshot import Snapshot

Array = NDArray[Any]
Arrays = Mapping[str, Array]
Shape = tuple[int, ...]


class WeightsRefused(FileRefused):
    """Weights that cannot be taken; the message says what arrived, what was expected and what to do."""


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """Weights of one network. The arrays are float32 or float64, and nobody changes them."""

    title: str
    """Where they come from, in words: “run 2”, “lenet.pt”."""
    arrays: Arrays
    """By the names that they have there, in the order in which they stand there."""
    left_out: tuple[str, ...] = ()
    """What stands there too and is no weight; one sentence each."""
    project: Project | None = field(default=None, repr=False)
    """The project that learned them, where that is known: its data say how numbers were scaled."""

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return sum(array.size for array in self.arrays.values())


def state_of(snapshot: Snapshot) -> dict[str, Array]:
    """All parameters and buffers of a snapshot by name, each in its own shape."""
    found: dict[str, Array] = {place.name: snapshot.array(place.name) for place in snapshot.layout.places}
    return {**found, **snapshot.buffers}


def source_of(title: str, snapshot: Snapshot, project: Project | None) -> Source:
    """The weights of a run."""
    state = state_of(snapshot)
    if project is not None:
        rank = {node.id: number for number, node in enumerate(project.graph.nodes)}
        state = dict(sorted(state.items(), key=lambda item: rank.get(item[0].split(".", 1)[0], len(rank))))
    return Source(title, MappingProxyType(dict(usable(state.items(), []))), project=project)


def usable(items: Any, left_out: list[str]) -> Iterator[tuple[str, Array]]:
    """The arrays that hold weights: numbers with fractions, all finite. What is none is told in `left_out`."""
    for name, array in items:
        if not np.issubdtype(array.dtype, np.floating):
            kind = "complex numbers" if np.iscomplexobj(array) else "whole numbers"
            left_out.append(f"“{name}” holds {kind}, which are no weights.")
        elif array.size == 0:
            left_out.append(f"“{name}” is empty.")
        elif not np.isfinite(array).all():
            left_out.append(f"“{name}” holds numbers that are not finite.")
        else:
            yield name, array if array.dtype in (np.float32, np.float64) else array.astype(np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Values:
    """Values that a run takes as they are."""

    arrays: Arrays
    words: str

    def values(self, before: Arrays) -> Arrays:
        """All of them."""
        return self.arrays
