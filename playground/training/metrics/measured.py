"""The words of numbers that are no metrics: losses, and what measures and estimators on the canvas give.

A block whose numbers are well named by their ids alone needs no row here.
"""

from __future__ import annotations

from typing import ClassVar

from playground.training.metrics.base import Bounds, Quantity, Unit


class LossQuantity(Quantity):
    """What the run makes smaller."""

    id: ClassVar[str] = "loss"
    title: ClassVar[str] = "Loss"
    summary: ClassVar[str] = "What learning makes smaller."
    higher_is_better: ClassVar[bool] = False
    headline: ClassVar[bool] = True
    undefined: ClassVar[str] = "no answer is asked for in this part, or the loss is too large for a number."


class ScaledError(Quantity):
    """What the block of this name gives."""

    id: ClassVar[str] = "mase"
    title: ClassVar[str] = "MASE"
    summary: ClassVar[str] = "The error of a forecast beside that of the simplest one: below 1 it is better."
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[Bounds] = (0.0, None)
    undefined: ClassVar[str] = (
        "the simplest forecast makes no error on the training time, so nothing can be compared with it."
    )


class SquaredDistance(Quantity):
    """What k-means makes smaller."""

    id: ClassVar[str] = "squared_distance"
    title: ClassVar[str] = "Squared distance"
    summary: ClassVar[str] = "The mean squared distance from the nearest centre."
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[Bounds] = (0.0, None)


class RandIndex(Quantity):
    """How well groups and classes agree."""

    id: ClassVar[str] = "rand_index"
    title: ClassVar[str] = "Rand index"
    summary: ClassVar[str] = "How well the groups agree with the classes: 1 fully, 0 as by chance."
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (None, 1.0)


class HighQualityShare(Quantity):
    """How many made points are good."""

    id: ClassVar[str] = "high_quality_share"
    title: ClassVar[str] = "High quality share"
    summary: ClassVar[str] = "The share of the made points that lie near a mode."
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)


class MeanAveragePrecision(Quantity):
    """What the block of this name gives."""

    id: ClassVar[str] = "mean_average_precision"
    title: ClassVar[str] = "mAP"
    summary: ClassVar[str] = "Mean average precision of boxes, over classes and over IoU from 0.5 to 0.95."
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = "no box is there in this part."


class AveragePrecisionAtHalf(Quantity):
    """The same where half is enough."""

    id: ClassVar[str] = "average_precision_50"
    title: ClassVar[str] = "mAP at 0.5"
    summary: ClassVar[str] = "Mean average precision of boxes, where an IoU of 0.5 is enough."
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = "no box is there in this part."


OTHER_QUANTITIES: tuple[type[Quantity], ...] = (
    LossQuantity, ScaledError, SquaredDistance, RandIndex, HighQualityShare, MeanAveragePrecision,
    AveragePrecisionAtHalf,
)  # fmt: skip
