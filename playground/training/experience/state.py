"""Where a source of experience stands, as arrays that go into snapshots and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.data.base import ROWS

Memory = Mapping[str, NDArray[Any]]
"""Named arrays of numbers, of any shape and type, never written to again."""


def nothing() -> Memory:
    """The memory of a source that keeps none."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ExperienceState:
    """All that a source needs to give the same batches again to the same weights; never changed."""

    generator: NDArray[np.uint8]
    """The state of its generator; of rows, `orders` before it was asked for this epoch's shuffle."""
    position: int
    """Examples consumed in this epoch."""
    epoch: int
    """Epochs completed."""
    shuffled: bool = False
    """Of rows, whether this epoch is in random order; with all examples in one batch no order is drawn."""
    memory: Memory = field(default_factory=nothing)
    """What else it remembers. It goes into files and moments of the past under these names."""
    source: str = ROWS
    """The id of the source."""
    orders: int = 0
    """Of rows, orders drawn from the generator since: many moments share one state of it, which takes 5 kB."""
    count: int = 0
    """Examples in each of these orders."""

    def generator_now(self) -> NDArray[np.uint8]:
        """The state of the generator with these orders drawn."""
        if not self.orders:
            return self.generator
        generator = torch.Generator()
        generator.set_state(torch.tensor(self.generator))
        for _ in range(self.orders):
            torch.randperm(self.count, generator=generator)
        return generator.get_state().numpy()

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.generator.nbytes + sum(array.nbytes for array in self.memory.values())
