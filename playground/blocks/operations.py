"""The array operations of one block in a training step: what a block's `plan` writes.

A small network spends its time on the calls into torch, not on arithmetic. Its step can be written down beforehand
instead, as a list of numpy calls whose arguments are arrays that are there already: the plan. Parameters, their
gradients and running statistics lie in the memory of the torch tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from playground.blocks.memory import zeros

if TYPE_CHECKING:
    from torch import nn

Array = NDArray[Any]
Call = Callable[[], object]
Emit = Callable[..., None]
"""Appends a call: the function and its arguments."""
SlopeOfOutput = Callable[[Array, Array, Emit, np.dtype[Any]], None]
"""Writes the slope of a function, which follows from its output (n,), into another array (n,)."""
MOST_SPREAD = 2048
"""Up to so many numbers it is quicker to spread a row before a sum than to let numpy do it."""


class Workshop(Protocol):
    """What the plan of the whole network offers to the operations of each block."""

    dtype: np.dtype[Any]

    def ones(self, count: int) -> Array:
        """So many ones, (count,)."""

    def spread(self, parameter: Array, rows: int) -> Array:
        """A parameter (n,) as it is at the beginning of the step, in each of so many rows, (rows, n)."""

    def slopes(self, write: SlopeOfOutput, output: Array) -> Array:
        """Where the slopes at `output`, a whole slot, will lie when the way back begins, in the shape of `output`."""


class Operations:
    """The array operations of one block for batches of so many `rows`.

    `inputs` and `outputs` hold the values of its slots, each (rows, ...); `output_gradients` what the loss changes with
    each output, complete when the calls of `backward` run, and free to be overwritten by them. Calls run in the order
    in which they were written; those of the way back run block by block from the last to the first. All that a call
    writes lies in memory that is there beforehand: `scratch`, an output, a gradient.
    """

    def __init__(
        self, workshop: Workshop, module: nn.Module, rows: int, weight: float, inputs: tuple[Array, ...],
        outputs: tuple[Array, ...], output_gradients: tuple[Array, ...],
        input_gradient: Callable[[int], Array | None], parameters: Mapping[str, tuple[Array, Array | None]],
    ) -> None:  # fmt: skip
        self.module = module
        self.rows = rows
        self.weight = weight
        """Of this loss in the sum of all losses; 1 for other blocks."""
        self.inputs, self.outputs, self.output_gradients = inputs, outputs, output_gradients
        self.forward_calls: list[Call] = []
        self.backward_calls: list[Call] = []
        self._workshop = workshop
        self._input_gradient = input_gradient
        self._parameters = parameters

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the parameters, and so of everything that is computed."""
        return self._workshop.dtype

    @property
    def input(self) -> Array:
        """The first input."""
        return self.inputs[0]

    @property
    def output(self) -> Array:
        """The first output."""
        return self.outputs[0]

    @property
    def output_gradient(self) -> Array:
        """The gradient of the first output."""
        return self.output_gradients[0]

    @property
    def learns(self) -> bool:
        """Whether a gradient is to be given to anything: an input or a parameter."""
        return bool(self.output_gradients)

    def input_gradient(self, index: int = 0) -> Array | None:
        """Where to write the gradient of an input, every number of it; None where nobody wants it."""
        return self._input_gradient(index)

    def parameter(self, name: str) -> Array:
        """A parameter of the module by its name, in the memory of torch."""
        return self._parameters[name][0]

    def parameter_gradient(self, name: str) -> Array | None:
        """Where to write the gradient of a parameter, every number of it; None where it does not learn."""
        return self._parameters[name][1]

    def buffer(self, tensor: torch.Tensor) -> Array:
        """Running statistics or constants of the module, in the memory of torch."""
        return tensor.numpy()

    def scratch(self, *shape: int, dtype: Any = None) -> Array:
        """Memory of the block's own; zero at first."""
        return zeros(shape, dtype or self.dtype)

    def constant(self, value: float) -> Array:
        """A number as an array (), which a ufunc takes quicker than a number of Python."""
        return number(value, self.dtype)

    def ones(self, count: int) -> Array:
        """So many ones, (count,): a product with them is the quickest sum over an axis of a small array."""
        return self._workshop.ones(count)

    def spread(self, parameter: Array, rows: int) -> Array:
        """A parameter (n,) for a sum with (rows, n): where that is quicker as rows that a few calls have filled."""
        return self._workshop.spread(parameter, rows) if rows * len(parameter) <= MOST_SPREAD else parameter

    def forward(self, function: Callable[..., object], *arguments: object, **options: object) -> None:
        """A call on the way to the loss."""
        self.forward_calls.append(partial(function, *arguments, **options))

    def backward(self, function: Callable[..., object], *arguments: object, **options: object) -> None:
        """A call on the way back."""
        self.backward_calls.append(partial(function, *arguments, **options))

    def slopes(self, write: SlopeOfOutput) -> Array:
        """The slopes of a function that follow from its output, in the shape of the first output.

        Blocks with the same `write` whose outputs lie side by side get them from the same few calls.
        """
        return self._workshop.slopes(write, self.output)

    def mean(self, values: Array, share: float, out: Array) -> None:
        """A forward call that writes `share` times the sum of contiguous `values` into `out`, an array ()."""
        row = np.full((1, values.size), share, dtype=self.dtype)
        self.forward(row.dot, values.reshape(-1, 1), out.reshape(1, 1))


def rows_of(values: Array) -> Array:
    """An array (rows, ..., n) seen as (rows * ..., n)."""
    return values.reshape(-1, values.shape[-1])


def number(value: float, dtype: np.dtype[Any]) -> Array:
    """A number as an array ()."""
    return np.array(value, dtype=dtype)
