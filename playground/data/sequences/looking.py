"""Sequences in which the answer of a step stands elsewhere: further on, or where the same symbol came before."""

from __future__ import annotations

import string
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples
from playground.data.sequences.symbols import SymbolSequences
from playground.document.declaration import parameter

SIGNS = (".", "?")
TAGS = ("statement", "question")


class TagSentences(Dataset):
    """Words of one letter, and sentences that end in a full stop or a question mark; each letter is to be tagged.

    Which of the two comes is chance, so that whoever reads from the left alone can only guess: .5. At the signs
    themselves nothing is asked.
    """

    id: ClassVar[str] = "tag-sentences"
    title: ClassVar[str] = "Statement or question"
    summary: ClassVar[str] = (
        "Letters in sentences that end with a full stop or a question mark. Each letter is to be tagged with the kind "
        "of its sentence, which only its end tells."
    )
    question: ClassVar[str] = "Does a letter stand in a statement or in a question?"

    length: int = parameter(16, ge=4, le=200, logarithmic=True, help="Symbols in each sequence, the last one a sign.")
    symbols: int = parameter(4, ge=1, le=26, help="How many different letters there are, from A on.")
    ends: float = parameter(
        0.2, ge=0.0, le=0.9, label="Share of signs", help="How likely a sentence ends at each step before the last."
    )
    examples: int = parameter(
        1_500, ge=100, le=20_000, logarithmic=True, help="How many sequences to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"{self.length} symbols, letters to {string.ascii_uppercase[self.symbols - 1]}"

    def signals(self) -> tuple[Signal, ...]:
        vocabulary = (*string.ascii_uppercase[: self.symbols], *SIGNS)
        features = Signal((self.length,), kind="tokens", scale="index", axes=("time",), classes=vocabulary)
        return features, features.but(classes=TAGS, unanswered=True)

    def generate(self, generator: np.random.Generator) -> Examples:
        letters = generator.integers(self.symbols, size=(self.examples, self.length))
        signs = self.symbols + generator.integers(2, size=letters.shape)
        ended = generator.random(letters.shape) < self.ends
        ended[:, -1] = True
        tokens = np.where(ended, signs, letters)
        target = np.full_like(tokens, NOT_ASKED)
        following = signs[:, -1]  # (examples,) the sign that ends the sentence of a step
        for step in range(self.length - 1, -1, -1):
            following = np.where(ended[:, step], signs[:, step], following)
            target[:, step] = np.where(ended[:, step], NOT_ASKED, following - self.symbols)
        return Examples(tokens, target)


class Induction(SymbolSequences):
    """At every symbol that has been there before: what followed it the last time?

    So … A B … A asks for B. Of a symbol that is new nothing is asked.
    """

    id: ClassVar[str] = "induction"
    title: ClassVar[str] = "Induction"
    summary: ClassVar[str] = (
        "What followed this symbol the last time? After … A B … A the answer is B: look for the same symbol, and one "
        "step on."
    )
    source: ClassVar[str] = "After Olsson et al. 2022, In-context learning and induction heads"
    question: ClassVar[str] = "What followed this symbol the last time?"

    length: int = parameter(16, ge=3, le=200, logarithmic=True, help="Symbols in each sequence.")
    symbols: int = parameter(8, ge=2, le=26, help="How many different symbols there are, from A on.")

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), self.feature_signal().but(unanswered=True)

    def generate(self, generator: np.random.Generator) -> Examples:
        tokens = self.drawn(generator)
        return Examples(tokens, followers(tokens, self.symbols))


def followers(tokens: NDArray[np.int64], symbols: int) -> NDArray[np.int64]:
    """What came behind each token's last appearance before it, (examples, length); −1 where it is new."""
    rows = np.arange(len(tokens))
    last = np.full((len(tokens), symbols), NOT_ASKED)
    target = np.full_like(tokens, NOT_ASKED)
    for step in range(tokens.shape[1]):
        if step:
            last[rows, tokens[:, step - 1]] = tokens[:, step]
        target[:, step] = last[rows, tokens[:, step]]
    return target


DATASETS: tuple[type[Dataset], ...] = (TagSentences, Induction)
