"""Padding: what is added around a series, an image or a volume before a window slides over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch.nn import functional

from playground.blocks.base import BlockError, Fix
from playground.blocks.images.arriving import SPACES, sides
from playground.blocks.windows import Border

Padding = Literal["valid", "same", "number"]
MODES = {"zeros": "constant", "reflect": "reflect", "circular": "circular"}
"""What torch calls the borders."""


@dataclass(frozen=True, slots=True)
class Rim:
    """What is added along each axis, before and behind."""

    axes: tuple[tuple[int, int], ...]
    border: Border = "zeros"

    @property
    def before(self) -> tuple[int, ...]:
        """What is added before, along each axis."""
        return tuple(before for before, _ in self.axes)

    @property
    def totals(self) -> tuple[int, ...]:
        """What is added along each axis on both sides together."""
        return tuple(map(sum, self.axes))

    @property
    def own(self) -> bool:
        """Whether torch's layers add it by themselves: as many zeros before as behind."""
        return self.border == "zeros" and all(before == after for before, after in self.axes)

    @property
    def flat(self) -> tuple[int, ...]:
        """As `functional.pad` wants it, the last axis first; empty where the layers do it themselves."""
        if self.own:
            return ()
        return tuple(side for axis in reversed(self.axes) for side in axis)

    def written(self, value: str = "") -> str:
        """The template that pads `{0}`, channels first; `value` stands for other numbers than zeros."""
        if not self.flat:
            return "{0}"
        more = f', mode="{self.border}"' if self.border != "zeros" else f", value={value}" if value else ""
        return f"functional.pad({{0}}, {self.flat}{more})"


def rim_of(padding: Padding, number: int, reaches: Sequence[int], border: Border = "zeros") -> Rim:
    """The rim for windows that reach so far along each axis.

    Same padding adds one number less than the window reaches, one more behind than before where that is odd.
    """
    if padding == "valid":
        return Rim(((0, 0),) * len(reaches))
    if padding == "number":
        return Rim(((number, number),) * len(reaches), border)
    return Rim(tuple(((reach - 1) // 2, reach // 2) for reach in reaches), border)


def padded(x: torch.Tensor, flat: tuple[int, ...], border: Border, value: float = 0.0) -> torch.Tensor:
    """x (batch, channels, ...) with a rim; `flat` as `functional.pad` wants it."""
    return functional.pad(x, flat, MODES[border], value if border == "zeros" else None)


def fitting_only(title: str, rim: Rim, extents: Sequence[int]) -> None:
    """Refuse a mirrored or repeated border that is wider than what there is to take it from. Raises BlockError."""
    if rim.border == "zeros":
        return
    spare = 1 if rim.border == "reflect" else 0
    if any(max(axis) > extent - spare for axis, extent in zip(rim.axes, extents, strict=True)):
        noun = SPACES[len(extents)].noun
        how = "mirrors" if rim.border == "reflect" else "repeats"
        raise BlockError(
            f"{title} {how} {max(map(max, rim.axes))} at the edge, but the {noun} that arrives has only "
            f"{sides(extents)}.",
            Fix("Set border to zeros", "set", parameters={"border": "zeros"}),
        )


def inside_only(title: str, what: str, rim: Rim, reaches: Sequence[int], extents: Sequence[int], *fixes: Fix) -> None:
    """Refuse windows that are larger than what they slide over. Raises BlockError."""
    if all(reach <= extent + added for reach, extent, added in zip(reaches, extents, rim.totals, strict=True)):
        return
    space = SPACES[len(extents)]
    raise BlockError(
        f"{title} {what}, but the {space.noun} that arrives has only {sides(extents)} {space.cell}.",
        *fixes,
    )
