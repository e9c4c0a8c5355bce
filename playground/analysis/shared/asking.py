"""Asking a network about examples that are varied: which answers there are, and the way from features to one number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.shared.heads import Head, heads
from playground.analysis.subject import Subject
from playground.blocks.families import computes
from playground.blocks.kinds import KindName
from playground.blocks.signal import Signal
from playground.data.base import Part, RegressionDataset
from playground.network.check import Output, Report

MOST_OUTPUTS = 64
"""Numbers of an answer that one can still choose from."""

AT_ONCE = 512
MOST_NUMBERS = 2_000_000
"""What the widest wire may carry in one pass."""


MOST_UNITS = 256
"""Units of a block that one can still choose from."""


@dataclass(frozen=True)
class InputOutput:
    """What is asked of which numbers: an answer with classes or a few numbers, or the units of a block."""

    head: Head | None
    """Whose answer it is; None where the units of a block are asked about."""
    data: str
    """The data block whose examples are varied."""
    source: Output
    """The port whose numbers are varied: the features, or of tokens the vectors they become."""
    asked: Output
    """The port that is asked about."""

    @property
    def classifies(self) -> bool:
        """Whether the answer is a class."""
        return self.head is not None and self.head.classifies


def answer_pairs(report: Report, kinds: Collection[KindName]) -> tuple[InputOutput, ...]:
    """The answers one can ask about where the features are of these kinds, in order."""
    found: list[InputOutput] = []
    for head in heads(report):
        answer = report.signals[head.prediction]
        if head.metrics.silent or answer.rows != 1 or len(answer.shape) > 1 or answer.size > MOST_OUTPUTS:
            continue
        if head.classifies and head.target_signal.scale == "index" and head.target_signal.shape:
            continue
        found += _asked(report, kinds, head.prediction, head)
    return tuple(found)


def unit_pairs(report: Report, kinds: Collection[KindName]) -> tuple[InputOutput, ...]:
    """The blocks whose units one can ask about; of images their maps. Vectors come first, and the narrowest of them."""
    found: list[InputOutput] = []
    for name in report.inputs:
        block = report.blocks[name]
        if not computes(block.family) or not block.outputs:
            continue
        asked = name, block.outputs[0].name
        signal = report.signals[asked]
        if signal.of_kind.numbers and not signal.of_kind.whole and signal.rows == 1 and _units(signal) <= MOST_UNITS:
            found += _asked(report, kinds, asked, None)
    signals = report.signals
    return tuple(sorted(found, key=lambda one: (signals[one.asked].kind != "vector", _units(signals[one.asked]))))


def _units(signal: Signal) -> int:
    """The maps of an image, the features of a series, the numbers of a vector."""
    return signal.shape[signal.of_kind.unit_axis] if signal.shape else 1


def _asked(report: Report, kinds: Collection[KindName], asked: Output, head: Head | None) -> list[InputOutput]:
    """The pair about a port, of the first data block that it follows from."""
    above = sources_of(report, asked)
    for name in report.data_nodes():
        signal = report.signals.get((name, "features"))
        if signal is None or signal.kind not in kinds or (name, "features") not in above:
            continue
        source = _vectors_of_tokens(report, name, above) if signal.kind == "tokens" else (name, "features")
        if source is not None and source != asked:
            return [InputOutput(head, name, source, asked)]
    return []


def _vectors_of_tokens(report: Report, data: str, above: Collection[Output]) -> Output | None:
    """The first vectors that tokens become, (time, features)."""
    for name in report.order:
        if report.inputs.get(name) == ((data, "features"),):
            output = name, report.blocks[name].outputs[0].name
            if output in above and report.signals[output].kind == "series":
                return output
    return None


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

    def __init__(self, subject: Subject, pair: InputOutput, rows: NDArray[np.int64]) -> None:
        self.subject = subject
        self.pair = pair
        self.part: Part = subject.shown_part
        self.rows = rows
        """Rows (R,) of the part."""
        index = torch.from_numpy(rows)
        self._feeds = subject.fetched({output: whole[index] for output, whole in subject.feeds(self.part).items()})
        if pair.source not in self._feeds:
            self._feeds[pair.source] = self.vectors(self._feeds)
        self.features = self._feeds[pair.source]
        """(R, ...) as the network sees them."""
        network, head, signals = subject.network, pair.head, subject.report.signals
        self._steps = network.steps_to([pair.asked], self._feeds)
        self._slot = network.slots[pair.asked]
        self._signal = signals[pair.asked]
        self._one_unit = pair.classifies and self._signal.size == 1
        widest = max((signal.size * signal.rows for signal in signals.values()), default=1)
        self.at_once = min(AT_ONCE, max(1, MOST_NUMBERS // max(1, widest)))
        """Examples that go well together in one pass."""
        self._target_scale = _target_scale(subject, head)

    def vectors(self, feeds: Mapping[Output, torch.Tensor]) -> torch.Tensor:
        """The vectors (N, time, features) that the tokens of some examples become."""
        source = self.pair.source
        return torch.from_numpy(self.subject.values(feeds, [source])[source])

    def tokens(self) -> tuple[str, ...]:
        """The words of the first example; empty where it has no tokens."""
        known = self.pair.data, "features"
        signal = self.subject.report.signals[known]
        if signal.kind != "tokens":
            return ()
        words = signal.classes
        return tuple(words[token] if 0 <= token < len(words) else "·" for token in self._feeds[known][0].tolist())

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, or what the numbers of the answer are called."""
        head, report = self.pair.head, self.subject.report
        if head is None:
            kind = "map" if self._signal.of_kind.picture == "maps" else "unit"
            return tuple(f"{kind} {number + 1}" for number in range(_units(self._signal)))
        size = max(1, self._signal.size)
        if head.classifies:
            return head.class_names(2 if size == 1 else size)
        if len(head.target_signal.classes) == size:
            return head.target_signal.classes  # several labels for one example
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
        feeds[self.pair.source] = features
        self.subject.calm()
        values = self.subject.network.run(feeds, self._steps)[self._slot]
        if self.pair.head is None:
            return _unit_values(values, self._signal)
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
        decoder = self.pair.head.metrics.decoder if self.pair.head is not None else None
        return decoder is not None and decoder.reading == "probability"

    @property
    def unit(self) -> str:
        """What the numbers of the answer are, in a word."""
        if not self.pair.classifies:
            return "prediction" if self.pair.head is not None else "value"
        return "probability" if self.is_share else "score"

    def probabilities(self, prediction: torch.Tensor) -> NDArray[np.float32]:
        """Shares (N, classes) of raw predictions; of numbers the numbers themselves."""
        given, head = prediction.detach().numpy(), self.pair.head
        return head.probabilities(given) if head is not None and head.classifies else given

    def classes(self, prediction: torch.Tensor) -> NDArray[np.int64]:
        """What the network decides for (N,): class numbers; 0 for a regression; of units the largest."""
        given, head = prediction.detach().numpy(), self.pair.head
        if head is None:
            return np.asarray(given.argmax(axis=1), dtype=np.int64)
        return head.classes(given) if head.classifies else np.zeros(len(given), dtype=np.int64)

    def actual(self) -> NDArray[np.float64]:
        """What is right: class numbers (R, 1), the numbers (R, outputs) of a regression; NaN (R, 1) for units."""
        head = self.pair.head
        if head is None:
            return np.full((len(self.rows), 1), np.nan)
        target = self.subject.values(self._feeds, [head.target])[head.target]
        if head.classifies:
            return head.actual(target)[:, None].astype(np.float64)
        numbers = self._in_target_unit(torch.from_numpy(target.reshape(len(target), -1)))
        return np.asarray(numbers.numpy(), dtype=np.float64)


def _unit_values(values: torch.Tensor, signal: Signal) -> torch.Tensor:
    """One number for each unit (N, units): the mean over the pixels of a map, or over the steps of a series."""
    if values.dim() <= 2:
        return values.reshape(len(values), -1)
    if signal.of_kind.unit_axis == 0:
        return values.flatten(2).mean(dim=2)
    return values.flatten(1, -2).mean(dim=1)


def _target_scale(subject: Subject, head: Head | None) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Shift and factor of a scaled regression target; None for what is not scaled."""
    if head is None:
        return None
    node, port = head.target
    if head.classifies or port != "target" or node not in subject.prepared:
        return None
    scaler = subject.prepared[node].target_scaler
    return torch.tensor(scaler.shift), torch.tensor(scaler.factor)
