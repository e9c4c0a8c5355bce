"""How a text file lays out its table: what separates, which row holds the names, where the data begin.

The row of names is told by comparing it with the kind of every column below: a name stands over numbers, or is none of
the texts in its column. Names that are years, an empty first name, rows of units and the three rows of Orange count.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.data.own.files import FileRefused
from playground.data.own.numbers import is_date, is_missing, number_in

Separator = Literal["comma", "semicolon", "tab", "bar", "blank"]
SEPARATORS: dict[Separator, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}
Form = Literal["lines", "arff", "json"]
SAMPLED_ROWS = 200
NEARLY_ALL = 0.95
FIRST_LINES = 20
"""Among so many lines at the start the row of names is looked for."""
_WORDS = re.compile(r"\"((?:[^\"]|\"\")*)\"|'([^']*)'(?=\s|$)|(\S+)")
_THOUSANDS = re.compile(r"[^\d]*[+-]?[1-9]\d{0,2}(?P<sign>[.,])\d{3}((?P=sign)\d{3})*[^\d]*")


class Layout(BaseModel):
    """How a file lays out its table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    separator: Separator = "comma"
    decimal_comma: bool = False
    header: bool = True
    """A row holds the names of the columns."""
    skipped: int = Field(0, ge=0, le=1_000)
    """Rows above the names, or above the data where there are no names."""
    below: int = Field(0, ge=0, le=10)
    """Rows between the names and the data, such as units."""
    width: int = Field(0, ge=0)
    """Columns; 0 for as many as most rows have."""
    encoding: str = Field("", max_length=20)
    """A codec that was chosen; empty for the one that is found."""
    form: Form = "lines"


class BlankRows:
    """Splits lines at blanks, as csv.reader does at a sign; what stands in quotation marks stays whole."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.line_num = 0

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        line = next(self._lines)
        self.line_num += 1
        if '"' not in line and "'" not in line:
            return line.split()
        return [
            found[1].replace('""', '"') if found[1] is not None else found[2] if found[2] is not None else found[3]
            for found in _WORDS.finditer(line)
        ]


def rows_reader(lines: Iterable[str], separator: Separator, form: Form = "lines") -> csv.Reader | BlankRows:  # type: ignore[name-defined]
    """Cuts lines into fields; `line_num` counts the lines read."""
    if separator == "blank" and form == "lines":
        return BlankRows(lines)
    quote = "'" if form == "arff" else '"'
    escape = "\\" if form == "arff" else None
    return csv.reader(
        iter(lines), delimiter=SEPARATORS[separator], skipinitialspace=True, quotechar=quote, escapechar=escape
    )


def sampled_rows(lines: Sequence[str], separator: Separator) -> list[list[str]]:
    """The first rows that are not blank, split by a separator."""
    reader = rows_reader(lines, separator)
    rows: list[list[str]] = []
    while len(rows) < SAMPLED_ROWS:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            continue
        if any(cell.strip() for cell in row):
            rows.append(row)
    return rows


def usual_width(rows: Iterable[Sequence[str]]) -> int:
    """The number of fields that most rows have; the larger one where two are as common."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width), default=0)


def comment(line: str) -> bool:
    """Whether a line above a table speaks about it."""
    return line.startswith(("#", "%", "//", "sep=", "\ufeffsep="))


def opening_lines(lines: Sequence[str]) -> int:
    """How many lines at the start are comments, blank, or say the separator."""
    count = 0
    for line in lines:
        if not comment(line) and line.strip():
            break
        count += 1
    if count == len(lines) or not any(line.strip() for line in lines[:count]):
        return 0
    # A row of names that begins with # is one.
    names = lines[count - 1].lstrip("#").strip()
    best = max(SEPARATORS.values(), key=lambda sign: lines[count].count(sign) if sign != " " else 0)
    cut = lines[count].count(best)
    if lines[count - 1].startswith("#") and best != " " and cut and names.count(best) == cut:
        count -= 1
    return count


