"""The activations as array operations, forward and back; what they compute is what their torch modules do."""

from __future__ import annotations

import math
from typing import Any, ClassVar, cast

import numpy as np
import torch
from torch import nn

from playground.blocks.operations import Array, Emit, Operations, number, rows_of
from playground.blocks.spreading import in_each_column, summing

MOST_AT_ONCE = 64
"""Up to so many numbers one slow function is quicker than the five fast ones that it is made of."""


class Function:
    """An activation between two arrays of the same shape, inside of a block or as one."""

    overwrites: ClassVar[bool] = False
    """Whether the output may lie where the input lies, as the way back follows from the output alone."""

    def __init__(self, operations: Operations, module: nn.Module, x: Array, y: Array, prefix: str = "") -> None:
        self.operations, self.module, self.x, self.y = operations, module, x, y
        self.prefix = prefix
        """Goes before the names of its parameters."""

    def forward(self) -> None:
        """Write the calls that make y of x."""
        raise NotImplementedError

    def backward(self, gradient: Array, towards: Array | None) -> None:
        """Write the calls that make the gradient of x, `towards`, of that of y; both may be the same memory."""
        if towards is not None:
            self.operations.backward(np.multiply, gradient, self.slope(), towards)

    def slope(self) -> Array:
        """Write the calls, on the way back, that make the slope at x; returns where it lies."""
        raise NotImplementedError


class ByOutput(Function):
    """A function whose slope follows from its output."""

    overwrites: ClassVar[bool] = True

    @staticmethod
    def slope_of(y: Array, slope: Array, emit: Emit, dtype: np.dtype[Any]) -> None:
        """Write the calls that make the slope (n,) of outputs (n,)."""
        raise NotImplementedError

    def slope(self) -> Array:
        return self.operations.slopes(self.slope_of).reshape(self.y.shape)


class Identity(Function):
    overwrites: ClassVar[bool] = True

    def forward(self) -> None:
        self.operations.forward(np.copyto, self.y, self.x)

    def backward(self, gradient: Array, towards: Array | None) -> None:
        if towards is not None and towards is not gradient:
            self.operations.backward(np.copyto, towards, gradient)


class Step(Function):
    overwrites: ClassVar[bool] = True

    def forward(self) -> None:
        self.operations.forward(np.heaviside, self.x, self.operations.constant(1.0), self.y)

    def backward(self, gradient: Array, towards: Array | None) -> None:
        if towards is not None:
            self.operations.backward(towards.fill, 0.0)


class Sigmoid(ByOutput):
    def forward(self) -> None:
        write_sigmoid(self.operations.forward, self.x, self.y, self.operations)

    @staticmethod
    def slope_of(y: Array, slope: Array, emit: Emit, dtype: np.dtype[Any]) -> None:
        emit(np.subtract, number(1.0, dtype), y, slope)
        emit(np.multiply, slope, y, slope)


class Tanh(ByOutput):
    def forward(self) -> None:
        self.operations.forward(np.tanh, self.x, self.y)

    @staticmethod
    def slope_of(y: Array, slope: Array, emit: Emit, dtype: np.dtype[Any]) -> None:
        emit(np.multiply, y, y, slope)
        emit(np.subtract, number(1.0, dtype), slope, slope)


class ReLU(ByOutput):
    def forward(self) -> None:
        # Between two arrays it is twice as quick as with a number.
        self.operations.forward(np.maximum, self.x, self.operations.scratch(*self.x.shape), out=self.y)

    @staticmethod
    def slope_of(y: Array, slope: Array, emit: Emit, dtype: np.dtype[Any]) -> None:
        emit(np.sign, y, slope)


class LeakyReLU(Function):
    def forward(self) -> None:
        alpha = cast(float, self.module.negative_slope)
        self.operations.forward(np.multiply, self.x, self.operations.constant(alpha), self.y)
        self.operations.forward(np.maximum, self.x, self.y, out=self.y)

    def slope(self) -> Array:
        operations, alpha, slope = self.operations, self.module.negative_slope, self.operations.scratch(*self.x.shape)
        operations.backward(np.sign, self.x, slope)
        operations.backward(np.maximum, slope, operations.constant(cast(float, alpha)), out=slope)
        return slope


