"""One sentence whose words have given vectors."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, Part
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.texts import VectorsForm

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


DATASETS: tuple[type[Dataset], ...] = (TheCatSat,)