def layout_of(lines: Sequence[str], name: str) -> Layout:
    """Find out the layout from the first lines. Raises FileRefused for what is no table."""
    if not any(line.strip() for line in lines):
        raise FileRefused(f"“{name}” holds no rows.")
    if any(line.strip().lower().startswith("@attribute") for line in lines[:200]):
        return Layout(form="arff")
    opening = opening_lines(lines)
    body = lines[opening:]
    said = next((_said(line) for line in lines[:opening] if "sep=" in line[:6]), None)
    best = said or best_separator(body)
    rows = sampled_rows(body, best)
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise FileRefused(f"“{name}” holds no rows.")
    if max(usual_width(rows), len(rows[0]) if len(rows) > 1 and len(rows[1]) > 1 else 0) < 2:
        raise FileRefused(
            f"“{name}” has one column only: no comma, semicolon, tab, bar or blank separates fields. "
            "To learn, a table needs a column to predict and at least one to predict it from."
        )
    width = usual_width(rows)
    comma = _decimal_comma([row for row in rows if len(row) == width])
    found = find_names(rows, comma)
    return Layout(
        separator=best,
        decimal_comma=comma,
        header=found.header,
        skipped=_filled(lines[:opening]) + found.skipped,
        below=found.below,
        width=found.width,
    )


def with_names(lines: Sequence[str], layout: Layout) -> Layout:
    """The layout that a person chose, with the place of the names and the width that follow from it."""
    opening = opening_lines(lines)
    rows = sampled_rows(lines[opening:], layout.separator)
    if not rows or layout.form != "lines":
        return layout
    found = find_names(rows, layout.decimal_comma, layout.header)
    changes = {"skipped": _filled(lines[:opening]) + found.skipped, "below": found.below, "width": found.width}
    return layout.model_copy(update=changes)


def _filled(lines: Sequence[str]) -> int:
    return sum(bool(line.strip()) for line in lines)


def _said(line: str) -> Separator | None:
    sign = line.rstrip("\r\n")[-1:] if not line.rstrip("\r\n").endswith("\\t") else "\t"
    return next((name for name, separator in SEPARATORS.items() if separator == sign), None)


# The separator --------------------------------------------------------------------------------------------------------


def regularity(lines: Sequence[str]) -> tuple[float, int, int]:
    """How much the first lines of a file look like a table: (share of what looks right, columns, rows looked at)."""
    if any(line.strip().lower().startswith("@attribute") for line in lines[:200]):
        return 1.0, 2, len(lines)
    body = lines[opening_lines(lines) :]
    best = best_separator(body)
    share, width = _blanks(body) if best == "blank" else _regularity(body, best)
    return share, width, len(sampled_rows(body, best))


def best_separator(lines: Sequence[str]) -> Separator:
    """The sign that explains the lines best; blanks only where no other does."""
    signs: list[Separator] = [separator for separator in SEPARATORS if separator != "blank"]
    best = max(signs, key=lambda separator: _regularity(lines, separator))
    share, width = _regularity(lines, best)
    if (width < 2 or share < 0.9) and _blanks(lines)[0] > share:
        return "blank"
    return best


def _regularity(lines: Sequence[str], separator: Separator) -> tuple[float, int]:
    """How well a separator explains the lines: (share of rows and of cells that look right, fields in a row)."""
    rows = sampled_rows(lines, separator)
    width = usual_width(rows)
    if width < 2:
        return 0.0, width
    good = [row for row in rows if len(row) == width]
    others = [sign for name, sign in SEPARATORS.items() if name not in (separator, "blank")]
    cells = [cell for row in good for cell in row]
    clean = sum(
        number_in(cell, True) is not None
        or not (any(other in cell for other in others) or _numbers_in_a_row(cell))
        for cell in cells
    )
    return round(len(good) / len(rows) * clean / len(cells), 3), width


def _numbers_in_a_row(cell: str) -> bool:
    words = cell.split()
    return len(words) > 2 and sum(number_in(word, False) is not None for word in words) > len(words) / 2


