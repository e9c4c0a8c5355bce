"""One column of a person's table: its cells as numbers and as names, and what it most likely holds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playground.data.own.numbers import is_compact_date, is_date, is_missing, number_in, unit_of

Use = Literal["number", "category", "labels", "ignored"]
NUMBER, MISSING, TEXT = 0, 1, 2
"""What a cell holds."""
MOST_TEXTS = 1_000
"""A column with more different cells is no category, and its texts are not kept."""
MOST_CATEGORIES = 100
MOST_LABELS = 50
"""Different labels of a column with several in a cell."""
FEW_NUMBERS = 10
"""So many different whole numbers may be names of classes."""
NUMBER_SHARE = 0.9
"""A column of numbers may have some cells that are none: those rows do not parse."""
MOSTLY = 0.5
"""A column of which more is missing is left out at first."""
LONGEST_VALUE = 100
EXAMPLES = 4
FEWEST_TEXTS = 8
"""A column with fewer different cells is not taken for one of texts."""
_WORD = re.compile(r"[^\W\d_\u2e80-\uffff]{2,}")
_UNSPACED = re.compile(r"[\u2e80-\uffdc]{2}")
KEPT_WORDS = frozenset({"none"})
"""Of the cells that may hold nothing, those that are a value of a category at first."""
ROW_NAMES = frozenset({"", "id", "index", "idx", "row", "rowid", "row_id", "rownames", "row names", "row number", "no",
                       "nr", "number", "#", "x", "obs", "observation", "case", "subject", "sample", "key", "uuid",
                       "unnamed: 0", "column 1", "rownum", "serial", "sno"})  # fmt: skip
"""Names of columns that count or name the rows, in lower case."""
LABEL_SIGNS = ("|", ";", ", ", ",")
CLASS_NAMES = frozenset({"target", "class", "label", "code", "category", "group", "species", "type", "kind", "cluster",
                         "digit", "letter"})  # fmt: skip
AMOUNT_NAMES = re.compile(r"(?i).*\b(quality|rating|ratings|score|grade|points|count|age|number|stars|n|freq)$")

TIME_NAMES = re.compile(r"(?i).*\b(time|minute|hour|day|week|month|mon|quarter|year|wave|round|trial|step|period|run|"
                        r"replicate)s?$")  # fmt: skip
FEWEST_OF_EVEN = 10
"""Rows of each of many whole numbers that may be names of classes by being equally frequent."""


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

    def __init__(self, decimal_comma: bool, declared: Use | None = None) -> None:
        self._comma = decimal_comma
        self._declared = declared
        self._unit = ""
        self._texts: _Numbering | None = _Numbering()
        self._codes: list[NDArray[np.int32]] = []
        self._cells: list[Cells] = []
        self._examples: tuple[str, ...] = ()
        self._prose = 0.0
        self._counts = np.zeros(0, dtype=np.int64)

    @property
    def nameable(self) -> bool:
        """Whether there are so few different cells that they may be categories."""
        return self._texts is not None and len(self._texts) <= MOST_CATEGORIES

    def kept_of(self, cell: str) -> int:
        """How many cells like this one are kept, of a column that is nameable."""
        assert self._texts is not None
        number = self._texts.get(cell, -1)
        return int(self._counts[number]) if 0 <= number < len(self._counts) else 0

    def codes(self) -> NDArray[np.int32]:
        """The numbers of all kept cells, of a column that is nameable; joined in place."""
        if len(self._codes) != 1:
            self._codes = [np.concatenate(self._codes) if self._codes else np.zeros(0, dtype=np.int32)]
        return self._codes[0]

    def add(self, cells: Sequence[str]) -> None:
        """Take the next cells."""
        if self._texts is None:
            self._cells.append(_converted(cells, self._comma, self._unit))
            return
        codes = np.fromiter(map(self._texts.__getitem__, cells), dtype=np.int32, count=len(cells))
        self._codes.append(codes)
        if len(self._texts) > MOST_TEXTS:
            self._give_up_texts(self._texts)
        elif len(self._texts) <= MOST_CATEGORIES:
            counts = np.bincount(codes, minlength=len(self._texts))
            counts[: len(self._counts)] += self._counts
            self._counts = counts

    def _give_up_texts(self, texts: _Numbering) -> None:
        self._unit = unit_of(texts)
        table = _converted(tuple(texts), self._comma, self._unit)
        self._examples = _examples(texts)
        self._prose = words_in_texts(tuple(texts), sum(map(len, self._codes)))
        self._cells = [Cells(table.numbers[codes], table.states[codes]) for codes in self._codes]
        self._texts, self._codes = None, []

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Keep some of the cells only."""
        if self._texts is not None:
            self._codes = [self.codes()[rows]]
            if len(self._texts) <= MOST_CATEGORIES:
                self._counts = np.bincount(self._codes[0], minlength=len(self._texts))
        else:
            joined = _joined(self._cells)
            self._cells = [Cells(joined.numbers[rows], joined.states[rows])]

    def finished(self, name: str) -> TableColumn:
        """The whole column."""
        if self._texts is None:
            return TableColumn(name, _joined(self._cells), None, (), self._examples, declared=self._declared,
                               prose=self._prose)  # fmt: skip
        texts = tuple(self._texts)
        self._unit = unit_of(texts)
        table = _converted(texts, self._comma, self._unit)
        codes = self.codes()
        cells = Cells(table.numbers[codes], table.states[codes])
        numeric = not (cells.states == TEXT).any() and not any(map(_code_like, texts))
        labels, words, recoded = _labelled(texts, table, codes, numeric)
        prose = words_in_texts(texts, len(codes))
        return TableColumn(name, cells, recoded, labels, _examples(texts), words, self._declared, prose)


