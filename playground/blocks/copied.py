"""What a block makes of channels of which some are copies of others: declared by each block in `Block.copied`.

A layer is widened by copies of its units (Chen, Goodfellow and Shlens 2016, Net2Net). The answers of the network stay
where all that follows either treats each channel by itself or has a weight for each, which the copies share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from playground.blocks.signal import Signal


@dataclass(frozen=True, slots=True)
class Copied:
    """What becomes of copied channels in a block."""

    way: Literal["weighed", "apart", "alike", "joined", "stopped"]
    """There is a weight for each, so nothing behind the block is wider; each goes through by itself, so its copies
    stay copies; the same where all wires carry the same copies; wires lie side by side; copies change the others."""
    arrays: tuple[str, ...] = ()
    """Parameters and buffers of the module: with a weight for each channel along `axis`, or with a row for each."""
    axis: int = 1
    each: int = 1
    """So many numbers, one after the other, stand behind for each channel."""
    rounds: int = 1
    """So often all channels follow one another."""
    because: str = ""
    """Why nothing can be copied before it, as the end of a sentence about the block."""


APART = Copied("apart")
STOPPED = Copied("stopped", because="does not read each unit with a weight of its own")
TOGETHER = Copied("stopped", because="looks at all units together, so that copies change what the others become")
COMPARED = Copied("stopped", because="compares it with the target: the width of the last layer is the question’s own")
DIVIDED = Copied("stopped", because="divides the channels into groups")


def weighed(*arrays: str, axis: int = 1) -> Copied:
    """A layer whose arrays have a weight for each channel along an axis."""
    return Copied("weighed", arrays, axis)


def flattened(arriving: Signal) -> Copied:
    """All numbers of an example in one row: map after map, or step after step."""
    if arriving.of_kind.unit_axis == 0:
        return Copied("apart", each=math.prod(arriving.shape[1:]))
    return Copied("apart", rounds=math.prod(arriving.shape[:-1]))


def channel_axis(arriving: Signal) -> int:
    """The axis of a batch along which the channels of a signal lie."""
    return 1 if arriving.of_kind.unit_axis == 0 else len(arriving.shape)