def _blanks(lines: Sequence[str]) -> tuple[float, int]:
    """The same for blanks: nearly all rows are as wide, and there are numbers among the columns."""
    rows = sampled_rows(lines, "blank")
    width = usual_width(rows[1:] or rows)
    good = [row for row in rows if len(row) == width]
    if width < 2 or len(rows) < 2 or len(good) < 0.9 * len(rows) - 1:
        return 0.0, width
    numeric = sum(
        sum(number_in(row[column], False) is not None or is_missing(row[column]) for row in good) > 0.9 * len(good) - 1
        for column in range(width)
    )
    return (round(len(good) / len(rows), 3) if numeric else 0.0), width


def _decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    """Whether more numbers have a comma before their last digits than a point; a sign between thousands is neither."""
    commas = points = 0
    for row in rows:
        for cell in row:
            if len(cell) > 30 or _THOUSANDS.fullmatch(cell):
                continue
            last = max(cell.rfind(","), cell.rfind("."))
            if last < 0 or is_date(cell):
                continue
            numeric = number_in(cell, cell[last] == ",") is not None
            commas += numeric and cell[last] == ","
            points += numeric and cell[last] == "."
    return commas > points


# The row of names -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Names:
    """Where the names stand."""

    header: bool
    skipped: int
    below: int
    width: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """What stands in one column, judged by its first cells."""

    numeric: bool
    dates: bool
    texts: frozenset[str]
    numbers: frozenset[float]


def _kinds(rows: Sequence[Sequence[str]], width: int, comma: bool) -> list[_Kind]:
    found = []
    for column in range(width):
        cells = [row[column].strip() for row in rows if column < len(row)]
        there = [cell for cell in cells if not is_missing(cell)]
        numbers = [number for cell in there if (number := number_in(cell, comma)) is not None]
        found.append(
            _Kind(
                numeric=len(there) > 0 and len(numbers) > 0.6 * len(there),
                dates=sum(map(is_date, there)) > len(there) / 2,
                texts=frozenset(there),
                numbers=frozenset(numbers),
            )
        )
    return found


def find_names(rows: Sequence[Sequence[str]], comma: bool, wanted: bool | None = None) -> Names:
    """Where the names of the columns stand among the first rows; with `wanted` whether there are any is known."""
    usual = usual_width(rows)
    for number, row in enumerate(rows[:FIRST_LINES]):
        if len(row) < max(2, usual - 1) and not (len(rows) < 4 and number == 0):
            continue
        rest = rows[number + 1 :]
        if wanted is False:
            return Names(False, number if len(row) >= usual else 0, 0, usual)
        if _count_row(row, rest, comma):
            continue
        width = max(len(row), usual) if _without_first_name(row, rest) else len(row)
        shifted = ["", *row] if width > len(row) else list(row)
        if wanted or _names_over(shifted, _kinds(rest, width, comma), comma, rest):
            return Names(True, number, _rows_below(shifted, rest, width, comma), max(width, 2))
        return Names(False, number, 0, usual)
    return Names(bool(wanted), 0, 0, usual)


