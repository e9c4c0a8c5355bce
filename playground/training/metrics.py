"""How good a network is, in numbers that people can read. The functions stay on the device: nothing waits for it.

Definitions are those of scikit-learn, with 0 where a share of nothing is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.blocks.estimator import Estimator
from playground.blocks.loss import Loss
from playground.blocks.signal import Signal
from playground.training.decoding import THRESHOLDS, Decoder, Reading, reading_of

TOP = 3
CLASSES_FOR_TOP = 5
"""From so many classes on it is worth knowing whether the right one is among the `TOP` best."""


def confusion(predicted: Tensor, actual: Tensor, k: int) -> Tensor:
    """Counts (k, k) int64 of class numbers (N,): the row is the actual class, the column the predicted one."""
    cells = actual.long() * k + predicted.long()
    counts = torch.zeros(k * k, dtype=torch.int64, device=cells.device)
    return counts.scatter_add_(0, cells, torch.ones_like(cells)).view(k, k)


def accuracy(predicted: Tensor, actual: Tensor) -> Tensor:
    """Share of class numbers (N,) that are right."""
    return (predicted == actual).float().mean()


def top_k_accuracy(scores: Tensor, actual: Tensor, k: int = TOP) -> Tensor:
    """Share of the examples whose class (N,) is among the k largest of its scores (N, classes)."""
    best = scores.topk(min(k, scores.shape[1]), dim=1).indices
    return (best == actual[:, None]).any(dim=1).float().mean()


def perplexity(probabilities: Tensor, actual: Tensor) -> Tensor:
    """Among how many equally likely tokens the model seems to choose: e to the mean surprise at the right one (N,).

    Jelinek, Mercer, Bahl and Baker 1977, "Perplexity: a measure of the difficulty of speech recognition tasks".
    """
    right = probabilities.gather(1, actual[:, None])  # (N, 1)
    return right.clamp_min(1e-12).log().mean().neg().exp()


def precision_recall_f1(counts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Precision, recall and F1 from a confusion matrix (k, k).

    Of two classes, class 1 is the one that is looked for; of more, the mean over all classes that occur, actual or
    predicted, is taken (macro average).
    """
    hits = counts.diagonal().float()
    said, there = counts.sum(dim=0).float(), counts.sum(dim=1).float()
    precision, recall = hits / said.clamp(min=1.0), hits / there.clamp(min=1.0)
    f1 = 2.0 * hits / (said + there).clamp(min=1.0)
    if len(counts) == 2:
        return precision[1], recall[1], f1[1]
    occurs = (said + there > 0.0).float()
    number = occurs.sum().clamp(min=1.0)
    return precision.sum() / number, recall.sum() / number, f1.sum() / number


def mean_absolute_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean distance over all examples and outputs."""
    return (prediction - target).abs().mean()


def root_mean_squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Root of the mean squared distance over all examples and outputs, in the unit of the target."""
    return (prediction - target).square().mean().sqrt()


def r2(prediction: Tensor, target: Tensor) -> Tensor:
    """Share of the target's variance that is explained: 1 is perfect, 0 no better than the mean.

    Both are (N, ...). Outputs are taken together, each weighted by its variance, as a mean over the outputs is ruled by
    the least varying ones: at a pixel that is black in all pictures but one, any error is thousands of variances.
    Outputs whose target never changes have no variance to explain and are left out; where there are no others, it is
    the share of those met exactly. NaN for fewer than two examples.
    """
    count = len(target)
    if count < 2:
        return torch.full((), float("nan"), device=target.device)
    prediction, target = prediction.reshape(count, -1), target.reshape(count, -1)
    left = (prediction - target).square().sum(dim=0)
    spread = (target - target.mean(dim=0)).square().sum(dim=0)
    constant = (target == target[0]).all(dim=0)
    explained = 1.0 - torch.where(constant, 0.0, left).sum() / torch.where(constant, 0.0, spread).sum()
    return torch.where(constant.all(), (left == 0.0).to(left.dtype).mean(), explained)


