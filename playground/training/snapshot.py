"""A snapshot: an immutable copy of a run at one step. Views look at it, never at the live network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.network.flat import Layout
from playground.training.experience.state import ExperienceState
from playground.training.schedules import PlateauState


@dataclass(frozen=True, eq=False, slots=True)
class RunState:
    """Where a run stands beside its weights: what another run needs to go on from here in the same way."""

    optimizers: str
    """Which optimizers there are, phase by phase, in one word."""
    examples: int
    seconds: float
    experience: ExperienceState
    """Where the source of the examples stands."""
    noise: NDArray[np.uint8]
    device: str
    plateau: PlateauState
    threads: int = 0
    """Threads of the processor that it learned with: sums come out otherwise with another number; 0 for unknown."""

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return self.experience.nbytes + self.noise.nbytes


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Snapshot:
    """Parameters, buffers and the optimizer's memory at one step, as read-only numpy arrays that any thread may hold.

    Two snapshots are never equal: one is itself, so that what was computed for it can be kept for it.
    """

    step: int
    epoch: float
    parameters: NDArray[Any]
    """All parameters, (P,), in the order of `layout`: float32, or float64 where every block wants that."""
    layout: Layout
    buffers: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    """Running statistics and the like, by `node_id.name`."""
    memory: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    """What the optimizer remembers, by torch's names such as `momentum_buffer` or `exp_avg`: one number for every
    parameter, (P,), or a row of them, (P, n), zero where it does not learn, or a single one, (). Phases after the first
    add `N:` in front."""
    place: RunState | None = None
    """Where the run stood; None in what a file or a test made."""

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        arrays = (self.parameters, *self.buffers.values(), *self.memory.values())
        return sum(array.nbytes for array in arrays) + (self.place.nbytes if self.place else 0)

    def array(self, name: str) -> NDArray[np.float32]:
        """One parameter by name, such as `dense-1.weight`, in its own shape. Raises KeyError."""
        place = self.layout.by_name()[name]
        return self.parameters[place.start : place.stop].reshape(place.shape)

    def of_node(self, node: str) -> dict[str, NDArray[np.float32]]:
        """All parameters that a node uses, its own and those of others, by their short name: `weight`, `bias`."""
        return {
            name: self.parameters[place.start : place.stop].reshape(place.shape)
            for name, place in self.layout.used_by(node).items()
        }

    def memory_by_name(self) -> dict[str, NDArray[np.float32]]:
        """The optimizer's memory parameter by parameter, as `PARAMETER/KEY` with the prefix of the phase in front."""
        found: dict[str, NDArray[np.float32]] = {}
        for key, values in self.memory.items():
            prefix, _, short = key.rpartition(":")
            for place in self.layout.places:
                part = values[place.start : place.stop] if values.ndim else values
                found[f"{prefix}:{place.name}/{short}" if prefix else f"{place.name}/{short}"] = part
        return found
