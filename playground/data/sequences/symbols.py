"""Letters drawn by chance, of which the datasets ask different questions."""

from __future__ import annotations

import string

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import Dataset
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
