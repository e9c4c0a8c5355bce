"""Metrics of whole sequences of tokens that end with a token of its own, as a decoder says them by itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from playground.training.metrics.base import Bounds, ClassMetric, Task, Unit

if TYPE_CHECKING:
    from torch import Tensor

END_NAME = "[END]"
"""As `playground.blocks.signal` has it, which needs torch."""


@dataclass(frozen=True, slots=True)
class Said:
    """Sequences as they were said and as they should be."""

    predicted: Tensor
    """Tokens (N, steps)."""
    actual: Tensor
    """Tokens (N, steps), negative where nothing is asked."""
    end: int
    """The token with which a sequence ends."""

    def pairs(self) -> list[tuple[list[int], list[int]]]:
        """Each sequence as it was said and as it should be, without its end and what is behind it."""
        rows = zip(self.predicted.tolist(), self.actual.tolist(), strict=True)
        return [(_until(said, self.end), _until(right, self.end)) for said, right in rows]


def _until(tokens: list[int], end: int) -> list[int]:
    return tokens[: tokens.index(end)] if end in tokens else tokens


class SequenceMetric(ClassMetric):
    """A metric of sequences that end with a token of its own; computed from `Said`."""

    of_tokens: ClassVar[bool] = True

    def why_not(self, task: Task) -> str:
        ending = END_NAME in task.target.classes and bool(task.target.shape)
        unlike = f"{self.title} is measured of sequences of tokens that end with {END_NAME}, and there are none here."
        return super().why_not(task) or ("" if ending else unlike)


class ExactSequences(SequenceMetric):
    """The share of sequences without any mistake."""

    id: ClassVar[str] = "exact_sequences"
    title: ClassVar[str] = "Exact sequences"
    summary: ClassVar[str] = (
        "The share of the sequences that are right from the first token to the end, when the network hears only itself."
    )
    formula: ClassVar[str] = r"\frac{1}{n} \sum_i \prod_t [\hat{y}_{it} = y_{it}]"
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)

    def compute(self, said: Said) -> Tensor:
        right = (said.predicted == said.actual) | (said.actual < 0)
        return right.all(dim=1).float().mean()


class Bleu(SequenceMetric):
    """BLEU of all sequences together, as sacrebleu computes it, from 0 to 1."""

    id: ClassVar[str] = "bleu"
    title: ClassVar[str] = "BLEU"
    summary: ClassVar[str] = (
        "How many runs of one to four words of the answers stand in the right sentences, too; answers that are too "
        "short count less. When the network hears only itself."
    )
    formula: ClassVar[str] = r"\min(1, e^{1 - r/c}) \, \exp \left( \frac{1}{4} \sum_{n=1}^4 \ln p_n \right)"
    source: ClassVar[str] = "Papineni, Roukos, Ward and Zhu 2002; smoothed as sacrebleu does (Post 2018)"
    higher_is_better: ClassVar[bool] = True
    unit: ClassVar[Unit] = "share"
    bounds: ClassVar[Bounds] = (0.0, 1.0)

    def why_not(self, task: Task) -> str:
        words = any(len(token) > 1 and not token.startswith("[") for token in task.target.classes)
        single = "BLEU is a metric of words, but single characters are said here."
        return super().why_not(task) or ("" if words else single)

    def compute(self, said: Said) -> Tensor:
        return said.predicted.new_tensor(bleu(said.pairs()), dtype=said.predicted.float().dtype)


LONGEST = 4
"""Words of the longest runs that are counted."""


def bleu(pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> float:
    """BLEU of pairs of an answer and the right sentence, over all of them together.

    Where no run of some length is found, its precision counts as half, a quarter, an eighth … of one run.
    """
    found, there = [0] * LONGEST, [0] * LONGEST
    for answer, right in pairs:
        for size in range(1, LONGEST + 1):
            runs, wanted = _runs(answer, size), _runs(right, size)
            found[size - 1] += sum((runs & wanted).values())
            there[size - 1] += max(0, len(answer) - size + 1)
    said, asked = sum(len(answer) for answer, _ in pairs), sum(len(right) for _, right in pairs)
    if not found[0]:
        return 0.0
    halved, logs = 1.0, 0.0
    orders = sum(count > 0 for count in there)
    for hits, count in zip(found[:orders], there[:orders], strict=True):
        if not hits:
            halved *= 2.0
        logs += math.log(hits / count if hits else 1.0 / (halved * count))
    # As sacrebleu has it, an order that nothing is long enough for makes the whole 0.
    if orders < LONGEST:
        return 0.0
    return (min(1.0, math.exp(1.0 - asked / said)) if said else 0.0) * math.exp(logs / LONGEST)


def _runs(tokens: Sequence[int], size: int) -> Counter[tuple[int, ...]]:
    return Counter(tuple(tokens[start : start + size]) for start in range(len(tokens) - size + 1))


SEQUENCE_METRICS: tuple[type[ClassMetric], ...] = (ExactSequences, Bleu)