def _code_like(cell: str) -> bool:
    """Whether digits are a code and no amount: they begin with a zero."""
    return len(cell) > 1 and cell[0] == "0" and cell.isdigit()


def words_in_texts(cells: Sequence[str], rows: int) -> float:
    """Words in each of the different cells on average, where most rows have another text of several words; else 0.

    Of a script that is written without blanks two signs count as a word.
    """
    there = [cell for cell in cells if not is_missing(cell)]
    if len(there) < FEWEST_TEXTS or len(there) < rows / 2:
        return 0.0
    counts = [len(_WORD.findall(cell)) + len(_UNSPACED.findall(cell)) for cell in there]
    several = sum(count >= 3 for count in counts)
    return sum(counts) / len(counts) if several > len(counts) / 2 else 0.0


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


def _converted(cells: Sequence[str], comma: bool, unit: str = "") -> Cells:
    """Cells as numbers. When all are, as in most blocks of a column of numbers, that takes a moment only."""
    whole = "".join(cells)
    if "_" not in whole and not (comma and "." in whole):
        try:
            numbers = np.array(list(map(float, (cell.replace(",", ".") for cell in cells) if comma else cells)))
            if np.isfinite(numbers).all():
                return Cells(numbers, np.zeros(len(cells), dtype=np.uint8))
        except ValueError:
            pass
    found = [number_in(cell, comma, unit) for cell in cells]
    states = [
        NUMBER if number is not None else MISSING if is_missing(cell) else TEXT
        for number, cell in zip(found, cells, strict=True)
    ]
    numbers = np.array([math.nan if number is None else number for number in found], dtype=np.float64)
    return Cells(numbers, np.array(states, dtype=np.uint8))


