"""Sequences that ask for memory: what was read long ago must still be known at the end."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.base import BlockError, Fix
from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, target_signal
from playground.data.sequences.symbols import SymbolSequences
from playground.document.declaration import parameter

BLANK, ANSWER = "_", ">"
"""What stands where nothing is to be read, and where a symbol is to be said."""


class RememberFirst(SymbolSequences):
    """The symbol that was read first must be known after the last one."""

    id: ClassVar[str] = "remember-first"
    title: ClassVar[str] = "Remember the first symbol"
    summary: ClassVar[str] = (
        "Random symbols one after the other, of which only the first counts: the answer must be carried through all "
        "the others."
    )
    source: ClassVar[str] = "After Hochreiter & Schmidhuber 1997, whose long time lag problems ask the same"
    question: ClassVar[str] = "Which symbol did a sequence begin with?"

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), target_signal("index", self.vocabulary())

    def generate(self, generator: np.random.Generator) -> Examples:
        tokens = self.drawn(generator)
        return Examples(tokens, tokens[:, 0].copy(), (), self.vocabulary())


class RecallWithLag(SymbolSequences):
    """At every step the symbol of some steps before is asked for, so that a moving queue must be carried along."""

    id: ClassVar[str] = "recall-lag"
    title: ClassVar[str] = "Recall with a lag"
    summary: ClassVar[str] = (
        "At every step the symbol that was read a given number of steps before is to be said: a queue in the memory."
    )
    question: ClassVar[str] = "Which symbol was read some steps ago?"

    length: int = parameter(20, ge=2, le=200, logarithmic=True, help="Symbols in each sequence.")
    lag: int = parameter(3, ge=1, le=199, logarithmic=True, help="How many steps lie between a symbol and its answer.")

    def subtitle(self) -> str:
        return f"{self.length} symbols, A to {self.vocabulary()[-1]} · lag {self.lag}"

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), self.feature_signal().but(unanswered=True)

    def expect(self, *inputs: Signal) -> None:
        """Refuse a lag that leaves no step with an answer. Raises BlockError."""
        if self.lag >= self.length:
            raise BlockError(
                f"With a lag of {self.lag}, no step of {self.length} symbols has an answer.",
                Fix(f"Set lag to {self.length // 2}", "set", parameters={"lag": self.length // 2}),
            )

    def generate(self, generator: np.random.Generator) -> Examples:
        tokens = self.drawn(generator)
        target = np.full_like(tokens, NOT_ASKED)
        target[:, self.lag :] = tokens[:, : -self.lag]
        return Examples(tokens, target)


class CopyMemory(SymbolSequences):
    """Some symbols, a gap of blanks, and as many marks, at each of which one of the symbols is to be said, in order."""

    id: ClassVar[str] = "copy-memory"
    title: ClassVar[str] = "Copy after a gap"
    summary: ClassVar[str] = (
        "A few symbols, then a gap in which nothing comes, then all of them are to be said in order: a test of memory."
    )
    source: ClassVar[str] = "Hochreiter & Schmidhuber 1997; in this form Arjovsky, Shah & Bengio 2016"
    question: ClassVar[str] = "Which symbols stood before the gap?"

    length: int = parameter(4, ge=1, le=50, help="Symbols to be copied.")
    gap: int = parameter(4, ge=0, le=200, help="Blanks between the last symbol and the first answer.")

    def subtitle(self) -> str:
        return f"{self.length} symbols, A to {self.vocabulary()[-1]} · gap of {self.gap}"

    def feature_signal(self) -> Signal:
        plain = super().feature_signal()
        return plain.but(shape=(2 * self.length + self.gap,), classes=(*self.vocabulary(), BLANK, ANSWER))

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), self.feature_signal().but(classes=self.vocabulary(), unanswered=True)

    def generate(self, generator: np.random.Generator) -> Examples:
        symbols = self.drawn(generator)
        gap = np.full((self.examples, self.gap), self.symbols)
        marks = np.full_like(symbols, self.symbols + 1)
        silent = np.full((self.examples, self.length + self.gap), NOT_ASKED)
        return Examples(np.hstack([symbols, gap, marks]), np.hstack([silent, symbols]))


DATASETS: tuple[type[Dataset], ...] = (RememberFirst, RecallWithLag, CopyMemory)
