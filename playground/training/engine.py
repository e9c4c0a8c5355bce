"""The calls into torch that a small network spends its time on, without their wrappers.

For a net of 30 parameters the Python around the arithmetic (attribute lookup of modules, checks for tensor subclasses,
profiler ranges, optimizer hooks: nothing that Playground uses) takes a third of a step. What is computed is the same to
the last bit; a test holds both together.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.dense import DenseLayer
from playground.blocks.loss import Comparison
from playground.network.compiled import Network

Function = Callable[..., Any]

_run_backward: Function = torch.autograd.Variable._execution_engine.run_backward
_mse_loss: Function = torch._C._nn.mse_loss
_MEAN = 1
"""torch's number for the reduction of a loss to its mean."""
_PLAIN_FUNCTIONS: dict[type[nn.Module], Function] = {
    nn.Tanh: torch.tanh,
    nn.Sigmoid: torch.sigmoid,
}


class Forward:
    """The forward pass of a network for one batch; like `Network.run_batch`, with everything looked up beforehand."""

    def __init__(self, network: Network) -> None:
        self._feeds = network.feed_slots
        self._empty: list[torch.Tensor] = [torch.empty(0)] * len(network.slots)
        self._plan = [
            (_function_of(step.module), step.inputs, (*step.inputs, 0)[0], step.outputs, step.outputs[0])
            for step in network.steps
        ]

    def __call__(self, batch: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The values of all slots."""
        values = self._empty.copy()
        for slot, tensor in zip(self._feeds, batch):  # noqa: B905 - this runs in every step
            values[slot] = tensor
        for function, inputs, source, outputs, target in self._plan:
            result = function(values[source]) if len(inputs) == 1 else function(*[values[slot] for slot in inputs])
            if len(outputs) == 1:
                values[target] = result
            else:
                for slot, tensor in zip(outputs, result, strict=True):
                    values[slot] = tensor
        return values


def _function_of(module: nn.Module) -> Function:
    # Only these very classes: a subclass may do something else.
    if type(module) is DenseLayer:
        return _dense(module.weight, module.bias, _function_of(module.function))
    if type(module) is nn.Linear:
        return _affine(module.weight, module.bias)
    if type(module) is Comparison and module.compare is functional.mse_loss:
        return _mean_squared_error
    return _PLAIN_FUNCTIONS.get(type(module), module.forward)


def _dense(weight: torch.Tensor, bias: torch.Tensor | None, activate: Function) -> Function:
    linear = functional.linear
    return lambda x: activate(linear(x, weight, bias))


def _affine(weight: torch.Tensor, bias: torch.Tensor | None) -> Function:
    linear = functional.linear
    return lambda x: linear(x, weight, bias)


def _mean_squared_error(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return _mse_loss(prediction, target, _MEAN)  # type: ignore[no-any-return]


class Backward:
    """Accumulates the gradients of a scalar loss into the `.grad` of the leaves, like `loss.backward(inputs=…)`."""

    def __init__(self, device: torch.device) -> None:
        self._ones = (torch.ones((), device=device),)

    def __call__(self, loss: torch.Tensor, leaves: tuple[torch.Tensor, ...] = ()) -> None:
        """Run the backward pass, for all leaves or no farther than to some; the graph is freed."""
        _run_backward((loss,), self._ones, False, False, leaves, allow_unreachable=True, accumulate_grad=True)


def gradients_of_rows(
    losses: torch.Tensor, ones: tuple[torch.Tensor, ...], leaves: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor | None, ...]:
    """The gradients of many losses (K,) that do not depend on each other, like `torch.autograd.grad`.

    `ones` holds K ones. None stands for a leaf that has no part in the losses.
    """
    return _run_backward((losses,), ones, False, False, leaves, allow_unreachable=True, accumulate_grad=False)  # type: ignore[no-any-return]


def step_of(optimizer: torch.optim.Optimizer) -> Callable[[], Any]:
    """The optimizer's step below the wrappers that serve hooks, the profiler and the compiler.

    It no longer turns gradients off by itself: its tensors must not require gradients, or the caller turns them off.
    """
    return inspect.unwrap(type(optimizer).step).__get__(optimizer)  # type: ignore[no-any-return]
