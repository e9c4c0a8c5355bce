"""Base of the sources that make their examples while the run goes on."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

import torch

from playground.training.batches import Batch
from playground.training.experience.base import Experience
from playground.training.experience.state import ExperienceState, Memory, nothing


class Stream(Experience):
    """Makes each batch when it is asked for. A subclass makes one, and tells what it remembers beside its generator."""

    @abstractmethod
    def make(self, size: int) -> Batch:
        """The next batch: one tensor (size, ...) for each feed of the network, on its device.

        All that is random comes from the generator. The network may be asked, without gradients and so that no layer's
        statistics change; its weights are those after the last step.
        """

    def memory(self) -> Memory:
        """What it remembers beside its generator: all that later batches depend on, as copies or as parts that are
        never written to again. A file keeps the moments of the past whose arrays have the shapes of the newest."""
        return nothing()

    def remember(self, memory: Memory) -> None:
        """Take back what `memory` gave, without ever writing to it. Raises KeyError or ValueError, before anything has
        changed, for what does not fit."""

    def take(self, most: int) -> Iterator[Batch]:
        """Up to `most` batches, each made when it is asked for."""
        for _ in range(most):
            if self.at_end:
                return
            size = min(self.batch_size, self.count - self.position)
            batch = self.make(size)
            self.position += size
            yield batch

    def state(self) -> ExperienceState:
        """The generator as it is now, and what is remembered."""
        return ExperienceState(
            self.generator.get_state().numpy(), self.position, self.epoch, memory=self.memory(), source=self.id
        )

    def restore(self, state: ExperienceState) -> None:
        """Go to where `state` was taken. Raises ValueError when there is no such place here."""
        self._refuse_elsewhere(state)
        try:
            self.remember(state.memory)
        except KeyError as error:
            raise ValueError(f"the state lacks {error}, which this source remembers") from error
        self.generator.set_state(torch.tensor(state.generator))
        self.position, self.epoch = state.position, state.epoch
