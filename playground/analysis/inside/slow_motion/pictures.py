"""What took part in one number, as small pictures: patch and kernel, the row of a matrix, states over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.inside.slow_motion.focus import CHOSEN_BY, WORDS, Choice, Focus
from playground.analysis.inside.slow_motion.notation import Index, Pen
from playground.analysis.inside.slow_motion.operation_writer import number_at, without_batch
from playground.analysis.inside.slow_motion.tape import Operation, Tape
from playground.analysis.inside.slow_motion.terms_words import TermsWriter
from playground.analysis.inside.slow_motion.unrolled import OverTime, Unrolled
from playground.blocks.parts import Axis, Factor, Term

MOST_CELLS = 40_000
"""Numbers in one picture; larger ones are left out."""
Look = Literal["signed", "bars", "chain"]
"""A heat map with colours for both signs, bars over time, or time steps as boxes in a row."""
Cells = dict[int | str, list[Index]]


@dataclass(frozen=True)
class Picture:
    """A small picture of numbers. What took part is marked."""

    title: str
    values: NDArray[np.float32]
    """(rows, columns)."""
    look: Look = "signed"
    mark: tuple[int, int, int, int] | None = None
    """First row, first column, rows and columns of what is marked."""
    options: tuple[str, str] = ("", "")
    """What a click along the rows and along the columns chooses; empty for nothing."""
    logarithmic: bool = False
    """Of bars: lengths on a logarithmic scale."""
    backward: bool = False
    """Of a chain: the arrows point back."""


class PictureMaker:
    """Makes the pictures of an operation."""

    def __init__(self, tape: Tape, pen: Pen, focus: Focus, writer: TermsWriter, channel: int) -> None:
        self._tape, self._pen, self._focus, self._writer = tape, pen, focus, writer
        self._channel = channel
        """The channel whose patch is shown, −1 for the one that counts most."""

    # Of one operation -----------------------------------------------------------------------------------------------

    def forward(self, operation: Operation) -> tuple[Picture, ...]:
        """What went in, with what took part marked, and what came out."""
        index = self._focus.index(operation.outputs[0])
        if index is None:
            return ()
        found: list[Picture | None] = []
        if operation.part.terms is None:
            found = [self._place(key, index) for key in dict.fromkeys(operation.inputs)]
        else:
            terms = self._shown_terms(operation, index)
            cells = _cells(terms)
            found = [self._slice(operation.named(source), own) for source, own in cells.items()]
            found += self._patch(operation, terms)
        found.append(self._place(operation.outputs[0], index))
        return tuple(one for one in found if one is not None)

    def backward(self, operation: Operation) -> tuple[Picture, ...]:
        """What arrived, and what goes back to everything that took part."""
        index = self._focus.index(operation.outputs[0])
        if index is None or not operation.sent:
            return ()
        found: list[Picture | None] = [self._place(operation.outputs[0], index, gradient=True)]
        if operation.part.terms is None:
            found += [
                self._slice(key, [index], operation.sent[key]) for key in dict.fromkeys(operation.inputs)
                if key in operation.sent and operation.sent[key].shape == operation.results[0].shape
            ]  # fmt: skip
            return tuple(one for one in found if one is not None)
        terms = self._shown_terms(operation, index)
        found += self._share(operation, terms, index)
        found += [
            self._slice(name, own, operation.sent[name])
            for source, own in _cells(terms).items() if (name := operation.named(source)) in operation.sent
        ]  # fmt: skip
        return tuple(one for one in found if one is not None)

    def choices(self, operation: Operation) -> tuple[Choice, ...]:
        """What a person may choose in the pictures of an operation."""
        found = self._focus.choices(operation.outputs[0])
        index = self._focus.index(operation.outputs[0])
        if index is None or not _windowed(operation):
            return found
        channels = sorted(_channels(operation.part.terms(index)))  # type: ignore[misc]
        if len(channels) < 2 or operation.part.axes[0] == "channel":
            return found
        shown = self._shown_channel(operation, operation.part.terms(index))  # type: ignore[misc]
        return (*found, Choice("channel", "channel", shown, len(channels)))

    # Parts of it ----------------------------------------------------------------------------------------------------

    def _place(self, key: str, index: Index, gradient: bool = False) -> Picture | None:
        """A tensor that has the axes of the result, with one number marked."""
        place = self._tape.places[key]
        values = place.gradient if gradient else place.value
        if values is None or len(without_batch(place.value)) != len(index):
            return None
        return self._slice(key, [index], values if gradient else None)

    def _slice(self, name: str, cells: Sequence[Index], gradient: torch.Tensor | None = None) -> Picture | None:
        """The two last axes of a tensor, at the place of the first cell, with all cells in it marked."""
        whole = self._tape.value(name) if gradient is None else gradient
        shape = without_batch(whole) if name in self._tape.places else tuple(whole.shape)
        if name not in self._tape.places and len(shape) < 2:
            return None  # a bias is one number among others
        if not shape or not whole.is_floating_point() or math.prod(shape[-2:]) > MOST_CELLS or not cells:
            return None
        whole = whole.detach().reshape(shape)
        front = cells[0][:-2]
        inside = [cell for cell in cells if cell[:-2] == front]
        flat = whole[front] if front else whole
        rows = [cell[-2] if len(cell) > 1 else 0 for cell in inside]
        columns = [cell[-1] for cell in inside]
        mark = (min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)
        symbol = self._pen.slope(name) if gradient is not None else self._pen.symbol(name)
        options = self._options(name, len(shape))
        values = flat.reshape(-1, shape[-1]).numpy().astype(np.float32)
        return Picture(f"{symbol}{self._where(name, front)}", values, "signed", mark, options)

    def _options(self, name: str, dimensions: int) -> tuple[str, str]:
        axes = self._tape.places[name].axes if name in self._tape.places else ()
        if len(axes) != dimensions:
            return "", ""
        last: list[Axis] = list(axes[-2:])
        chosen = [CHOSEN_BY[axis] for axis in last]
        return (chosen[0], chosen[1]) if len(chosen) > 1 else ("", chosen[0])

    def _where(self, name: str, front: Index) -> str:
        """Which of several pictures this one is."""
        if not front:
            return ""
        axes = self._tape.places[name].axes if name in self._tape.places else ()
        words = [WORDS.get(axis, axis) for axis in axes] or ["channel"] * len(front)
        if name not in self._tape.places:
            words = ["filter", "channel"][: len(front)]
        return "".join(f", {word} {one + 1}" for word, one in zip(words, front, strict=False))

    # Windows over images --------------------------------------------------------------------------------------------

    def _shown_channel(self, operation: Operation, terms: Sequence[Term]) -> int:
        channels = _channels(terms)
        if self._channel >= 0:
            return sorted(channels)[min(self._channel, len(channels) - 1)]
        return max(channels, key=lambda one: sum(
            abs(math.prod(self._writer.factor(operation, factor) for factor in term))
            for term in terms if (own := _image_factor(term)) is not None and own.index[0] == one
        ))  # fmt: skip

    def _shown_terms(self, operation: Operation, index: Index) -> list[Term]:
        """The products that are shown: of a window over several channels those of one."""
        assert operation.part.terms is not None
        terms = list(operation.part.terms(index))
        if not _windowed(operation) or len(_channels(terms)) < 2:
            return terms
        shown = self._shown_channel(operation, terms)
        return [term for term in terms if (own := _image_factor(term)) is None or own.index[0] == shown]

    def _patch(self, operation: Operation, terms: Sequence[Term]) -> list[Picture]:
        """The window alone, number by number, and for weights the products."""
        if not _windowed(operation):
            return []
        factors = [own for term in terms if (own := _image_factor(term)) is not None]
        if not factors:  # between the kernels of a transposed convolution
            return []
        numbers = {own.index[1:]: self._writer.factor(operation, own) for own in factors}
        won = max(numbers, key=lambda one: numbers[one]) if operation.kind == "largest" else None
        top = min(numbers)
        mark = None if won is None else (won[0] - top[0], won[1] - top[1], 1, 1)
        found = [Picture("patch", _grid(numbers), mark=mark)]
        if operation.parameters:
            products = {
                own.index[1:]: math.prod(self._writer.factor(operation, factor) for factor in term)
                for term in terms if (own := _image_factor(term)) is not None
            }  # fmt: skip
            found.append(Picture("patch × kernel", _grid(products)))
        return found

    def _share(self, operation: Operation, terms: Sequence[Term], index: Index) -> list[Picture]:
        """What this window alone adds to the gradient of the kernel: what arrives times its patch."""
        if not _windowed(operation) or not operation.parameters:
            return []
        gradient = self._tape.gradient(operation.outputs[0])
        if gradient is None:
            return []
        arriving = number_at(gradient, index)
        shares = {
            own.index[1:]: arriving * self._writer.factor(operation, own)
            for term in terms if (own := _image_factor(term)) is not None
        }  # fmt: skip
        return [Picture("this window's share", _grid(shares))] if shares else []


# Over time -----------------------------------------------------------------------------------------------------------


def over_time(unrolled: Unrolled, time: int, backward: bool) -> tuple[Picture, Picture]:
    """The states of all steps, as boxes in a row and as a heat map; or their gradients."""
    states = unrolled.series("h", gradient=backward)
    lengths = np.linalg.norm(states, axis=0)[None]
    mark = (0, time, 1, 1)
    title = "‖∂L/∂h‖ of each time step" if backward else "unrolled: the state h, step by step"
    chain = Picture(title, lengths.astype(np.float32), "chain", mark, ("", "time"), backward=backward)
    heat = Picture("∂L/∂h over time" if backward else "h over time", states.astype(np.float32), "signed",
                   (0, time, len(states), 1), ("unit", "time"))  # fmt: skip
    return chain, heat


def lag_picture(unrolled: Unrolled, time: int) -> Picture:
    """How long the gradient is that many steps before it arrives."""
    start, lengths = unrolled.by_lag(time)
    mark = (0, start - time, 1, 1) if 0 <= start - time <= start else None
    return Picture(
        f"gradient of h by lag, from step {start + 1} back", lengths[None].astype(np.float32), "bars", mark,
        logarithmic=True,
    )  # fmt: skip


def share_pictures(found: Sequence[OverTime], pen: Pen, time: int) -> tuple[Picture, ...]:
    """What each step adds to one number of each weight, and to all of them."""
    pictures: list[Picture] = []
    for one in found:
        if len(one.index) < 2:
            continue
        mark = (0, time, 1, 1)
        pictures.append(Picture(f"{pen.slope(one.name, one.index)}, step by step", one.shares[None].astype(np.float32),
                                "bars", mark, ("", "time")))  # fmt: skip
        pictures.append(Picture(f"length of what each step adds to {pen.slope(one.name)}",
                                one.norms[None].astype(np.float32), "bars", mark, ("", "time"), True))  # fmt: skip
    return tuple(pictures)


def _cells(terms: Sequence[Term]) -> Cells:
    """The numbers that took part, by where they come from: inputs before parameters."""
    found: Cells = {}
    for term in terms:
        for factor in term:
            if factor.source is not None:
                found.setdefault(factor.source, []).append(factor.index)
    return dict(sorted(found.items(), key=lambda item: isinstance(item[0], str)))


def _windowed(operation: Operation) -> bool:
    """Whether its numbers come from windows over an image."""
    axes = operation.part.axes
    return operation.part.terms is not None and axes[-2:] == ("row", "column") and operation.part.window


def _image_factor(term: Term) -> Factor | None:
    """The pixel among the factors."""
    return next((factor for factor in term if isinstance(factor.source, int) and len(factor.index) == 3), None)


def _channels(terms: Sequence[Term]) -> set[int]:
    return {own.index[0] for term in terms if (own := _image_factor(term)) is not None}


def _grid(numbers: dict[Index, float]) -> NDArray[np.float32]:
    """Numbers by row and column as a rectangle."""
    rows, columns = [index[0] for index in numbers], [index[1] for index in numbers]
    top, left = min(rows), min(columns)
    grid = np.zeros((max(rows) - top + 1, max(columns) - left + 1), dtype=np.float32)
    for (row, column), number in numbers.items():
        grid[row - top, column - left] = number
    return grid
