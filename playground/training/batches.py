"""What there is to learn from: the examples of all data blocks, made sure to go together, as tensors on the device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from playground.blocks.base import BlockError, Fix
from playground.data.base import IN_ORDER, PARTS, ROWS, Dataset, Part
from playground.data.on_demand import RowsOnDemand
from playground.data.preparation import Prepared, prepare
from playground.network import remedies
from playground.network.check import Output, Report
from playground.network.compiled import Reader

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
    experience_asked_for(report)
    return prepared


def experience_asked_for(report: Report) -> str:
    """The id of the source of experience that the data blocks ask for: "rows" unless one asks for another, which then
    feeds the blocks of rows beside it too; rows in order where a block goes on from example to example.

    Raises DataError where they ask for different ones.
    """
    data = {name: block for name, block in report.blocks.items() if isinstance(block, Dataset)}
    others = {name: block.experience for name, block in data.items() if block.experience != ROWS}
    first = next(iter(others), "")
    odd = next((name for name in others if others[name] != others[first]), None)
    if odd is not None:
        raise DataError(
            f"{data[first].title} and {data[odd].title} each choose in a way of their own what is learned next, so "
            "they cannot feed a network together. Delete one of them.",
            odd,
        )
    ordered = next((name for name, block in report.blocks.items() if block.goes_on), "")
    if ordered and first:
        raise DataError(
            f"{report.blocks[ordered].title} goes on from example to example in the order of the data, but "
            f"{data[first].title} chooses by itself what is learned next. Let each example begin anew.",
            ordered,
        )
    return IN_ORDER if ordered else others.get(first, ROWS)


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
    """The tensors of one part in the order of `feeds`, each (N, ...) on the device; the numbers of rows (N,) where they
    are read on demand, as `readers_of` does."""
    # torch refuses read-only arrays with a warning, and `torch.tensor` copies anyway.
    arrays = (prepared[node].parts[part][port] for node, port in feeds)
    return tuple(torch.tensor(one.rows if isinstance(one, RowsOnDemand) else one, device=device) for one in arrays)


def readers_of(prepared: Mapping[str, Prepared]) -> dict[Output, Reader]:
    """What reads the examples of data that are not held in memory, for `Network.readers`."""
    found: dict[Output, Reader] = {}
    for node, data in prepared.items():
        for port, array in data.parts["train"].items():
            if isinstance(array, RowsOnDemand):
                found[node, port] = RowReader(array)
    return found


@dataclass(frozen=True, slots=True)
class UnreadRows:
    """Examples from which some are taken, as from a tensor (N, ...), and read then."""

    reader: Reader
    rows: torch.Tensor

    @property
    def device(self) -> torch.device:
        """Where they come to."""
        return self.rows.device

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: torch.Tensor) -> torch.Tensor:
        return self.reader(self.rows[index])


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads examples as tensors."""

    array: RowsOnDemand

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self.array.numbered(rows.cpu().numpy())).to(rows.device)

    def expect(self, rows: torch.Tensor) -> None:
        """Let them be read ahead."""
        self.array.source.expect(rows.cpu().numpy())
