"""What a unit sees of the input through all layers: from its place back to the data, window by window.

Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks". Statistics that a
normalization takes over a map do not count, as is usual.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from playground.blocks.base import Block
from playground.blocks.images.arriving import dimensions_of, extents_of
from playground.blocks.reveals import SlidesWindow
from playground.blocks.signal import Signal
from playground.blocks.windows import Along
from playground.data.base import Dataset
from playground.network.check import Output, Report
from playground.network.lean import NothingDrawn


@dataclass(frozen=True)
class Field:
    """A box of places: along each axis, which reaches over the edge where windows do."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    """The last place along each axis, itself within."""
    whole: bool = False
    """Whether some layer on the way looks at everything, such as a dense one."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many places along each axis."""
        return tuple(high - low + 1 for low, high in zip(self.low, self.high, strict=True))

    def within(self, extents: Sequence[int]) -> Field:
        """The part that lies within a signal."""
        low = tuple(min(max(0, one), extent - 1) for one, extent in zip(self.low, extents, strict=True))
        high = tuple(max(0, min(one, extent - 1)) for one, extent in zip(self.high, extents, strict=True))
        return replace(self, low=low, high=high)

    def joined(self, other: Field | None) -> Field:
        """The box around both."""
        if other is None:
            return self
        low = tuple(map(min, self.low, other.low))
        return Field(low, tuple(map(max, self.high, other.high)), self.whole or other.whole)


def middle_of(signal: Signal) -> tuple[int, ...]:
    """The place in the middle of a signal; () where it has no places."""
    return tuple(extent // 2 for extent in extents_of(signal)) if dimensions_of(signal) else ()


def fields_of(
    report: Report, output: Output, place: tuple[int, ...], signals: Mapping[Output, Signal] | None = None
) -> dict[Output, Field]:
    """What the numbers at a place of an output see of each output before it, down to the data.

    `place` has a number for each axis but that of the channels; () is a unit without a place. Other `signals` than
    those of the report are of the same network for inputs of another size.
    """
    known = report.signals if signals is None else signals
    found: dict[Output, Field] = {output: Field(place, place, not place)}
    for name in reversed(report.order):
        block = report.blocks.get(name)
        if block is None or isinstance(block, Dataset):
            continue
        looked: Field | None = None
        for port in block.outputs:
            mine = found.get((name, port.name))
            looked = mine if looked is None else looked.joined(mine)
        if looked is None:
            continue
        leaving = known[name, block.outputs[0].name]
        arriving = tuple(known[source] for source in report.inputs[name])
        for source in report.followed(name):
            seen = seen_by(block, looked, known[source], leaving, arriving)
            before = found.get(source)
            found[source] = seen if before is None else before.joined(seen)
    return found


def seen_by(block: Block, looked: Field, source: Signal, leaving: Signal, arriving: tuple[Signal, ...]) -> Field:
    """What a block looks at of one input, for a box of its output."""
    if not dimensions_of(source):
        return Field((), (), True)
    extents = extents_of(source)
    everything = Field((0,) * len(extents), tuple(extent - 1 for extent in extents), True)
    if not dimensions_of(leaving) or len(looked.low) != len(extents):
        return everything
    if isinstance(block, SlidesWindow):
        axes = [
            _under(along, low, high, extent)
            for along, low, high, extent in zip(
                _windows(block, arriving), looked.low, looked.high, extents, strict=True
            )
        ]
        return Field(tuple(low for low, _ in axes), tuple(high for _, high in axes), looked.whole)
    beside = block.neighbours()
    return everything if beside is None else _scaled(looked, extents, extents_of(leaving), beside)


@functools.lru_cache(maxsize=4_096)
def _windows(block: Block, arriving: tuple[Signal, ...]) -> tuple[Along, ...]:
    assert isinstance(block, SlidesWindow)
    with torch.device("meta"), NothingDrawn(), torch.no_grad():
        return block.window(block.build(*arriving)).along


def _under(along: Along, low: int, high: int, extent: int) -> tuple[int, int]:
    """The first and the last number under the windows of places from `low` to `high`."""
    reach = (along.size - 1) * along.dilation
    if along.transposed:
        first, last = -((reach - low - along.rim) // along.stride), (high + along.rim) // along.stride
        return (first, last) if first <= last else (last, first)
    first, last = low * along.stride - along.rim, high * along.stride - along.rim + reach
    if along.border == "circular" and (first < 0 or last >= extent):
        return 0, extent - 1
    if along.border == "reflect":
        return min(first, 2 * (extent - 1) - last), max(last, -first)
    return first, last


def _scaled(looked: Field, extents: Sequence[int], leaving: Sequence[int], beside: int) -> Field:
    """The same share of a map of another size, and so many places beside it."""
    low = (one * extent // other - beside for one, extent, other in zip(looked.low, extents, leaving, strict=True))
    high = (
        -(-(one + 1) * extent // other) - 1 + beside
        for one, extent, other in zip(looked.high, extents, leaving, strict=True)
    )
    return Field(tuple(low), tuple(high), looked.whole)


@dataclass(frozen=True)
class Sight:
    """What the places of a map see of a picture or a series, row by row and column by column."""

    source: str
    """The data block."""
    rows: tuple[tuple[int, int], ...]
    """The first and the last row that a place in each row sees; of a series always (0, 0)."""
    columns: tuple[tuple[int, int], ...]

    def words(self, row: int, column: int) -> str:
        """How much that is: “14 × 14”."""
        sizes = [last - first + 1 for first, last in (self.rows[row], self.columns[column])]
        return f"{sizes[0]} × {sizes[1]}"


def sights_of(report: Report) -> dict[str, Sight]:
    """By node, for all that makes maps or series of the first data block that gives some."""
    sources = [(name, "features") for name in report.data_nodes()]
    source = next((one for one in sources if dimensions_of(report.signals[one]) in (1, 2)), None)
    if source is None:
        return {}
    extents, found = extents_of(report.signals[source]), {}
    for name in report.order:
        output = (name, report.blocks[name].outputs[0].name) if report.blocks[name].outputs else source
        signal = report.signals.get(output)
        if name == source[0] or signal is None or dimensions_of(signal) != len(extents):
            continue
        places = extents_of(signal)
        seen = [
            fields_of(report, output, tuple(min(one, extent - 1) for extent in places)).get(source)
            for one in range(max(places))
        ]
        cut = [one.within(extents) for one in seen if one is not None]
        spans = [tuple(zip(one.low, one.high, strict=True)) for one in cut]
        if len(spans) == len(seen):
            rows = tuple(one[0] for one in spans[: places[0]]) if len(extents) == 2 else ((0, 0),)
            found[name] = Sight(source[0], rows, tuple(one[-1] for one in spans[: places[-1]]))
    return found
