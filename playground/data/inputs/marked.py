"""Numbers one after another, some of which are marked with a star: “0.31 0.75* 0.2 0.11*”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from playground.data.inputs.base import AnyArray, Encoded, EntryError, InputForm, listed
from playground.data.inputs.files import Entries, InputFile
from playground.data.inputs.texts import texts_of
from playground.data.own.numbers import number_in

MARK = "*"


@dataclass(frozen=True)
class MarkedForm(InputForm):
    """A series of two features: numbers, and 1 where one is marked."""

    noun: ClassVar[str] = "a series"

    length: int

    @property
    def hint(self) -> str:
        return f"Type {self.length} numbers, and a {MARK} behind those that are marked"

    def encoded(self, entry: str) -> Encoded:
        words = entry.split()
        numbers = [_number(word.removesuffix(MARK)) for word in words]
        odd = [word for word, number in zip(words, numbers, strict=True) if number is None]
        if odd:
            raise EntryError(f"{listed(odd)} is no number. Write numbers with blanks between them, such as 0.3 0.75*.")
        if len(words) != self.length:
            raise EntryError(f"The network reads exactly {self.length} numbers, but {len(words)} arrived.")
        marks = [float(word.endswith(MARK)) for word in words]
        return Encoded(np.array([[numbers, marks]], dtype=np.float32).transpose(0, 2, 1))

    def entry(self, features: AnyArray) -> str:
        pairs = np.asarray(features, dtype=np.float64).reshape(self.length, 2).tolist()
        return " ".join(f"{number:.6g}{MARK if mark > 0.5 else ''}" for number, mark in pairs)

    def read(self, file: InputFile) -> Entries:
        return texts_of(file, "")

    def words(self, entry: str) -> str:
        return f"{len(entry.split())} numbers, {entry.count(MARK)} of them marked"


def _number(word: str) -> float | None:
    """The number of a word, whose decimals may stand behind a comma."""
    number = number_in(word, False)
    return number_in(word, True) if number is None else number
