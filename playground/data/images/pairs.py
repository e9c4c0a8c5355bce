"""Two pictures of one digit, for twins that learn what is alike; some digits come in the test part alone."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Port
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, Part, target_signal
from playground.data.images.digits import DIGITS, IMAGE_AXES, evenly
from playground.data.packaged import bytes_in
from playground.document.declaration import parameter

FIRST_NEW = 7
"""Digits from this one on are shown in the test part alone."""


class DigitPairs(Dataset):
    """A picture and another one of the same digit. In the test part are digits that nobody learned from."""

    id: ClassVar[str] = "digit-pairs"
    title: ClassVar[str] = "Pairs of digits"
    summary: ClassVar[str] = (
        "Two pictures of the same digit each, 0 to 6 to learn from. In the test part are 7, 8 and 9, which no training "
        "picture shows."
    )
    source: ClassVar[str] = "Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits (UCI)"
    licence: ClassVar[str] = "UCI Machine Learning Repository (CC BY 4.0), from the package scikit-learn (BSD-3)."
    question: ClassVar[str] = "Which pictures show the same, even of digits that were never learned?"
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("features", "Picture"), Port("target", "Digit"), Port("partner", "Another of the digit"),
    )  # fmt: skip
    divides: ClassVar[bool] = True
    unfolded: ClassVar[str] = "its test part has digits of its own"

    examples: int = parameter(
        1_000, ge=100, le=1_797, logarithmic=True, help="How many pictures to use in all three parts, evenly by digit."
    )

    def subtitle(self) -> str:
        return f"{self.examples} pairs, 0 to {FIRST_NEW - 1} to learn from"

    def signals(self) -> tuple[Signal, ...]:
        picture = Signal((1, 8, 8), kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return picture, target_signal("index", DIGITS), picture

    def generate(self, generator: np.random.Generator) -> Examples:
        table = bytes_in("sklearn", "datasets/data/digits.csv.gz")  # (1797, 65): 64 pixels from 0 to 16, and the digit
        numbers = table[:, -1].astype(np.int64)
        chosen = evenly(numbers, self.examples, generator)
        numbers = numbers[chosen]
        share = self.validation_share / (self.train_share + self.validation_share)
        rows = known_and_new_digits(numbers, share, generator)
        partner = np.arange(len(numbers))
        for part in rows.values():
            for digit in range(len(DIGITS)):
                same = part[numbers[part] == digit]
                partner[same] = np.roll(same, 1)
        pictures = (table[chosen, :-1] / 16.0).astype(np.float32).reshape(-1, 1, 8, 8)
        return Examples(pictures, numbers, (), DIGITS, fields={"partner": pictures[partner]}, rows=rows)


def known_and_new_digits(
    numbers: NDArray[np.int64], held_out: float, generator: np.random.Generator
) -> dict[Part, NDArray[np.int64]]:
    """Rows of the parts: of the known digits a share is held out to validate, the new ones are for the test."""
    known = generator.permutation(np.flatnonzero(numbers < FIRST_NEW))
    cut = round(len(known) * held_out)
    return {"train": known[cut:], "validation": known[:cut], "test": np.flatnonzero(numbers >= FIRST_NEW)}


DATASETS: tuple[type[Dataset], ...] = (DigitPairs,)
