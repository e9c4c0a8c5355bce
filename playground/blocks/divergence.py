"""The divergence of one distribution from another, as a loss."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block
from playground.blocks.class_loss import LOGARITHMS, PROBABLE, DistributionLoss
from playground.blocks.class_loss_layers import log_probabilities, written_logarithms
from playground.blocks.class_loss_operations import plan_divergence, plan_divergence_from_logarithms
from playground.blocks.code import Code, computed
from playground.blocks.loss import Free
from playground.blocks.operations import Operations
from playground.blocks.signal import Scale, Signal


class KLDivergence(DistributionLoss):
    """Kullback-Leibler divergence from the prediction q to the target p, in nats, averaged over the batch."""

    id: ClassVar[str] = "kl-divergence"
    free: ClassVar[Free] = "scores"
    title: ClassVar[str] = "KL divergence"
    summary: ClassVar[str] = (
        "How much is lost by taking the predicted distribution for the target's: 0 when they agree, and not symmetric. "
        "Takes logits or what softmax gives."
    )
    formula: ClassVar[str] = r"L = \frac{1}{n} \sum_{i=1}^{n} \sum_k p_{i,k} \ln \frac{p_{i,k}}{q_{i,k}}"
    source: ClassVar[str] = "Kullback & Leibler 1951"
    distributions: ClassVar[tuple[Scale, ...]] = (*PROBABLE, "log-probability")

    def build(self, *inputs: Signal) -> nn.Module:
        prediction, target = (inputs[0].scale, inputs[1].scale) if inputs else ("any", "any")
        return DivergenceLayer(prediction, target == "log-probability")

    def to_code(self, *inputs: Signal) -> Code:
        prediction, target = inputs
        options = 'reduction="batchmean"' + (", log_target=True" if target.scale == "log-probability" else "")
        return computed(f"functional.kl_div({written_logarithms(prediction.scale)}, {{1}}, {options})")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        assert isinstance(module, DivergenceLayer)
        write = plan_divergence_from_logarithms if module.logarithmic_target else plan_divergence
        write(operations, LOGARITHMS[module.to_logarithms])
        return True


class DivergenceLayer(nn.Module):
    """Sum of p ln (p / q), averaged over the batch; p is the target."""

    def __init__(self, scale: Scale, logarithmic_target: bool) -> None:
        super().__init__()
        self.to_logarithms = log_probabilities(scale)
        self.logarithmic_target = logarithmic_target

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        logarithms = self.to_logarithms(prediction)
        return functional.kl_div(logarithms, target, reduction="batchmean", log_target=self.logarithmic_target)


BLOCKS: tuple[type[Block], ...] = (KLDivergence,)
