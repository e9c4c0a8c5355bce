"""Which number of a large tensor is written out: what a person has chosen, else where the gradient is largest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from playground.analysis.inside.slow_motion.notation import Index
from playground.analysis.inside.slow_motion.tape import Place, Tape
from playground.blocks.parts import Axis

CHOSEN_BY: Mapping[Axis, str] = {
    "time": "time", "query": "time", "node": "time", "key": "key", "head": "head", "unit": "unit", "filter": "unit",
    "channel": "unit", "slice": "time", "row": "row", "column": "column",
}  # fmt: skip
"""The option of the analysis that chooses along an axis."""
WORDS: Mapping[Axis, str] = {"time": "time step", "key": "looked at", "query": "looking"}
"""What an axis is called where that is not its own name."""


@dataclass(frozen=True)
class Choice:
    """One number of a step that a person may choose: along which axis, and which one is shown, from 0."""

    option: str
    title: str
    value: int
    count: int
    word: str = ""
    """The token at the chosen step, where the steps are those of a sequence of tokens."""


class Focus:
    """The numbers that are written out. What nobody has chosen is the same for all operations of a block."""

    def __init__(self, tape: Tape, asked: Mapping[str, int]) -> None:
        """`asked` has what was chosen, by option; −1 where nothing was."""
        self._tape, self._asked = tape, asked
        self._found: dict[tuple[str, str], int] = {}
        """What each block shows, by node and option."""
        by_node: dict[str, list[Place]] = {}
        for place in tape.places.values():
            if place.axes:
                by_node.setdefault(place.node, []).append(place)
        for places in by_node.values():
            for place in sorted(places, key=lambda one: -len(one.axes)):
                self._settle(place)

    def time(self, steps: int) -> int:
        """The time step that a recurrent block shows: the last, where nobody has chosen."""
        asked = self._asked.get("time", -1)
        return min(asked, steps - 1) if asked >= 0 else steps - 1

    def index(self, key: str) -> Index | None:
        """The number of a place that is written out; None where it is not one alone."""
        place = self._tape.places.get(key)
        if place is None or not place.axes:
            return None
        return tuple(
            min(self._known(place, axis), extent - 1)
            for axis, extent in zip(place.axes, place.value.shape[1:], strict=True)
        )

    def choices(self, key: str) -> tuple[Choice, ...]:
        """What a person can choose of a place."""
        index = self.index(key)
        if index is None:
            return ()
        place = self._tape.places[key]
        return tuple(
            Choice(CHOSEN_BY[axis], WORDS.get(axis, axis), one, extent)
            for axis, one, extent in zip(place.axes, index, place.value.shape[1:], strict=True) if extent > 1
        )  # fmt: skip

    def join(self, place: Place) -> None:
        """Take a place in that was opened later."""
        self._settle(place)

    def _known(self, place: Place, axis: Axis) -> int:
        return self._found[place.node, CHOSEN_BY[axis]]

    def _settle(self, place: Place) -> None:
        """Choose along axes for which nobody has chosen: where the gradient is largest, else the value."""
        open_axes: list[int] = []
        at: list[int | slice] = [0]
        for number, (axis, extent) in enumerate(zip(place.axes, place.value.shape[1:], strict=True)):
            option = place.node, CHOSEN_BY[axis]
            if option not in self._found and self._asked.get(option[1], -1) >= 0:
                self._found[option] = self._asked[option[1]]
            if option in self._found:
                at.append(min(self._found[option], extent - 1))
            else:
                at.append(slice(None))
                open_axes.append(number)
        if not open_axes:
            return
        size = _telling(place)[tuple(at)]
        flat = int(size.flatten().argmax()) if size.numel() else 0
        for number, one in zip(reversed(open_axes), _reversed_index(flat, size.shape), strict=True):
            self._found[place.node, CHOSEN_BY[place.axes[number]]] = one


def _telling(place: Place) -> torch.Tensor:
    """How much a number of a place tells."""
    gradient = place.gradient
    telling = place.value if gradient is None or not bool(gradient.any()) else gradient
    return telling.double().abs().nan_to_num(nan=0.0, posinf=0.0)


def _reversed_index(flat: int, shape: torch.Size) -> list[int]:
    found: list[int] = []
    for extent in reversed(shape):
        flat, one = divmod(flat, max(1, extent))
        found.append(one)
    return found if math.prod(shape) else [0] * len(shape)
