"""Takes a block apart into operations that can be read, as the block declares them; losses are taken apart here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block
from playground.blocks.class_loss import CategoricalLayer, binary_cross_entropy, nll_of_probabilities
from playground.blocks.class_loss_layers import log_softmax, safe_log
from playground.blocks.loss import Comparison, Loss
from playground.blocks.parts import Part, Values, names_of, running, whole

FAR_LOGIT = 30.0
"""Logits beyond this lose their digits in a probability, so that the loss is not taken apart."""


def parts_of(block: Block, module: nn.Module, inputs: Values) -> tuple[Part, ...]:
    """The operations of a block in order; one where it cannot be taken apart. The last gives the block's outputs."""
    if isinstance(block, Loss):
        return _loss_parts(module, inputs, tuple(range(len(inputs))))
    parts = block.parts(module, *inputs)
    if all(value.shape[:1] == (1,) for value in inputs):
        return parts
    # One example became several rows: no number has one place any more.
    if any(part.time is not None for part in parts):
        return (whole(module, len(inputs)),)
    return tuple(replace(part, axes=(), terms=None, statistics=None) for part in parts)


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
