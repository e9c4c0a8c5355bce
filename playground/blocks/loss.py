"""Loss blocks: they compare a prediction with a target and end the graph in one number to make small."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import nn

from playground.blocks.base import Block, BlockError, Family, Fix, Port
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

Task = Literal["classification", "regression"]


class Loss(Block):
    """Base of the losses. The module's forward takes (prediction, target) and returns one number, the batch mean.

    `decode` tells how a prediction becomes a class, from which the metrics follow.
    """

    family: ClassVar[Family] = "loss"
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Prediction"), Port("target", "Target"))
    outputs: ClassVar[tuple[Port, ...]] = (Port("loss", "Loss"),)

    weight: float = parameter(1.0, ge=0.0, le=1e6, advanced=True, help="Weight of this loss in the sum of all losses.")

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal((), kind="loss"),)

    def task(self, target: Signal) -> Task:
        """Classification when the target codes classes, else regression."""
        return "classification" if target.scale in ("index", "one-hot", "zero-one", "signed") else "regression"


class SameShapeLoss(Loss):
    """A loss that compares number with number, so both inputs must have the same shape."""

    def expect(self, *inputs: Signal) -> None:
        prediction, target = inputs
        if target.scale == "index":
            raise BlockError(
                f"{self.title} compares numbers, but the target arrives as class numbers.",
                Fix("Give the target as one-hot", "set", parameters={"labels": "one-hot"}, node="target"),
                Fix("Use cross-entropy", "replace", block="cross-entropy"),
                port="target",
            )
        if prediction.shape != target.shape:
            fixes = []
            if len(target.shape) == 1:
                fixes.append(Fix(f"Set units to {target.shape[0]}", "set", parameters={"units": target.shape[0]},
                                 node="prediction"))
            raise BlockError(
                f"{self.title} compares number with number, but the prediction is {prediction.words()} "
                f"and the target is {target.words()}.",
                *fixes,
                port="prediction",
            )


class MeanSquaredError(SameShapeLoss):
    """Mean of squared differences."""

    id: ClassVar[str] = "mean-squared-error"
    title: ClassVar[str] = "Mean squared error"
    summary: ClassVar[str] = "The mean of the squared differences; one outlier pulls hard."
    formula: ClassVar[str] = r"L = \frac{1}{n} \sum_{i=1}^{n} (\hat{y}_i - y_i)^2"

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.MSELoss()


class CrossEntropy(Loss):
    """Cross-entropy from logits and class numbers."""

    id: ClassVar[str] = "cross-entropy"
    title: ClassVar[str] = "Cross-entropy"
    summary: ClassVar[str] = "The surprise at the right class, from logits (softmax is inside) and class numbers."
    formula: ClassVar[str] = r"L = -\frac{1}{n} \sum_{i=1}^{n} \ln \frac{e^{z_{i,y_i}}}{\sum_k e^{z_{i,k}}}"

    def expect(self, *inputs: Signal) -> None:
        prediction, target = inputs
        if target.scale != "index":
            raise BlockError(
                f"{self.title} expects class numbers as target, but {target.words()} arrives.",
                Fix("Give the target as class numbers", "set", parameters={"labels": "index"}, node="target"),
                port="target",
            )
        if len(prediction.shape) != 1 or (target.classes and prediction.shape[0] != len(target.classes)):
            count = len(target.classes)
            raise BlockError(
                f"{self.title} expects one logit for each of the {count} classes, but {prediction.words()} arrives.",
                Fix(f"Set units to {count}", "set", parameters={"units": count}, node="prediction"),
                port="prediction",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.CrossEntropyLoss()


BLOCKS: tuple[type[Block], ...] = (MeanSquaredError, CrossEntropy)
