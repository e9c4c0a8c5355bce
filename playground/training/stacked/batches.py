"""Batches for a stack of networks: each row has the order of examples that a single run of its seed has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from playground.training.batches import Batch
from playground.training.model import stable_seed

MOST_AT_ONCE = 2**21
"""Numbers that are gathered for the next batches of all rows in one go."""


class StackedFeeder:
    """Gives batches whose tensors are (rows, batch, ...), in the order of `Feeder` with the seed of each row."""

    def __init__(self, examples: Batch, batch_size: int, seeds: Sequence[int]) -> None:
        self._examples = examples
        self.count = len(examples[0])
        self.batch_size = min(batch_size or self.count, self.count)
        self.steps_per_epoch = -(-self.count // self.batch_size)
        self.epoch = 0
        """Epochs completed."""
        self.position = 0
        """Batches taken in this epoch."""
        self._distinct = list(dict.fromkeys(seeds))
        self._own = torch.tensor([self._distinct.index(seed) for seed in seeds])
        self._generators = [torch.Generator().manual_seed(stable_seed(seed, "order")) for seed in self._distinct]
        numbers = sum(tensor[0].numel() for tensor in examples) * len(seeds) * self.batch_size
        self._slab = max(1, MOST_AT_ONCE // max(1, numbers))
        self._coming = self._epoch()

    def take(self) -> Batch:
        """The next batch; the epoch is over when `at_end`, and the next call begins another."""
        if self.at_end:
            self.epoch += 1
            self.position = 0
            self._coming = self._epoch()
        self.position += 1
        return next(self._coming)

    @property
    def at_end(self) -> bool:
        """Whether all batches of this epoch were taken."""
        return self.position >= self.steps_per_epoch

    def _epoch(self) -> Iterator[Batch]:
        order = torch.arange(self.count).expand(len(self._distinct), self.count)
        if self.batch_size < self.count:
            order = torch.stack([torch.randperm(self.count, generator=one) for one in self._generators])
        order = order[self._own]  # (rows, count)
        for start in range(0, self.count, self._slab * self.batch_size):
            part = order[:, start : start + self._slab * self.batch_size]
            gathered = [torch.split(self._gathered(tensor, part), self.batch_size, dim=1) for tensor in self._examples]
            yield from zip(*gathered, strict=True)

    @staticmethod
    def _gathered(tensor: torch.Tensor, order: torch.Tensor) -> torch.Tensor:
        picked = tensor.index_select(0, order.flatten().to(tensor.device))
        return picked.view(*order.shape, *tensor.shape[1:])
