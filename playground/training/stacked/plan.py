"""How each block computes for a stack of networks at once.

What nearly every network consists of (dense layers, activations, common losses) has a batched operation of its own; any
other module is vectorized by `torch.func.vmap`; what that cannot do runs row by row, with modules that share the
stacked parameters, so that the numbers are those of single networks in every case.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.func import functional_call, vmap

from playground.blocks.activation import StepFunction
from playground.blocks.dense import DenseLayer
from playground.blocks.merge import AddLayer, MultiplyLayer
from playground.blocks.normalization import DropoutLayer, GaussianNoiseLayer
from playground.training.stacked.losses import row_loss_of

Function = Callable[..., Any]
Tensors = Mapping[str, torch.Tensor]

ELEMENTWISE = (
    nn.Tanh, nn.Sigmoid, nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.SiLU, nn.GELU, nn.Softplus, nn.Identity,
    StepFunction, AddLayer, MultiplyLayer,
)  # fmt: skip
"""Modules that treat every number alone, so that another axis in front changes nothing."""


@dataclass(frozen=True)
class Rows:
    """What a module has in every row of the stack."""

    parameters: Tensors
    """Its parameters by their short names, (K, ...)."""
    buffers: Tensors
    generators: Sequence[torch.Generator]
    """The noise of each row."""
    copies: Callable[[], list[nn.Module]]
    """A module for every row, which shares parameters, gradients and buffers with the stack."""

    def __len__(self) -> int:
        return len(self.generators)


class StackedStep:
    """The forward pass of one module for all rows. `way` says how: "batched", "vmap" or "loop"."""

    def __init__(self, module: nn.Module, rows: Rows) -> None:
        self._rows = rows
        batched = batched_function(module, rows)
        self.way = "batched" if batched is not None else "loop" if _draws(module) or _recurrent(module) else "vmap"
        self.function: Function = batched or (self._try_vmap if self.way == "vmap" else self._loop)
        self._module = module
        self._copies: list[nn.Module] = []
        own = {**rows.parameters, **rows.buffers}
        self._own = own
        self._stacked: Function = vmap(lambda values, *inputs: functional_call(module, values, inputs))

    def __call__(self, *inputs: torch.Tensor) -> Any:
        """From inputs (K, batch, ...) to outputs (K, batch, ...); a loss gives (K,)."""
        return self.function(*inputs)

    def _by_vmap(self, *inputs: torch.Tensor) -> Any:
        return self._stacked(self._own, *inputs)

    def _try_vmap(self, *inputs: torch.Tensor) -> Any:
        """The first call shows whether vmap can take this module; one that has no vectorized form goes row by row."""
        kept = {name: buffer.clone() for name, buffer in self._rows.buffers.items()}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", UserWarning)  # vmap warns where it would run row by row itself
                found = self._by_vmap(*inputs)
        except (RuntimeError, TypeError, ValueError, UserWarning):
            for name, buffer in self._rows.buffers.items():
                buffer.copy_(kept[name])
            self.way, self.function = "loop", self._loop
            return self._loop(*inputs)
        self.function = self._by_vmap
        return found

    def _loop(self, *inputs: torch.Tensor) -> Any:
        if not self._copies:
            self._copies = self._rows.copies()
        found = [copy(*own) for copy, *own in zip(self._copies, *inputs, strict=True)]
        if isinstance(found[0], tuple):
            return tuple(torch.stack(parts) for parts in zip(*found, strict=True))
        return torch.stack(found)


def batched_function(module: nn.Module, rows: Rows) -> Function | None:
    """The operation of a module's own for a whole stack; None where there is none."""
    kind = type(module)
    if kind in (nn.Linear, DenseLayer):
        activate = batched_function(module.function, rows) if isinstance(module, DenseLayer) else None
        if isinstance(module, DenseLayer) and activate is None:
            return None
        return _dense(rows.parameters["weight"], rows.parameters.get("bias"), activate)
    if kind is nn.Tanh:
        return torch.tanh
    if kind is nn.Sigmoid:
        return torch.sigmoid
    if kind in ELEMENTWISE:
        return module.forward
    if isinstance(module, nn.Softmax | nn.LogSoftmax) and module.dim == -1:
        return module.forward
    if kind is nn.Flatten:
        return lambda x: x.flatten(2)
    if kind is DropoutLayer:
        return _dropout(module, rows.generators)
    if kind is GaussianNoiseLayer:
        return _noise(module, rows.generators)
    return row_loss_of(module)


def _dense(weight: torch.Tensor, bias: torch.Tensor | None, activate: Function | None) -> Function:
    """Weights (K, units, inputs), bias (K, units)."""
    units = weight.shape[1]

    def affine(x: torch.Tensor) -> torch.Tensor:
        rows = x if x.dim() == 3 else x.reshape(len(x), -1, x.shape[-1])
        matrix = weight.transpose(1, 2)
        found = torch.bmm(rows, matrix) if bias is None else torch.baddbmm(bias.unsqueeze(1), rows, matrix)
        return found if x.dim() == 3 else found.view(*x.shape[:-1], units)

    if activate is None:
        return affine
    return lambda x: activate(affine(x))


def _dropout(module: nn.Module, generators: Sequence[torch.Generator]) -> Function:
    rate = float(module.rate)  # type: ignore[arg-type]

    def drop(x: torch.Tensor) -> torch.Tensor:
        if rate == 0.0 or not module.training:
            return x
        drawn = torch.stack([torch.rand(x.shape[1:], generator=one, device=x.device) for one in generators])
        return x * (drawn >= rate).to(x.dtype).div_(1.0 - rate)

    return drop


def _noise(module: nn.Module, generators: Sequence[torch.Generator]) -> Function:
    deviation = float(module.deviation)  # type: ignore[arg-type]

    def shake(x: torch.Tensor) -> torch.Tensor:
        if deviation == 0.0 or not module.training:
            return x
        drawn = torch.stack([torch.randn(x.shape[1:], generator=one, device=x.device) for one in generators])
        return x + drawn.mul_(deviation)

    return shake


def _draws(module: nn.Module) -> bool:
    return any("generator" in vars(part) for part in module.modules())


def _recurrent(module: nn.Module) -> bool:
    return any(isinstance(part, nn.RNNBase | nn.RNNCellBase) for part in module.modules())
