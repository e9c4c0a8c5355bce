"""Sources of experience as later families will bring them, small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

import numpy as np
import pytest
import torch

from playground.data.points.shapes import Circles
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph
from playground.network import check as checking
from playground.training.batches import Batch
from playground.training.experience import registry
from playground.training.experience.base import Experience
from playground.training.experience.state import Memory
from playground.training.experience.stream import Stream
from playground.training.model import TrainableModel
from tests.network.small_graphs import multilayer
from tests.training.runs import circles


class PrioritizedCircles(Circles):
    """Points in two rings, of which the difficult ones come more often."""

    id: ClassVar[str] = "prioritized-circles"
    title: ClassVar[str] = "Prioritized circles"
    experience: ClassVar[str] = "prioritized"


class NoisyCircles(Circles):
    """Points in two rings, never twice the same."""

    id: ClassVar[str] = "noisy-circles"
    title: ClassVar[str] = "Noisy circles"
    experience: ClassVar[str] = "noisy"


class Prioritized(Stream):
    """Draws examples in proportion to the error that the network made when it was last asked about them.

    Schaul et al. 2016, "Prioritized experience replay", with the network asked at each draw: what comes next depends
    on the generator, on what is remembered, and on the weights after the last step.
    """

    id: ClassVar[str] = "prioritized"

    def __init__(self, examples: Batch, batch_size: int, generator: torch.Generator, model: TrainableModel) -> None:
        super().__init__(examples, batch_size, generator)
        self._model = model
        self._priority = torch.ones(self.count)

    @classmethod
    def made(cls, model: TrainableModel, examples: Batch, batch_size: int, generator: torch.Generator) -> Self:
        return cls(examples, batch_size, generator, model)

    def make(self, size: int) -> Batch:
        network = self._model.network
        rows = torch.multinomial(self._priority, size, replacement=True, generator=self.generator)
        batch = tuple(tensor[rows] for tensor in self.examples)
        loss = network.report.loss_nodes()[0]
        with torch.no_grad():
            values = network.run_batch(batch)
        prediction, target = (values[network.slots[source]].flatten() for source in network.report.inputs[loss])
        self._priority = self._priority.clone()
        self._priority[rows] = (prediction - target).abs().nan_to_num(1.0) + 0.01
        return batch

    def memory(self) -> Memory:
        return {"priority": self._priority.numpy()}

    def remember(self, memory: Memory) -> None:
        self._priority = torch.tensor(memory["priority"])


class Noisy(Stream):
    """Examples by chance, each moved a little, and a count of them: more than one array to remember."""

    id: ClassVar[str] = "noisy"
    made_so_far = 0

    def make(self, size: int) -> Batch:
        rows = torch.randint(self.count, (size,), generator=self.generator)
        features, *rest = (tensor[rows] for tensor in self.examples)
        self.made_so_far += size
        return features + 0.1 * torch.randn(features.shape, generator=self.generator), *rest

    def memory(self) -> Memory:
        return {"made": np.array(self.made_so_far), "nothing": np.zeros((0, 2))}

    def remember(self, memory: Memory) -> None:
        self.made_so_far = int(memory["made"])


SOURCES: tuple[type[Experience], ...] = (Prioritized, Noisy)


def graph_of(block: str, **parameters: object) -> Graph:
    """A 2-3-1 network on one of these data."""
    data = circles(**parameters).replace(block=block)
    return multilayer(data, (3, "tanh"), (1, "sigmoid"), loss="mean-squared-error")


@contextmanager
def declared() -> Iterator[None]:
    """The sources and their data are known, as if they were in the registries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "SOURCES", (*registry.SOURCES, *SOURCES))
        for block in (PrioritizedCircles, NoisyCircles):
            patch.setitem(CATALOGUE, block.id, block)
        checking.known_block.cache_clear()
        yield
    checking.known_block.cache_clear()
