"""Tables in text files: which character separates, what the columns hold, and the cells of every row as arrays.

A file is read in one stream, however large. Of more rows than fit, every second, fourth, eighth, … is kept, so that
what is kept is spread evenly over the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from playground.data.own_columns import ColumnReader, TableColumn, number_in
from playground.data.own_files import (
    WESTERN,
    Encoding,
    FileRefused,
    Reading,
    Watched,
    encoding_of,
    head_of,
    remember,
)

Separator = Literal["comma", "semicolon", "tab", "bar"]
SEPARATORS: dict[Separator, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
MOST_ROWS = 200_000
MOST_CELLS = 10_000_000
"""Fewer rows are kept of a table with many columns."""
MOST_COLUMNS = 2_000
MOST_BAD_LINES = 1_000
"""Lines that are named; all are counted."""
SAMPLED_ROWS = 200
LONGEST_RECORD = 100
"""Lines of one row; more come from a quotation mark that is not closed."""
CHUNK = 4_096
FIRST_ROWS = 12
LONGEST_NAME = 100


class Layout(BaseModel):
    """How a file lays out its table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    separator: Separator = "comma"
    decimal_comma: bool = False
    header: bool = True
    """The first row holds the names of the columns."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A row that is left out: where it begins and what is wrong with it."""

    line: int
    """Counted from 1, as an editor does."""
    message: str


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read. All arrays have one entry for each row that is kept."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    encoding: str
    layout: Layout
    rows: int
    """Rows of the file with the right number of fields, kept or not."""
    stride: int
    """Every so many of them are kept."""
    lines: NDArray[np.int64]
    columns: tuple[TableColumn, ...]
    bad_lines: tuple[BadLine, ...]
    """The first lines with a wrong number of fields."""
    bad_count: int
    first_rows: tuple[tuple[str, ...], ...]
    """As they stand in the file."""

    @property
    def kept(self) -> int:
        """Rows that are kept."""
        return len(self.lines)


def read_table(path: Path, layout: Layout | None = None, reading: Reading | None = None) -> Table:
    """Read a table; its layout is found out when none is given.

    The last table is remembered, so that what was just looked at need not be read again. Raises FileRefused with a
    sentence for what is no table, and ReadingStopped.
    """
    reading = reading or Reading()
    status = _status(path)
    head = head_of(path)
    encoding = encoding_of(head, path.name)
    found = layout or layout_of(_sample(head, encoding), path.name)
    key = (str(path), status, found)
    for known, last in tuple(_LAST):
        if known == key:
            return last
    try:
        with path.open("rb", buffering=0) as raw:
            table = read_stream(raw, path, status[0], encoding, found, reading)
    except UnicodeDecodeError:  # no UTF-8 after all, further down
        with path.open("rb", buffering=0) as raw:
            table = read_stream(raw, path, status[0], WESTERN, found, reading)
    except OSError as error:
        raise FileRefused(f"“{path.name}” cannot be read: {error.strerror or error}.") from error
    remember(path, table.sha256)
    _LAST[:] = [(key, table)]
    return table


_LAST: list[tuple[tuple[str, tuple[int, int], Layout], Table]] = []
"""The table that was read last."""


