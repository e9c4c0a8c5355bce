"""Truth tables of the logic gates: the smallest datasets there are, four rows each."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples, column_signal
from playground.document.declaration import parameter

TABLES: dict[str, tuple[int, int, int, int]] = {
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "xor": (0, 1, 1, 0),
    "nand": (1, 1, 1, 0),
}
"""The outputs for the inputs 00, 01, 10 and 11."""


class TruthTable(ClassDataset):
    """The four rows of a logic gate. All four are training: there is nothing else, so validation and test are empty."""

    id: ClassVar[str] = "truth-table"
    title: ClassVar[str] = "Truth table"
    summary: ClassVar[str] = (
        "The four rows of a logic gate, all to learn from. One neuron learns AND, OR and NAND, but never XOR."
    )
    question: ClassVar[str] = "What does the gate answer to two inputs?"
    source: ClassVar[str] = "Minsky and Papert 1969, Perceptrons"

    gate: Literal["and", "or", "xor", "nand"] = parameter("and", help="The gate whose table is to be learned.")
    train_share: float = parameter(1.0, ge=0.05, le=1.0, label="Train share", help="Share of examples to learn from.")
    validation_share: float = parameter(
        0.0, ge=0.0, le=0.9, label="Validation share", help="Share for tuning and early stopping; the rest is test."
    )

    def class_names(self) -> tuple[str, ...]:
        return ("0", "1")

    def feature_signal(self) -> Signal:
        return column_signal(2)

    def subtitle(self) -> str:
        return f"{self.gate.upper()} · 4 rows"

    def generate(self, generator: np.random.Generator) -> Examples:
        features = np.array([(0, 0), (0, 1), (1, 0), (1, 1)], dtype=np.float32)
        return Examples(features, np.array(TABLES[self.gate], dtype=np.int64), ("x1", "x2"), self.class_names())


DATASETS: tuple[type[Dataset], ...] = (TruthTable,)