class PReLU(Function):
    """`weight` holds one slope for all numbers, or one for each of the second axis."""

    def forward(self) -> None:
        operations = self.operations
        self._negative = operations.scratch(*self.x.shape)
        operations.forward(np.minimum, self.x, operations.constant(0.0), out=self._negative)
        operations.forward(np.maximum, self.x, operations.constant(0.0), out=self.y)
        self._product = operations.scratch(*self.x.shape)
        operations.forward(np.multiply, self._negative, self._alpha(), self._product)
        operations.forward(np.add, self.y, self._product, self.y)

    def _alpha(self) -> Array:
        alpha = self.operations.parameter(f"{self.prefix}weight")
        return alpha.reshape(-1, *(1,) * (self.x.ndim - 2)) if alpha.size > 1 else alpha

    def backward(self, gradient: Array, towards: Array | None) -> None:
        operations = self.operations
        towards_alpha = operations.parameter_gradient(f"{self.prefix}weight")
        if towards_alpha is not None:
            operations.backward(np.multiply, gradient, self._negative, self._product)
            axes = tuple(axis for axis in range(self.x.ndim) if axis != 1 or towards_alpha.size == 1)
            shape = towards_alpha if towards_alpha.size > 1 else towards_alpha.reshape(())
            operations.backward(np.add.reduce, self._product, axes, None, shape)
        if towards is not None:
            slope = operations.scratch(*self.x.shape)
            _write_positive(operations, self.x, slope)
            rest = operations.scratch(*self.x.shape)
            operations.backward(np.subtract, operations.constant(1.0), slope, rest)
            operations.backward(np.multiply, rest, self._alpha(), rest)
            operations.backward(np.add, slope, rest, slope)
            operations.backward(np.multiply, gradient, slope, towards)


class ELU(Function):
    scale: ClassVar[float] = 1.0

    @property
    def alpha(self) -> float:
        """What very negative inputs give, before the scale."""
        return cast(float, self.module.alpha)

    def forward(self) -> None:
        operations, zero = self.operations, self.operations.constant(0.0)
        negative = operations.scratch(*self.x.shape)
        operations.forward(np.minimum, self.x, zero, out=negative)
        operations.forward(np.expm1, negative, negative)
        operations.forward(np.multiply, negative, operations.constant(self.alpha * self.scale), negative)
        operations.forward(np.maximum, self.x, zero, out=self.y)
        if self.scale != 1.0:
            operations.forward(np.multiply, self.y, operations.constant(self.scale), self.y)
        operations.forward(np.add, self.y, negative, self.y)

    def slope(self) -> Array:
        operations, zero = self.operations, self.operations.constant(0.0)
        falling = operations.scratch(*self.x.shape)
        operations.backward(np.minimum, self.x, zero, out=falling)
        operations.backward(np.exp, falling, falling)
        if self.alpha == 1.0 == self.scale:
            return falling
        # 1 for positive inputs, of which the other branch has too much or too little
        pieces = _two_slopes(operations, self.x, self.alpha * self.scale, self.scale)
        operations.backward(np.multiply, falling, pieces, falling)
        return falling


class SELU(ELU):
    scale: ClassVar[float] = 1.0507009873554804934193349852946

    @property
    def alpha(self) -> float:
        return 1.6732632423543772848170429916717


class Swish(Function):
    def forward(self) -> None:
        self._gate = self.operations.scratch(*self.x.shape)
        write_sigmoid(self.operations.forward, self.x, self._gate, self.operations)
        self.operations.forward(np.multiply, self.x, self._gate, self.y)

    def slope(self) -> Array:
        # s + y (1 - s)
        operations, slope = self.operations, self.operations.scratch(*self.x.shape)
        operations.backward(np.subtract, operations.constant(1.0), self._gate, slope)
        operations.backward(np.multiply, slope, self.y, slope)
        operations.backward(np.add, slope, self._gate, slope)
        return slope


