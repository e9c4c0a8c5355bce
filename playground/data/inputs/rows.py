"""Rows of a table: numbers in their own units, categories by their names, and what stands for a missing cell."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.data.inputs.base import AnyArray, Encoded, EntryError, InputForm, Known, listed
from playground.data.inputs.files import Entries, InputFile, table_of
from playground.data.own.columns import number_words
from playground.data.own.files import FileRefused
from playground.data.own.numbers import is_missing, number_in, unit_of

Floats = NDArray[np.float64]
Row = tuple[str, ...]
"""The cells of a row as they are typed."""


@dataclass(frozen=True)
class Field(ABC):
    """One column."""

    name: str
    filled: tuple[float, ...] | None
    """The numbers that stand for a missing cell; None where a cell must not be missing."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Numbers that go in."""

    def numbers(self, cell: str) -> tuple[float, ...]:
        """The numbers (width,) of a cell. Raises EntryError."""
        if self.is_missing(cell):
            if self.filled is None:
                raise EntryError(f"Nothing stands in “{self.name}”, which the network must know.", self.name)
            return self.filled
        return self._numbers(cell.strip())

    def is_missing(self, cell: str) -> bool:
        """Whether nothing stands in a cell."""
        return is_missing(cell)

    @abstractmethod
    def _numbers(self, cell: str) -> tuple[float, ...]: ...

    @abstractmethod
    def cell(self, numbers: Floats) -> str:
        """The cell that has these numbers."""


@dataclass(frozen=True)
class NumberField(Field):
    """A column of amounts."""

    low: float = 0.0
    high: float = 1.0
    """The least and the largest of the training part."""
    whole: bool = False
    """All amounts of the training part are whole."""
    comma: bool = False
    """Decimals are behind a comma."""

    @property
    def width(self) -> int:
        return 1

    def _numbers(self, cell: str) -> tuple[float, ...]:
        unit = unit_of((cell,))
        number = number_in(cell, self.comma, unit)
        if number is None:
            number = number_in(cell, not self.comma, unit)
        if number is None:
            raise EntryError(f"“{cell[:40]}” in “{self.name}” is no number.", self.name)
        return (number,)

    def cell(self, numbers: Floats) -> str:
        number = float(numbers[0])
        spread = self.high - self.low or abs(self.high) or 1.0
        decimals = 0 if self.whole else int(np.clip(5 - np.floor(np.log10(spread)), 0, 15))
        words = number_words(round(number, decimals))
        return words.replace(".", ",") if self.comma else words


@dataclass(frozen=True)
class ChoiceField(Field):
    """A column of categories, each a 1 among zeros."""

    values: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.values)

    def is_missing(self, cell: str) -> bool:
        return is_missing(cell) and cell.strip() not in self.values

    def _numbers(self, cell: str) -> tuple[float, ...]:
        number = number_in(cell, False)
        written = cell if cell in self.values or number is None else number_words(number)
        if written not in self.values:
            raise EntryError(f"“{cell[:40]}” in “{self.name}” is none of {listed(self.values)}.", self.name)
        return tuple(float(value == written) for value in self.values)

    def cell(self, numbers: Floats) -> str:
        return self.values[int(np.argmax(numbers))]


@dataclass(frozen=True)
class LabelsField(Field):
    """A column whose cells hold several labels, or none of them."""

    values: tuple[str, ...] = ()
    sign: str = ","
    """What stands between two labels."""

    @property
    def width(self) -> int:
        return len(self.values)

    def _numbers(self, cell: str) -> tuple[float, ...]:
        parts = [part.strip() for part in cell.split(self.sign) if part.strip()]
        unknown = [part for part in parts if part not in self.values]
        if unknown:
            raise EntryError(f"“{unknown[0][:40]}” in “{self.name}” is none of {listed(self.values)}.", self.name)
        return tuple(float(value in parts) for value in self.values)

    def cell(self, numbers: Floats) -> str:
        sign = self.sign if self.sign.endswith(" ") else f"{self.sign} "
        return sign.join(value for value, there in zip(self.values, numbers, strict=True) if there > 0.5)


@dataclass(frozen=True)
class RowForm(InputForm):
    """A row with one field for each column."""

    noun: ClassVar[str] = "a row"

    fields: tuple[Field, ...]
    points: NDArray[np.float64] | None = field(default=None, compare=False)
    """Of two columns of numbers the rows of the training part, (N, 2), so that one can click between them."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(field.name for field in self.fields)

    def encoded(self, entry: Sequence[str]) -> Encoded:
        if len(entry) != len(self.fields):
            raise EntryError(f"A row has {len(self.fields)} cells, but {len(entry)} arrived.")
        numbers = [number for field, cell in zip(self.fields, entry, strict=True) for number in field.numbers(cell)]
        return Encoded(np.array([numbers], dtype=np.float64))

    def entry(self, features: AnyArray) -> Row:
        numbers = np.asarray(features, dtype=np.float64).reshape(-1)
        ends = np.cumsum([field.width for field in self.fields])[:-1]
        return tuple(field.cell(part) for field, part in zip(self.fields, np.split(numbers, ends), strict=True))

    def read(self, file: InputFile) -> Entries:
        table = table_of(file, self.names)
        places = [table.column(name) for name in self.names]
        lacking = [name for name, place in zip(self.names, places, strict=True) if place is None]
        if lacking:
            raise FileRefused(
                f"“{file.name}” has no column {listed(lacking)}. In its first line stand {listed(table.names)}."
            )
        known = [place for place in places if place is not None]
        return Entries(
            tuple(tuple(row[place] for place in known) for row in table.rows),
            tuple(f"row {number} (line {line})" for number, line in enumerate(table.lines, start=1)),
            table.names,
            table.rows,
        )

    def words(self, entry: Sequence[str]) -> str:
        return ", ".join(f"{name} {cell}" for name, cell in zip(self.names, entry, strict=True))


def number_field(
    name: str, column: Floats, *, filled: tuple[float, ...] | None = None, comma: bool = False
) -> NumberField:
    """The field of a column of numbers (N,)."""
    known = column[np.isfinite(column)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    return NumberField(name, filled, low, high, bool(known.size and (known == np.round(known)).all()), comma)


def number_rows(known: Known) -> RowForm:
    """Rows of which every feature is a column of numbers."""
    columns = np.asarray(known.features, dtype=np.float64).reshape(len(known.features), -1)
    count = columns.shape[1] if columns.size else known.signal.size
    names = known.names if len(known.names) == count else tuple(f"x{number}" for number in range(1, count + 1))
    columns = columns if columns.size else np.zeros((0, count))
    fields = tuple(number_field(name, columns[:, place]) for place, name in enumerate(names))
    return RowForm(fields, columns if count == 2 else None)