def _labelled(
    texts: tuple[str, ...], table: Cells, codes: NDArray[np.int32], numeric: bool
) -> tuple[tuple[str, ...], tuple[str, ...], NDArray[np.int32]]:
    """Names of the different cells that are there, in order; words such as “NA” that may be values too; and for each
    row the number of its name among both, −1 for none.

    In a column of numbers “1” and “1.0” are the same; in others blanks around a text do not matter.
    """
    there = np.bincount(codes, minlength=len(texts)) > 0
    occurring = np.flatnonzero(there).tolist()
    present = [index for index in occurring if table.states[index] != MISSING]
    absent = {index: texts[index].strip() for index in occurring if table.states[index] == MISSING}
    if numeric:
        names = {index: number_words(float(table.numbers[index])) for index in present}
        values = {names[index]: float(table.numbers[index]) for index in present}
        labels = sorted(values, key=values.__getitem__)
    else:
        names = {index: texts[index].strip() for index in present}
        labels = sorted(set(names.values()), key=natural_order)
    words = sorted({word for word in absent.values() if word})
    place = {label: number for number, label in enumerate([*labels, *words])}
    recode = np.full(len(texts), -1, dtype=np.int32)
    for index, name in [*names.items(), *((index, word) for index, word in absent.items() if word)]:
        recode[index] = place[name]
    return tuple(label[:LONGEST_VALUE] for label in labels), tuple(words), recode[codes]


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
    """For each row the number of its label, then of its word, −1 where there is none; None when there are too many."""
    labels: tuple[str, ...]
    examples: tuple[str, ...]
    """The first few different cells."""
    words: tuple[str, ...] = ()
    """Cells such as “NA” that hold nothing, but may be values of a category."""
    declared: Use | None = None
    """What the file itself says that the column is."""
    prose: float = 0.0
    """Words in a cell on average, of a column of texts such as messages; 0 for any other column."""

    def count(self, state: int) -> int:
        """Cells of one state."""
        return int((self.cells.states == state).sum())

    @property
    def missing(self) -> int:
        """Cells that hold nothing."""
        return self.count(MISSING)

    @property
    def named(self) -> tuple[str, ...]:
        """Labels and words, as `codes` counts them."""
        return (*self.labels, *self.words)

    def classes(self) -> tuple[str, ...]:
        """The values of the column as a category. A few odd texts among names that are numbers are none of them."""
        texts, numbers = self.count(TEXT), self.count(NUMBER)
        if texts and numbers >= NUMBER_SHARE * (numbers + texts):
            numeric = tuple(label for label in self.labels if number_in(label, False) is not None)
            if len(numeric) >= 2:
                return numeric
        return (*self.labels, *(word for word in self.words if word.lower() in KEPT_WORDS and texts))

    def uses(self) -> tuple[Use, ...]:
        """What the column can be used as."""
        found: list[Use] = []
        if self.count(NUMBER):
            found.append("number")
        if self.codes is not None and 2 <= len(self.classes()) <= MOST_CATEGORIES:
            found.append("category")
        if self.label_sign():
            found.append("labels")
        return (*found, "ignored")

    def label_sign(self) -> str:
        """The sign between several labels of one cell, as in “big|red”; empty when cells are no sets of labels."""
        if self.codes is None or len(self.labels) < 3 or self.count(NUMBER) > self.count(TEXT):
            return ""
        for sign in LABEL_SIGNS:
            several = sum(sign in label for label in self.labels)
            if several < (1 if sign in "|;" else max(2, len(self.labels) / 4)):
                continue
            parts = self.label_names(sign)
            longest = max(map(len, parts), default=0)
            alone = any(part in self.labels for part in parts) or several < len(self.labels)
            if 2 <= len(parts) <= MOST_LABELS and len(parts) <= len(self.labels) + 1 and longest <= 40 and alone:
                return sign
        return ""

    def label_names(self, sign: str) -> tuple[str, ...]:
        """The different labels of a column whose cells hold several."""
        parts = {part.strip() for label in self.labels for part in label.split(sign)}
        return tuple(sorted(parts - {""}, key=natural_order))

    def guess(self) -> tuple[Use, str]:
        """What it most likely is, and why it is ignored if it is."""
        numbers, texts = self.count(NUMBER), self.count(TEXT)
        if not numbers + texts:
            return "ignored", "empty"
        if len(self.labels) == 1 and not self.words:
            return "ignored", "always the same"
        if self.missing > MOSTLY * len(self.cells.states):
            return "ignored", f"{self.missing / len(self.cells.states):.0%} missing"
        if len(self.classes()) == 1 and self.codes is not None:
            return "ignored", "always the same"
        if self.declared in self.uses():
            return self.declared, ""
        if numbers >= NUMBER_SHARE * (numbers + texts):
            return self._guess_numeric()
        if sum(map(is_date, self.examples)) > len(self.examples) / 2:
            return "ignored", "date or time"
        if "labels" in self.uses() and (len(self.labels) > FEW_NUMBERS / 2 or self.label_sign() in "|;"):
            return "labels", ""
        kept = len(self.cells.states) - self.missing
        if "category" in self.uses() and (len(self.labels) <= FEW_NUMBERS or len(self.labels) <= kept / 4):
            return "category", ""
        different = f"{len(self.labels):,}" if self.codes is not None else f"more than {MOST_TEXTS:,}"
        return "ignored", f"{different} different texts" + (
            f"; a category has {MOST_CATEGORIES} at most" if len(self.labels) > MOST_CATEGORIES else ""
        )

    def _guess_numeric(self) -> tuple[Use, str]:
        if all(map(is_compact_date, self.examples)):
            return "ignored", "date or time"
        if self.counts_rows():
            return "ignored", "counts the rows"
        if self.names_rows():
            return "ignored", "another number in every row"
        if any(map(_code_like, self.examples)):
            many = len(self.labels) > max(FEW_NUMBERS, (len(self.cells.states) - self.missing) / 4)
            return ("ignored", "a code with many values") if many or "category" not in self.uses() else ("category", "")
        return "number", ""

    def counts_rows(self) -> bool:
        """Whether the numbers go up by one from row to row, from 0 or 1 or under a name that says so."""
        numbers = self.cells.numbers[np.isfinite(self.cells.numbers)]
        if len(numbers) < 8:
            return False
        steps = np.diff(numbers)
        counts = bool((steps > 0).all() and (steps == 1).mean() > 0.9)
        return counts and (numbers[0] in (0.0, 1.0) or self.name.lower() in ROW_NAMES)

    def names_rows(self) -> bool:
        """Whether every row has another whole number under a name such as “id”."""
        name = self.name.lower()
        if name in ("x", "number") or not (name in ROW_NAMES or name.endswith(("_id", ".id", " id"))):
            return False
        numbers = self.cells.numbers[np.isfinite(self.cells.numbers)]
        whole = bool((numbers == np.floor(numbers)).all())
        return len(numbers) >= 8 and whole and len(np.unique(numbers)) == len(numbers)

    def few_whole_numbers(self) -> bool:
        """Whether its numbers may be names of classes, such as 0 and 1, and no amounts."""
        return len(self.classes()) <= MOST_CATEGORIES and self._may_be_classes()

    def too_many_classes(self) -> bool:
        """Whether its whole numbers look like names of classes, but are more than can be told apart."""
        return len(self.classes()) > MOST_CATEGORIES and self._may_be_classes()

    def _may_be_classes(self) -> bool:
        names = self.classes()
        if self.codes is None or len(names) < 2:
            return False
        if not all(label.lstrip("-").isdigit() for label in names):
            return False
        values = [int(label) for label in names]
        dense = values[-1] - values[0] < 2 * len(values)
        kept = len(self.cells.states) - self.missing
        if len(values) > 2 and kept < 5 * len(values):
            return False
        if len(values) > FEW_NUMBERS:
            every = values[-1] - values[0] == len(values) - 1 and values[0] in (0, 1)
            return every and (self.name.lower() in CLASS_NAMES or self._even())
        return dense and not (len(values) > 2 and AMOUNT_NAMES.fullmatch(self.name))

    def _even(self) -> bool:
        """Whether each label has about as many rows as any other, as classes that were gathered on purpose have and
        amounts have not; times that were counted have it too, so their names are looked at."""
        if self.codes is None or AMOUNT_NAMES.fullmatch(self.name) or TIME_NAMES.fullmatch(self.name):
            return False
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.named))[: len(self.labels)]
        return bool(counts.min() >= FEWEST_OF_EVEN and 2 * counts.min() >= counts.max())
