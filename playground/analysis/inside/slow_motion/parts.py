"""Takes a block apart into operations that can be read: weighted sum, activation, comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

from playground.blocks.activation import Activation
from playground.blocks.base import Block
from playground.blocks.class_loss import CategoricalLayer, binary_cross_entropy, nll_of_probabilities
from playground.blocks.class_loss_layers import log_softmax, safe_log
from playground.blocks.dense import DenseLayer
from playground.blocks.loss import Comparison, Loss

Kind = Literal["sum", "function", "softmax", "sigmoid", "right-class", "yes-or-no", "loss", "total", "block"]
"""What an operation does: weighted sum, activation, the softmax or sigmoid inside a loss, minus the logarithm of the
probability of the right class, that of yes-or-no answers, any other loss, the sum of losses, any other block."""
Letter = Literal["x", "y", "z", "a", "p", "L"]
Values = Sequence[torch.Tensor]
Run = Callable[[Values, Mapping[str, torch.Tensor]], tuple[torch.Tensor, ...]]
"""(inputs, parameters by their name in the block) -> outputs."""

FAR_LOGIT = 30.0
"""Logits beyond this lose their digits in a probability, so that the loss is not taken apart."""


@dataclass(frozen=True)
class Part:
    """One operation of a block. `takes` are the block's inputs, by number, or −1 for what the part before gave."""

    kind: Kind
    run: Run
    takes: tuple[int, ...]
    letter: Letter = "a"
    """What its output is called."""
    parameters: tuple[str, ...] = ()


def parts_of(block: Block, module: nn.Module, inputs: Values) -> tuple[Part, ...]:
    """The operations of a block in order; one where it cannot be taken apart. The last gives the block's outputs."""
    everything = tuple(range(len(inputs)))
    if type(module) is DenseLayer:
        return _weighted_sum(module), _inner_function(module)
    if type(module) is nn.Linear:
        return (_weighted_sum(module),)
    if isinstance(block, Loss):
        return _loss_parts(module, inputs, everything)
    return (Part(_kind_of(block, module), running(module), everything, "a", names_of(module)),)


def _kind_of(block: Block, module: nn.Module) -> Kind:
    if isinstance(block, Activation) and block.elementwise:
        return "function"
    return "softmax" if isinstance(module, nn.Softmax) and module.dim == -1 else "block"


def names_of(module: nn.Module) -> tuple[str, ...]:
    """The names of the parameters of a module."""
    return tuple(name for name, _ in module.named_parameters())


def running(module: nn.Module) -> Run:
    """The module as a pure function of its inputs and parameters; its buffers are made as precise as the inputs."""

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        exact = {name: b.double() if b.is_floating_point() else b for name, b in module.named_buffers()}
        result = functional_call(module, {**exact, **parameters}, tuple(inputs))
        results = result if isinstance(result, tuple) else (result,)
        # What draws random numbers draws them in single precision.
        return tuple(value.double() if value.is_floating_point() else value for value in results)

    return run


def _weighted_sum(module: nn.Linear) -> Part:
    names = ("weight",) if module.bias is None else ("weight", "bias")
    return Part("sum", lambda x, p: (functional.linear(x[0], p["weight"], p.get("bias")),), (0,), "z", names)


def _inner_function(module: DenseLayer) -> Part:
    prefix = "function."
    inner = running(module.function)

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return inner(inputs, {name.removeprefix(prefix): value for name, value in parameters.items()})

    kind: Kind = "softmax" if isinstance(module.function, nn.Softmax) else "function"
    return Part(kind, run, (-1,), "a", tuple(prefix + name for name in names_of(module.function)))


def _loss_parts(module: nn.Module, inputs: Values, everything: tuple[int, ...]) -> tuple[Part, ...]:
    whole = Part("loss", running(module), everything, "L", names_of(module))
    if len(inputs) != 2 or inputs[0].dim() != 2:
        return (whole,)
    near = float(inputs[0].abs().max()) < FAR_LOGIT
    compare = module.compare if isinstance(module, Comparison) else None
    if compare is functional.binary_cross_entropy_with_logits and near:
        return _sigmoid(), Part("yes-or-no", _surprise, (-1, 1), "L")
    if compare is binary_cross_entropy:
        return (Part("yes-or-no", running(module), everything, "L"),)
    if len(inputs[0]) != 1:
        return (whole,)  # one example became several rows: there is no one right class
    if compare is functional.cross_entropy and near:
        return _softmax(), Part("right-class", _minus_log_of_right, (-1, 1), "L")
    if compare is nll_of_probabilities:
        return (Part("right-class", running(module), everything, "L"),)
    if isinstance(module, CategoricalLayer):
        if module.to_logarithms is safe_log:
            return (Part("right-class", running(module), everything, "L"),)
        if module.to_logarithms is log_softmax and near:
            return _softmax(), Part("right-class", _minus_log_of_all, (-1, 1), "L")
    return (whole,)


def _softmax() -> Part:
    return Part("softmax", lambda x, p: (torch.softmax(x[0], dim=-1),), (0,), "p")


def _sigmoid() -> Part:
    return Part("sigmoid", lambda x, p: (torch.sigmoid(x[0]),), (0,), "p")


def _minus_log_of_right(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    return (functional.nll_loss(torch.log(inputs[0]), inputs[1]),)


def _minus_log_of_all(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    return (-(inputs[1] * torch.log(inputs[0])).sum() / inputs[0].shape[0],)


def _surprise(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
    said, wanted = inputs  # wanted may lie beyond 0 and 1, where test data are scaled as the training data are
    return (-(wanted * torch.log(said) + (1.0 - wanted) * torch.log1p(-said)).mean(),)
