"""Sequences of random symbols, made for one question each: what can a network carry from one step to another?"""

from __future__ import annotations

import string
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import PADDING, Signal
from playground.data.base import Dataset, Examples, Part, target_signal
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.texts import VectorsForm
from playground.document.declaration import parameter


class SymbolSequences(Dataset):
    """Base of the sequences of letters, each drawn by chance and independent of the others."""

    length: int = parameter(30, ge=2, le=200, logarithmic=True, help="Symbols in each sequence.")
    symbols: int = parameter(4, ge=2, le=26, help="How many different symbols there are, from A on.")
    examples: int = parameter(
        2_000, ge=100, le=20_000, logarithmic=True, help="How many sequences to make for all three parts."
    )

    def vocabulary(self) -> tuple[str, ...]:
        """The symbols, in the order of their numbers."""
        return tuple(string.ascii_uppercase[: self.symbols])

    def subtitle(self) -> str:
        return f"{self.length} symbols, A to {self.vocabulary()[-1]}"

    def feature_signal(self) -> Signal:
        """The sequence as it is read."""
        return Signal((self.length,), kind="tokens", scale="index", axes=("time",), classes=self.vocabulary())

    def drawn(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """The sequences, (examples, length); each symbol comes first equally often, to within one."""
        tokens = generator.integers(self.symbols, size=(self.examples, self.length))
        tokens[:, 0] = generator.permutation(np.arange(self.examples) % self.symbols)
        return tokens.astype(np.int64)


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


SENTENCE: tuple[tuple[str, tuple[float, float]], ...] = (
    ("the", (1.0, 0.0)),
    ("cat", (0.5, 0.5)),
    ("sat", (0.5, 1.0)),
    ("on", (0.0, 1.0)),
    ("mat", (1.0, 1.0)),
)


class TheCatSat(Dataset):
    """A sentence of five words with a vector of two numbers each, small enough to compute attention by hand.

    There is one example, and whatever the shares it is training. The second “the” of the sentence is left out, as it is
    in the example that is taught.
    """

    id: ClassVar[str] = "the-cat-sat"
    title: ClassVar[str] = "The cat sat on the mat"
    summary: ClassVar[str] = (
        "Five words with given vectors of two numbers: one example, so small that attention can be computed by hand."
    )
    question: ClassVar[str] = "Which word stands at each place?"
    divides: ClassVar[bool] = True
    unfolded: ClassVar[str] = "it is a single example"

    def subtitle(self) -> str:
        return " ".join(word for word, _ in SENTENCE)

    def signals(self) -> tuple[Signal, ...]:
        words = tuple(word for word, _ in SENTENCE)
        return (
            Signal((len(words), 2), kind="series", axes=("time", "features"), low=0.0, high=1.0),
            Signal((len(words),), kind="tokens", scale="index", axes=("time",), classes=words),
        )

    def input_form(self, known: Known) -> InputForm:
        return VectorsForm(SENTENCE, len(SENTENCE))

    def generate(self, generator: np.random.Generator) -> Examples:
        vectors = np.array([[vector for _, vector in SENTENCE]], dtype=np.float32)
        nothing = np.zeros(0, dtype=np.int64)
        rows: dict[Part, NDArray[np.int64]] = {"train": np.array([0]), "validation": nothing, "test": nothing}
        return Examples(vectors, np.arange(len(SENTENCE), dtype=np.int64)[None], rows=rows)


DATASETS: tuple[type[Dataset], ...] = (RememberFirst, Reverse, TheCatSat)
