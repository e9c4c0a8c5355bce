"""The losses of word vectors: negative sampling, and GloVe's weighted squares."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Port, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.loss import Loss, SameShapeLoss, Task
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

SMALLEST_COUNT = 1e-6
"""A count has no logarithm at 0."""


def negative_sampling(word: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
    """−ln σ(w · c₀) − Σ ln σ(−w · cₖ), the mean over the batch.

    `word` is (batch, units) or (batch, 1, units); `asked` (batch, 1 + negatives, units) has the right one first.
    """
    scores = (word.reshape(len(word), 1, -1) * asked).sum(dim=-1)  # (batch, 1 + negatives)
    pulled, pushed = functional.logsigmoid(scores[:, 0]), functional.logsigmoid(-scores[:, 1:])
    return -(pulled + pushed.sum(dim=1)).mean()


class NegativeSamplingLayer(nn.Module):
    """The loss of vectors (batch, units) and those they are asked about (batch, 1 + negatives, units)."""

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return negative_sampling(prediction, target)


class NegativeSampling(Loss):
    """Pulls a word to one from around it and pushes it from a few others."""

    id: ClassVar[str] = "negative-sampling"
    title: ClassVar[str] = "Negative sampling"
    summary: ClassVar[str] = (
        "The vector of a word is to point to the first of the vectors at “Right and wrong”, and away from all others. "
        "A few wrong words stand for the whole vocabulary."
    )
    formula: ClassVar[str] = r"L = -\ln \sigma(w \cdot c_0) - \sum_{k=1}^{K} \ln \sigma(-w \cdot c_k)"
    source: ClassVar[str] = "Mikolov, Sutskever, Chen, Corrado and Dean 2013, Distributed representations of words"
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Word"), Port("target", "Right and wrong"))

    def task(self, target: Signal) -> Task:
        """None: both sides learn, and neither is right before the other."""
        return "none"

    def match(self, prediction: Signal, target: Signal) -> None:
        numbers_only(self.title, prediction, target)
        if len(target.shape) != 2 or target.shape[0] < 2:
            raise BlockError(
                f"{self.title} expects a right vector and wrong ones, but {target.words()} arrives. Wire an embedding "
                "of the right and wrong words here.",
                port="target",
            )
        if prediction.shape not in (target.shape[1:], (1, *target.shape[1:])):
            raise BlockError(
                f"{self.title} compares one vector of {target.shape[1]} numbers with others, but {prediction.words()} "
                "arrives.",
                port="prediction",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return NegativeSamplingLayer()

    def to_code(self, *inputs: Signal) -> Code:
        return computed("negative_sampling({0}, {1})", uses=(negative_sampling,))


def glove_loss(score: torch.Tensor, count: torch.Tensor, maximum: float, power: float) -> torch.Tensor:
    """The mean of f(X) (score − ln X)² with f(X) = min(1, X / maximum)^power, of counts X above 0."""
    count = count.clamp_min(SMALLEST_COUNT)
    weights = (count / maximum).clamp_max(1.0) ** power
    return (weights * (score - count.log()).square()).mean()


class GloveLayer(nn.Module):
    """The loss with its two numbers."""

    def __init__(self, maximum: float, power: float) -> None:
        super().__init__()
        self.maximum, self.power = maximum, power

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return glove_loss(prediction, target, self.maximum, self.power)


class GloveLoss(SameShapeLoss):
    """Weighted least squares between a score and the logarithm of a count."""

    id: ClassVar[str] = "glove-loss"
    title: ClassVar[str] = "GloVe loss"
    summary: ClassVar[str] = (
        "The score of two words, the dot product of their vectors and two biases, is to be the logarithm of how often "
        "they come together. Rare pairs count less."
    )
    formula: ClassVar[str] = (
        r"L = \frac{1}{n} \sum_{ij} f(X_{ij}) \left( w_i \cdot c_j + b_i + d_j - \ln X_{ij} \right)^2,"
        r" \quad f(X) = \min\left(1, \frac{X}{X_{max}}\right)^{\alpha}"
    )
    source: ClassVar[str] = "Pennington, Socher and Manning 2014, GloVe: global vectors for word representation"
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Score"), Port("target", "Count"))

    maximum: float = parameter(
        50.0, ge=0.01, le=1e6, logarithmic=True, label="Full weight from",
        help="Pairs that come more often count alike.",
    )  # fmt: skip
    power: float = parameter(0.75, ge=0.0, le=2.0, help="How fast the weight of rarer pairs falls; 0: all count alike.")

    def subtitle(self) -> str:
        return f"full weight from {self.maximum:g}"

    def task(self, target: Signal) -> Task:
        """None: the score is not the count but its logarithm, so that measures of numbers say nothing."""
        return "none"

    def build(self, *inputs: Signal) -> nn.Module:
        return GloveLayer(self.maximum, self.power)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, GloveLayer)
        module.maximum, module.power = self.maximum, self.power
        return True

    def writable(self, before: Block) -> bool:
        return isinstance(before, GloveLoss)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"glove_loss({{0}}, {{1}}, {self.maximum!r}, {self.power!r})", uses=(glove_loss,))


BLOCKS: tuple[type[Block], ...] = (NegativeSampling, GloveLoss)
