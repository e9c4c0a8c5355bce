"""What the writers of both ways share: which numbers are written out, and how."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import torch

from playground.analysis.inside.slow_motion.chain import READABLE
from playground.analysis.inside.slow_motion.focus import Focus
from playground.analysis.inside.slow_motion.notation import Index, Pen
from playground.analysis.inside.slow_motion.tape import Operation, Tape
from playground.blocks.loss import HalfMeanSquaredError, MeanSquaredError, SumOfSquaresError

MOST_LINES = 4
"""Numbers of one tensor whose formula is written out."""
FUNCTIONS = {"sigmoid": "σ", "tanh": "tanh", "relu": "ReLU"}


class OperationWriter:
    """Writes about the operations of a tape. `touched` are the numbers that are written first, place by place."""

    def __init__(
        self, tape: Tape, pen: Pen, titles: dict[str, str], touched: Mapping[str, Sequence[Index]], focus: Focus
    ) -> None:
        self._tape, self._pen, self._titles, self._touched, self._focus = tape, pen, titles, touched, focus

    def picks(self, name: str, several: bool = True) -> tuple[list[Index], str]:
        """The numbers of a place or parameter that are written out, and words for the others; one if not `several`."""
        value = self._tape.value(name)
        shape = tuple(value.shape) if name not in self._tape.places else without_batch(value)
        count = math.prod(shape)
        if count <= (MOST_LINES if several else 1):
            return [index_of(flat, shape) for flat in range(count)], ""
        chosen_one = self._focus.index(name)
        if chosen_one is not None:
            return [chosen_one], ""
        touched = [one for one in self._touched.get(name, ()) if len(one) == len(shape)]
        most = 1 if count > READABLE or not several else MOST_LINES - 1
        if count > READABLE and not touched:
            gradient = self._tape.gradient(name)
            if gradient is not None and gradient.numel() == count:
                touched = [index_of(int(gradient.abs().argmax()), shape)]  # what learns the most from the example
        chosen = touched[:most] + [
            one for flat in range(min(count, MOST_LINES)) if (one := index_of(flat, shape)) not in touched[:most]
        ]
        chosen = sorted(chosen[:most])
        return chosen, f"… and {count - len(chosen):,} more"

    def _each(self, name: str, write: Callable[[Index], str]) -> list[str]:
        chosen, others = self.picks(name)
        return [write(index) for index in chosen] + ([others] if others else [])

    def _value(self, name: str, index: Index) -> float:
        return number_at(self._tape.value(name), index)

    def _slope(self, name: str, index: Index) -> float:
        gradient = self._tape.gradient(name)
        return 0.0 if gradient is None else number_at(gradient, index)

    def equals(self, name: str, index: Index, *steps: str) -> str:
        """z⁽¹⁾₁ = …  = 0.2."""
        return " = ".join((self._pen.symbol(name, index), *steps, self._pen.number(self._value(name, index))))

    def _function_name(self, operation: Operation) -> str:
        if operation.kind == "sigmoid":
            return "σ"
        return FUNCTIONS.get(operation.part.function, "f")

    def _numbers(self, key: str) -> str:
        """The numbers of a small tensor, else its shape."""
        value = self._tape.value(key)
        if value.numel() > MOST_LINES + 1:
            return shape_words(value)
        return ", ".join(self._pen.number(float(one)) for one in value.flatten())


def square_factor(operation: Operation) -> float:
    """What a squared loss multiplies the sum of the squared differences by; 0 for other losses."""
    block, count = operation.block, max((leaf.numel() for leaf in operation.leaves.values()), default=1)
    if isinstance(block, MeanSquaredError):
        return 1.0 / count
    if isinstance(block, HalfMeanSquaredError):
        return 0.5 / count
    if isinstance(block, SumOfSquaresError):
        return 0.5 if block.half else 1.0
    return 0.0


def shape_words(value: torch.Tensor) -> str:
    """“3 numbers”, “1 × 28 × 28”."""
    shape = without_batch(value)
    if not shape:
        return "one number"
    return f"{shape[0]} number{'s' if shape[0] != 1 else ''}" if len(shape) == 1 else " × ".join(map(str, shape))


def amount_words(value: torch.Tensor, pen: Pen) -> str:
    """A large tensor in one line."""
    number = value.double()
    mean, norm = pen.number(float(number.mean())), pen.number(float(torch.linalg.vector_norm(number)))
    return f"{value.numel():,} numbers, mean {mean}, length {norm}"


def without_batch(value: torch.Tensor) -> Index:
    shape = tuple(value.shape)
    return shape[1:] if shape and shape[0] == 1 else shape


def flat_index(index: Index, shape: Index) -> int:
    flat = 0
    for one, extent in zip(index, shape, strict=True):
        flat = flat * extent + one
    return flat


def index_of(flat: int, shape: Index) -> Index:
    index: list[int] = []
    for extent in reversed(shape):
        flat, one = divmod(flat, extent)
        index.append(one)
    return tuple(reversed(index))


def number_at(value: torch.Tensor, index: Index) -> float:
    """One number; the batch axis of one row may be left out."""
    return float(_at(value, index, 0).detach())


def row_at(value: torch.Tensor, index: Index) -> list[float]:
    """The numbers along the last axis beside the one with this index."""
    return [float(one) for one in _at(value, index[:-1], 1).detach()]


def _at(value: torch.Tensor, index: Index, left: int) -> torch.Tensor:
    """What lies at an index, with so many axes left; without a batch axis it is of the only row."""
    return value[(0, *index) if value.dim() == len(index) + left + 1 else index]
