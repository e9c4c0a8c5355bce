"""Sequences that ask for memory: what was read long ago must still be known at the end."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, target_signal
from playground.data.sequences.symbols import SymbolSequences


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


DATASETS: tuple[type[Dataset], ...] = (RememberFirst,)
