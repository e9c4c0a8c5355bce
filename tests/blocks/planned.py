"""A block's array operations beside its module under autograd: the same values, gradients, noise and statistics."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

import numpy as np
import torch
from torch import nn

from playground.blocks.base import Block
from playground.blocks.loss import Loss
from playground.blocks.operations import Array, Emit, Operations, SlopeOfOutput
from playground.blocks.signal import Signal
from tests.blocks.case import batch_of

TOLERANCES = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 1e-5}
"""The largest difference in parts of the largest number of an array."""
WEIGHT = 0.75
"""Of a loss in the sum of all losses."""


class Bench:
    """A workshop for a single block."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.slope_calls: list[Any] = []
        self._spread: list[tuple[Array, Array]] = []

    def ones(self, count: int) -> Array:
        return np.ones(count, dtype=self.dtype)

    def spread(self, parameter: Array, rows: int) -> Array:
        spread = np.full((rows, len(parameter)), np.nan, dtype=self.dtype)
        self._spread.append((spread, parameter))
        return spread

    def begin(self) -> None:
        """What happens before the calls of a step."""
        for spread, parameter in self._spread:
            spread[:] = parameter

    def slopes(self, write: SlopeOfOutput, output: Array) -> Array:
        slopes = np.full(output.size, np.nan, dtype=self.dtype)

        def emit(function: Any, *arguments: object) -> None:
            self.slope_calls.append(lambda: function(*arguments))

        typed: Emit = emit
        write(output.reshape(-1), slopes, typed, self.dtype)
        return slopes.reshape(output.shape)


class Planned:
    """A block of its own, whose plan and whose module take the same steps.

    `wanted` are the ports whose gradient somebody asks for, all but class codings by default; `learns` tells whether
    the parameters learn. All memory that the plan has to write holds NaN before each step.
    """

    def __init__(
        self, block: Block, signals: tuple[Signal, ...], dtype: np.dtype[Any], rows: int = 6,
        wanted: Collection[int] | None = None, learns: bool = True, training: bool = True,
    ) -> None:  # fmt: skip
        torch.manual_seed(3)
        self.block, self.signals, self.dtype, self.rows = block, signals, dtype, rows
        self.torch_dtype = torch.from_numpy(np.zeros(0, dtype=dtype)).dtype
        self.expected = block.build(*signals).to(self.torch_dtype).train(training)
        with torch.no_grad():
            for parameter in self.expected.parameters():
                parameter.copy_(torch.randn(parameter.shape))
        self.module = copy.deepcopy(self.expected)
        for module in (self.expected, self.module):
            _draw_anew(module)
        self.learns = learns and bool(list(self.module.parameters()))
        for parameter in self.expected.parameters():
            parameter.requires_grad_(learns)
        self.batch = [self._typed(batch_of(signal, rows)) for signal in signals]
        numbers = [port for port, signal in enumerate(signals) if signal.kind not in ("classes", "tokens")]
        self.wanted = [port for port in numbers if wanted is None or port in wanted]
        self.loss = isinstance(block, Loss)
        self._lay_out()

    def _typed(self, values: torch.Tensor) -> torch.Tensor:
        return values.to(self.torch_dtype) if values.is_floating_point() else values

    def _lay_out(self) -> None:
        with torch.no_grad():
            result = copy.deepcopy(self.module)(*self.batch)
        self.bench = Bench(self.dtype)
        self.inputs = tuple(_poisoned(values.numpy()) for values in self.batch)
        self.output, self.output_gradient = _poisoned(result.numpy()), _poisoned(result.numpy())
        self.towards = {port: _poisoned(self.inputs[port]) for port in self.wanted}
        self.parameters = {
            name: (value.detach().numpy(), _poisoned(value.detach().numpy()) if self.learns else None)
            for name, value in self.module.named_parameters()
        }
        self.asked: set[int] = set()
        self.backward = (bool(self.wanted) or self.learns) and self.output.dtype == self.dtype
        self.operations = Operations(
            self.bench, self.module, self.rows, WEIGHT if self.loss else 1.0, self.inputs, (self.output,),
            (self.output_gradient,) if self.backward else (), self._input_gradient, self.parameters,
        )  # fmt: skip

    def _input_gradient(self, port: int) -> Array | None:
        self.asked.add(port)
        return self.towards.get(port)

    def plan(self) -> bool:
        """Let the block write its operations."""
        return self.block.plan(self.module, self.operations)

    def compare(self, *batch: torch.Tensor) -> None:
        """Take a step with both and hold them together."""
        values = [self._typed(one).clone() for one in batch]
        for port in self.wanted:
            values[port].requires_grad_()
        result = self.expected(*values)
        gradient = torch.full((), WEIGHT) if self.loss else torch.randn(result.shape)
        gradient = gradient.to(self.torch_dtype)
        self._step(batch, gradient)
        self._same("the output", self.output, result)
        if self.backward:
            self._compare_gradients(values, result, gradient)
        known = dict(self.expected.named_buffers())
        for name, buffer in self.module.named_buffers():
            self._same(name, buffer.numpy(), known[name])

    def _step(self, batch: tuple[torch.Tensor, ...], gradient: torch.Tensor) -> None:
        memory = [self.output, *self.towards.values(), *(g for _, g in self.parameters.values() if g is not None)]
        for array in memory:
            array.fill(np.nan if array.dtype.kind == "f" else -9)
        for buffer, one in zip(self.inputs, batch, strict=True):
            buffer[...] = one.numpy()
        self.bench.begin()
        with np.errstate(all="ignore"):
            for call in self.operations.forward_calls:
                call()
            self.output_gradient[...] = np.nan if self.loss else gradient.numpy()
            for call in (*self.bench.slope_calls, *self.operations.backward_calls):
                call()

    def _compare_gradients(self, values: list[torch.Tensor], result: torch.Tensor, gradient: torch.Tensor) -> None:
        for parameter in self.expected.parameters():
            parameter.grad = None
        if result.requires_grad:
            result.backward(gradient)
        for port in self.wanted:
            grad = values[port].grad
            if port in self.asked:
                self._same(f"the gradient of input {port}", self.towards[port], grad)
            else:  # the whole plan then takes it as zero
                assert grad is None or not grad.any(), f"input {port} gets no gradient"
        for name, parameter in self.expected.named_parameters():
            found = self.parameters[name][1]
            if found is not None:
                self._same(f"the gradient of {name}", found, parameter.grad)

    def _same(self, what: str, found: Array, expected: torch.Tensor | None) -> None:
        wanted = np.zeros_like(found) if expected is None else expected.detach().numpy()
        finite = np.abs(wanted[np.isfinite(wanted)])
        largest = max(1e-30, float(finite.max()) if finite.size else 0.0)
        np.testing.assert_allclose(
            found, wanted, rtol=0.0, atol=TOLERANCES[self.dtype] * largest, err_msg=f"{self.block.title}: {what}"
        )


def _poisoned(like: Array) -> Array:
    return np.full_like(like, np.nan if like.dtype.kind == "f" else -9)


def _draw_anew(module: nn.Module) -> None:
    if hasattr(module, "generator"):
        module.generator = torch.Generator().manual_seed(4)