class HardSwish(Function):
    def forward(self) -> None:
        operations = self.operations
        self._gate = gate = operations.scratch(*self.x.shape)
        operations.forward(np.add, self.x, operations.constant(3.0), gate)
        operations.forward(np.clip, gate, 0.0, 6.0, gate)
        operations.forward(np.divide, gate, operations.constant(6.0), gate)
        operations.forward(np.multiply, self.x, gate, self.y)

    def slope(self) -> Array:
        # 0 left of -3, 1 right of 3, and the gate + x / 6 in between
        operations, slope = self.operations, self.operations.scratch(*self.x.shape)
        between = operations.scratch(*self.x.shape)
        operations.backward(np.subtract, operations.constant(1.0), self._gate, between)
        operations.backward(np.multiply, between, self._gate, between)
        operations.backward(np.sign, between, between)
        operations.backward(np.divide, self.x, operations.constant(6.0), slope)
        operations.backward(np.multiply, slope, between, slope)
        operations.backward(np.add, slope, self._gate, slope)
        return slope


class ReLU6(Function):
    def forward(self) -> None:
        self.operations.forward(np.clip, self.x, 0.0, 6.0, self.y)

    def slope(self) -> Array:
        # y (6 - y) is above 0 inside alone
        operations, slope = self.operations, self.operations.scratch(*self.x.shape)
        operations.backward(np.subtract, operations.constant(6.0), self.y, slope)
        operations.backward(np.multiply, slope, self.y, slope)
        operations.backward(np.sign, slope, slope)
        return slope


class GELU(Function):
    def forward(self) -> None:
        operations = self.operations
        self._share = share = operations.scratch(*self.x.shape)
        operations.forward(np.multiply, self.x, operations.constant(math.sqrt(0.5)), share)
        tensor = torch.from_numpy(share)
        operations.forward(torch.erf, tensor, out=tensor)  # numpy has no error function
        operations.forward(np.add, share, operations.constant(1.0), share)
        operations.forward(np.multiply, share, operations.constant(0.5), share)
        operations.forward(np.multiply, self.x, share, self.y)

    def slope(self) -> Array:
        # Phi(x) + x phi(x)
        operations, slope = self.operations, self.operations.scratch(*self.x.shape)
        operations.backward(np.multiply, self.x, self.x, slope)
        operations.backward(np.multiply, slope, operations.constant(-0.5), slope)
        operations.backward(np.exp, slope, slope)
        operations.backward(np.multiply, slope, operations.constant(1.0 / math.sqrt(2.0 * math.pi)), slope)
        operations.backward(np.multiply, slope, self.x, slope)
        operations.backward(np.add, slope, self._share, slope)
        return slope


class Softplus(Function):
    def forward(self) -> None:
        write_softplus(self.operations.forward, self.x, self.y, self.operations)

    def slope(self) -> Array:
        slope = self.operations.scratch(*self.x.shape)
        write_sigmoid(self.operations.backward, self.x, slope, self.operations)
        return slope


class Softmax(Function):
    overwrites: ClassVar[bool] = True

    def forward(self) -> None:
        operations, self._sums = self.operations, Sums(self.operations, self.x.shape, cast(int, self.module.dim))
        operations.forward(np.subtract, self.x, self._sums.largest(self.x), self.y)
        operations.forward(np.exp, self.y, self.y)
        operations.forward(np.divide, self.y, self._sums.of(operations.forward, self.y), self.y)

    def backward(self, gradient: Array, towards: Array | None) -> None:
        if towards is None:
            return
        operations, product = self.operations, self.operations.scratch(*self.x.shape)
        operations.backward(np.multiply, gradient, self.y, product)
        operations.backward(np.subtract, gradient, self._sums.of(operations.backward, product), towards)
        operations.backward(np.multiply, towards, self.y, towards)


class LogSoftmax(Function):
    overwrites: ClassVar[bool] = True

    def forward(self) -> None:
        self._sums = write_log_softmax(self.operations, self.x, self.y, cast(int, self.module.dim))

    def backward(self, gradient: Array, towards: Array | None) -> None:
        if towards is None:
            return
        operations, shares = self.operations, self.operations.scratch(*self.x.shape)
        total = self._sums.of(operations.backward, gradient)
        operations.backward(np.exp, self.y, shares)
        operations.backward(np.multiply, shares, total, shares)
        operations.backward(np.subtract, gradient, shares, towards)


