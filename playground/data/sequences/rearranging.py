"""Sequences that are to be given back in another order."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import PADDING, Signal
from playground.data.base import Dataset, Examples
from playground.data.sequences.symbols import SymbolSequences
from playground.document.declaration import parameter


class Reverse(SymbolSequences):
    """The sequence read backwards: the last step asks for the first symbol.

    Shorter sequences are filled up with padding at their end; read backwards it would come first, and there nothing is
    asked. So where a step has to look does not depend on the length.
    """

    id: ClassVar[str] = "reverse"
    title: ClassVar[str] = "Reverse a sequence"
    summary: ClassVar[str] = (
        "Random symbols that are to be given back in reversed order: each step needs a symbol from another place, "
        "which attention has to find."
    )
    question: ClassVar[str] = "What does a sequence say when it is read backwards?"

    length: int = parameter(12, ge=2, le=200, logarithmic=True, help="Symbols in each sequence.")
    symbols: int = parameter(8, ge=2, le=26, help="How many different symbols there are, from A on.")
    most_padding: int = parameter(
        0,
        ge=0,
        le=199,
        label="Padding up to",
        help=f"By how many symbols a sequence may be shorter; it is filled up with {PADDING}. One symbol always stays.",
    )

    def subtitle(self) -> str:
        shorter = min(self.most_padding, self.length - 1)
        lengths = f"{self.length - shorter} to {self.length}" if shorter else str(self.length)
        return f"{self.examples} of {lengths} symbols, A to {self.vocabulary()[-1]}"

    def feature_signal(self) -> Signal:
        padding = (PADDING,) if self.most_padding else ()
        return super().feature_signal().but(classes=(*self.vocabulary(), *padding))

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), super().feature_signal().but(unanswered=self.most_padding > 0)

    def generate(self, generator: np.random.Generator) -> Examples:
        tokens = self.drawn(generator)
        shorter = generator.integers(min(self.most_padding, self.length - 1) + 1, size=(self.examples, 1))
        missing = np.arange(self.length) >= self.length - shorter  # (examples, length)
        target = np.where(missing, NOT_ASKED, tokens)[:, ::-1].copy()
        return Examples(np.where(missing, self.symbols, tokens), target)


class Sort(SymbolSequences):
    """The symbols of a sequence in the order of the alphabet."""

    id: ClassVar[str] = "sort"
    title: ClassVar[str] = "Sort a sequence"
    summary: ClassVar[str] = (
        "Random symbols that are to be given back in the order of the alphabet: what stands at a step depends on all "
        "of them, wherever they were."
    )
    question: ClassVar[str] = "What does a sequence look like in the order of the alphabet?"

    length: int = parameter(8, ge=2, le=200, logarithmic=True, help="Symbols in each sequence.")
    symbols: int = parameter(8, ge=2, le=26, help="How many different symbols there are, from A on.")

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), self.feature_signal()

    def generate(self, generator: np.random.Generator) -> Examples:
        tokens = self.drawn(generator)
        return Examples(tokens, np.sort(tokens, axis=1))


DATASETS: tuple[type[Dataset], ...] = (Reverse, Sort)
