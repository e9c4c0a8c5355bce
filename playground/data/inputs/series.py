"""Series: numbers one after another, of which the network sees the last and says what comes next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.data.inputs.base import AnyArray, Encoded, EntryError, InputForm
from playground.data.inputs.files import Entries, InputFile
from playground.data.own.files import FileRefused
from playground.data.own.numbers import number_in


@dataclass(frozen=True)
class SeriesForm(InputForm):
    """Numbers in the unit of the series; the last `window` of them are seen."""

    noun: ClassVar[str] = "a series"

    window: int
    value_name: str
    step_name: str
    relative: bool
    """What is seen and said are distances from the last value."""
    shift: float
    factor: float
    """Scaled numbers are (raw − base) · factor, with the last value as the base where they are relative, else
    `shift`."""
    last: tuple[float, ...] = ()
    """The end of what was measured, to begin with."""
    goes_on: bool = True
    """What is asked for is how the series goes on; else each example is a signal by itself."""

    def numbers(self, entry: str | Sequence[float]) -> tuple[float, ...]:
        """The numbers of an entry, which may be typed. Raises EntryError."""
        return tuple(numbers_in_text(entry)) if isinstance(entry, str) else tuple(entry)

    def encoded(self, entry: str | Sequence[float]) -> Encoded:
        numbers = np.asarray(self.numbers(entry), dtype=np.float64)
        if len(numbers) < self.window:
            raise EntryError(
                f"The network sees {self.window} {self.step_name}, but {len(numbers)} "
                f"number{'s' if len(numbers) != 1 else ''} arrived."
            )
        if not np.isfinite(numbers).all():
            raise EntryError("All numbers of a series must be there.")
        seen = (numbers[-self.window :] - self._base(numbers)) * self.factor
        more = len(numbers) - self.window
        notes = (f"The last {self.window} of {len(numbers)} numbers are seen.",) if more else ()
        return Encoded(seen.astype(np.float32).reshape(1, self.window, 1), notes)

    def entry(self, features: AnyArray) -> tuple[float, ...]:
        if self.goes_on:
            return self.last
        numbers = np.asarray(features, dtype=np.float64).reshape(-1) / self.factor + self.shift
        return tuple(numbers.tolist())

    def units(self, numbers: NDArray[np.float64], entry: str | Sequence[float]) -> NDArray[np.float64] | None:
        if not self.goes_on:
            return None
        return np.asarray(numbers / self.factor + self._base(self.numbers(entry)))

    def read(self, file: InputFile) -> Entries:
        """One series for each line with several numbers; numbers one below the other are one series."""
        lines = [line for line in file.text().split("\n") if line.strip()]
        try:
            rows = [numbers_in_text(line) for line in lines]
        except EntryError:
            rows = [numbers_in_text(line) for line in lines[:1] if not _odd(line)]
            for number, line in enumerate(lines[1:], start=2):
                if odd := _odd(line):
                    raise FileRefused(f"“{file.name}”, line {number}: “{odd[:40]}” is no number.") from None
                rows.append(numbers_in_text(line))
        if all(len(row) <= 2 for row in rows):  # the last of two is what was measured, the first is when
            rows = [[row[-1] for row in rows]]
        return Entries(
            tuple(map(tuple, rows)),
            tuple(f"series {number}" for number in range(1, len(rows) + 1)),
            ("series",),
            tuple((str(number),) for number in range(1, len(rows) + 1)),
        )

    def words(self, entry: str | Sequence[float]) -> str:
        return f"{len(self.numbers(entry))} numbers"

    def _base(self, numbers: Sequence[float] | NDArray[np.float64]) -> float:
        return float(numbers[-1]) if self.relative else self.shift


def numbers_in_text(text: str) -> list[float]:
    """The numbers of a text, between blanks, commas, semicolons or lines. Raises EntryError that names what is none."""
    odd = _odd(text)
    if odd:
        raise EntryError(f"“{odd[:40]}” is no number. Numbers stand between commas, blanks or lines.")
    return [number for word in _words(text) if (number := number_in(word, _comma(text))) is not None]


def _odd(text: str) -> str:
    """The first word that is no number; empty where all are."""
    return next((word for word in _words(text) if number_in(word, _comma(text)) is None), "")


def _words(text: str) -> list[str]:
    signs = ";\t\n" if _comma(text) else ",;\t\n"
    for sign in signs:
        text = text.replace(sign, " ")
    return text.split()


def _comma(text: str) -> bool:
    """Whether decimals are behind a comma: commas stand inside numbers, and semicolons or blanks between them."""
    return bool(re.search(r"\d,\d", text)) and not re.search(r"\d\.\d", text) and bool(re.search(r"\d[;\s]+-?\d", text))