def _status(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileRefused(f"“{path.name}” cannot be read: {reason}.") from error
    return status.st_size, status.st_mtime_ns


# Layout ---------------------------------------------------------------------------------------------------------------


def _sample(head: bytes, encoding: Encoding) -> list[str]:
    text = codecs.getincrementaldecoder(encoding.codec)("replace").decode(head)
    return list(io.StringIO(text, newline=""))[: 4 * SAMPLED_ROWS]


def layout_of(lines: Sequence[str], name: str) -> Layout:
    """Find out separator, decimal sign and whether there is a row of names. Raises FileRefused for what is no table."""
    best = max(SEPARATORS, key=lambda separator: _regularity(lines, SEPARATORS[separator]))
    rows = sampled_rows(lines, SEPARATORS[best])
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise FileRefused(f"“{name}” holds no rows.")
    width = usual_width(rows)
    if width < 2:
        raise FileRefused(
            f"“{name}” has one column only: no comma, semicolon, tab or bar separates fields. "
            "To learn, a table needs a column to predict and at least one to predict it from."
        )
    good = [row for row in rows if len(row) == width]
    comma = best != "comma" and _decimal_comma(good)
    return Layout(separator=best, decimal_comma=comma, header=_has_header(good, comma))


def regularity(head: bytes, encoding: Encoding) -> tuple[float, int, int]:
    """How much the first bytes of a file look like a table: (share of what looks right, columns, rows looked at)."""
    lines = _sample(head, encoding)
    best = max(SEPARATORS, key=lambda separator: _regularity(lines, SEPARATORS[separator]))
    share, width = _regularity(lines, SEPARATORS[best])
    return share, width, len(sampled_rows(lines, SEPARATORS[best]))


def sampled_rows(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The first rows that are not blank, split by a separator."""
    reader = csv.reader(iter(lines), delimiter=separator, skipinitialspace=True)
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


def _regularity(lines: Sequence[str], separator: str) -> tuple[float, int]:
    """How well a separator explains the lines: (share of rows and of cells that look right, fields in a row)."""
    rows = sampled_rows(lines, separator)
    width = usual_width(rows)
    if width < 2:
        return 0.0, width
    good = [row for row in rows if len(row) == width]
    others = [other for other in SEPARATORS.values() if other != separator]
    cells = [cell for row in good for cell in row]
    clean = sum(
        not any(other in cell for other in others) or number_in(cell, True) is not None for cell in cells
    )
    return round(len(good) / len(rows) * clean / len(cells), 3), width


_POINT = re.compile(r"\s*[+-]?\d*\.\d+\s*")
_COMMA = re.compile(r"\s*[+-]?\d*,\d+\s*")


def _decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    cells = [cell for row in rows for cell in row]
    return sum(bool(_COMMA.fullmatch(cell)) for cell in cells) > sum(bool(_POINT.fullmatch(cell)) for cell in cells)


def _has_header(rows: Sequence[Sequence[str]], comma: bool) -> bool:
    """Names are no numbers; they stand over numbers, or all differ from what stands below them."""
    first, rest = rows[0], rows[1:]
    if not rest or any(number_in(cell, comma) is not None for cell in first):
        return False
    for column, name in enumerate(first):
        below = [row[column].strip() for row in rest if row[column].strip()]
        if name.strip() and below and sum(number_in(cell, comma) is not None for cell in below) > len(below) / 2:
            return True
    named = [name.strip() for name in first]
    apart = all(name not in {row[column].strip() for row in rest} for column, name in enumerate(named))
    return all(named) and len(set(named)) == len(named) and apart and len(rest) > 1


# Rows -----------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Bad:
    found: list[BadLine] = field(default_factory=list)
    count: int = 0

    def add(self, line: int, message: str) -> None:
        self.count += 1
        if len(self.found) < MOST_BAD_LINES:
            self.found.append(BadLine(line, message))


def read_stream(
    raw: BinaryIO | io.RawIOBase, path: Path, size: int, encoding: Encoding, layout: Layout, reading: Reading
) -> Table:
    """Read a table from a stream of bytes. Raises FileRefused, ReadingStopped and UnicodeDecodeError."""
    watched = Watched(raw, path.name, size, reading, zeros=encoding.wide)
    buffered = io.BufferedReader(watched, 2**20)
    text = io.TextIOWrapper(buffered, encoding.codec, errors=encoding.errors, newline="")
    gatherer = _Gatherer(path.name, layout, reading)
    try:
        gatherer.gather(text)
    except csv.Error as error:
        raise FileRefused(f"“{path.name}” cannot be read as a table: {error}.") from error
    if not gatherer.rows:
        below = " below the row of names" if gatherer.names else ""
        raise FileRefused(f"“{path.name}” holds no rows{below}.")
    lines, columns = gatherer.finished()
    return Table(
        path=path,
        size=watched.count,
        sha256=watched.hexdigest(),
        encoding=encoding.title,
        layout=layout,
        rows=gatherer.rows,
        stride=gatherer.stride,
        lines=lines,
        columns=columns,
        bad_lines=tuple(gatherer.bad.found),
        bad_count=gatherer.bad.count,
        first_rows=tuple(gatherer.first_rows),
    )


class _Gatherer:
    """Takes rows one by one and keeps their cells, column by column."""

    def __init__(self, name: str, layout: Layout, reading: Reading) -> None:
        self.rows = 0
        self.stride = 1
        self.names: list[str] = []
        self.bad = _Bad()
        self.first_rows: list[tuple[str, ...]] = []
        self._name = name
        self._layout = layout
        self._reading = reading
        self._batch: list[list[str]] = []
        self._batch_lines: list[int] = []
        self._lines: list[NDArray[np.int64]] = []
        self._kept = 0
        self._most = MOST_ROWS
        self._readers: list[ColumnReader] = []

    def gather(self, text: io.TextIOWrapper) -> None:
        """Read all rows."""
        begin = [line for _, line in zip(range(4 * SAMPLED_ROWS), text, strict=False)]
        separator = SEPARATORS[self._layout.separator]
        width = usual_width(sampled_rows(begin, separator))
        if width > MOST_COLUMNS:
            raise FileRefused(f"“{self._name}” has {width:,} columns; {MOST_COLUMNS:,} are the most that can be used.")
        self._most = max(1, min(MOST_ROWS, MOST_CELLS // max(1, width)))
        self._readers = [ColumnReader(self._layout.decimal_comma) for _ in range(width)]
        reader = csv.reader(itertools.chain(begin, text), delimiter=separator, skipinitialspace=True)
        header_due = self._layout.header
        before = 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                self.bad.add(before + 1, _words(error))
                before = reader.line_num
                continue
            line, before = before + 1, reader.line_num
            if before - line > LONGEST_RECORD:
                self.bad.add(line, f"a quotation mark is opened and not closed up to line {before}")
            elif len(row) != width:
                if any(cell.strip() for cell in row):
                    self.bad.add(line, _wrong_width(len(row), width, before - line))
            elif header_due:
                header_due, self.names = False, row
            elif any(row):
                self._take(row, line)
        self._flush()

    def _take(self, row: list[str], line: int) -> None:
        if self.rows % self.stride == 0:
            self._batch.append(row)
            self._batch_lines.append(line)
            if len(self._batch) >= CHUNK:
                self._flush()
        self.rows += 1

    def _flush(self) -> None:
        if not self._batch:
            return
        if len(self.first_rows) < FIRST_ROWS:
            self.first_rows.extend(tuple(row) for row in self._batch[:FIRST_ROWS])
        for column, reader in zip(zip(*self._batch, strict=True), self._readers, strict=True):
            reader.add(column)
        self._lines.append(np.array(self._batch_lines, dtype=np.int64))
        self._kept += len(self._batch)
        self._batch, self._batch_lines = [], []
        while self._kept > self._most:
            self._thin()
        self._reading.step(self._reading.share, f"{self.rows:,} rows")

    def _thin(self) -> None:
        """Keep every second of the kept rows only, and of those to come."""
        lines = np.concatenate(self._lines)[::2]
        self._lines, self._kept = [lines], len(lines)
        for reader in self._readers:
            reader.thin()
        self.stride *= 2

    def finished(self) -> tuple[NDArray[np.int64], tuple[TableColumn, ...]]:
        """Line numbers and columns of the rows that were kept."""
        names = column_names(self.names, len(self._readers))
        columns = tuple(reader.finished(name) for name, reader in zip(names, self._readers, strict=True))
        return np.concatenate(self._lines), columns


def _words(error: csv.Error) -> str:
    if "field larger" in str(error):
        return "a quotation mark is opened and not closed"
    return f"the row cannot be read ({error})"


def _wrong_width(found: int, expected: int, more_lines: int) -> str:
    fields = f"{found} field{'s' if found != 1 else ''}, {expected} expected"
    return fields + (f" (in quotation marks over {more_lines + 1} lines)" if more_lines else "")


def column_names(found: Sequence[str], count: int) -> tuple[str, ...]:
    """A name for each column: that of the file, made unique, or its number."""
    names: list[str] = []
    for number in range(1, count + 1):
        stem = " ".join(found[number - 1].split())[:LONGEST_NAME] if number <= len(found) else ""
        stem = stem or f"column {number}"
        name, again = stem, 2
        while name in names:
            name, again = f"{stem[: LONGEST_NAME - 8]} ({again})", again + 1
        names.append(name)
    return tuple(names)
