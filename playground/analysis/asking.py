"""Asking a network about examples that are varied: which answers there are, and the way from features to one number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.heads import Head, heads
from playground.analysis.subject import Subject
from playground.blocks.signal import Kind
from playground.data.base import Part, RegressionDataset
from playground.network.check import Output, Report

MOST_OUTPUTS = 64
"""Numbers of an answer that one can still choose from."""

AT_ONCE = 512
MOST_NUMBERS = 2_000_000
"""What the widest wire may carry in one pass."""


@dataclass(frozen=True)
class Question:
    """A head that answers every example with classes or a few numbers, and the data block it is asked about."""

    head: Head
    data: str

    @property
    def source(self) -> Output:
        """The port whose numbers are varied."""
        return self.data, "features"


def questions(report: Report, kinds: Collection[Kind]) -> tuple[Question, ...]:
    """What can be asked where the features are numbers of these kinds, in order."""
    found: list[Question] = []
    for head in heads(report):
        answer = report.signals[head.prediction]
        if head.metrics.silent or answer.rows != 1 or len(answer.shape) > 1 or answer.size > MOST_OUTPUTS:
            continue
        if head.classifies and head.target_signal.scale == "index" and head.target_signal.shape:
            continue
        above = sources_of(report, head.prediction)
        for name in report.data_nodes():
            signal = report.signals.get((name, "features"))
            if signal is not None and signal.kind in kinds and (name, "features") in above:
                found.append(Question(head, name))
                break
    return tuple(found)


def sources_of(report: Report, output: Output) -> frozenset[Output]:
    """All outputs from which this one follows, itself included."""
    found: set[Output] = set()
    waiting = [output]
    while waiting:
        this = waiting.pop()
        if this not in found:
            found.add(this)
            waiting.extend(report.followed(this[0]))
    return frozenset(found)


class Asking:
    """The network as a function of the features of some examples; all else is as these examples have it.

    Differentiable. The weights are those that the subject has now, so use it before others get their turn.
    """

    def __init__(self, subject: Subject, question: Question, rows: NDArray[np.int64]) -> None:
        self.subject = subject
        self.question = question
        self.part: Part = subject.shown_part
        self.rows = rows
        """Rows (R,) of the part."""
        index = torch.from_numpy(rows)
        self._feeds = {output: whole[index] for output, whole in subject.feeds(self.part).items()}
        self.features = self._feeds[question.source]
        """(R, ...) as the network sees them."""
        network, head = subject.network, question.head
        self._steps = network.steps_to([head.prediction], self._feeds)
        self._slot = network.slots[head.prediction]
        self._one_unit = head.classifies and subject.report.signals[head.prediction].size == 1
        widest = max((signal.size * signal.rows for signal in subject.report.signals.values()), default=1)
        self.at_once = min(AT_ONCE, max(1, MOST_NUMBERS // max(1, widest)))
        """Examples that go well together in one pass."""
        self._target_scale = _target_scale(subject, head)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, or what the numbers of the answer are called."""
        head, report = self.question.head, self.subject.report
        size = max(1, report.signals[head.prediction].size)
        if head.classifies:
            return head.class_names(2 if size == 1 else size)
        dataset = report.blocks[head.target[0]]
        if isinstance(dataset, RegressionDataset) and len(dataset.target_names()) == size:
            return dataset.target_names()
        return ("output",) if size == 1 else tuple(f"output {number + 1}" for number in range(size))

    def predict(self, features: torch.Tensor) -> torch.Tensor:
        """The raw prediction (k · R, outputs) for k variants of the R examples, one variant after the other.

        Regressions are in the unit of the target.
        """
        copies = len(features) // max(1, len(self.rows))
        feeds = {output: value.repeat(copies, *[1] * (value.dim() - 1)) for output, value in self._feeds.items()}
        feeds[self.question.source] = features
        self.subject.calm()
        values = self.subject.network.run(feeds, self._steps)[self._slot]
        return self._in_target_unit(values.reshape(len(features), -1))

    def _in_target_unit(self, numbers: torch.Tensor) -> torch.Tensor:
        if self._target_scale is None:
            return numbers
        shift, factor = self._target_scale
        return numbers / factor + shift

    def score(self, features: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """The number (k · R,) that speaks for the wanted outputs (R,) of k variants of the R examples.

        It is what the network gives for that class or number. Where one unit tells two classes apart, it speaks for
        class 1, and its opposite for class 0.
        """
        given = self.predict(features)
        index = wanted.repeat(len(features) // max(1, len(self.rows)))
        if not self._one_unit:
            return given.gather(1, index[:, None])[:, 0]
        single = given[:, 0]
        opposite = 1.0 - single if self.is_share else -single
        return torch.where(index == 1, single, opposite)

    @property
    def is_share(self) -> bool:
        """Whether what the network gives are probabilities already, no scores."""
        decoder = self.question.head.metrics.decoder
        return decoder is not None and decoder.reading == "probability"

    @property
    def unit(self) -> str:
        """What the numbers of the answer are, in a word."""
        if not self.question.head.classifies:
            return "prediction"
        return "probability" if self.is_share else "score"

    def probabilities(self, prediction: torch.Tensor) -> NDArray[np.float32]:
        """Shares (N, classes) of raw predictions; of a regression the predictions themselves."""
        given = prediction.detach().numpy()
        return self.question.head.probabilities(given) if self.question.head.classifies else given

    def classes(self, prediction: torch.Tensor) -> NDArray[np.int64]:
        """What the network decides for (N,): class numbers; output 0 of a regression."""
        given = prediction.detach().numpy()
        head = self.question.head
        return head.classes(given) if head.classifies else np.zeros(len(given), dtype=np.int64)

    def actual(self) -> NDArray[np.float64]:
        """What is right: class numbers (R, 1), or the numbers (R, outputs) of a regression in their unit."""
        head = self.question.head
        target = self.subject.values(self._feeds, [head.target])[head.target]
        if head.classifies:
            return head.actual(target)[:, None].astype(np.float64)
        numbers = self._in_target_unit(torch.from_numpy(target.reshape(len(target), -1)))
        return np.asarray(numbers.numpy(), dtype=np.float64)


def _target_scale(subject: Subject, head: Head) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Shift and factor of a scaled regression target; None for what is not scaled."""
    node, port = head.target
    if head.classifies or port != "target" or node not in subject.prepared:
        return None
    scaler = subject.prepared[node].target_scaler
    return torch.tensor(scaler.shift), torch.tensor(scaler.factor)
