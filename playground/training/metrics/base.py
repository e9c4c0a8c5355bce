"""What a metric declares, and what it computes from: everything that several metrics need is computed once.

Definitions are those of scikit-learn, with 0 where a share of nothing is asked for. Nothing here waits for the device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from playground.document.declaration import Declaration

if TYPE_CHECKING:  # the window imports the words, not torch
    from torch import Tensor

    from playground.blocks.signal import Signal
    from playground.training.decoding import Decoder, Reading

TaskKind = Literal["classes", "labels", "numbers", "none"]
"""What predictions are compared as: one class of several, a yes or no for every output, numbers, or not at all."""
Unit = Literal["", "target", "share"]
Bounds = tuple[float | None, float | None]


class Quantity(Declaration):
    """A number that is measured on a part of the data, as people read it. Its `id` stands in files, as `test_ID`."""

    higher_is_better: ClassVar[bool]
    unit: ClassVar[Unit] = ""
    """`target` when it has the unit of the target, `share` for a share of the examples, shown in percent."""
    bounds: ClassVar[Bounds] = (None, None)
    """The least and the greatest value that it can have."""
    headline: ClassVar[bool] = False
    """Whether it is shown first of all where nobody has chosen another."""
    undefined: ClassVar[str] = ""
    """Why it may have no value, as the rest of a sentence."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one loss block or estimator compares, and how its prediction is read."""

    kind: TaskKind
    target: Signal
    decoder: Decoder | None = None
    """For classes."""
    reading: Reading | None = None
    """For labels."""
    rare: int = -1
    """A class whose recall is told apart, as it has few examples; -1 for none."""
    unit: tuple[float, ...] = ()
    """What one unit of each output is in the unit of the data, where the target was scaled."""
    logits: bool = False
    """Whether numbers are predicted as logits, which are not near their targets."""

    @property
    def classes(self) -> int:
        """Number of classes that can be told apart."""
        return self.decoder.class_count if self.decoder is not None else 2

    @property
    def tokens(self) -> bool:
        """Whether an answer is one of a vocabulary, step by step."""
        return self.target.kind == "tokens"


class Metric(Quantity):
    """A number that compares predictions with targets. Its methods stay on the device."""

    @classmethod
    def of(cls, task: Task) -> Metric:
        """The metric for this task; some have a number of it."""
        return cls()

    def why_not(self, task: Task) -> str:
        """Why it says nothing about predictions for this task, as a sentence; empty when it says something."""
        raise NotImplementedError

    def compute(self, compared: Any) -> Tensor:
        """The value, a tensor of no axes; of Answers or Numbers, as suits the tasks to which it applies."""
        raise NotImplementedError


class ClassMetric(Metric):
    """A metric of classes, also of labels, each of which is a yes or no; of tokens where it is `of_tokens`."""

    of_tokens: ClassVar[bool] = False

    def why_not(self, task: Task) -> str:
        if task.kind not in ("classes", "labels"):
            return _other_kind(self.title, "classes", task)
        if task.tokens and not self.of_tokens:
            return f"{self.title} is not measured of text, where every token of a vocabulary is a class."
        return ""


class NumberMetric(Metric):
    """A metric of numbers."""

    def why_not(self, task: Task) -> str:
        return "" if task.kind == "numbers" else _other_kind(self.title, "numbers", task)


def _other_kind(title: str, wanted: str, task: Task) -> str:
    if task.kind == "none":
        return f"{title} compares predictions with targets, which are not meant to agree here."
    told = "numbers" if task.kind == "numbers" else "classes"
    return f"{title} is a metric of {wanted}, but {told} are predicted here."


def confusion(predicted: Tensor, actual: Tensor, k: int) -> Tensor:
    """Counts (k, k) int64 of class numbers (N,): the row is the actual class, the column the predicted one."""
    cells = actual.long() * k + predicted.long()
    return cells.new_zeros(k * k).scatter_add_(0, cells, cells.new_ones(cells.shape)).view(k, k)


class Answers:
    """The classes predicted for the examples of a part, and the right ones."""

    def __init__(
        self, classes: int, predicted: Tensor, actual: Tensor, scores: Tensor | None = None,
        shares: Callable[[Tensor], Tensor] | None = None, rare: int = -1, labels: int = 1,
    ) -> None:  # fmt: skip
        self.classes = classes
        self.labels = labels
        """How many labels lie side by side for each example; 1 for classes."""
        self.predicted = predicted
        """Class numbers (N,); for labels, yes or no."""
        self.actual = actual
        self.rare = rare
        """A class that has few examples; -1 for none."""
        self._scores, self._shares = scores, shares

    @property
    def scores(self) -> Tensor:
        """(N, units): the larger, the more likely. For classes only."""
        assert self._scores is not None, "labels have no scores of classes"
        return self._scores

    @cached_property
    def probabilities(self) -> Tensor:
        """(N, classes); rows sum to 1. For classes only."""
        assert self._shares is not None, "labels have no probabilities of classes"
        return self._shares(self.scores)

    @cached_property
    def confusion(self) -> Tensor:
        """Counts (k, k) int64: the row is the actual class, the column the predicted one."""
        return confusion(self.predicted, self.actual, self.classes)

    @cached_property
    def hits(self) -> Tensor:
        """Right answers of each class, (k,)."""
        return self.confusion.diagonal().float()

    @cached_property
    def said(self) -> Tensor:
        """How often each class was predicted, (k,)."""
        return self.confusion.sum(dim=0).float()

    @cached_property
    def there(self) -> Tensor:
        """How often each class was right, (k,)."""
        return self.confusion.sum(dim=1).float()

    def over_classes(self, values: Tensor) -> Tensor:
        """One number from those of all classes, (k,).

        Of two classes, class 1 is the one that is looked for; of more, the mean over all classes that occur, actual or
        predicted, is taken (macro average).
        """
        return values[1] if len(values) == 2 else values.sum() / self._occurring

    @cached_property
    def _occurring(self) -> Tensor:
        return (self.said + self.there > 0.0).float().sum().clamp(min=1.0)


class Numbers:
    """The numbers predicted for the examples of a part, and the right ones; both (N, ...) as they arrive."""

    def __init__(self, prediction: Tensor, target: Tensor, unit: tuple[float, ...] = ()) -> None:
        self.prediction = prediction
        self.target = target
        self.unit = unit
        """What one unit of each output is in the unit of the data, where the target was scaled."""

    @cached_property
    def difference(self) -> Tensor:
        """Prediction less target, (N, ...), in the unit of the data."""
        # The difference alone has the unit: with a large shift in both, small differences would be lost.
        difference = self.prediction - self.target
        return difference * difference.new_tensor(self.unit) if self.unit else difference
