"""Tables in files: the cells of every row as arrays.

A file is read in one stream, however large. Of more rows than fit, a part is drawn at random, always the same for the
same file; of no class fewer than ten rows are kept, where there are so many.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from playground.data.own.columns import ColumnReader, TableColumn, Use
from playground.data.own.encodings import Encoding, example_in, single_byte
from playground.data.own.files import FileRefused, Reading, Watched, encoding_of, head_of, remember
from playground.data.own.formats import MOST_BYTES, arff_heading, arff_row, json_table, looks_like_json
from playground.data.own.layout import (
    ORANGE_KINDS,
    SAMPLED_ROWS,
    Layout,
    is_orange,
    layout_of,
    rows_reader,
    sampled_rows,
    usual_width,
    with_names,
)

MOST_ROWS = 200_000
MOST_CELLS = 10_000_000
"""Fewer rows are kept of a table with many columns."""
MOST_COLUMNS = 2_000
MOST_BAD_LINES = 1_000
"""Lines that are named; all are counted."""
LONGEST_RECORD = 100
"""Lines of one row; more come from a quotation mark that is not closed."""
CHUNK = 4_096
FIRST_ROWS = 12
LONGEST_NAME = 100
FEWEST_OF_A_CLASS = 10
"""So many rows of every value of a category are kept, however much is left out."""
THINNED = 0.75
"""What is kept of the rows, each time that they are too many."""
SMALLEST_SHARE = 1e-9
_SEED = 20_250_101


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
    """Rows of the file that can be read, kept or not."""
    lines: NDArray[np.int64]
    columns: tuple[TableColumn, ...]
    bad_lines: tuple[BadLine, ...]
    """The first lines with a wrong number of fields."""
    bad_count: int
    first_rows: tuple[tuple[str, ...], ...]
    """As they stand in the file."""
    short: int = 0
    """Rows with fewer fields than there are names; the rest is missing."""
    marked: str = ""
    """The column that the file itself marks as the one to predict."""
    codec: str = "utf-8"
    example: str = ""
    """A word of the file by which one sees whether the encoding is right; empty when all is ASCII."""
    texts: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """The cells as they stand in the file, of the columns for which that was wanted."""

    @property
    def kept(self) -> int:
        """Rows that are kept."""
        return len(self.lines)


def read_table(
    path: Path, layout: Layout | None = None, reading: Reading | None = None, *, texts: Collection[int] = ()
) -> Table:
    """Read a table; its layout is found out when none is given. Of the columns `texts` the cells are kept as they are.

    The last tables are remembered, so that what was just looked at need not be read again. Raises FileRefused with a
    sentence for what is no table, and ReadingStopped.
    """
    reading = reading or Reading()
    status = _status(path)
    head = head_of(path)
    encoding = encoding_of(head, path.name, layout.encoding if layout is not None else "")
    found = layout or found_layout(path, head, encoding)
    key = (str(path), status, found, tuple(texts))
    for known, last in tuple(_LAST):
        if known == key:
            return last
    try:
        with path.open("rb", buffering=0) as raw:
            table = read_stream(raw, path, status[0], encoding, found, reading, texts)
    except UnicodeDecodeError as error:  # no UTF-8 after all, further down
        other = single_byte(bytes(error.object[max(0, error.start - 200) :]))
        with path.open("rb", buffering=0) as raw:
            table = read_stream(raw, path, status[0], other, found, reading, texts)
    except OSError as error:
        raise FileRefused(f"“{path.name}” cannot be read: {error.strerror or error}.") from error
    remember(path, table.sha256)
    _LAST[:] = [*_LAST[-1:], (key, table)]
    return table


_LAST: list[tuple[tuple[str, tuple[int, int], Layout, tuple[int, ...]], Table]] = []
"""The tables that were read last: one, and one to test with."""


def found_layout(path: Path, head: bytes, encoding: Encoding) -> Layout:
    """The layout of a file, by its first bytes. Raises FileRefused for what is no table."""
    text = decoded(head, encoding)
    if looks_like_json(text):
        return Layout(form="json")
    return layout_of(first_lines(text), path.name)


def asked_layout(path: Path, layout: Layout) -> Layout:
    """The layout that a person asks for, with what follows from it for this file. Raises FileRefused."""
    head = head_of(path)
    encoding = encoding_of(head, path.name, layout.encoding)
    return with_names(first_lines(decoded(head, encoding)), layout)


def _status(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileRefused(f"“{path.name}” cannot be read: {reason}.") from error
    return status.st_size, status.st_mtime_ns


def decoded(head: bytes, encoding: Encoding) -> str:
    """The first bytes of a file as text."""
    return codecs.getincrementaldecoder(encoding.codec)("replace").decode(head)


def first_lines(text: str) -> list[str]:
    """The lines from which a layout is told."""
    return list(io.StringIO(text, newline=""))[: 4 * SAMPLED_ROWS]


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
    raw: BinaryIO | io.RawIOBase, path: Path, size: int, encoding: Encoding, layout: Layout, reading: Reading,
    texts: Collection[int] = (),
) -> Table:  # fmt: skip
    """Read a table from a stream of bytes. Raises FileRefused, ReadingStopped and UnicodeDecodeError."""
    watched = Watched(raw, path.name, size, reading, zeros=encoding.wide, longest=layout.form != "json")
    buffered = io.BufferedReader(watched, 2**20)
    text = io.TextIOWrapper(buffered, encoding.codec, errors=encoding.errors, newline="")
    gatherer = _Gatherer(path.name, layout, reading, texts)
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
        lines=lines,
        columns=columns,
        bad_lines=tuple(gatherer.bad.found),
        bad_count=gatherer.bad.count,
        first_rows=tuple(gatherer.first_rows),
        short=gatherer.short,
        marked=gatherer.marked,
        codec=encoding.codec,
        example=gatherer.example,
        texts={number: tuple(cells) for number, cells in gatherer.texts.items()},
    )


class _Gatherer:
    """Takes rows one by one and keeps their cells, column by column."""

    def __init__(self, name: str, layout: Layout, reading: Reading, texts: Collection[int]) -> None:
        self.rows = 0
        self.texts: dict[int, list[str]] = {number: [] for number in texts}
        self.names: list[str] = []
        self.marked = ""
        self.short = 0
        self.example = ""
        self.bad = _Bad()
        self.first_rows: list[tuple[str, ...]] = []
        self._name = name
        self._layout = layout
        self._reading = reading
        self._width = 0
        self._declared: list[Use | None] = []
        self._batch: list[list[str]] = []
        self._batch_lines: list[int] = []
        self._lines: list[NDArray[np.int64]] = []
        self._kept = 0
        self._most = MOST_ROWS
        self._readers: list[ColumnReader] = []
        self._chance = np.random.default_rng(_SEED)
        self._threshold = 1.0
        self._draws: list[NDArray[np.float64]] = []

    def gather(self, text: io.TextIOWrapper) -> None:
        """Read all rows."""
        if self._layout.form == "json":
            self._gather_json(text)
            return
        begin = [line for _, line in zip(range(4 * SAMPLED_ROWS), text, strict=False)]
        self.example = example_in("".join(begin))
        self._begin(begin)
        skipped = 0
        if self._layout.form == "arff":
            begin = list(itertools.chain(begin, itertools.islice(text, 20_000))) if len(begin) > 400 else begin
            names, kinds, skipped = arff_heading(iter(begin), self._name)
            self._declare(names, kinds)
            begin = begin[skipped:]
        reader = rows_reader(itertools.chain(begin, text), self._layout.separator, self._layout.form)
        self._read(reader, skipped)
        self._flush()

    def _begin(self, lines: Sequence[str]) -> None:
        """Find the width, and make the columns ready."""
        if self._layout.form == "lines":
            rows = sampled_rows(lines, self._layout.separator)
            self._make(self._layout.width or usual_width(rows))

    def _make(self, width: int) -> None:
        if width > MOST_COLUMNS:
            raise FileRefused(f"“{self._name}” has {width:,} columns; {MOST_COLUMNS:,} are the most that can be used.")
        self._width = width
        self._most = max(1, min(MOST_ROWS, MOST_CELLS // max(1, width)))
        declared = self._declared or [None] * width
        self._readers = [ColumnReader(self._layout.decimal_comma, kind) for kind in declared]

    def _declare(self, names: list[str], kinds: Sequence[Use | None]) -> None:
        """Take names and kinds that the file itself declares."""
        self.names, self._declared = names, list(kinds)
        self._make(len(names))

    def _gather_json(self, text: io.TextIOWrapper) -> None:
        content = text.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            most = MOST_BYTES // 2**20
            raise FileRefused(f"“{self._name}” is JSON of more than {most} MB. Save it as CSV, which is read in parts.")
        self.example = example_in(content[:100_000])
        names, rows = json_table(content, self._name)
        self._declare(names, [None] * len(names))
        for line, row in enumerate(rows, start=1):
            self._take(row, line)
        self._flush()

    def _read(self, reader: Iterable[list[str]], before: int) -> None:
        layout = self._layout
        rows = iter(reader)
        offset = before
        skip = layout.skipped if layout.form == "lines" else 0
        header_due, below = layout.header and layout.form == "lines", layout.below if layout.form == "lines" else 0
        heading: list[list[str]] = []
        while True:
            try:
                row = next(rows)
            except StopIteration:
                break
            except csv.Error as error:
                self.bad.add(before + 1, _words(error))
                before = reader.line_num + offset  # type: ignore[attr-defined]
                continue
            line, before = before + 1, reader.line_num + offset  # type: ignore[attr-defined]
            if not any(cell.strip() for cell in row) or (layout.form == "arff" and row[0].startswith("%")):
                continue
            if skip > 0:
                skip -= 1
            elif header_due:
                header_due = False
                self.names = [""] * (self._width - len(row) if len(row) == self._width - 1 else 0) + row
                heading.append(row)
            elif below > 0:
                below -= 1
                heading.append(row)
                if below == 0:
                    self._take_kinds(heading)
            else:
                self._fit(row, line, before - line)

    def _fit(self, row: list[str], line: int, more: int) -> None:
        """Take a row of the right width; fill up one that is too short."""
        width = self._width
        if self._layout.form == "arff":
            row = arff_row(row)
        if more > LONGEST_RECORD:
            self.bad.add(line, f"a quotation mark is opened and not closed up to line {line + more}")
        elif len(row) == width:
            self._take(row, line)
        elif len(row) > width and not any(cell.strip() for cell in row[width:]):
            self._take(row[:width], line)
        elif 1 < len(row) < width and more == 0:
            self.short += 1
            self._take(row + [""] * (width - len(row)), line)
        else:
            self.bad.add(line, _wrong_width(len(row), width, more))

    def _take_kinds(self, heading: Sequence[Sequence[str]]) -> None:
        """Orange's rows below the names say what the columns are."""
        if len(heading) == 3 and is_orange(heading[1], heading[2]):
            names = column_names(self.names, self._width)
            for number, (kind, flag) in enumerate(zip(heading[1], heading[2], strict=False)):
                flag = flag.strip().lower()
                declared = ORANGE_KINDS.get(kind.strip().lower(), "category" if " " in kind.strip() else None)
                if flag in ("meta", "m", "ignore", "i"):
                    declared = "ignored"
                self._readers[number] = ColumnReader(self._layout.decimal_comma, declared)  # type: ignore[arg-type]
                if flag in ("class", "c"):
                    self.marked = names[number]

    def _take(self, row: list[str], line: int) -> None:
        self._batch.append(row)
        self._batch_lines.append(line)
        self.rows += 1
        if len(self._batch) >= CHUNK:
            self._flush()

    # Keeping a part of many rows -------------------------------------------------------------------------------------

    def _flush(self) -> None:
        if not self._batch:
            return
        if len(self.first_rows) < FIRST_ROWS:
            self.first_rows.extend(tuple(row) for row in self._batch[:FIRST_ROWS])
        draws = self._chance.random(len(self._batch))
        lines = np.array(self._batch_lines, dtype=np.int64)
        batch: list[list[str]] = self._batch
        if self._threshold < 1.0:
            chosen = draws < self._threshold
            self._keep_rare(chosen)
            batch = list(itertools.compress(batch, chosen))
            draws, lines = draws[chosen], lines[chosen]
        if batch:
            for column, reader in zip(zip(*batch, strict=True), self._readers, strict=True):
                reader.add(column)
            for number, cells in self.texts.items():
                cells.extend(row[number] for row in batch if number < len(row))
            self._lines.append(lines)
            self._draws.append(draws)
            self._kept += len(batch)
        self._batch, self._batch_lines = [], []
        while self._kept > self._most and self._threshold > SMALLEST_SHARE:
            self._thin()
        self._reading.step(self._reading.share, f"{self.rows:,} rows")

    def _keep_rare(self, chosen: NDArray[np.bool_]) -> None:
        """Choose also the rows that hold a value of which there are but few."""
        for number, reader in enumerate(self._readers):
            if not reader.nameable:
                continue
            cells = [row[number] for row in self._batch]
            for cell in set(cells):
                wanted = FEWEST_OF_A_CLASS - reader.kept_of(cell)
                if wanted > 0:
                    places = [place for place, other in enumerate(cells) if other == cell]
                    chosen[places[:wanted]] = True

    def _thin(self) -> None:
        """Keep three quarters of the rows, and of those to come; those of rare values all."""
        self._threshold *= THINNED
        draws = np.concatenate(self._draws)
        rows = draws < self._threshold
        for reader in self._readers:
            if not reader.nameable:
                continue
            codes = reader.codes()
            kept = np.bincount(codes[rows], minlength=int(codes.max()) + 1)
            there = np.bincount(codes, minlength=len(kept))
            for code in np.flatnonzero((kept < FEWEST_OF_A_CLASS) & (there > kept)).tolist():
                rows[np.flatnonzero(codes == code)[:FEWEST_OF_A_CLASS]] = True
        if rows.all():
            return
        self._lines, self._draws = [np.concatenate(self._lines)[rows]], [draws[rows]]
        self._kept = int(rows.sum())
        for reader in self._readers:
            reader.keep(rows)
        for number, cells in self.texts.items():
            self.texts[number] = list(itertools.compress(cells, rows))

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
    taken: set[str] = set()
    for number in range(1, count + 1):
        stem = " ".join(found[number - 1].split())[:LONGEST_NAME] if number <= len(found) else ""
        stem = stem or f"column {number}"
        name, again = stem, 2
        while name in taken:
            name, again = f"{stem[: LONGEST_NAME - 8]} ({again})", again + 1
        names.append(name)
        taken.add(name)
    return tuple(names)
