"""Batches: the data set sits on the device as tensors, is shuffled once an epoch, and batches are slices of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from playground.data.base import Part
from playground.data.preparation import Prepared
from playground.network.check import Output

Batch = tuple[torch.Tensor, ...]


class DataError(Exception):
    """The data blocks of a graph do not go together; the message is for people."""


def part_tensors(
    prepared: Mapping[str, Prepared], feeds: Sequence[Output], part: Part, device: torch.device, limit: int | None = None
) -> Batch:
    """The tensors of one part in the order of `feeds`, each (N, ...) on the device. Raises DataError."""
    arrays = [prepared[node].parts[part][port] for node, port in feeds]
    counts = {node: prepared[node].count(part) for node, _ in feeds}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{node} {count}" for node, count in counts.items())
        raise DataError(f"All data blocks must have the same number of {part} examples, but there are {listed}.")
    # torch refuses read-only arrays with a warning, and `torch.tensor` copies anyway.
    return tuple(torch.tensor(array[:limit] if limit else array, device=device) for array in arrays)


@dataclass(frozen=True, slots=True)
class OrderState:
    """Where the feeder stands: the generator as it was before this epoch's shuffle, and the examples consumed since."""

    generator: torch.Tensor
    position: int
    epoch: int


class Feeder:
    """Gives the batches of epoch after epoch, in an order that its generator determines."""

    def __init__(self, tensors: Batch, batch_size: int, generator: torch.Generator) -> None:
        self._tensors = tensors
        self._generator = generator
        self.count = len(tensors[0])
        self.epoch = 0
        """Epochs completed."""
        self.position = 0
        """Examples consumed in this epoch."""
        self._batch_size = batch_size
        self._epoch_start = generator.get_state()
        self._shuffled = tensors
        self._waiting: list[Batch] = []
        self._begin_epoch()

    @property
    def batch_size(self) -> int:
        """Examples in a batch; the whole set when 0 was asked for."""
        return min(self._batch_size or self.count, self.count)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one epoch."""
        return -(-self.count // self.batch_size)

    def set_batch_size(self, batch_size: int) -> None:
        """Another batch size from the next batch on; the rest of the epoch keeps its order."""
        if batch_size != self._batch_size:
            self._batch_size = batch_size
            self._cut()

    def take(self, most: int) -> list[Batch]:
        """Up to `most` batches, never past the end of the epoch. When it is reached, `finish_epoch` must follow."""
        taken = self._waiting[:most]
        del self._waiting[:most]
        self.position += sum(len(batch[0]) for batch in taken)
        return taken

    @property
    def steps_left(self) -> int:
        """Batches left in this epoch, at least one."""
        return max(1, len(self._waiting))

    @property
    def at_end(self) -> bool:
        """Whether the epoch is over."""
        return not self._waiting

    def finish_epoch(self) -> None:
        """Count the epoch and shuffle the next."""
        self.epoch += 1
        self.position = 0
        self._begin_epoch()

    def state(self) -> OrderState:
        """What `restore` needs to give the same batches from here on."""
        return OrderState(self._epoch_start.clone(), self.position, self.epoch)

    def restore(self, state: OrderState) -> None:
        """Go to where `state` was taken."""
        self._generator.set_state(state.generator)
        self.epoch = state.epoch
        self.position = 0
        self._begin_epoch()
        self.position = min(state.position, self.count)
        self._cut()

    def _begin_epoch(self) -> None:
        self._epoch_start = self._generator.get_state()
        if self.batch_size < self.count:
            order = torch.randperm(self.count, generator=self._generator)
            order = order.to(self._tensors[0].device)
            self._shuffled = tuple(tensor.index_select(0, order) for tensor in self._tensors)
        else:
            self._shuffled = self._tensors
        self._cut()

    def _cut(self) -> None:
        rest = (torch.split(tensor[self.position :], self.batch_size) for tensor in self._shuffled)
        self._waiting = list(zip(*rest, strict=True)) if self.position < self.count else []
