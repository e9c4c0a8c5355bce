"""Sentences with their parse tree, whose sentiment follows from the words and from what belongs together."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import PADDING, Signal
from playground.data.base import Dataset, Examples, target_signal
from playground.document.declaration import parameter

GOOD, BAD = ("good", "great", "kind"), ("bad", "poor", "cruel")
NOT, BUT, JOIN = "not", "but", ")"
VOCABULARY = (PADDING, *GOOD, *BAD, NOT, BUT, JOIN)
SENTIMENTS = ("negative", "positive")
NUMBER = {word: number for number, word in enumerate(VOCABULARY)}


class SentimentTrees(Dataset):
    """Binary trees in postfix order: `)` joins the two phrases before it; the padding stands in front.

    “not” turns what it is joined with around, and of “A but B” it is B that counts.
    """

    id: ClassVar[str] = "sentiment-trees"
    title: ClassVar[str] = "Sentiment trees"
    summary: ClassVar[str] = (
        "Is it praise? “not” turns the phrase around that it stands before, and behind “but” comes what counts. The "
        "sign ) joins the two phrases before it, so that every row is a tree."
    )
    source: ClassVar[str] = "After Socher et al. 2013, Recursive deep models for semantic compositionality"
    question: ClassVar[str] = "Is the sentence positive or negative?"

    words: int = parameter(8, ge=2, le=30, help="Words in the longest sentences; each has one join less.")
    examples: int = parameter(
        2_000, ge=100, le=20_000, logarithmic=True, help="How many sentences to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"{self.examples:,} sentences of up to {self.words} words"

    def signals(self) -> tuple[Signal, ...]:
        features = Signal(
            (2 * self.words - 1,), kind="tokens", scale="index", axes=("time",), classes=VOCABULARY
        )
        return features, target_signal("index", SENTIMENTS)

    def generate(self, generator: np.random.Generator) -> Examples:
        length = 2 * self.words - 1
        rows, answers = np.zeros((self.examples, length), dtype=np.int64), np.zeros(self.examples, dtype=np.int64)
        for number in range(self.examples):
            row, answers[number] = phrase(int(generator.integers(1, self.words + 1)), generator)
            rows[number, length - len(row) :] = row
        return Examples(rows, answers, (), SENTIMENTS)


def phrase(words: int, generator: np.random.Generator) -> tuple[list[int], int]:
    """A phrase of so many words in postfix order, and whether it is positive."""
    if words == 1:
        positive = int(generator.integers(2))
        return [NUMBER[str(generator.choice(GOOD if positive else BAD))]], positive
    if words == 2 or generator.random() < 0.5:
        inner, positive = phrase(words - 1, generator)
        return [NUMBER[NOT], *inner, NUMBER[JOIN]], 1 - positive
    first = int(generator.integers(1, words - 1))
    before, _ = phrase(first, generator)
    after, positive = phrase(words - 1 - first, generator)
    return [*before, NUMBER[BUT], *after, NUMBER[JOIN], NUMBER[JOIN]], positive


DATASETS: tuple[type[Dataset], ...] = (SentimentTrees,)
