"""One column of a person's table: its cells as numbers and as names, and what it most likely holds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Use = Literal["number", "category", "ignored"]
NUMBER, MISSING, TEXT = 0, 1, 2
"""What a cell holds."""
MISSING_WORDS = frozenset({"", "?", "-", "--", ".", "na", "n/a", "#n/a", "nan", "null", "nil", "missing"})
"""Cells that hold nothing, in lower case."""
MOST_TEXTS = 1_000
"""A column with more different cells is no category, and its texts are not kept."""
MOST_CATEGORIES = 100
FEW_NUMBERS = 10
"""So many different whole numbers may be names of classes."""
NUMBER_SHARE = 0.9
"""A column of numbers may have some cells that are none: those rows do not parse."""
LONGEST_VALUE = 100
EXAMPLES = 4

_GROUPED_POINT = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPED_COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
_DAY = r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})"
_HOUR = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?"
_DATE = re.compile(rf"{_DAY}([T ]{_HOUR}\s*(Z|[+-]\d{{2}}:?\d{{2}})?)?|{_HOUR}")


def number_in(cell: str, decimal_comma: bool) -> float | None:
    """The finite number that a cell holds, thousands separators allowed; None when it holds none."""
    text = cell.strip()
    if not text or text[-1] not in "0123456789.," or "_" in text:
        return None
    if decimal_comma:
        if _GROUPED_COMMA.fullmatch(text):
            text = text.replace(".", "")
        elif "." in text:
            return None
        text = text.replace(",", ".")
    elif _GROUPED_POINT.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def is_missing(cell: str) -> bool:
    """Whether a cell holds nothing."""
    return cell.strip().lower() in MISSING_WORDS


class _Numbering(dict[str, int]):
    """Gives every new text the next number."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of a column as arrays of one length."""

    numbers: NDArray[np.float64]
    """NaN where there is no number."""
    states: NDArray[np.uint8]
    """NUMBER, MISSING or TEXT."""


class ColumnReader:
    """Turns the cells of one column into arrays, a block at a time."""

    def __init__(self, decimal_comma: bool) -> None:
        self._comma = decimal_comma
        self._texts: _Numbering | None = _Numbering()
        self._codes: list[NDArray[np.int32]] = []
        self._cells: list[Cells] = []
        self._examples: tuple[str, ...] = ()

    def add(self, cells: tuple[str, ...]) -> None:
        """Take the next cells."""
        if self._texts is None:
            self._cells.append(_converted(cells, self._comma))
            return
        self._codes.append(np.fromiter(map(self._texts.__getitem__, cells), dtype=np.int32, count=len(cells)))
        if len(self._texts) > MOST_TEXTS:
            self._give_up_texts(self._texts)

    def _give_up_texts(self, texts: _Numbering) -> None:
        table = _converted(tuple(texts), self._comma)
        self._examples = _examples(texts)
        self._cells = [Cells(table.numbers[codes], table.states[codes]) for codes in self._codes]
        self._texts, self._codes = None, []

    def thin(self) -> None:
        """Keep every second cell only."""
        if self._texts is not None:
            self._codes = [np.concatenate(self._codes)[::2]]
        else:
            joined = _joined(self._cells)
            self._cells = [Cells(joined.numbers[::2].copy(), joined.states[::2].copy())]

    def finished(self, name: str) -> TableColumn:
        """The whole column."""
        if self._texts is None:
            return TableColumn(name, _joined(self._cells), None, (), self._examples)
        table = _converted(tuple(self._texts), self._comma)
        codes = np.concatenate(self._codes)
        cells = Cells(table.numbers[codes], table.states[codes])
        numeric = not (cells.states == TEXT).any()
        labels, recoded = _labelled(tuple(self._texts), table, codes, numeric)
        return TableColumn(name, cells, recoded, labels, _examples(self._texts))


def _examples(texts: Iterable[str]) -> tuple[str, ...]:
    """The first few different cells that hold something."""
    found: list[str] = []
    for cell in texts:
        text = cell.strip()[:LONGEST_VALUE]
        if not is_missing(text) and text not in found:
            found.append(text)
            if len(found) >= EXAMPLES:
                break
    return tuple(found)


def _joined(parts: Sequence[Cells]) -> Cells:
    return Cells(np.concatenate([part.numbers for part in parts]), np.concatenate([part.states for part in parts]))


