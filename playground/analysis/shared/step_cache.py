"""Reads a growing text one token at a time: keys, values and places of the tokens before are kept."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from playground.blocks.continuing import Continues
from playground.network.compiled import Network, Step

SAME = 1e-4
"""Numbers that differ by less, as a share of their size, are called equal: a longer product is rounded otherwise."""


class StepCache:
    """Runs the steps of a network for new tokens alone.

    That is right where every module either continues or treats each step by itself, which `fits` finds by trying.
    """

    def __init__(self, network: Network, steps: Sequence[Step], feed: int, prediction: int) -> None:
        self._network, self._steps, self._feed, self._prediction = network, steps, feed, prediction
        self._memories: list[dict[str, torch.Tensor]] = [{} for _ in steps]

    def forget(self) -> None:
        """Begin a new sequence."""
        for memory in self._memories:
            memory.clear()

    @torch.no_grad()
    def advance(self, tokens: torch.Tensor) -> torch.Tensor:
        """The predictions (1, new, tokens) at further tokens (1, new)."""
        values: dict[int, torch.Tensor] = {self._feed: tokens}
        for step, memory in zip(self._steps, self._memories, strict=True):
            inputs = [values[slot] for slot in step.inputs]
            module = step.module
            results = module.continued(inputs[0], memory) if isinstance(module, Continues) else module(*inputs)
            for slot, result in zip(step.outputs, _tuple(results), strict=True):
                values[slot] = result
        return values[self._prediction]

    @torch.no_grad()
    def fits(self, values: Sequence[torch.Tensor]) -> bool:
        """Whether every module gives the same step by step, tried with the values (1, steps, …) of all slots."""
        return all(
            _step_by_step(step.module, *([values[slot] for slot in slots] for slots in (step.inputs, step.outputs)))
            for step in self._steps
        )


def _step_by_step(module: nn.Module, inputs: Sequence[torch.Tensor], expected: Sequence[torch.Tensor]) -> bool:
    if not isinstance(module, Continues):
        return _each_by_itself(module, inputs, expected)
    if len(inputs) > 1:
        return False
    memory: dict[str, torch.Tensor] = {}
    middle = inputs[0].shape[1] // 2
    parts = [module.continued(part, memory) for part in inputs[0].tensor_split([middle, middle + 1], dim=1)]
    return _close(torch.cat(parts, dim=1), expected[0])


def _each_by_itself(module: nn.Module, inputs: Sequence[torch.Tensor], expected: Sequence[torch.Tensor]) -> bool:
    """Whether a module gives the same for steps (1, steps, …) that come as examples of one step each."""
    if any(x.dim() < 2 or x.shape[1] != inputs[0].shape[1] for x in inputs):
        return False
    try:
        results = _tuple(module(*(x.transpose(0, 1) for x in inputs)))
    except (RuntimeError, ValueError, IndexError):
        return False  # It asks for the whole sequence.
    return all(_close(result.transpose(0, 1), one) for result, one in zip(results, expected, strict=True))


def _tuple(results: torch.Tensor | tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return results if isinstance(results, tuple) else (results,)


def _close(found: torch.Tensor, expected: torch.Tensor) -> bool:
    if found.shape != expected.shape:
        return False
    return float((found - expected).abs().max()) <= SAME * max(float(expected.abs().max()), 1e-6)
