"""The rows of data: they sit on the device as tensors, are shuffled once an epoch, and batches are slices of them."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from numpy.typing import NDArray

from playground.data.base import IN_ORDER
from playground.training.batches import Batch
from playground.training.experience.base import Experience
from playground.training.experience.state import ExperienceState

MOST_REDRAWN = 2**15
"""Numbers that may have to be drawn again to find the order of an epoch; torch draws so many in half a millisecond."""


class Feeder(Experience):
    """Gives the batches of epoch after epoch, in an order that its generator determines."""

    id: ClassVar[str] = "rows"

    def __init__(self, examples: Batch, batch_size: int, generator: torch.Generator) -> None:
        super().__init__(examples, batch_size, generator)
        self._orders = 0
        """Orders drawn since the generator stood as states tell it."""
        self._start_from(generator.get_state())
        self._shuffled = False
        self._order: torch.Tensor | None = None
        self._in_order: Batch | None = examples
        self._batches: list[Batch] | None = None
        self._next = 0
        self._begin_epoch(self.batch_size < self.count)

    def set_batch_size(self, batch_size: int) -> None:
        """Another batch size from the next batch on; the rest of an epoch that has begun keeps its order."""
        if batch_size == self._batch_size:
            return
        self._batch_size = batch_size
        if self.position == 0:
            self.generator.set_state(self._epoch_start)
            self._begin_epoch(self.batch_size < self.count)
        else:
            self._batches = None

    def take(self, most: int) -> list[Batch]:
        """Up to `most` batches, all at once, as they lie ready."""
        if self._batches is None:
            self._batches = self._cut()
        taken = self._batches[self._next : self._next + most]
        self._next += len(taken)
        self.position = min(self.count, self.position + len(taken) * self.batch_size)
        return taken

    def upcoming(self, count: int) -> Batch:
        """The next examples of this epoch."""
        return tuple(tensor[self.position : self.position + count] for tensor in self._ordered)

    def take_arrays(self, most: int) -> list[tuple[NDArray[Any], ...]]:
        """The same as slices of numpy arrays."""
        self._batches = None
        arrays, size = [tensor.numpy() for tensor in self._ordered], self.batch_size
        stop = min(self.count, self.position + most * size)
        starts = range(self.position, stop, size)
        self.position = stop
        if not arrays:
            return [()] * len(starts)
        return list(zip(*[[values[start : start + size] for start in starts] for values in arrays], strict=True))

    @property
    def order(self) -> torch.Tensor | None:
        """Which example comes when in this epoch, (N,); None where they come as they are."""
        return self._order

    def finish_epoch(self) -> None:
        """Count the epoch and shuffle the next."""
        super().finish_epoch()
        shuffled = self.batch_size < self.count
        if shuffled or self._shuffled:
            orders = self._orders + self._shuffled
            if orders * self.count > MOST_REDRAWN:
                self._start_from(self.generator.get_state())
            else:
                self._epoch_start, self._orders = self.generator.get_state(), orders
            self._begin_epoch(shuffled)
        else:
            self._batches = None  # the same batch again

    def state(self) -> ExperienceState:
        """The generator as it was before this epoch's shuffle, and the examples consumed since."""
        return ExperienceState(
            self._shared, self.position, self.epoch, self._shuffled, orders=self._orders, count=self.count,
            source=self.id,
        )  # fmt: skip

    def restore(self, state: ExperienceState) -> None:
        """Go to where `state` was taken. Raises ValueError when there is no such place in these data."""
        self._refuse_elsewhere(state)
        start = torch.tensor(state.generator_now())
        self.generator.set_state(start)
        self._start_from(start)
        self.epoch = state.epoch
        self.position = state.position
        self._begin_epoch(state.shuffled)

    def _start_from(self, epoch_start: torch.Tensor) -> None:
        """Tell states by this one and the orders that are drawn from now on."""
        self._epoch_start = epoch_start
        self._shared = epoch_start.numpy()
        self._orders = 0

    def _begin_epoch(self, shuffled: bool) -> None:
        """Draw the order, from the generator as it stands at the start of the epoch, and cut what is left of it."""
        self._shuffled = shuffled
        self._order = torch.randperm(self.count, generator=self.generator) if shuffled else None
        self._in_order = None if shuffled else self.examples
        self._batches = None

    @property
    def _ordered(self) -> Batch:
        """The examples in the order of this epoch."""
        if self._in_order is None:
            assert self._order is not None
            order = self._order.to(self.examples[0].device)
            self._in_order = tuple(tensor.index_select(0, order) for tensor in self.examples)
        return self._in_order

    def _cut(self) -> list[Batch]:
        """The batches of what is left of the epoch."""
        self._next = 0
        if self.position >= self.count:
            return []
        if not self._ordered:
            return [()]
        rest = [torch.split(tensor[self.position :], self.batch_size) for tensor in self._ordered]
        return list(zip(*rest, strict=True))


class InOrder(Feeder):
    """Gives the rows in the order of the data in every epoch, for blocks that go on from example to example."""

    id: ClassVar[str] = IN_ORDER

    def _begin_epoch(self, shuffled: bool) -> None:
        super()._begin_epoch(False)