def _converted(cells: tuple[str, ...], comma: bool) -> Cells:
    """Cells as numbers. When all are, as in most blocks of a column of numbers, that takes a moment only."""
    whole = "".join(cells)
    if "_" not in whole and not (comma and "." in whole):
        try:
            numbers = np.array(list(map(float, (cell.replace(",", ".") for cell in cells) if comma else cells)))
            if np.isfinite(numbers).all():
                return Cells(numbers, np.zeros(len(cells), dtype=np.uint8))
        except ValueError:
            pass
    found = [number_in(cell, comma) for cell in cells]
    states = [
        NUMBER if number is not None else MISSING if is_missing(cell) else TEXT
        for number, cell in zip(found, cells, strict=True)
    ]
    numbers = np.array([math.nan if number is None else number for number in found], dtype=np.float64)
    return Cells(numbers, np.array(states, dtype=np.uint8))


def _labelled(
    texts: tuple[str, ...], table: Cells, codes: NDArray[np.int32], numeric: bool
) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Names of the different cells that are there, in order, and for each row the number of its name, −1 for none.

    In a column of numbers “1” and “1.0” are the same; in others blanks around a text do not matter.
    """
    there = np.bincount(codes, minlength=len(texts)) > 0
    present = [index for index in np.flatnonzero(there).tolist() if table.states[index] != MISSING]
    if numeric:
        names = {index: number_words(float(table.numbers[index])) for index in present}
        values = {names[index]: float(table.numbers[index]) for index in present}
        labels = sorted(values, key=values.__getitem__)
    else:
        names = {index: texts[index].strip() for index in present}
        labels = sorted(set(names.values()), key=natural_order)
    place = {label: number for number, label in enumerate(labels)}
    recode = np.full(len(texts), -1, dtype=np.int32)
    recode[present] = [place[names[index]] for index in present]
    return tuple(label[:LONGEST_VALUE] for label in labels), recode[codes]


def number_words(number: float) -> str:
    """A number as the name of a class: 3 and not 3.0."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def natural_order(text: str) -> tuple[tuple[int, float, str], ...]:
    """A key to sort by: “class 9” comes before “class 10”."""
    parts = re.split(r"(\d+)", text.lower())
    return (*((0, float(part[:300]), "") if part.isascii() and part.isdigit() else (1, 0.0, part) for part in parts),
            (2, 0.0, text))  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column that was read."""

    name: str
    cells: Cells
    codes: NDArray[np.int32] | None
    """For each row the number of its label, −1 where it is missing; None when there are too many different cells."""
    labels: tuple[str, ...]
    examples: tuple[str, ...]
    """The first few different cells."""

    def count(self, state: int) -> int:
        """Cells of one state."""
        return int((self.cells.states == state).sum())

    @property
    def missing(self) -> int:
        """Cells that hold nothing."""
        return self.count(MISSING)

    def uses(self) -> tuple[Use, ...]:
        """What the column can be used as."""
        found: list[Use] = []
        if self.count(NUMBER):
            found.append("number")
        if self.codes is not None and 2 <= len(self.labels) <= MOST_CATEGORIES:
            found.append("category")
        return (*found, "ignored")

    def guess(self) -> tuple[Use, str]:
        """What it most likely is, and why it is ignored if it is."""
        numbers, texts = self.count(NUMBER), self.count(TEXT)
        if not numbers + texts:
            return "ignored", "empty"
        if len(self.labels) == 1:
            return "ignored", "always the same"
        if numbers >= NUMBER_SHARE * (numbers + texts):
            return ("ignored", "counts the rows") if self._counts() else ("number", "")
        if sum(bool(_DATE.fullmatch(text)) for text in self.examples) > len(self.examples) / 2:
            return "ignored", "date or time"
        kept = len(self.cells.states)
        if "category" in self.uses() and (len(self.labels) <= FEW_NUMBERS or len(self.labels) <= kept / 4):
            return "category", ""
        different = f"{len(self.labels):,}" if self.codes is not None else f"more than {MOST_TEXTS:,}"
        return "ignored", f"{different} different texts"

    def _counts(self) -> bool:
        """Whether the numbers go up by one whole step from row to row: a number of the row, not a measurement."""
        numbers = self.cells.numbers[np.isfinite(self.cells.numbers)]
        if len(numbers) < 8:
            return False
        steps = np.diff(numbers)
        usual = float(np.median(steps))
        return usual >= 1 and usual == int(usual) and bool((steps > 0).all() and (steps == usual).mean() > 0.9)

    def few_whole_numbers(self) -> bool:
        """Whether its numbers may be names of classes, such as 0 and 1."""
        return (
            self.codes is not None
            and 2 <= len(self.labels) <= FEW_NUMBERS
            and not self.count(TEXT)
            and all(label.lstrip("-").isdigit() for label in self.labels)
        )
