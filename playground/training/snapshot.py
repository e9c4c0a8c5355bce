"""A snapshot: an immutable copy of parameters and buffers at one step. Views look at it, never at the live network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.network.flat import Layout


@dataclass(frozen=True)
class Snapshot:
    """Parameters and buffers at one step, as read-only numpy arrays that any thread may hold."""

    step: int
    epoch: float
    parameters: NDArray[np.float32]
    """All parameters, (P,), in the order of `layout`."""
    layout: Layout
    buffers: Mapping[str, NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    """Running statistics and the like, by `node_id.name`."""

    def array(self, name: str) -> NDArray[np.float32]:
        """One parameter by name, such as `dense-1.weight`, in its own shape. Raises KeyError."""
        place = self.layout.by_name()[name]
        return self.parameters[place.start : place.stop].reshape(place.shape)

    def of_node(self, node: str) -> dict[str, NDArray[np.float32]]:
        """All parameters of one node, by their short name: `weight`, `bias`."""
        return {
            place.name.split(".", 1)[1]: self.parameters[place.start : place.stop].reshape(place.shape)
            for place in self.layout.of_node(node)
        }
