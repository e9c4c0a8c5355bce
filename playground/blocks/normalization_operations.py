"""Normalization and noise as array operations, forward and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from playground.blocks.merge_operations import plan_passing_on
from playground.blocks.operations import Array, Emit, Operations


def plan_dropout(operations: Operations, module: Any) -> None:
    """Zero for random numbers, the others scaled up; those that the module would draw."""
    if not module.training or module.rate == 0.0:
        plan_passing_on(operations)
        return
    share = operations.scratch(*operations.input.shape)
    drawn, one = torch.from_numpy(share), operations.constant(1.0)
    operations.forward(lambda: drawn.uniform_(generator=module.generator))
    operations.forward(np.subtract, share, operations.constant(module.rate), share)
    operations.forward(np.heaviside, share, one, share)  # 1 from the rate upwards
    operations.forward(np.multiply, share, np.asarray(one / operations.constant(1.0 - module.rate)), share)
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
        operations.backward(np.positive, operations.output_gradient, towards)


class BatchNormalization:
    """Each channel brought to mean 0 and variance 1 over the batch and, for images, over its pixels.

    Values are seen as (rows, channels) or (rows, channels, pixels), what belongs to a channel as (channels,).
    """

    def __init__(self, operations: Operations, module: Any) -> None:
        self._operations, self._module = operations, module
        self._rows, self._channels = operations.input.shape[:2]
        self._pixels = math.prod(operations.input.shape[2:])
        self._count = self._rows * self._pixels
        self._image = operations.input.ndim > 2
        self._affine = module.weight is not None
        # Of one number there is no variance: the running statistics serve.
        self._by_batch = module.training and self._count > 1
        y = self._seen(operations.output)
        self._product = operations.scratch(*y.shape)
        self._normal = operations.scratch(*y.shape) if self._affine else y
        self._deviation = operations.scratch(self._channels)

    def forward(self) -> None:
        """Write the way to the loss."""
        operations, x, normal = self._operations, self._seen(self._operations.input), self._normal
        running = operations.buffer(self._module.running_mean), operations.buffer(self._module.running_var)
        newest = operations.scratch(2, self._channels)
        mean, variance = newest if self._by_batch else running
        if self._by_batch:
            self._sum(operations.forward, x, 1.0 / self._count, mean)
        operations.forward(np.subtract, x, self._each(mean), normal)
        if self._by_batch:
            operations.forward(np.multiply, normal, normal, self._product)
            self._sum(operations.forward, self._product, 1.0 / self._count, variance)
            self._follow(newest, *running)
        operations.forward(np.add, variance, operations.constant(self._module.epsilon), self._deviation)
        operations.forward(np.sqrt, self._deviation, self._deviation)
        operations.forward(np.divide, normal, self._each(self._deviation), normal)
        if self._affine:
            y = self._seen(operations.output)
            operations.forward(np.multiply, normal, self._each(operations.parameter("weight")), y)
            operations.forward(np.add, y, self._each(operations.parameter("bias")), y)

    def _follow(self, newest: Array, mean: Array, variance: Array) -> None:
        """Calls that let running statistics follow the newest, (2, channels); their variance is the unbiased one."""
        operations, momentum = self._operations, self._module.momentum
        share = operations.scratch(2, self._channels)
        weights = np.array([[momentum], [momentum * self._count / (self._count - 1)]], dtype=operations.dtype)
        operations.forward(np.multiply, newest, weights, share)
        for running, part in zip((mean, variance), share, strict=True):
            operations.forward(np.multiply, running, operations.constant(1.0 - momentum), running)
            operations.forward(np.add, running, part, running)

    def backward(self) -> None:
        """Write the way back."""
        operations, gradient = self._operations, self._seen(self._operations.output_gradient)
        towards = operations.input_gradient()
        scale = operations.parameter_gradient("weight") if self._affine else None
        shift = operations.parameter_gradient("bias") if self._affine else None
        total = operations.scratch(self._channels) if shift is None else shift
        product = operations.scratch(self._channels) if scale is None else scale
        if scale is not None or (towards is not None and self._by_batch):
            operations.backward(np.multiply, gradient, self._normal, self._product)
            self._sum(operations.backward, self._product, 1.0, product)
            self._sum(operations.backward, gradient, 1.0, total)
        if towards is None:
            return
        if self._by_batch:
            self._take_off(gradient, total, product)
        factor = operations.scratch(self._channels)
        numerator = operations.parameter("weight") if self._affine else operations.constant(1.0)
        operations.backward(np.divide, numerator, self._deviation, factor)
        operations.backward(np.multiply, gradient, self._each(factor), self._seen(towards))

    def _take_off(self, gradient: Array, total: Array, product: Array) -> None:
        """Calls that take off `gradient` what mean and variance do, from the sums of it and of it times the output."""
        operations, share = self._operations, self._operations.constant(1.0 / self._count)
        part = operations.scratch(self._channels)
        operations.backward(np.multiply, product, share, part)
        operations.backward(np.multiply, self._normal, self._each(part), self._product)
        operations.backward(np.subtract, gradient, self._product, gradient)
        operations.backward(np.multiply, total, share, part)
        operations.backward(np.subtract, gradient, self._each(part), gradient)

    def _seen(self, values: Array) -> Array:
        return values.reshape(self._rows, self._channels, self._pixels) if self._image else values

    def _each(self, of_channels: Array) -> Array:
        return of_channels.reshape(-1, 1) if self._image else of_channels

    def _sum(self, emit: Emit, values: Array, share: float, out: Array) -> None:
        """Calls for `share` times the sum of each channel, (channels,)."""
        operations = self._operations
        if self._image:
            sums = operations.scratch(self._rows, self._channels)
            emit(values.reshape(-1, self._pixels).dot, operations.ones(self._pixels), sums.reshape(-1))
            values = sums
        emit(np.full(self._rows, share, dtype=operations.dtype).dot, values, out)


class LayerNormalization:
    """The numbers of each example, or of each step, brought to mean 0 and variance 1; values are seen as (rows, n)."""

    def __init__(self, operations: Operations, module: Any) -> None:
        self._operations, self._module = operations, module
        width = math.prod(module.normalized_shape)
        self._x, y = operations.input.reshape(-1, width), operations.output.reshape(-1, width)
        self._y = y
        self._affine = module.elementwise_affine
        self._share = np.full((width, 1), 1.0 / width, dtype=operations.dtype)  # a product with it is the mean
        self._product = operations.scratch(*y.shape)
        self._normal = operations.scratch(*y.shape) if self._affine else y
        self._deviation = operations.scratch(len(y), 1)

    def forward(self) -> None:
        """Write the way to the loss."""
        operations, normal, deviation = self._operations, self._normal, self._deviation
        operations.forward(self._x.dot, self._share, deviation)
        operations.forward(np.subtract, self._x, deviation, normal)
        operations.forward(np.multiply, normal, normal, self._product)
        operations.forward(self._product.dot, self._share, deviation)
        operations.forward(np.add, deviation, operations.constant(self._module.eps), deviation)
        operations.forward(np.sqrt, deviation, deviation)
        operations.forward(np.divide, normal, deviation, normal)
        if self._affine:
            operations.forward(np.multiply, normal, operations.parameter("weight").reshape(-1), self._y)
            operations.forward(np.add, self._y, operations.parameter("bias").reshape(-1), self._y)

    def backward(self) -> None:
        """Write the way back."""
        operations, product = self._operations, self._product
        gradient, towards = operations.output_gradient.reshape(self._y.shape), operations.input_gradient()
        operations.backward(np.multiply, gradient, self._normal, product)
        scale = operations.parameter_gradient("weight") if self._affine else None
        shift = operations.parameter_gradient("bias") if self._affine else None
        for parameter, part in ((scale, product), (shift, gradient)):
            if parameter is not None:
                operations.backward(operations.ones(len(part)).dot, part, parameter.reshape(-1))
        if towards is None:
            return
        if self._affine:
            for part in (gradient, product):
                operations.backward(np.multiply, part, operations.parameter("weight").reshape(-1), part)
        mean = operations.scratch(len(product), 1)
        operations.backward(product.dot, self._share, mean)
        operations.backward(np.multiply, self._normal, mean, product)
        operations.backward(gradient.dot, self._share, mean)
        operations.backward(np.subtract, gradient, product, gradient)
        operations.backward(np.subtract, gradient, mean, gradient)
        operations.backward(np.divide, gradient, self._deviation, towards.reshape(gradient.shape))
