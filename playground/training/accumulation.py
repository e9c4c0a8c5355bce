"""Gathering the gradients of several batches for one step, so that a large batch needs the memory of a small one.

A step looks at `batch_size * accumulate` examples and passes through the network with `batch_size` of them at a time.
Losses that are means over the examples count by their share of them, so that the sum of the gradients is that of the
large batch; what itself looks at the other examples of a batch (batch norm, classes with weights) sees the small one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from playground.blocks.loss import Loss
from playground.document.project import TrainingSettings
from playground.network.compiled import Network
from playground.training.batches import Batch


class Gathering:
    """Cuts the batch of a step into those that pass through the network, and puts their losses together."""

    def __init__(self, network: Network, settings: TrainingSettings) -> None:
        self._count = settings.accumulate
        self._rows = settings.batch_size
        blocks = network.report.blocks
        self._means: list[int] = []
        self._slots: list[int] = []
        for name in network.loss_weights:
            slot, block = network.slots[name, "loss"], blocks[name]
            self._slots.append(slot)
            if isinstance(block, Loss) and block.reduction() == "mean":
                self._means.append(slot)

    def cut(self, batch: Batch) -> Iterator[tuple[Batch, float]]:
        """The batches of a step, each with its share of the examples."""
        if self._count == 1 or not batch:
            yield batch, 1.0
            return
        count = len(batch[0])
        rows = self._rows or -(-count // self._count)
        for start in range(0, count, rows):
            part = tuple(tensor[start : start + rows] for tensor in batch)
            yield part, len(part[0]) / count

    def weigh(self, values: list[torch.Tensor], share: float) -> None:
        """Let the losses of one of these batches count by its share."""
        if share != 1.0:
            for slot in self._means:
                values[slot] = values[slot] * share

    def losses(self, values: Sequence[torch.Tensor], earlier: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The losses of one of these batches, with those of the batches before."""
        own = [values[slot].detach() for slot in self._slots]
        return [loss + before for loss, before in zip(own, earlier, strict=True)] if earlier else own

    def put(self, values: list[torch.Tensor], losses: Sequence[torch.Tensor]) -> None:
        """Let the values of the last batch tell the losses of the whole step."""
        for slot, loss in zip(self._slots, losses, strict=True):
            values[slot] = loss
