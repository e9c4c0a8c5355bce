"""The losses of numbers as array operations, forward and back.

Each function writes the calls of one loss whose `prediction` and `target` are the inputs and whose output is an array
(); the gradient includes the weight of the loss in the sum of all losses. The target may be another prediction.
"""

from __future__ import annotations

import numpy as np

from playground.blocks.operations import Array, Operations


def plan_squares(operations: Operations, share: float) -> None:
    """`share` times the sum of the squared differences."""
    difference = _difference(operations)
    _sum_of_products(operations, difference, difference, share)
    if operations.learns:
        _towards_both(operations, difference, 2.0 * share)


def plan_sizes(operations: Operations) -> None:
    """The mean of the sizes of the differences."""
    difference = _difference(operations)
    size = operations.scratch(*difference.shape)
    operations.forward(np.absolute, difference, size)
    operations.mean(size, 1.0 / size.size, operations.output)
    if operations.learns:
        operations.backward(np.sign, difference, difference)
        _towards_both(operations, difference, 1.0 / size.size)


def plan_huber(operations: Operations, delta: float) -> None:
    """The mean of d² / 2 where |d| <= delta, and of delta (|d| - delta / 2) where it is larger."""
    difference = _difference(operations)
    held, rest = operations.scratch(*difference.shape), operations.scratch(*difference.shape)
    # With d held within -delta to delta as c, both branches are c (d - c / 2), and the slope is c.
    operations.forward(np.minimum, difference, operations.constant(delta), out=held)
    operations.forward(np.maximum, held, operations.constant(-delta), out=held)
    operations.forward(np.multiply, held, operations.constant(-0.5), rest)
    operations.forward(np.add, difference, rest, rest)
    _sum_of_products(operations, held, rest, 1.0 / held.size)
    if operations.learns:
        _towards_both(operations, held, 1.0 / held.size)


def plan_squares_of_logarithms(operations: Operations) -> None:
    """The mean of the squared differences of ln(1 + value), values below 0 taken as 0."""
    shape = operations.input.shape
    values, logarithms = operations.scratch(2, *shape), operations.scratch(2, *shape)
    difference, zero = operations.scratch(*shape), operations.constant(0.0)
    for value, given in zip(values, operations.inputs, strict=True):
        operations.forward(np.maximum, given, zero, out=value)
    operations.forward(np.log1p, values, logarithms)
    operations.forward(np.subtract, *logarithms, difference)
    share = 1.0 / difference.size
    _sum_of_products(operations, difference, difference, share)
    for port, sign in ((0, 1.0), (1, -1.0)):
        towards = operations.input_gradient(port) if operations.learns else None
        if towards is not None:
            slope, one = operations.scratch(*shape), operations.constant(1.0)
            scale = operations.constant(sign * 2.0 * share * operations.weight)
            operations.backward(np.heaviside, operations.inputs[port], one, slope)  # 1 from 0 upwards
            operations.backward(np.add, values[port], one, towards)
            operations.backward(np.divide, slope, towards, slope)
            operations.backward(np.multiply, slope, difference, slope)
            operations.backward(np.multiply, slope, scale, towards)


def plan_margins(operations: Operations, margin: float) -> None:
    """The mean of max(0, margin - y s) of scores s for targets y of -1 and +1."""
    scores, target = operations.inputs
    missed = operations.scratch(*scores.shape)
    operations.forward(np.multiply, target, scores, missed)
    operations.forward(np.subtract, operations.constant(margin), missed, missed)
    operations.forward(np.maximum, missed, operations.constant(0.0), out=missed)
    operations.mean(missed, 1.0 / missed.size, operations.output)
    if not operations.learns:
        return
    operations.backward(np.sign, missed, missed)
    operations.backward(np.multiply, missed, operations.constant(-operations.weight / missed.size), missed)
    for port, other in ((0, target), (1, scores)):
        towards = operations.input_gradient(port)
        if towards is not None:
            operations.backward(np.multiply, missed, other, towards)


def _difference(operations: Operations) -> Array:
    """A forward call for prediction - target."""
    prediction, target = operations.inputs
    difference = operations.scratch(*prediction.shape)
    operations.forward(np.subtract, prediction, target, difference)
    return difference


def _sum_of_products(operations: Operations, one: Array, other: Array, share: float) -> None:
    """Forward calls that make the loss `share` times the sum of the products of two contiguous arrays."""
    total = operations.scratch(1, 1)
    operations.forward(one.reshape(1, -1).dot, other.reshape(-1, 1), total)
    operations.forward(np.multiply, total.reshape(()), operations.constant(share), operations.output)


def _towards_both(operations: Operations, difference: Array, share: float) -> None:
    """The gradients of both inputs of a loss that depends on their difference alone."""
    for port, sign in ((0, 1.0), (1, -1.0)):
        towards = operations.input_gradient(port)
        if towards is not None:
            scale = operations.constant(sign * share * operations.weight)
            operations.backward(np.multiply, difference, scale, towards)