def _without_first_name(row: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """R writes no name over the names of the rows."""
    return bool(rest) and sum(len(other) == len(row) + 1 for other in rest) > 0.9 * len(rest)


def _count_row(row: Sequence[str], rest: Sequence[Sequence[str]], comma: bool) -> bool:
    """Whether a row holds how many rows and columns there are, and the names of the classes, as scikit-learn writes."""
    if len(row) < 3 or not rest or not all(cell.strip().isdigit() for cell in row[:2]):
        return False
    classes = [cell.strip() for cell in row[2:]]
    if any(not cell or number_in(cell, comma) is not None or is_missing(cell) for cell in classes):
        return False
    width = usual_width(rest)
    kinds = _kinds(rest, width, comma)
    return all(kind.numeric for kind in kinds) and len(kinds[-1].numbers) <= len(classes)


def _names_over(row: Sequence[str], kinds: Sequence[_Kind], comma: bool, rest: Sequence[Sequence[str]]) -> bool:
    """Whether the cells of a row are the names of the columns below it."""
    if not rest:
        return bool(row) and all(cell.strip() and number_in(cell, comma) is None for cell in row)
    first = {cells[0].strip() for cells in rest if cells}
    apart = len(row) > 2 and all(cell.strip() for cell in row[1:]) and len(set(row)) == len(row)
    if apart and not row[0].strip() and "" not in first:  # over the names of the rows there is none
        return True
    speaks = against = weak = 0
    numbers: list[float] = []
    for cell, kind in zip(row, kinds, strict=False):
        text = cell.strip()
        number = number_in(text, comma)
        if is_missing(text):
            continue
        if number is not None:
            numbers.append(number)
        elif is_date(text):  # names may be dates, and then stand over something else
            speaks += kind.numeric
            against += kind.dates
        elif kind.numeric or kind.dates:
            speaks += 1
        elif text in kind.texts:
            against += 1
        elif kind.texts:
            weak += 1
    if numbers and not _counting(numbers):
        against += len(numbers)
    elif numbers:
        below = kinds[-len(numbers) :]
        against += sum(number in kind.numbers for number, kind in zip(numbers, below, strict=False))
    if speaks:
        return speaks > against or (speaks == against and not numbers)
    named = [cell.strip() for cell in row]
    full = all(named[1:]) and len(set(named)) == len(named) and len(rest) > 1
    if numbers and not against and weak and len(numbers) >= 3:
        return True
    return full and not against and not numbers and weak > 0


def _counting(numbers: Sequence[float]) -> bool:
    """Whether numbers are years or a count: whole, and each one step from the one before."""
    if len(numbers) < 2:
        return len(numbers) == 1 and numbers[0] == int(numbers[0]) and 1500 <= numbers[0] <= 2200
    steps = {after - before for before, after in itertools.pairwise(numbers)}
    years = all(number == int(number) and 1500 <= number <= 2200 for number in numbers)
    return all(number == int(number) for number in numbers) and (
        (len(steps) == 1 and steps != {0.0}) or (years and len(set(numbers)) == len(numbers))
    )


ORANGE_KINDS = {"c": "number", "continuous": "number", "n": "number", "numeric": "number", "d": "category",
                "discrete": "category", "nominal": "category", "s": "ignored", "string": "ignored", "t": "ignored",
                "time": "ignored"}  # fmt: skip
ORANGE_FLAGS = frozenset({"", "class", "c", "meta", "m", "ignore", "i", "weight"})


def is_orange(kinds: Sequence[str], flags: Sequence[str]) -> bool:
    """Whether two rows below the names are those of Orange: the kind of every column, and which one is the class."""
    words = [word.strip().lower() for word in kinds]
    known = [word in ORANGE_KINDS or word == "" or " " in word for word in words]
    return (
        len(words) > 1 and all(known) and sum(word in ORANGE_KINDS for word in words) >= max(1, len(words) / 2 - 1)
        and all(flag.strip().lower().split("=")[0].split(" ")[0] in ORANGE_FLAGS for flag in flags)
    )  # fmt: skip


def _rows_below(names: Sequence[str], rest: Sequence[Sequence[str]], width: int, comma: bool) -> int:
    """How many rows between names and data are none: Orange's two, or units."""
    if len(rest) > 3 and is_orange(rest[0], rest[1]):
        return 2
    if len(rest) < 4:
        return 0
    kinds = _kinds(rest[1:], width, comma)
    over = [cell.strip() for cell, kind in zip(rest[0], kinds, strict=False) if kind.numeric and cell.strip()]
    numeric = sum(kind.numeric for kind in kinds)
    units = [cell for cell in over if number_in(cell, comma) is None and not is_missing(cell)]
    return int(len(units) == len(over) and len(units) > max(0, numeric / 2 - 0.5) and numeric > 0)
