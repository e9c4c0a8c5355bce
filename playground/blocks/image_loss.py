"""Losses of what is said about every pixel of a picture, beside the cross-entropy, which takes pixels too."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError
from playground.blocks.class_loss import match_pixels
from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.code import Code, computed
from playground.blocks.loss import Free, Loss, use
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter


class DiceLayer(nn.Module):
    """One minus the Dice score of probabilities, the mean over the classes."""

    def __init__(self, scale: Scale, smoothing: float) -> None:
        super().__init__()
        self.scale = scale
        self.smoothing = smoothing

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        if self.scale == "probability":
            shares = prediction
        else:
            shares = prediction.exp() if self.scale == "log-probability" else prediction.softmax(dim=1)
        return dice_loss(shares, target, self.smoothing)


def dice_loss(shares: torch.Tensor, target: torch.Tensor, smoothing: float) -> torch.Tensor:
    """One minus the mean over the classes of (2 Σ p y + s) / (Σ p + Σ y + s), with sums over all pixels of the batch.

    `shares` (N, classes, height, width) are probabilities, `target` (N, height, width) class numbers; −1 counts not.
    """
    asked = (target != NOT_ASKED)[:, None]  # (N, 1, height, width)
    right = functional.one_hot(target.clamp_min(0), shares.shape[1]).movedim(-1, 1).to(shares.dtype) * asked
    shares = shares * asked
    common = (shares * right).sum(dim=(0, 2, 3))  # (classes,)
    total = shares.sum(dim=(0, 2, 3)) + right.sum(dim=(0, 2, 3))
    return 1.0 - ((2.0 * common + smoothing) / (total + smoothing)).mean()


class Dice(Loss):
    """One minus the Dice score of the predicted probabilities."""

    id: ClassVar[str] = "dice-loss"
    title: ClassVar[str] = "Dice loss"
    summary: ClassVar[str] = (
        "One minus the overlap of predicted and right regions: every class counts the same, however few pixels it has. "
        "Takes logits or what softmax gives."
    )
    formula: ClassVar[str] = (
        r"L = 1 - \frac{1}{k} \sum_c \frac{2 \sum_i p_{i,c} \, y_{i,c} + s}{\sum_i p_{i,c} + \sum_i y_{i,c} + s}"
    )
    source: ClassVar[str] = "Milletari, Navab and Ahmadi 2016, V-Net"
    free: ClassVar[Free] = "scores"

    smoothing: float = parameter(
        1.0, ge=0.0, le=1e4, advanced=True, help="Added above and below, so that a class that is nowhere costs little."
    )

    def match(self, prediction: Signal, target: Signal) -> None:
        if not target.pixelwise:
            raise BlockError(
                f"{self.title} expects a class number for every pixel as target, but {target.words()} arrives.",
                use("cross-entropy", "cross-entropy"),
                port="target",
            )
        match_pixels(self.title, prediction, target)

    def build(self, *inputs: Signal) -> nn.Module:
        return DiceLayer(inputs[0].scale if inputs else "any", self.smoothing)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, DiceLayer)
        module.smoothing = self.smoothing
        return True

    def to_code(self, *inputs: Signal) -> Code:
        ways = {"probability": "{0}", "log-probability": "{0}.exp()"}
        shares = ways.get(inputs[0].scale, "{0}.softmax(dim=1)")
        return computed(f"dice_loss({shares}, {{1}}, {self.smoothing!r})", uses=(dice_loss,))


BLOCKS: tuple[type[Block], ...] = (Dice,)
