"""The two calls into torch that a small network spends its time on, without their wrappers.

For a net of 30 parameters the Python wrappers of `Tensor.backward` and `Optimizer.step` (checks for tensor subclasses,
profiler ranges, optimizer hooks: nothing that Playground uses) take a fifth of a step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

_run_backward: Callable[..., Any] = torch.autograd.Variable._execution_engine.run_backward


class Backward:
    """Accumulates the gradients of a scalar loss into the `.grad` of the leaves, like `loss.backward()`."""

    def __init__(self, device: torch.device) -> None:
        self._ones = (torch.ones((), device=device),)

    def __call__(self, loss: torch.Tensor) -> None:
        """Run the backward pass; the graph is freed."""
        _run_backward((loss,), self._ones, False, False, (), allow_unreachable=True, accumulate_grad=True)


def step_of(optimizer: torch.optim.Optimizer) -> Callable[[], Any]:
    """The optimizer's step, below the wrapper that serves hooks and the profiler."""
    step = type(optimizer).step
    return getattr(step, "__wrapped__", step).__get__(optimizer)  # type: ignore[no-any-return]
