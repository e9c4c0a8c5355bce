"""What losses for classes compute with: logarithms of probabilities, and means in which steps or classes count."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.class_loss_operations import SMALLEST
from playground.blocks.signal import Scale

NOT_ASKED = -1
"""The class number of a step or node whose answer is not asked for: padding, or a node without a label."""


def log_probabilities(scale: Scale) -> Callable[[torch.Tensor], torch.Tensor]:
    """The function that turns predictions of that scale, (batch, classes), into log-probabilities."""
    if scale == "log-probability":
        return as_they_are
    return safe_log if scale == "probability" else log_softmax


def written_logarithms(scale: Scale) -> str:
    """The template of the same function."""
    if scale == "log-probability":
        return "{0}"
    return f"{{0}}.clamp_min({SMALLEST!r}).log()" if scale == "probability" else "{0}.log_softmax(dim=-1)"


def as_they_are(values: torch.Tensor) -> torch.Tensor:
    return values


def safe_log(probabilities: torch.Tensor) -> torch.Tensor:
    """The logarithm, of what is too small taken as `SMALLEST`."""
    return torch.log(probabilities.clamp_min(SMALLEST))


def log_softmax(logits: torch.Tensor) -> torch.Tensor:
    """The logarithm of the softmax over the last axis."""
    return functional.log_softmax(logits, dim=-1)


class StepwiseCrossEntropy(nn.Module):
    """Cross-entropy of a class for every step or node, the mean over those that are asked for."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        self.to_logarithms = log_probabilities(scale)

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        logarithms = self.to_logarithms(prediction)  # (batch, steps, classes)
        return functional.nll_loss(logarithms.flatten(0, -2), target.flatten(), ignore_index=NOT_ASKED)


class PixelCrossEntropy(nn.Module):
    """Cross-entropy of a class for every pixel, the mean over those that are asked for. Channels are the classes."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        self.to_logarithms = log_probabilities(scale)

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        if self.to_logarithms is log_softmax:
            return functional.cross_entropy(prediction, target, ignore_index=NOT_ASKED)
        return functional.nll_loss(self.to_logarithms(prediction), target, ignore_index=NOT_ASKED)


class WeightedCrossEntropy(nn.Module):
    """Cross-entropy in which every class has a weight: the weighted mean over the batch."""

    weights: torch.Tensor

    def __init__(self, scale: Scale, weights: tuple[float, ...]) -> None:
        super().__init__()
        self.to_logarithms = log_probabilities(scale)
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32), persistent=False)

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return functional.nll_loss(self.to_logarithms(prediction), target, weight=self.weights)


class WeightedComparison(nn.Module):
    """A loss of yes-or-no answers or of one-hot classes in which an example counts as much as its class weighs.

    `losses` takes (prediction, target) to one number for each example and output.
    """

    weights: torch.Tensor

    def __init__(
        self, losses: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], weights: tuple[float, ...]
    ) -> None:
        super().__init__()
        self.losses = losses
        self.register_buffer("weights", torch.tensor(weights, dtype=torch.float32), persistent=False)

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return weighted_by_class(self.losses(prediction, target), target, self.weights)


def weighted_by_class(losses: torch.Tensor, target: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """The mean of `losses`, one number for each example and output, in which an example counts as its class weighs."""
    flat = target.reshape(len(target), -1)
    share = flat if flat.shape[1] > 1 else torch.cat((1.0 - flat, flat), dim=1)  # (batch, classes)
    weight = share @ weights  # (batch,)
    each = losses.reshape(len(target), -1).mean(dim=1)
    return (weight * each).sum() / weight.sum()
