"""How a prediction is read as a class: it depends on the loss and on what the numbers of both wires mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from playground.blocks.estimator import Estimator
from playground.blocks.loss import Loss
from playground.blocks.signal import Signal

Reading = Literal["probability", "log-probability", "logit", "softmax", "zero-one", "signed"]
"""Probabilities, their logarithms, scores for a sigmoid or a softmax, or numbers that approach 0 and 1 or -1 and 1."""

THRESHOLDS: dict[Reading, float] = {"probability": 0.5, "zero-one": 0.5, "log-probability": -0.6931471805599453}
"""Above it one output unit says class 1; 0 where nothing is said."""


def reading_of(loss: Loss | Estimator, prediction: Signal, target: Signal) -> Reading:
    """How the numbers that arrive at the loss are to be read.

    Probabilities stay what they are whatever the loss. Free numbers are scores for a loss with an entropy in it,
    margins around zero for hinge and signed targets, and else numbers that approach the target.
    """
    if prediction.scale in ("probability", "zero-one", "one-hot"):
        return "probability"
    if prediction.scale == "log-probability":
        return "log-probability"
    free = loss.free if isinstance(loss, Loss) else "numbers"
    if free == "logits":
        return "logit"
    if free == "scores":
        return "softmax" if prediction.shape[-1:] != (1,) else "logit"
    if target.scale == "signed" or prediction.scale == "signed":
        return "signed"
    if free == "margins":
        return "softmax" if prediction.size > 1 else "signed"
    return "zero-one"


@dataclass(frozen=True, slots=True)
class Decoder:
    """Reads class numbers and probabilities from predictions, and class numbers from coded targets."""

    reading: Reading
    target: Signal
    units: int
    """Numbers that the network gives for an answer; a single one tells class 1 from class 0.

    An example has one answer, or one for every step, node or pixel: the N below counts answers.
    """

    @property
    def class_count(self) -> int:
        """Number of classes that can be told apart."""
        return 2 if self.units == 1 else self.units

    def scores(self, prediction: Tensor) -> Tensor:
        """Predictions (N, ...) as (N, units): the larger, the more likely."""
        values = prediction.detach()
        return (values.movedim(1, -1) if self.target.pixelwise else values).reshape(-1, self.units)

    def classes(self, prediction: Tensor) -> Tensor:
        """Class numbers (N,) int64."""
        scores = self.scores(prediction)
        if self.units == 1:
            return (scores[:, 0] > THRESHOLDS.get(self.reading, 0.0)).long()
        return scores.argmax(dim=1)

    def probabilities(self, prediction: Tensor) -> Tensor:
        """Shares (N, classes) that sum to 1. Numbers that are no probabilities are cut off at 0 and 1."""
        return self.shares(self.scores(prediction))

    def shares(self, scores: Tensor) -> Tensor:
        """Probabilities (N, classes) of scores (N, units); a gradient goes through."""
        if self.reading == "softmax":
            return scores.softmax(dim=1)
        shares = separate_shares(self.reading, scores)
        if self.units == 1:
            return torch.cat((1.0 - shares, shares), dim=1)  # (N, 1) -> (N, 2)
        total = shares.sum(dim=1, keepdim=True)
        return torch.where(total > 0.0, shares / total, 1.0 / self.units)

    def actual(self, target: Tensor) -> Tensor:
        """Class numbers (N,) int64 of targets in the coding of their wire."""
        if self.target.scale == "index":
            return target.reshape(-1).long()
        flat = target.reshape(len(target), -1)
        if flat.shape[1] > 1:
            return flat.argmax(dim=1)
        return (flat[:, 0] > (0.0 if self.target.scale == "signed" else 0.5)).long()


def separate_shares(reading: Reading, scores: Tensor) -> Tensor:
    """Scores as shares from 0 to 1, each by itself, as of labels of which several may hold."""
    if reading == "logit":
        return scores.sigmoid()
    if reading == "log-probability":
        return scores.exp().clamp(0.0, 1.0)
    if reading == "signed":
        return ((scores + 1.0) / 2.0).clamp(0.0, 1.0)
    return scores.clamp(0.0, 1.0)
