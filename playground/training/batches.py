"""Batches: the data set sits on the device as tensors, is shuffled once an epoch, and batches are slices of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from playground.blocks.base import BlockError, Fix
from playground.data.base import PARTS, Dataset, Part
from playground.data.preparation import Prepared, prepare
from playground.network import remedies
from playground.network.check import Output, Report

Batch = tuple[torch.Tensor, ...]


class CannotTrain(Exception):
    """A project cannot be trained as it stands, though its graph is sound; the message is for people."""

    def __init__(self, message: str, node: str = "", fixes: tuple[Fix, ...] = ()) -> None:
        super().__init__(message)
        self.node = node
        """Id of the block that it concerns; empty when it is the whole project."""
        self.fixes = fixes

class DataError(CannotTrain):
    """The data blocks of a graph do not go together; the message is for people."""


def examples_of(report: Report) -> dict[str, Prepared]:
    """The examples of all data blocks, which go together. Raises DataError where they cannot be used."""
    prepared: dict[str, Prepared] = {}
    for name in report.data_nodes():
        block = report.blocks[name]
        assert isinstance(block, Dataset)
        try:
            prepared[name] = prepare(block)
        except BlockError as error:
            raise DataError(error.message, name, remedies.placed(name, (), None, error.fixes)) from error
        except OSError as error:
            raise DataError(f"{block.title} cannot be read: {error.strerror or error}.", name) from error
    _refuse_uneven(prepared)
    if prepared and not next(iter(prepared.values())).count("train"):
        raise DataError("There are no examples to learn from: the training part is empty.", next(iter(prepared)))
    return prepared


def _refuse_uneven(prepared: Mapping[str, Prepared]) -> None:
    """Refuse data blocks with different numbers of examples. Raises DataError."""
    for part in PARTS:
        counts = {node: data.count(part) for node, data in prepared.items()}
        first = next(iter(counts), "")
        odd = next((node for node in counts if counts[node] != counts[first]), None)
        if odd is None:
            continue
        listed = ", ".join(f"{node} {count}" for node, count in counts.items())
        raise DataError(
            f"All data blocks must have the same number of {part} examples, but there are {listed}. Give them as many, "
            "or delete one.",
            odd,
            _evened(odd, prepared[odd].dataset, first, prepared[first]),
        )


def _evened(node: str, dataset: Dataset, first: str, model: Prepared) -> tuple[Fix, ...]:
    """The offer to give a data block as many examples as another has, where its parameters can do that."""
    known = type(dataset).model_fields
    like = model.dataset
    wanted: dict[str, Any] = {"train_share": like.train_share, "validation_share": like.validation_share}
    if "examples" in known:
        wanted["examples"] = sum(model.count(part) for part in PARTS)
    try:
        other = prepare(type(dataset).model_validate({**dataset.parameters(), **wanted}))
    except (ValueError, BlockError, OSError):
        return ()
    if any(other.count(part) != model.count(part) for part in PARTS):
        return ()
    return (Fix(f"Give it as many examples as {first}", "set", parameters=wanted, node=node),)


def part_tensors(
    prepared: Mapping[str, Prepared], feeds: Sequence[Output], part: Part, device: torch.device
) -> Batch:
    """The tensors of one part in the order of `feeds`, each (N, ...) on the device."""
    # torch refuses read-only arrays with a warning, and `torch.tensor` copies anyway.
    return tuple(torch.tensor(prepared[node].parts[part][port], device=device) for node, port in feeds)


@dataclass(frozen=True, slots=True)
class OrderState:
    """Where the feeder stands: the generator as it was before this epoch's shuffle, and the examples consumed since."""

    generator: torch.Tensor
    position: int
    epoch: int
    shuffled: bool
    """Whether this epoch is in random order; with all examples in one batch no order is drawn."""


class Feeder:
    """Gives the batches of epoch after epoch, in an order that its generator determines.

    A graph without data has one empty example, so that each of its steps is an epoch.
    """

    def __init__(self, tensors: Batch, batch_size: int, generator: torch.Generator) -> None:
        self.tensors = tensors
        """All examples, in the order of the data set."""
        self._generator = generator
        self.count = len(tensors[0]) if tensors else 1
        self.epoch = 0
        """Epochs completed."""
        self.position = 0
        """Examples consumed in this epoch."""
        self._batch_size = batch_size
        self._epoch_start = generator.get_state()
        self._shuffled = False
        self._examples = tensors
        self._batches: list[Batch] = []
        self._next = 0
        self._begin_epoch(self.batch_size < self.count)

    @property
    def batch_size(self) -> int:
        """Examples in one batch; the last of an epoch may be smaller. A setting of 0 stands for all examples."""
        return min(self._batch_size or self.count, self.count)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one epoch."""
        return -(-self.count // self.batch_size)

    def set_batch_size(self, batch_size: int) -> None:
        """Another batch size from the next batch on; the rest of an epoch that has begun keeps its order."""
        if batch_size == self._batch_size:
            return
        self._batch_size = batch_size
        if self.position == 0:
            self._generator.set_state(self._epoch_start)
            self._begin_epoch(self.batch_size < self.count)
        else:
            self._cut()

    def take(self, most: int) -> list[Batch]:
        """Up to `most` batches, never past the end of the epoch. When it is reached, `finish_epoch` must follow."""
        taken = self._batches[self._next : self._next + most]
        self._next += len(taken)
        self.position = min(self.count, self.position + len(taken) * self.batch_size)
        return taken

    @property
    def steps_left(self) -> int:
        """Batches left in this epoch, at least one."""
        return max(1, len(self._batches) - self._next)

    @property
    def at_end(self) -> bool:
        """Whether the epoch is over."""
        return self._next >= len(self._batches)

    def finish_epoch(self) -> None:
        """Count the epoch and shuffle the next."""
        self.epoch += 1
        self.position = 0
        shuffled = self.batch_size < self.count
        if shuffled or self._shuffled:
            self._epoch_start = self._generator.get_state()
            self._begin_epoch(shuffled)
        else:
            self._next = 0  # the same batch again

    def state(self) -> OrderState:
        """What `restore` needs to give the same batches from here on."""
        return OrderState(self._epoch_start, self.position, self.epoch, self._shuffled)

    def restore(self, state: OrderState) -> None:
        """Go to where `state` was taken. Raises ValueError when there is no such place in these data."""
        if not 0 <= state.position <= self.count or state.epoch < 0:
            raise ValueError("there is no such position in the data")
        self._generator.set_state(state.generator)
        self._epoch_start = state.generator
        self.epoch = state.epoch
        self.position = state.position
        self._begin_epoch(state.shuffled)

    def follow(self, other: Feeder, *, same_examples: bool) -> None:
        """Take the place of another feeder: in the same examples at the same position, in others at the same epoch."""
        if same_examples:
            self.restore(other.state())
        else:
            self.epoch = other.epoch

    def _begin_epoch(self, shuffled: bool) -> None:
        """Draw the order, from the generator as it stands at the start of the epoch, and cut what is left of it."""
        self._shuffled = shuffled
        self._examples = self.tensors
        if shuffled:
            order = torch.randperm(self.count, generator=self._generator).to(self.tensors[0].device)
            self._examples = tuple(tensor.index_select(0, order) for tensor in self.tensors)
        self._cut()

    def _cut(self) -> None:
        rest = [torch.split(tensor[self.position :], self.batch_size) for tensor in self._examples]
        batches: list[Batch] = list(zip(*rest, strict=True)) if rest else [()]
        self._batches = batches if self.position < self.count else []
        self._next = 0
