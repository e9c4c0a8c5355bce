"""Fully connected layers."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from playground.blocks.activation import ActivationName, activation
from playground.blocks.base import Block, vectors_only
from playground.blocks.code import ArrayCode, Code, kept
from playground.blocks.copied import Copied, weighed
from playground.blocks.operations import Array, Operations, rows_of
from playground.blocks.parts import Part, inner_function, weighted_sum
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import in_a_sentence, parameter


class DenseLayer(nn.Linear):
    """An affine map and its activation, in one module so that a node is one name: `node.weight`, `node.bias`."""

    def __init__(self, inputs: int, units: int, bias: bool, function: nn.Module) -> None:
        super().__init__(inputs, units, bias=bias)
        self.function = function
        # A plain attribute is found at once, a submodule only after a detour through nn.Module.
        self.activate = function.forward

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activate(functional.linear(x, self.weight, self.bias))  # type: ignore[no-any-return]


class Dense(Block):
    """Every unit weighs all inputs, adds its bias and applies the activation; in a series at every step alike."""

    id: ClassVar[str] = "dense"
    family: ClassVar[str] = "dense"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"units"})
    prunable: ClassVar[bool] = True
    widened_by: ClassVar[str] = "units"
    title: ClassVar[str] = "Dense"
    summary: ClassVar[str] = "Every unit weighs all inputs, adds its bias and applies the activation."
    formula: ClassVar[str] = r"a = f(W x + b)"

    units: int = parameter(8, ge=1, le=65_536, logarithmic=True, help="Number of units (neurons) in this layer.")
    activation: ActivationName = parameter("tanh", help="The function that each unit applies to its weighted sum.")
    bias: bool = parameter(True, help="Whether each unit has a bias, which shifts where it switches.")

    def subtitle(self) -> str:
        function = in_a_sentence(activation(self.activation).title)
        return f"{self.units} unit{'s' if self.units > 1 else ''} · {function}"

    def expect(self, *inputs: Signal) -> None:
        vectors_only(self.title, *inputs)

    def copied(self, *inputs: Signal) -> Copied:
        return weighed("weight")

    def build(self, *inputs: Signal) -> nn.Module:
        width = inputs[0].shape[-1]
        if self.activation == "identity":
            return nn.Linear(width, self.units, bias=self.bias)
        return DenseLayer(width, self.units, self.bias, activation(self.activation).build())

    def to_code(self, *inputs: Signal) -> Code:
        bias = "" if self.bias else ", bias=False"
        layer = kept(f"nn.Linear({inputs[0].shape[-1]}, {self.units}{bias})")
        return activation(self.activation).to_code().behind(layer)

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        if len(inputs[0].shape) != 1:
            return super().to_numpy(*inputs)
        return replace(activation(self.activation).to_numpy(), weighs=True)

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, nn.Linear)
        if not isinstance(module, DenseLayer):
            return (weighted_sum(module),)
        elementwise = activation(self.activation).elementwise
        return weighted_sum(module), inner_function(module.function, self.activation, elementwise)

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        kind = activation(self.activation).operations
        x, y = rows_of(operations.input), rows_of(operations.output)  # (rows, inputs), (rows, units)
        z = y if kind.overwrites else operations.scratch(*y.shape)
        weight = operations.parameter("weight")  # (units, inputs)
        operations.forward(x.dot, weight.T, z)
        if self.bias:
            operations.forward(np.add, z, operations.spread(operations.parameter("bias"), len(z)), z)
        function = kind(operations, module.function, z, y, "function.") if isinstance(module, DenseLayer) else None
        if function is not None:
            function.forward()
        if operations.learns:
            gradient = rows_of(operations.output_gradient)
            if function is not None:
                function.backward(gradient, gradient)
            self._plan_affine_backward(operations, x, weight, gradient)
        return True

    def _plan_affine_backward(self, operations: Operations, x: Array, weight: Array, gradient: Array) -> None:
        """The way back through x W^T + b, from the gradient of its result (rows, units)."""
        towards_weight = operations.parameter_gradient("weight")
        if towards_weight is not None:
            operations.backward(gradient.T.dot, x, towards_weight)
            if self.bias:
                operations.backward(operations.ones(len(x)).dot, gradient, operations.parameter_gradient("bias"))
        towards_input = operations.input_gradient()
        if towards_input is not None:
            operations.backward(gradient.dot, weight, rows_of(towards_input))

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        assert isinstance(module, nn.Linear)
        return (functional.linear(inputs[0], module.weight).shape,)  # bias and activation keep the shape

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (activation(self.activation).mark(self._plain(outputs[0], *inputs)),)

    def output_scale(self) -> Scale:
        return activation(self.activation).output_scale()

    def live_formula(self, *inputs: Signal) -> str:
        width = inputs[0].shape[-1]
        bias = f", b is {self.units}" if self.bias else ""
        return f"W is {self.units} × {width}{bias}, x is batch × {width}"


BLOCKS: tuple[type[Block], ...] = (Dense,)
