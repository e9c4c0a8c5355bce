"""The common losses for a stack of networks: predictions and targets (K, batch, ...), one loss for each row, (K,).

What is computed is what the modules of `blocks` compute for one network; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from playground.blocks import class_loss, class_loss_layers, loss
from playground.blocks.loss import Comparison

RowLoss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def row_loss_of(module: nn.Module) -> RowLoss | None:
    """The function that gives a loss for each row; None for a loss that has none here."""
    if isinstance(module, Comparison):
        return _OF_COMPARISONS.get(module.compare)
    return None


def _rows(values: torch.Tensor) -> torch.Tensor:
    """The mean of each row, (K,)."""
    return values.flatten(1).mean(1)


def _squares(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return _rows((prediction - target).square())


def _half_squares(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return 0.5 * _squares(prediction, target)


def _distances(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return _rows((prediction - target).abs())


def _squared_logarithms(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return _squares(torch.log1p(prediction.clamp_min(0.0)), torch.log1p(target.clamp_min(0.0)))


def _binary(probability: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    try:
        return _rows(functional.binary_cross_entropy(probability, target, reduction="none"))
    except RuntimeError:  # torch refuses NaN; one row that has run away must not end the others
        lost = probability.detach().flatten(1).sum(1) * 0.0  # NaN in that row alone
        found = functional.binary_cross_entropy(probability.nan_to_num(0.5), target, reduction="none")
        return _rows(found) + lost


def _binary_from_logits(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return _rows(functional.binary_cross_entropy_with_logits(logits, target, reduction="none"))


def _surprise(logarithms: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Log-probabilities (K, batch, classes) and class numbers (K, batch)."""
    return -logarithms.gather(2, target.unsqueeze(2)).flatten(1).mean(1)


def _surprise_of_logits(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return _surprise(torch.log_softmax(logits, dim=2), target)


def _surprise_of_probabilities(probabilities: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return _surprise(class_loss_layers.safe_log(probabilities), target)


_OF_COMPARISONS: dict[Callable[..., Any], RowLoss] = {
    functional.mse_loss: _squares,
    loss.half_mean_squared_error: _half_squares,
    functional.l1_loss: _distances,
    loss.mean_squared_logarithmic_error: _squared_logarithms,
    class_loss.binary_cross_entropy: _binary,
    functional.binary_cross_entropy_with_logits: _binary_from_logits,
    functional.cross_entropy: _surprise_of_logits,
    functional.nll_loss: _surprise,
    class_loss.nll_of_probabilities: _surprise_of_probabilities,
}
