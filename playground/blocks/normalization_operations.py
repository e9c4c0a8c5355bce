"""Normalization and noise as array operations, forward and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from playground.blocks.merge_operations import plan_passing_on
from playground.blocks.operations import Array, Emit, Operations
from playground.blocks.spreading import in_each_row, summing


def plan_dropout(operations: Operations, module: Any) -> None:
    """Zero for random numbers, the others scaled up; those that the module would draw."""
    if not module.training or module.rate == 0.0:
        plan_passing_on(operations)
        return
    share = operations.scratch(*operations.input.shape)
    drawn, stays = torch.from_numpy(share), operations.scratch(*share.shape, dtype=np.bool_)
    scale = np.asarray(operations.constant(1.0) / operations.constant(1.0 - module.rate))
    operations.forward(lambda: drawn.uniform_(generator=module.generator))
    operations.forward(np.greater_equal, share, operations.constant(module.rate), stays)
    operations.forward(np.copyto, share, stays)
    operations.forward(np.multiply, share, scale, share)
    operations.forward(np.multiply, operations.input, share, operations.output)
    towards = operations.input_gradient() if operations.learns else None
    if towards is not None:
        operations.backward(np.multiply, operations.output_gradient, share, towards)


def plan_noise(operations: Operations, module: Any) -> None:
    """Normal noise on top; that which the module would draw."""
    if not module.training or module.deviation == 0.0:
        plan_passing_on(operations)
        return
    noise = operations.scratch(*operations.input.shape)
    drawn = torch.from_numpy(noise)
    operations.forward(lambda: drawn.normal_(generator=module.generator))
    operations.forward(np.multiply, noise, operations.constant(module.deviation), noise)
    operations.forward(np.add, operations.input, noise, operations.output)
    towards = operations.input_gradient() if operations.learns else None
    if towards is not None:
        operations.backward(np.copyto, towards, operations.output_gradient)


class BatchNormalization:
    """Each channel brought to mean 0 and variance 1 over the batch and, for images, over its pixels.

    Values are seen as (rows, channels) or (rows, channels, pixels). What belongs to a channel is (channels,), and for
    calculations with values spread to (rows, channels) where that is quicker, or seen as (channels, 1) for images.
    """

    def __init__(self, operations: Operations, module: Any) -> None:
        self._operations, self._module = operations, module
        self._rows, self._channels = operations.input.shape[:2]
        self._pixels = math.prod(operations.input.shape[2:])
        self._image = operations.input.ndim > 2
        count = self._rows * self._pixels
        # Of one number there is no variance: the running statistics serve.
        self._by_batch = module.training and count > 1
        self._unbiased = count / max(1, count - 1)
        self._learned = module.weight is not None
        y = self._seen(operations.output)
        self._product = operations.scratch(*y.shape)
        self._normal = operations.scratch(*y.shape) if self._learned else y
        averaging = summing(operations, self._channels, self._rows, 1.0 / count).T
        self._averaging = averaging[:1] if self._image else averaging  # (rows, rows) or (1, rows)

    def forward(self) -> None:
        """Write the way to the loss."""
        operations, x, normal = self._operations, self._seen(self._operations.input), self._normal
        running = operations.buffer(self._module.running_mean), operations.buffer(self._module.running_var)
        if self._by_batch:
            mean = self._mean(operations.forward, x)
            operations.forward(np.subtract, x, mean, normal)
            operations.forward(np.multiply, normal, normal, self._product)
            variance = self._mean(operations.forward, self._product)
            for old, newest, factor in zip(running, (mean, variance), (1.0, self._unbiased), strict=True):
                self._follow(old, newest, factor)
        else:
            mean, variance = map(self._each, running)
            operations.forward(np.subtract, x, mean, normal)
        self._deviation = operations.scratch(*variance.shape)
        operations.forward(np.add, variance, operations.constant(self._module.epsilon), self._deviation)
        operations.forward(np.sqrt, self._deviation, self._deviation)
        operations.forward(np.divide, normal, self._deviation, normal)
        if self._learned:
            y = self._seen(operations.output)
            self._scale, shift = (self._spread(operations.parameter(name)) for name in ("weight", "bias"))
            operations.forward(np.multiply, normal, self._scale, y)
            operations.forward(np.add, y, shift, y)

    def _follow(self, running: Array, newest: Array, factor: float) -> None:
        """Calls that let a running statistic follow the newest of the batch times a factor."""
        operations, momentum, share = self._operations, self._module.momentum, self._operations.scratch(self._channels)
        row = newest.reshape(-1)[: self._channels]
        operations.forward(np.multiply, row, operations.constant(momentum * factor), share)
        operations.forward(np.multiply, running, operations.constant(1.0 - momentum), running)
        operations.forward(np.add, running, share, running)

    def backward(self) -> None:
        """Write the way back."""
        operations, product, normal = self._operations, self._product, self._normal
        gradient, towards = self._seen(operations.output_gradient), operations.input_gradient()
        operations.backward(np.multiply, gradient, normal, product)
        for name, values in (("weight", product), ("bias", gradient)):
            parameter = operations.parameter_gradient(name) if self._learned else None
            if parameter is not None:
                self._sum(operations.backward, values, operations.ones(self._rows), parameter)
        if towards is None:
            return
        if self._by_batch:  # mean and variance move with the input
            along, mean = self._mean(operations.backward, product), self._mean(operations.backward, gradient)
            operations.backward(np.multiply, normal, along, product)
            operations.backward(np.subtract, gradient, product, gradient)
            operations.backward(np.subtract, gradient, mean, gradient)
        if self._learned:
            operations.backward(np.multiply, gradient, self._scale, gradient)
        operations.backward(np.divide, gradient, self._deviation, self._seen(towards))

    def _seen(self, values: Array) -> Array:
        return values.reshape(self._rows, self._channels, self._pixels) if self._image else values

    def _each(self, of_channels: Array) -> Array:
        """What belongs to a channel, for a calculation with values."""
        return of_channels.reshape(-1, 1) if self._image else of_channels

    def _spread(self, of_channels: Array) -> Array:
        """A parameter (channels,) for a forward calculation with values."""
        if self._image:
            return self._each(of_channels)
        return in_each_row(self._operations, self._operations.forward, of_channels, self._rows)

    def _mean(self, emit: Emit, values: Array) -> Array:
        """Calls for the mean of each channel, for calculations with values."""
        mean = self._operations.scratch(len(self._averaging), self._channels)
        self._sum(emit, values, self._averaging, mean)
        return self._each(mean)

    def _sum(self, emit: Emit, values: Array, weights: Array, out: Array) -> None:
        """Calls for the sum of each channel, (channels,), in which rows weigh (rows,); or for several such sums."""
        if self._image:
            sums = self._operations.scratch(self._rows, self._channels)
            emit(values.reshape(-1, self._pixels).dot, self._operations.ones(self._pixels), sums.reshape(-1))
            values = sums
        emit(weights.dot, values, out)


class LayerNormalization:
    """The numbers of each example, or of each step, brought to mean 0 and variance 1; values are seen as (rows, n)."""

    def __init__(self, operations: Operations, module: Any) -> None:
        self._operations, self._module = operations, module
        width = math.prod(module.normalized_shape)
        self._x, self._y = operations.input.reshape(-1, width), operations.output.reshape(-1, width)
        self._learned = module.elementwise_affine
        self._averaging = summing(operations, len(self._y), width, 1.0 / width)
        self._product = operations.scratch(*self._y.shape)
        self._normal = operations.scratch(*self._y.shape) if self._learned else self._y
        self._deviation = operations.scratch(len(self._y), self._averaging.shape[1])

    def forward(self) -> None:
        """Write the way to the loss."""
        operations, normal, deviation = self._operations, self._normal, self._deviation
        operations.forward(self._x.dot, self._averaging, deviation)
        operations.forward(np.subtract, self._x, deviation, normal)
        operations.forward(np.multiply, normal, normal, self._product)
        operations.forward(self._product.dot, self._averaging, deviation)
        operations.forward(np.add, deviation, operations.constant(self._module.eps), deviation)
        operations.forward(np.sqrt, deviation, deviation)
        operations.forward(np.divide, normal, deviation, normal)
        if self._learned:
            self._scale, shift = (
                in_each_row(operations, operations.forward, operations.parameter(name).reshape(-1), len(self._y))
                for name in ("weight", "bias")
            )
            operations.forward(np.multiply, normal, self._scale, self._y)
            operations.forward(np.add, self._y, shift, self._y)

    def backward(self) -> None:
        """Write the way back."""
        operations, product = self._operations, self._product
        gradient, towards = operations.output_gradient.reshape(self._y.shape), operations.input_gradient()
        operations.backward(np.multiply, gradient, self._normal, product)
        for name, values in (("weight", product), ("bias", gradient)):
            parameter = operations.parameter_gradient(name) if self._learned else None
            if parameter is not None:
                operations.backward(operations.ones(len(values)).dot, values, parameter.reshape(-1))
        if towards is None:
            return
        if self._learned:
            for values in (gradient, product):
                operations.backward(np.multiply, values, self._scale, values)
        mean = operations.scratch(*self._deviation.shape)
        operations.backward(product.dot, self._averaging, mean)
        operations.backward(np.multiply, self._normal, mean, product)
        operations.backward(gradient.dot, self._averaging, mean)
        operations.backward(np.subtract, gradient, product, gradient)
        operations.backward(np.subtract, gradient, mean, gradient)
        operations.backward(np.divide, gradient, self._deviation, towards.reshape(gradient.shape))