@dataclass(frozen=True, slots=True)
class MetricSet:
    """The metrics that suit one loss block. `decoder` is None for regression."""

    decoder: Decoder | None
    silent: bool = False
    """There is nothing to measure: prediction and target are not meant to agree."""
    labels: Reading | None = None
    """How predictions are read where every output is a yes or no of its own."""
    rare: int = -1
    """A class whose recall is told apart, as it has few examples."""
    unit: tuple[float, ...] = ()
    """What one unit of each output is in the unit of the data, where the target was scaled."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what `compute` gives, in order."""
        if self.silent:
            return ()
        if self.labels is not None:
            return "accuracy", "precision", "recall", "f1"
        if self.decoder is None:
            return "mean_absolute_error", "root_mean_squared_error", "r2"
        if self.decoder.target.kind == "tokens":
            return "accuracy", "perplexity"
        top = (f"top_{TOP}_accuracy",) if self.decoder.class_count >= CLASSES_FOR_TOP else ()
        rare = ("rare_class_recall",) if self.rare >= 0 else ()
        return "accuracy", "precision", "recall", "f1", *top, *rare

    @torch.no_grad()
    def compute(self, prediction: Tensor, target: Tensor) -> dict[str, float]:
        """All metrics of a batch as it arrives at the loss block, one wait for the device; NaN for an empty batch."""
        if len(prediction) == 0 or self.silent:
            return dict.fromkeys(self.names, float("nan"))
        if self.labels is not None:
            values = _of_labels(self.labels, prediction, target)
        elif self.decoder is None:
            values = self._of_numbers(prediction, target)
        else:
            values = self._of_classes(self.decoder, prediction, target)
        return dict(zip(self.names, torch.stack(values).tolist(), strict=True))

    def _of_numbers(self, prediction: Tensor, target: Tensor) -> list[Tensor]:
        target = target.to(prediction.dtype).reshape(prediction.shape)
        explained = r2(prediction, target)
        if self.unit:
            unit = torch.tensor(self.unit, dtype=prediction.dtype, device=prediction.device)
            # The difference alone has the unit: with a large shift in both, small differences would be lost.
            prediction, target = (prediction - target) * unit, torch.zeros_like(target)
        return [mean_absolute_error(prediction, target), root_mean_squared_error(prediction, target), explained]

    def _of_classes(self, decoder: Decoder, prediction: Tensor, target: Tensor) -> list[Tensor]:
        actual = decoder.actual(target)
        if decoder.target.shape:  # where no answer is asked for there is nothing to measure
            asked = actual >= 0
            prediction, actual = decoder.scores(prediction)[asked], actual[asked]
            if not len(actual):
                return [torch.full((), float("nan"), device=actual.device)] * len(self.names)
        predicted = decoder.classes(prediction)
        if decoder.target.kind == "tokens":
            return [accuracy(predicted, actual), perplexity(decoder.probabilities(prediction), actual)]
        counts = confusion(predicted, actual, decoder.class_count)
        values = [accuracy(predicted, actual), *precision_recall_f1(counts)]
        if decoder.class_count >= CLASSES_FOR_TOP:
            values.append(top_k_accuracy(decoder.scores(prediction), actual))
        if self.rare >= 0:
            there = counts[self.rare].sum().float()
            values.append(torch.where(there > 0, counts[self.rare, self.rare] / there.clamp(min=1.0), torch.nan))
        return values

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
        if self.decoder is None:
            raise ValueError("This loss compares numbers, so its prediction stands for no class.")
        return self.decoder


def _of_labels(reading: Reading, prediction: Tensor, target: Tensor) -> list[Tensor]:
    """Share of the labels that are right, and precision, recall and F1 over all labels (micro average)."""
    said = prediction.reshape(-1) > THRESHOLDS.get(reading, 0.0)
    there = target.reshape(-1) > 0.5
    return [accuracy(said, there), *precision_recall_f1(confusion(said.long(), there.long(), 2))]


def metrics_for(
    loss: Loss | Estimator, prediction: Signal, target: Signal, unit: tuple[float, ...] = ()
) -> MetricSet:
    """The metrics for a loss block or an estimator between these two wires; of numbers in this unit."""
    task = loss.task(target)
    if task != "classification":
        if target.scale == "probability" and target.classes and loss.id == "binary-cross-entropy":
            return MetricSet(None, labels=reading_of(loss, prediction, target))
        fits = len(unit) in (1, prediction.shape[-1] if prediction.shape else 1)
        return MetricSet(None, silent=task == "none", unit=unit if fits else ())
    units = prediction.shape[-1] if target.scale == "index" and target.shape else max(1, prediction.size)
    rare = target.rare_class if not target.shape or target.scale != "index" else -1
    return MetricSet(Decoder(reading_of(loss, prediction, target), target, units), rare=rare)
