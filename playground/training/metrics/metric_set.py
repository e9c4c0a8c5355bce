"""The metrics that suit what one loss block or estimator compares, and their values."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.blocks.estimator import Estimator
from playground.blocks.loss import Loss
from playground.blocks.signal import END, Signal
from playground.network.check import Report
from playground.training.decoding import THRESHOLDS, Decoder, reading_of
from playground.training.metrics import registry
from playground.training.metrics.base import Answers, Metric, Numbers, Task
from playground.training.metrics.sequences import Said, SequenceMetric


@dataclass(frozen=True, slots=True)
class MetricSet:
    """The metrics for one task."""

    task: Task
    metrics: tuple[Metric, ...]
    names: tuple[str, ...]
    """Names of what `compute` gives, in order."""

    @property
    def decoder(self) -> Decoder | None:
        """How predictions are read as classes; None where they stand for none."""
        return self.task.decoder

    @property
    def silent(self) -> bool:
        """Whether there is nothing to measure: prediction and target are not meant to agree."""
        return self.task.kind == "none"

    def compute(self, prediction: Tensor, target: Tensor) -> dict[str, float]:
        """All metrics of a batch as it arrives at the loss block, one wait for the device; NaN for an empty batch."""
        values = self.tensors(prediction, target)
        return dict(zip(self.names, torch.stack(values).tolist(), strict=True)) if values else {}

    @torch.no_grad()
    def tensors(
        self, prediction: Tensor, target: Tensor, wanted: Sequence[bool] = (), said: tuple[Tensor, Tensor] | None = None
    ) -> list[Tensor]:
        """The same in the order of `names`, tensors of no axes that stay on the device; nothing waits for them.

        Where `wanted` is given, one word for each name, the others are left out. `said` is what the network says by
        itself, with the targets, where that is not the prediction: metrics of whole sequences look at it."""
        metrics = list(itertools.compress(self.metrics, wanted)) if wanted else self.metrics
        if not metrics:
            return []
        compared = self._compared(prediction, target) if len(prediction) else None
        if compared is None:
            return [torch.full((), float("nan"), device=prediction.device)] * len(metrics)
        whole = said if said is not None else (prediction, target)
        return [
            metric.compute(self._said(*whole) if isinstance(metric, SequenceMetric) else compared) for metric in metrics
        ]

    def _said(self, prediction: Tensor, target: Tensor) -> Said:
        """Sequences as they were said and as they should be."""
        tokens = self._classifier().classes(prediction).reshape(target.shape)
        return Said(tokens, target, self.task.target.classes.index(END))

    @property
    def whole(self) -> tuple[bool, ...]:
        """Of each name, whether it is of whole sequences, which the network should say by itself."""
        return tuple(isinstance(metric, SequenceMetric) for metric in self.metrics)

    def _compared(self, prediction: Tensor, target: Tensor) -> Numbers | Answers | None:
        """What metrics compute from; None where no answer is asked for."""
        if self.task.kind == "numbers":
            return Numbers(prediction, target.to(prediction.dtype).reshape(prediction.shape), self.task.unit)
        return self._answers(prediction, target)

    def _answers(self, prediction: Tensor, target: Tensor) -> Answers | None:
        task = self.task
        if task.reading is not None:
            said = prediction.reshape(-1) > THRESHOLDS.get(task.reading, 0.0)
            return Answers(task.classes, said, target.reshape(-1) > 0.5, labels=task.target.size)
        decoder = task.decoder
        if decoder is None:
            return None
        actual = decoder.actual(target)
        if task.target.shape:  # where no answer is asked for there is nothing to measure
            asked = actual >= 0
            prediction, actual = decoder.scores(prediction)[asked], actual[asked]
            if not len(actual):
                return None
        scores = decoder.scores(prediction)
        return Answers(task.classes, decoder.classes(scores), actual, scores, decoder.shares, task.rare)

    def classes(self, prediction: Tensor) -> Tensor:
        """Class numbers (N,) int64 of predictions. Raises ValueError for regression."""
        return self._classifier().classes(prediction)

    def probabilities(self, prediction: Tensor) -> Tensor:
        """Probabilities (N, classes) of predictions; rows sum to 1. Raises ValueError for regression."""
        return self._classifier().probabilities(prediction)

    def actual(self, target: Tensor) -> Tensor:
        """Class numbers (N,) int64 of targets in their coding. Raises ValueError for regression."""
        return self._classifier().actual(target)

    def _classifier(self) -> Decoder:
        if self.task.decoder is None:
            raise ValueError("This loss compares numbers, so its prediction stands for no class.")
        return self.task.decoder


def metrics_for(
    loss: Loss | Estimator, prediction: Signal, target: Signal, unit: tuple[float, ...] = ()
) -> MetricSet:
    """The metrics for a loss block or an estimator between these two wires; of numbers in this unit."""
    task = task_of(loss, prediction, target, unit)
    metrics = registry.metrics_of(task)
    return MetricSet(task, metrics, tuple(metric.id for metric in metrics))


def task_of(loss: Loss | Estimator, prediction: Signal, target: Signal, unit: tuple[float, ...] = ()) -> Task:
    """What is compared between these two wires."""
    kind = loss.task(target)
    if kind != "classification":
        yes_or_no = isinstance(loss, Loss) and loss.free == "logits"
        if target.scale == "probability" and target.classes and yes_or_no:
            return Task("labels", target, reading=reading_of(loss, prediction, target))
        fits = len(unit) in (1, prediction.shape[-1] if prediction.shape else 1)
        logits = yes_or_no and prediction.scale != "probability"
        return Task("none" if kind == "none" else "numbers", target, unit=unit if fits else (), logits=logits)
    units = prediction.shape[-1] if target.scale == "index" and target.shape else max(1, prediction.size)
    if target.pixelwise:
        units = prediction.shape[0]
    rare = target.rare_class if not target.shape or target.scale != "index" else -1
    return Task("classes", target, Decoder(reading_of(loss, prediction, target), target, units), rare=rare)


def why_missing(report: Report) -> dict[str, str]:
    """By the id of every metric that nothing on the canvas is measured by: why, as a sentence."""
    tasks = [
        task_of(judge, report.signals[prediction], report.signals[target])
        for _, judge, prediction, target in report.comparisons()
        if prediction in report.signals and target in report.signals
    ]
    if not tasks:
        return {metric.id: "Nothing on the canvas compares predictions with targets." for metric in registry.METRICS}
    every = {metric.id: [metric().why_not(task) for task in tasks] for metric in registry.METRICS}
    return {name: reasons[0] for name, reasons in every.items() if all(reasons)}
