"""Metrics of predictions that stand for classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from playground.training.metrics.base import Answers, Bounds, ClassMetric, Metric, Task, Unit

if TYPE_CHECKING:
    from torch import Tensor

TOP = 3
CLASSES_FOR_TOP = 5
"""From so many classes on it is worth knowing whether the right one is among the `TOP` best."""
NOTHING_ASKED = "no answer is asked for in this part."
LEAST = 1e-12
"""Probabilities below it count as this much, so that one impossible token leaves a number."""


class Accuracy(ClassMetric):
    """The share of right answers."""

    id: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "Accuracy"
    summary: ClassVar[str] = "The share of the examples whose class is predicted right."
    formula: ClassVar[str] = r"\frac{1}{n} \sum_i [\hat{c}_i = c_i]"
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    headline: ClassVar[bool] = True
    undefined: ClassVar[str] = NOTHING_ASKED

    def applies(self, task: Task) -> bool:
        return task.kind in ("classes", "labels")

    def compute(self, answers: Answers) -> Tensor:
        return (answers.predicted == answers.actual).float().mean()


class Perplexity(ClassMetric):
    """Among how many equally likely tokens the model seems to choose."""

    id: ClassVar[str] = "perplexity"
    title: ClassVar[str] = "Perplexity"
    summary: ClassVar[str] = "Among how many equally likely tokens the model seems to choose: 1 when it is always sure."
    formula: ClassVar[str] = r"\exp \left( -\frac{1}{n} \sum_i \ln p_i \right)"
    source: ClassVar[str] = (
        "Jelinek, Mercer, Bahl and Baker 1977, Perplexity: a measure of the difficulty of speech recognition tasks"
    )
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[Bounds] = (1.0, None)
    undefined: ClassVar[str] = NOTHING_ASKED

    def applies(self, task: Task) -> bool:
        return task.kind == "classes" and task.tokens

    def compute(self, answers: Answers) -> Tensor:
        right = answers.probabilities.gather(1, answers.actual[:, None])  # (N, 1)
        return right.clamp_min(LEAST).log().mean().neg().exp()


class Precision(ClassMetric):
    """How many of those called so are so."""

    id: ClassVar[str] = "precision"
    title: ClassVar[str] = "Precision"
    summary: ClassVar[str] = "Of the examples that are called so, the share that are so. With many classes, their mean."
    formula: ClassVar[str] = r"\frac{TP}{TP + FP}"
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = NOTHING_ASKED

    def compute(self, answers: Answers) -> Tensor:
        return answers.over_classes(answers.hits / answers.said.clamp(min=1.0))


class Recall(ClassMetric):
    """How many of those that are so are found."""

    id: ClassVar[str] = "recall"
    title: ClassVar[str] = "Recall"
    summary: ClassVar[str] = "Of the examples that are so, the share that are found. With many classes, their mean."
    formula: ClassVar[str] = r"\frac{TP}{TP + FN}"
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = NOTHING_ASKED

    def compute(self, answers: Answers) -> Tensor:
        return answers.over_classes(answers.hits / answers.there.clamp(min=1.0))


class F1(ClassMetric):
    """Precision and recall in one number."""

    id: ClassVar[str] = "f1"
    title: ClassVar[str] = "F1"
    summary: ClassVar[str] = "Precision and recall in one number: their harmonic mean, good only when both are."
    formula: ClassVar[str] = r"\frac{2 \, TP}{2 \, TP + FP + FN}"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = NOTHING_ASKED

    def compute(self, answers: Answers) -> Tensor:
        return answers.over_classes(2.0 * answers.hits / (answers.said + answers.there).clamp(min=1.0))


class TopAccuracy(ClassMetric):
    """How often the right class is among the best few."""

    id: ClassVar[str] = f"top_{TOP}_accuracy"
    title: ClassVar[str] = f"Top {TOP} accuracy"
    summary: ClassVar[str] = f"The share of the examples whose class is among the {TOP} that seem most likely."
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = NOTHING_ASKED

    def applies(self, task: Task) -> bool:
        return task.kind == "classes" and not task.tokens and task.classes >= CLASSES_FOR_TOP

    def compute(self, answers: Answers) -> Tensor:
        best = answers.scores.topk(min(TOP, answers.scores.shape[1]), dim=1).indices
        return (best == answers.actual[:, None]).any(dim=1).float().mean()


class RareClassRecall(ClassMetric):
    """How many of a rare class are found."""

    id: ClassVar[str] = "rare_class_recall"
    title: ClassVar[str] = "Rare class recall"
    summary: ClassVar[str] = "Of the examples of the rare class, the share that are found: accuracy hides them."
    formula: ClassVar[str] = r"\frac{TP}{TP + FN}"
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = "no example of the rare class is in this part."

    def applies(self, task: Task) -> bool:
        return task.kind == "classes" and not task.tokens and task.rare >= 0

    def compute(self, answers: Answers) -> Tensor:
        there = answers.there[answers.task.rare]
        return (answers.hits[answers.task.rare] / there.clamp(min=1.0)).masked_fill(there == 0.0, float("nan"))


CLASS_METRICS: tuple[type[Metric], ...] = (
    Accuracy, Perplexity, Precision, Recall, F1, TopAccuracy, RareClassRecall,
)  # fmt: skip