class Sums:
    """Sums and largest numbers of arrays of one shape along an axis, for a calculation with such an array."""

    def __init__(self, operations: Operations, shape: tuple[int, ...], axis: int) -> None:
        self._operations, self._axis = operations, axis % len(shape)
        self._last = self._axis == len(shape) - 1
        self._collapsed = (*shape[: self._axis], 1, *shape[self._axis + 1 :])
        self._width, self._rows = shape[self._axis], math.prod(self._collapsed)

    def of(self, emit: Emit, values: Array) -> Array:
        """Calls for the sums."""
        operations = self._operations
        if not self._last:
            total = operations.scratch(*self._collapsed)
            emit(np.add.reduce, values, self._axis, None, total, True)
            return total
        weights = summing(operations, self._rows, self._width)
        total = operations.scratch(self._rows, weights.shape[1])
        emit(rows_of(values).dot, weights, total)
        return total.reshape(*self._collapsed[:-1], -1)

    def largest(self, values: Array) -> Array:
        """Forward calls for the largest numbers."""
        operations = self._operations
        if not self._last:
            largest = operations.scratch(*self._collapsed)
            operations.forward(np.maximum.reduce, values, self._axis, None, largest, True)
            return largest
        # Their places are found ten times as quickly as themselves.
        place, column = operations.scratch(self._rows, dtype=np.int64), operations.scratch(self._rows, 1)
        operations.forward(rows_of(values).argmax, 1, place)
        operations.forward(np.add, place, np.arange(self._rows) * self._width, place)
        operations.forward(values.reshape(-1).take, place, None, column.reshape(-1), "clip")
        spread = in_each_column(operations, operations.forward, column, self._width)
        return spread.reshape(*self._collapsed[:-1], -1)


def write_sigmoid(emit: Emit, x: Array, y: Array, operations: Operations) -> None:
    """1 / (1 + e^-x); an overflow of the exponential gives the 0 that is right."""
    one = operations.constant(1.0)
    emit(np.negative, x, y)
    emit(np.exp, y, y)
    emit(np.add, y, one, y)
    emit(np.reciprocal, y, y)


def write_softplus(emit: Emit, x: Array, y: Array, operations: Operations) -> None:
    """ln(1 + e^x) without overflow."""
    zero = operations.constant(0.0)
    if x.size <= MOST_AT_ONCE:
        emit(np.logaddexp, x, zero, y)
        return
    rest = operations.scratch(*x.shape)
    emit(np.absolute, x, rest)
    emit(np.negative, rest, rest)
    emit(np.exp, rest, rest)
    emit(np.log1p, rest, rest)
    emit(np.maximum, x, operations.scratch(*x.shape), out=y)
    emit(np.add, y, rest, y)


def write_log_softmax(operations: Operations, x: Array, y: Array, axis: int) -> Sums:
    """Forward calls for x - ln sum e^x along an axis; returns the sums along it for other arrays of the shape."""
    sums, shares = Sums(operations, x.shape, axis), operations.scratch(*x.shape)
    operations.forward(np.subtract, x, sums.largest(x), y)
    operations.forward(np.exp, y, shares)
    total = sums.of(operations.forward, shares)
    operations.forward(np.log, total, total)
    operations.forward(np.subtract, y, total, y)
    return sums


def _two_slopes(operations: Operations, x: Array, below: float, above: float) -> Array:
    """Calls on the way back for an array with one number where x <= 0 and another where x > 0."""
    slope = operations.scratch(*x.shape)
    _write_positive(operations, x, slope)
    operations.backward(np.multiply, slope, operations.constant(above - below), slope)
    operations.backward(np.add, slope, operations.constant(below), slope)
    return slope


def _write_positive(operations: Operations, x: Array, positive: Array) -> None:
    """Calls on the way back for 1 where x > 0, else 0."""
    if x.size <= MOST_AT_ONCE:
        operations.backward(np.heaviside, x, operations.constant(0.0), positive)
    else:
        operations.backward(np.sign, x, positive)
        operations.backward(np.maximum, positive, operations.scratch(*x.shape), out=positive)
