"""Which class is taken for which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.heads import Head, chosen, class_heads
from playground.analysis.subject import Subject
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.training.metrics.base import confusion


@dataclass(frozen=True)
class Answers:
    """What a head answers for all examples of a part."""

    actual: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    """(n, k)."""


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts (k, k): the row is the actual class, the column the predicted one."""

    counts: NDArray[np.int64]
    class_names: tuple[str, ...]
    part: Part
    title: str = ""
    """Whose answers these are, where several on the canvas answer."""

    @property
    def total(self) -> int:
        """Number of examples."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float:
        """Share on the diagonal."""
        return float(np.trace(self.counts)) / max(1, self.total)

    def table(self) -> Table:
        rows = [[name, *counts] for name, counts in zip(self.class_names, self.counts.tolist(), strict=True)]
        return ["actual \\ predicted", *self.class_names], rows


class ConfusionMatrixAnalysis(Analysis):
    """Actual classes against predicted ones."""

    id: ClassVar[str] = "confusion-matrix"
    title: ClassVar[str] = "Confusion matrix"
    summary: ClassVar[str] = "Each row is a true class, each column what the network said; the diagonal is right."

    part: Part = parameter("test", help="The examples that are counted.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not class_heads(report):
            return "A confusion matrix needs a loss block whose target is a class."
        return ""

    def compute(self, question: Question) -> ConfusionMatrix:
        subject = question.loaded()
        candidates = class_heads(subject.report)
        head = chosen(candidates, question.node)
        answers = answer(question, subject, head, self.part)
        count = answers.probabilities.shape[1]
        counts = confusion(torch.from_numpy(answers.predicted), torch.from_numpy(answers.actual), count)
        title = subject.title(head.node) if len(candidates) > 1 else ""
        return ConfusionMatrix(np.asarray(counts.numpy(), dtype=np.int64), head.class_names(count), self.part, title)


def answer(question: Question, subject: Subject, head: Head, part: Part) -> Answers:
    """Run a part through the network. Raises NothingToShow when it is empty, Cancelled when nobody waits any more."""
    feeds = subject.feeds(part)
    if not len(next(iter(feeds.values()))):
        raise NothingToShow(f"The {part} part has no examples. Give it a share in the data block.")
    values = subject.values(feeds, [head.prediction, head.target], question.cancelled)
    if not values:
        raise Cancelled
    prediction, actual = values[head.prediction], head.actual(values[head.target])
    asked = actual >= 0
    return Answers(actual[asked], head.classes(prediction)[asked], head.probabilities(prediction)[asked])
