"""Metrics of predictions that stand for classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from playground.document.declaration import parameter
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
    of_tokens: ClassVar[bool] = True

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
    of_tokens: ClassVar[bool] = True

    def why_not(self, task: Task) -> str:
        if task.kind == "classes" and not task.tokens:
            return "Perplexity is a metric of text, but no tokens are predicted here."
        return super().why_not(task) or _of_one_answer(self.title, task)

    def compute(self, answers: Answers) -> Tensor:
        right = answers.probabilities.gather(1, answers.actual[:, None])  # (N, 1)
        return right.clamp_min(LEAST).log().mean().neg().exp()


class BitsPerCharacter(ClassMetric):
    """The mean surprise for each character of the text, whatever the tokens are."""

    id: ClassVar[str] = "bits_per_character"
    title: ClassVar[str] = "Bits per character"
    summary: ClassVar[str] = (
        "How surprised the model is by each character of a text, in yes-or-no questions. Long tokens are harder to "
        "guess but fewer, so models of different tokens compare by this and not by perplexity."
    )
    formula: ClassVar[str] = r"-\frac{1}{c \, n} \sum_i \log_2 p_i"
    source: ClassVar[str] = "Shannon 1951, Prediction and entropy of printed English"
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[Bounds] = (0.0, None)
    undefined: ClassVar[str] = NOTHING_ASKED
    of_tokens: ClassVar[bool] = True

    characters: float = parameter(1.0, gt=0.0, help="Characters of a token, on average over the test part.")

    @classmethod
    def of(cls, task: Task) -> Metric:
        return cls(characters=task.target.characters) if task.target.characters else cls()

    def why_not(self, task: Task) -> str:
        if task.kind == "classes" and not (task.tokens and task.target.characters):
            return "Bits per character is a metric of text that is written on, but none is predicted here."
        return super().why_not(task) or _of_one_answer(self.title, task)

    def compute(self, answers: Answers) -> Tensor:
        right = answers.probabilities.gather(1, answers.actual[:, None])  # (N, 1)
        return right.clamp_min(LEAST).log2().mean().neg() / self.characters


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


class BalancedAccuracy(ClassMetric):
    """The share of right answers if all classes were equally frequent."""

    id: ClassVar[str] = "balanced_accuracy"
    title: ClassVar[str] = "Balanced accuracy"
    summary: ClassVar[str] = (
        "The mean of the recalls of all classes that occur: each class counts the same, however few examples it has."
    )
    formula: ClassVar[str] = r"\frac{1}{k} \sum_c \frac{TP_c}{TP_c + FN_c}"
    source: ClassVar[str] = (
        "Brodersen, Ong, Stephan and Buhmann 2010, The balanced accuracy and its posterior distribution"
    )
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = NOTHING_ASKED

    def compute(self, answers: Answers) -> Tensor:
        recalls = answers.hits / answers.there.clamp(min=1.0)  # (k,), 0 for a class that does not occur
        return recalls.sum() / (answers.there > 0.0).float().sum()


class F1(ClassMetric):
    """Precision and recall in one number."""

    id: ClassVar[str] = "f1"
    title: ClassVar[str] = "F1"
    summary: ClassVar[str] = "Precision and recall in one number: their harmonic mean, good only when both are."
    formula: ClassVar[str] = r"\frac{2 \, TP}{2 \, TP + FP + FN}"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = NOTHING_ASKED

    def why_not(self, task: Task) -> str:
        return super().why_not(task) or ("F1 of pixels is called Dice." if task.target.pixelwise else "")

    def compute(self, answers: Answers) -> Tensor:
        return answers.over_classes(2.0 * answers.hits / (answers.said + answers.there).clamp(min=1.0))


class ExactMatch(ClassMetric):
    """How many examples have all their labels right."""

    id: ClassVar[str] = "exact_match"
    title: ClassVar[str] = "Exact match"
    summary: ClassVar[str] = "The share of the examples whose labels are all right; accuracy counts labels one by one."
    formula: ClassVar[str] = r"\frac{1}{n} \sum_i \prod_k [\hat{y}_{i,k} = y_{i,k}]"
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)

    def why_not(self, task: Task) -> str:
        wrong = super().why_not(task)
        if wrong or task.kind == "labels":
            return wrong
        return f"{self.title} is told where an example may have several labels; here it has one class."

    def compute(self, answers: Answers) -> Tensor:
        return (answers.predicted == answers.actual).view(-1, answers.labels).all(dim=1).float().mean()


class CohenKappa(ClassMetric):
    """How much more often predictions and classes agree than by chance."""

    id: ClassVar[str] = "cohen_kappa"
    title: ClassVar[str] = "Cohen’s kappa"
    summary: ClassVar[str] = (
        "How much more often predictions agree with the classes than by chance: 1 is always, 0 is as by chance, "
        "also where nearly all examples have the same class."
    )
    formula: ClassVar[str] = r"\kappa = \frac{p_o - p_e}{1 - p_e}"
    source: ClassVar[str] = "Cohen 1960, A coefficient of agreement for nominal scales"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (-1.0, 1.0)
    undefined: ClassVar[str] = "all examples of this part have one class and are predicted so: chance agrees as often."

    def compute(self, answers: Answers) -> Tensor:
        count = answers.there.sum()
        agreed = answers.hits.sum() / count
        by_chance = (answers.said / count * (answers.there / count)).sum()
        return ((agreed - by_chance) / (1.0 - by_chance)).masked_fill(by_chance >= 1.0, float("nan"))


class TopAccuracy(ClassMetric):
    """How often the right class is among the best few."""

    id: ClassVar[str] = f"top_{TOP}_accuracy"
    title: ClassVar[str] = f"Top {TOP} accuracy"
    summary: ClassVar[str] = f"The share of the examples whose class is among the {TOP} that seem most likely."
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)
    undefined: ClassVar[str] = NOTHING_ASKED

    def why_not(self, task: Task) -> str:
        wrong = super().why_not(task) or _of_one_answer(self.title, task)
        if wrong or task.classes >= CLASSES_FOR_TOP:
            return wrong
        return f"{self.title} is measured from {CLASSES_FOR_TOP} classes on; here are {task.classes}."

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

    def why_not(self, task: Task) -> str:
        wrong = super().why_not(task) or _of_one_answer(self.title, task)
        if wrong or task.rare >= 0:
            return wrong
        return f"{self.title} needs a class with far fewer examples than the others; there is none here."

    def compute(self, answers: Answers) -> Tensor:
        there = answers.there[answers.rare]
        return (answers.hits[answers.rare] / there.clamp(min=1.0)).masked_fill(there == 0.0, float("nan"))


def _of_one_answer(title: str, task: Task) -> str:
    """Why it cannot be told of labels; empty for classes."""
    if task.kind == "classes":
        return ""
    return f"{title} is told where one class of several is right; here every label is a yes or no by itself."


CLASS_METRICS: tuple[type[Metric], ...] = (
    Accuracy, Perplexity, BitsPerCharacter, Precision, Recall, BalancedAccuracy, F1, ExactMatch, CohenKappa,
    TopAccuracy, RareClassRecall,
)  # fmt: skip
