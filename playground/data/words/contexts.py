"""Words and those around them: pairs for skip-gram, windows for CBOW, counts for GloVe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Port
from playground.blocks.signal import Signal
from playground.data.base import Examples
from playground.data.words.grammar import UNSEEN, VOCABULARY, corpus
from playground.data.words.sentences import Numbers, WordSentences, numbered, padded
from playground.document.declaration import parameter

POWER = 0.75
"""Negatives are drawn as often as their word, to this power (Mikolov et al. 2013)."""


class Contexts(WordSentences):
    """Base of the data that are counted in the generated sentences."""

    sentences: int = parameter(
        3_000, ge=200, le=50_000, logarithmic=True, help="How many sentences are made, of 5 to 10 words each."
    )
    window: int = parameter(2, ge=1, le=5, help="So many words to the left and to the right of a word are around it.")

    def vocabulary(self) -> tuple[str, ...]:
        return VOCABULARY

    def subtitle(self) -> str:
        return f"{self.sentences:,} sentences · window {self.window}"

    def words_read(self) -> int:
        return 1


class Sampled(Contexts):
    """Base of those whose target is the right word and some wrong ones."""

    outputs: ClassVar[tuple[Port, ...]] = (Port("features", "Words"), Port("target", "Right and wrong"))
    negatives: int = parameter(
        5, ge=1, le=20, help="Wrong words beside each right one, drawn as often as they come to the power of 0.75."
    )

    def signals(self) -> tuple[Signal, ...]:
        words = self.vocabulary()
        asked = Signal((1 + self.negatives,), kind="tokens", scale="index", axes=("words",), classes=words)
        return self.word_signal(), asked


class SkipGramPairs(Sampled):
    """A word, one from around it, and some that are not."""

    id: ClassVar[str] = "skip-gram-pairs"
    title: ClassVar[str] = "Skip-gram pairs"
    summary: ClassVar[str] = (
        "From generated sentences: a word, then as target one of the words around it and a few drawn by chance."
    )
    source: ClassVar[str] = "Mikolov, Sutskever, Chen, Corrado and Dean 2013, Distributed representations of words"
    question: ClassVar[str] = "Which words stand around a word?"

    def generate(self, generator: np.random.Generator) -> Examples:
        rows = numbered(corpus(self.sentences, generator), VOCABULARY)
        centres, around = pairs_within(rows, self.window)
        wrong = negatives_for(around, word_counts(rows), self.negatives, generator)
        return Examples(centres[:, None], np.concatenate([around[:, None], wrong], axis=1))


class CbowWindows(Sampled):
    """The words around a gap, the one that stood there, and some that did not."""

    id: ClassVar[str] = "cbow-windows"
    title: ClassVar[str] = "Windows with a gap"
    summary: ClassVar[str] = (
        "From generated sentences: the words around a gap, then as target the word in it and a few drawn by chance."
    )
    source: ClassVar[str] = "Mikolov, Chen, Corrado and Dean 2013, Efficient estimation of word representations"
    question: ClassVar[str] = "Which word stands between these?"
    fill: ClassVar = "end"

    def words_read(self) -> int:
        return 2 * self.window

    def generate(self, generator: np.random.Generator) -> Examples:
        rows = numbered(corpus(self.sentences, generator), VOCABULARY)
        around = [
            row[max(0, place - self.window) : place] + row[place + 1 : place + 1 + self.window]
            for row in rows for place in range(len(row))
        ]  # fmt: skip
        centres = np.array([number for row in rows for number in row], dtype=np.int64)
        wrong = negatives_for(centres, word_counts(rows), self.negatives, generator)
        return Examples(padded(around, 2 * self.window, False), np.concatenate([centres[:, None], wrong], axis=1))


class CoOccurrence(Contexts):
    """Which words stand near each other, and how often."""

    id: ClassVar[str] = "co-occurrence"
    title: ClassVar[str] = "Words that come together"
    summary: ClassVar[str] = (
        "From generated sentences: two words, and how often they stand near each other; the farther, the less."
    )
    source: ClassVar[str] = "Pennington, Socher and Manning 2014, GloVe: global vectors for word representation"
    question: ClassVar[str] = "How often do two words stand near each other?"
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("features", "Word"), Port("target", "Count"), Port("context", "Word beside it"),
    )  # fmt: skip

    window: int = parameter(4, ge=1, le=8, help="So many words to the left and to the right of a word are near it.")

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), Signal((1,), low=0.0), self.word_signal()

    def generate(self, generator: np.random.Generator) -> Examples:
        rows = numbered(corpus(self.sentences, generator), VOCABULARY)
        counts = co_occurrence(rows, len(VOCABULARY), self.window)
        words, beside = np.nonzero(counts)
        many = counts[words, beside].astype(np.float32)[:, None]
        return Examples(words[:, None].astype(np.int64), many, fields={"context": beside[:, None].astype(np.int64)})


def pairs_within(rows: Sequence[Sequence[int]], window: int) -> tuple[Numbers, Numbers]:
    """Each word with each of those at most `window` places from it: (N,) words and (N,) those around."""
    centres: list[int] = []
    around: list[int] = []
    for row in rows:
        for place, number in enumerate(row):
            near = [*row[max(0, place - window) : place], *row[place + 1 : place + 1 + window]]
            centres.extend([number] * len(near))
            around.extend(near)
    return np.array(centres, dtype=np.int64), np.array(around, dtype=np.int64)


def word_counts(rows: Sequence[Sequence[int]]) -> Numbers:
    """How often each word comes, (words,)."""
    return np.bincount(np.concatenate([np.array(row) for row in rows]), minlength=len(VOCABULARY)).astype(np.int64)


def negatives_for(right: Numbers, counts: Numbers, each: int, generator: np.random.Generator) -> Numbers:
    """Wrong words (N, each) for right ones (N,), by the counts (words,) to the power of 0.75; none is the right one."""
    shares = counts.astype(np.float64) ** POWER
    shares /= shares.sum()
    found = generator.choice(len(counts), size=(len(right), each), p=shares)
    same = found == right[:, None]
    while same.any():
        found[same] = generator.choice(len(counts), size=int(same.sum()), p=shares)
        same = found == right[:, None]
    return found.astype(np.int64)


def co_occurrence(rows: Sequence[Sequence[int]], words: int, window: int) -> NDArray[np.float64]:
    """The sum of 1 / distance over all places where two words are at most `window` apart: (words, words)."""
    counts = np.zeros((words, words))
    for distance in range(1, window + 1):
        left = [number for row in rows for number in row[:-distance]]
        right = [number for row in rows for number in row[distance:]]
        np.add.at(counts, (left, right), 1.0 / distance)
        np.add.at(counts, (right, left), 1.0 / distance)
    return counts


def unseen() -> tuple[int, ...]:
    """The numbers of the words that no sentence holds."""
    return tuple(VOCABULARY.index(word) for word in UNSEEN)


DATASETS: tuple[type[Contexts], ...] = (SkipGramPairs, CbowWindows, CoOccurrence)
