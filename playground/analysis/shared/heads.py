"""The heads of a network: what each loss block compares, and how its prediction is read as a class or a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.blocks.estimator import Estimator
from playground.blocks.loss import Loss
from playground.blocks.signal import Signal
from playground.network.check import Output, Report
from playground.training.metrics.metric_set import MetricSet, metrics_for


@dataclass(frozen=True)
class Head:
    """What one loss block compares, or one estimator predicts."""

    node: str
    judge: Loss | Estimator
    prediction: Output
    target: Output
    target_signal: Signal
    metrics: MetricSet

    @property
    def answerer(self) -> str:
        """The node whose answer is looked at: the estimator, or the last block before the loss."""
        return self.prediction[0]

    @property
    def classifies(self) -> bool:
        """Whether the prediction stands for classes."""
        return self.judge.task(self.target_signal) == "classification"

    def classes(self, prediction: NDArray[np.float32]) -> NDArray[np.int64]:
        """Class numbers (N,) of predictions (N, ...)."""
        return np.asarray(self.metrics.classes(torch.from_numpy(prediction)).numpy(), dtype=np.int64)

    def probabilities(self, prediction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities (N, k) of predictions (N, ...)."""
        return np.asarray(self.metrics.probabilities(torch.from_numpy(prediction)).numpy(), dtype=np.float32)

    def actual(self, target: NDArray[np.float32] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Class numbers (N,) of targets in their coding."""
        return np.asarray(self.metrics.actual(torch.from_numpy(target)).numpy(), dtype=np.int64)

    def class_names(self, count: int) -> tuple[str, ...]:
        """Names of the classes, or their numbers when they have no names."""
        names = self.target_signal.classes
        return names if len(names) == count else tuple(str(number) for number in range(count))


def heads(report: Report) -> tuple[Head, ...]:
    """All heads in order."""
    return tuple(
        Head(
            comparison.node,
            comparison.judge,
            comparison.prediction,
            comparison.target,
            report.signals[comparison.target],
            metrics_for(
                comparison.judge, report.signals[comparison.prediction], report.signals[comparison.target]
            ),
        )
        for comparison in report.comparisons()
    )


def class_heads(report: Report) -> tuple[Head, ...]:
    """The heads that classify."""
    return tuple(head for head in heads(report) if head.classifies)


def answering_once(report: Report) -> tuple[Head, ...]:
    """The heads that give one class for each example, and not one for every step or pixel."""
    found = ((head, head.target_signal) for head in class_heads(report))
    return tuple(head for head, target in found if target.scale != "index" or not target.shape)


def chosen(candidates: tuple[Head, ...], node: str | None) -> Head:
    """The head of the chosen loss block or estimator, or of the chosen block before the loss; else the first."""
    return next((head for head in candidates if node in (head.node, head.answerer)), candidates[0])
