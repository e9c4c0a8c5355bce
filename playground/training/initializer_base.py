"""What every way to start weights has, and how strongly an activation weakens what comes through it."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from playground.blocks.code import Code
from playground.document.declaration import Declaration

RELU_LIKE = frozenset({"relu", "leaky-relu", "prelu", "elu", "swish", "gelu", "softplus"})
"""Activations that pass about half of a centred signal: He's start keeps its size."""

_TORCH_NAMES = {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu", "selu": "selu"}
SLOPES = {"leaky-relu": 0.01, "prelu": 0.25}


def gain(activation: str) -> float:
    """The factor that torch recommends before an activation, given by block id; 1 where it recommends none.

    Smooth relatives of ReLU take ReLU's. Source: `torch.nn.init.calculate_gain`.
    """
    if activation in SLOPES:
        return nn.init.calculate_gain("leaky_relu", SLOPES[activation])
    if activation in _TORCH_NAMES:
        return nn.init.calculate_gain(_TORCH_NAMES[activation])  # type: ignore[arg-type]
    return nn.init.calculate_gain("relu") if activation in RELU_LIKE else 1.0


def fans(weight: Tensor) -> tuple[int, int]:
    """Numbers that flow into and out of one unit: (fan in, fan out) of a weight (out, in, ...)."""
    field = math.prod(weight.shape[2:])
    return weight.shape[1] * field, weight.shape[0] * field


class Initializer(Declaration):
    """Base of the initializers."""

    def of(self, part: nn.Module) -> Initializer:
        """The same for the weights of a module, of which some want to know more than numbers."""
        return self

    def fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        """Overwrite a weight (out, in, ...), with at least two axes, in place and without gradient.

        `activation` is the block id of the function behind it, "" if unknown. A weight on another device than the
        generator gets the very numbers that it would get beside the generator.
        """
        with torch.no_grad():
            if weight.device == generator.device:
                self._fill(weight, generator, activation)
            else:
                beside = torch.empty_like(weight, device=generator.device)
                self._fill(beside, generator, activation)
                weight.copy_(beside)

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        raise NotImplementedError

    def fill_bias(self, bias: Tensor) -> None:
        """Overwrite a bias in place and without gradient: zero, unless it was said otherwise."""
        nn.init.zeros_(bias)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        """How such a weight is filled in a written file: a statement in which `{0}` is the weight, drawing from
        `generator`. `activation` is as in `fill`."""
        raise NotImplementedError

    def to_code_of_bias(self, bias: Tensor) -> Code:
        """The same for a bias."""
        return Code("nn.init.zeros_({0})")
