"""Joining and rearranging as array operations, forward and back."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from playground.blocks.operations import Array, Operations


def plan_passing_on(operations: Operations) -> None:
    """The numbers of the input as they are, in the shape of the output."""
    x, y = operations.input, operations.output
    operations.forward(np.copyto, y, x.reshape(y.shape))
    towards = operations.input_gradient() if operations.learns else None
    if towards is not None:
        operations.backward(np.copyto, towards, operations.output_gradient.reshape(towards.shape))


def plan_concatenation(operations: Operations, axis: int) -> None:
    """The inputs side by side along an axis; the batch is axis 0."""
    sizes = [part.shape[axis] for part in operations.inputs]
    stops = list(accumulate(sizes))
    places = [(slice(None),) * axis + (slice(stop - size, stop),) for stop, size in zip(stops, sizes, strict=True)]
    for place, part in zip(places, operations.inputs, strict=True):
        operations.forward(np.copyto, operations.output[place], part)
    if operations.learns:
        for port, place in enumerate(places):
            towards = operations.input_gradient(port)
            if towards is not None:
                operations.backward(np.copyto, towards, operations.output_gradient[place])


def plan_sum(operations: Operations) -> None:
    """The sum of two inputs or more, whose axes of size 1 stretch."""
    first, *rest = operations.inputs
    for part in rest:
        operations.forward(np.add, first, part, operations.output)
        first = operations.output
    if operations.learns:
        for port in range(len(operations.inputs)):
            towards = operations.input_gradient(port)
            if towards is not None:
                _sum_stretched(operations, operations.output_gradient, towards)


def plan_product(operations: Operations) -> None:
    """The product of two inputs or more, whose axes of size 1 stretch."""
    products = [operations.inputs[0]]  # of the first, the first two, the first three …
    for part in operations.inputs[1:-1]:
        product = operations.scratch(*operations.output.shape)
        operations.forward(np.multiply, products[-1], part, product)
        products.append(product)
    operations.forward(np.multiply, products[-1], operations.inputs[-1], operations.output)
    if not operations.learns:
        return
    gradient, share = operations.output_gradient, operations.scratch(*operations.output.shape)
    for port in range(len(operations.inputs) - 1, 0, -1):
        _product_towards(operations, gradient, products[port - 1], operations.input_gradient(port), share)
        if port > 1:
            operations.backward(np.multiply, gradient, operations.inputs[port], gradient)
    _product_towards(operations, gradient, operations.inputs[1], operations.input_gradient(0), share)


def plan_mean(operations: Operations, axes: tuple[int, ...]) -> None:
    """The mean over some axes, the batch being axis 0."""
    x, y = operations.input, operations.output
    share = operations.constant(y.size / x.size)
    operations.forward(np.add.reduce, x, axes, None, y)
    operations.forward(np.multiply, y, share, y)
    towards = operations.input_gradient() if operations.learns else None
    if towards is not None:
        gradient = operations.output_gradient
        operations.backward(np.multiply, gradient, share, gradient)
        operations.backward(np.copyto, towards, np.expand_dims(gradient, axes))


def plan_addition(operations: Operations, constant: Array, towards_constant: Array | None) -> None:
    """The input plus the same numbers for each example, which may learn."""
    operations.forward(np.add, operations.input, constant, operations.output)
    gradient = operations.output_gradient if operations.learns else None
    if gradient is None:
        return
    if towards_constant is not None:
        each = gradient.reshape(operations.rows, -1)
        operations.backward(operations.ones(operations.rows).dot, each, towards_constant.reshape(-1))
    towards = operations.input_gradient()
    if towards is not None:
        operations.backward(np.copyto, towards, gradient)


def _product_towards(
    operations: Operations, gradient: Array, others: Array, towards: Array | None, share: Array
) -> None:
    if towards is None:
        return
    if towards.shape == share.shape:
        operations.backward(np.multiply, gradient, others, towards)
        return
    operations.backward(np.multiply, gradient, others, share)
    _sum_stretched(operations, share, towards)


def _sum_stretched(operations: Operations, gradient: Array, towards: Array) -> None:
    """Calls on the way back that sum a gradient over the axes along which an input was stretched."""
    axes = tuple(axis for axis, size in enumerate(towards.shape) if size != gradient.shape[axis])
    if axes:
        operations.backward(np.add.reduce, gradient, axes, None, towards, True)
    else:
        operations.backward(np.copyto, towards, gradient)


class Expansion:
    """Features made by hand from vectors, each kind in its columns of the output."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._x = operations.input  # (rows, inputs)
        self._column = 0
        self._towards = operations.input_gradient() if operations.learns else None
        self._share = operations.scratch(*self._x.shape)
        if self._towards is not None:
            operations.backward(self._towards.fill, 0.0)

    def originals(self) -> None:
        """The inputs themselves."""
        columns = self._next(self._x.shape[1])
        self._operations.forward(np.copyto, self._operations.output[:, columns], self._x)
        if self._towards is not None:
            self._add(self._operations.output_gradient[:, columns])

    def squares(self) -> None:
        """The square of each input."""
        columns = self._next(self._x.shape[1])
        self._operations.forward(np.multiply, self._x, self._x, self._operations.output[:, columns])
        if self._towards is not None:
            self._operations.backward(np.multiply, self._x, self._operations.constant(2.0), self._share)
            self._add_product(columns)

    def products(self) -> None:
        """The product of each pair of inputs."""
        operations, count = self._operations, self._x.shape[1]
        for i in range(count - 1):
            columns = self._next(count - 1 - i)
            one, others = self._x[:, i : i + 1], self._x[:, i + 1 :]
            operations.forward(np.multiply, one, others, operations.output[:, columns])
            if self._towards is None:
                continue
            gradient, share = operations.output_gradient[:, columns], self._share[:, i + 1 :]
            total = self._share[:, i : i + 1]
            operations.backward(np.multiply, gradient, others, share)
            operations.backward(np.add.reduce, share, 1, None, total, True)
            operations.backward(np.add, self._towards[:, i : i + 1], total, self._towards[:, i : i + 1])
            operations.backward(np.multiply, gradient, one, share)
            operations.backward(np.add, self._towards[:, i + 1 :], share, self._towards[:, i + 1 :])

    def sines(self) -> None:
        """The sine of each input."""
        self._wave(np.sin, np.cos, 1.0)

    def cosines(self) -> None:
        """The cosine of each input."""
        self._wave(np.cos, np.sin, -1.0)

    def _wave(self, wave: np.ufunc, slope: np.ufunc, sign: float) -> None:
        columns = self._next(self._x.shape[1])
        self._operations.forward(wave, self._x, self._operations.output[:, columns])
        if self._towards is not None:
            self._operations.backward(slope, self._x, self._share)
            if sign < 0.0:
                self._operations.backward(np.negative, self._share, self._share)
            self._add_product(columns)

    def _next(self, count: int) -> slice:
        columns = slice(self._column, self._column + count)
        self._column += count
        return columns

    def _add_product(self, columns: slice) -> None:
        """Add the gradient of some columns times the slopes that lie in the scratch."""
        self._operations.backward(np.multiply, self._share, self._operations.output_gradient[:, columns], self._share)
        self._add(self._share)

    def _add(self, share: Array) -> None:
        self._operations.backward(np.add, self._towards, share, self._towards)
