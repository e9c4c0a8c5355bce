"""What arrives at blocks that slide over a series, an image or a volume: its channels and its extents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.blocks.base import Advice, BlockError, Fix, numbers_only, series_only
from playground.blocks.kinds import KindName
from playground.blocks.signal import Scale, Signal


@dataclass(frozen=True, slots=True)
class Space:
    """Signals with so many axes along which a window can slide."""

    kind: KindName
    whole: str
    """In a sentence, with its axes."""
    noun: str
    cell: str
    """What several of its places are called."""

    @property
    def channels_last(self) -> bool:
        """Whether its channels are the last axis of an example, as in a series of time × features."""
        return self.kind == "series"


SPACES: Mapping[int, Space] = {
    1: Space("series", "a series of time × features", "series", "steps"),
    2: Space("image", "an image of channels × height × width", "image", "pixels"),
    3: Space("volume", "a volume of channels × depth × height × width", "volume", "voxels"),
}
"""By the number of axes along which a window slides."""


def dimensions_of(signal: Signal) -> int:
    """Along how many axes a window can slide over it; 0 where it is nothing of that kind."""
    found = {space.kind: number for number, space in SPACES.items()}.get(signal.kind, 0)
    return found if len(signal.shape) == found + 1 else 0


def channels_of(signal: Signal) -> int:
    """The channels of an image or a volume, the features of a series."""
    return signal.shape[signal.of_kind.unit_axis]


def extents_of(signal: Signal) -> tuple[int, ...]:
    """How far it reaches along each axis but that of the channels."""
    return signal.shape[1:] if signal.of_kind.unit_axis == 0 else signal.shape[:-1]


def images_only(title: str, *inputs: Signal) -> None:
    """Refuse anything but an image of channels × height × width, offering ways to make one. Raises BlockError."""
    maps_only(title, 2, *inputs)


def maps_only(title: str, dimensions: int, *inputs: Signal) -> None:
    """Refuse anything without so many axes beside its channels, offering ways to make it one. Raises BlockError."""
    if dimensions == 1:
        series_only(title, *inputs)
        return
    numbers_only(title, *inputs)
    arriving, space = inputs[0], SPACES[dimensions]
    if dimensions_of(arriving) == dimensions:
        return
    ways = _as_image(arriving) if dimensions == 2 else _as_volume(arriving)
    raise BlockError(
        f"{title} expects {space.whole}, but {arriving.words()} arrives.",
        *(_reshape(shape, words) for shape, words in ways),
    )


def any_maps_only(title: str, *inputs: Signal) -> int:
    """Along how many axes of a series, an image or a volume a window can slide. Raises BlockError for anything else."""
    numbers_only(title, *inputs)
    found = dimensions_of(inputs[0])
    if not found:
        images_only(title, *inputs)
    return found


def _as_image(arriving: Signal) -> list[tuple[tuple[int, ...], str]]:
    """Shapes in which the numbers are an image, and what to call them."""
    if arriving.kind == "series" and len(arriving.shape) == 2:
        return [((1, *arriving.shape), "one row a step")]
    if len(arriving.shape) != 1:
        return []
    sides = {channels: math.isqrt(arriving.size // channels) for channels in (1, 3)}
    words = {1: "grey", 3: "coloured"}
    return [
        ((channels, side, side), f"a {words[channels]} image of {side} × {side}")
        for channels, side in sides.items()
        if side > 1 and channels * side * side == arriving.size
    ]


def _as_volume(arriving: Signal) -> list[tuple[tuple[int, ...], str]]:
    """Shapes in which the numbers are a volume, and what to call them."""
    if arriving.kind == "image" and len(arriving.shape) == 3:
        return [((1, *arriving.shape), "each channel is a slice")]
    side = round(arriving.size ** (1.0 / 3.0))
    if len(arriving.shape) == 1 and side > 1 and side**3 == arriving.size:
        return [((1, side, side, side), f"a cube of {side} × {side} × {side}")]
    return []


def _reshape(shape: tuple[int, ...], words: str) -> Fix:
    parameters = {"shape": " x ".join(map(str, shape))}
    return Fix(f"Insert Reshape: {words}", "insert", block="reshape", parameters=parameters)


def sides(sizes: Sequence[int]) -> str:
    """Sizes in words: “3 × 3”, “5”."""
    return " × ".join(map(str, sizes))


def steps_in_words(
    extents: Sequence[int], padding: Sequence[int], reaches: Sequence[int], stride: int
) -> str:
    """How many places a window has along each axis, with the numbers: “(28 + 4 − 5) / 1 + 1 = 28”.

    `padding` is what is added along an axis on both sides together, `reaches` how far the window reaches.
    """
    lines: list[str] = []
    for extent, added, reach in dict.fromkeys(zip(extents, padding, reaches, strict=True)):
        room = f"({extent} + {added} − {reach})" if added else f"({extent} − {reach})"
        free = extent + added - reach
        rounded = ", rounded down," if free % stride else ""
        lines.append(f"{room} / {stride} + 1{rounded} = {free // stride + 1}")
    return " and ".join(lines)


def skipping(title: str, reach: int, stride: int, cells: str) -> tuple[Advice, ...]:
    """What to say of a window that jumps over pixels."""
    if stride <= reach:
        return ()
    words = f"{title} moves on by {stride} but looks at {reach} only, so some {cells} are never seen."
    return (Advice(words, (Fix(f"Set stride to {reach}", "set", parameters={"stride": reach}),)),)


def summary_of(arriving: Signal, shape: tuple[int, ...]) -> Signal:
    """The signal of values that lie between those that arrive, in another shape."""
    scale: Scale = arriving.scale if arriving.scale in ("probability", "log-probability") else "any"
    if len(shape) != len(arriving.shape):
        return Signal(shape, scale=scale, low=arriving.low, high=arriving.high)
    return Signal(shape, kind=arriving.kind, scale=scale, axes=arriving.axes, low=arriving.low, high=arriving.high)
