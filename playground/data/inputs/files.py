"""Files of examples for a trained network: tables, texts, numbers, read with the places that errors name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.data.own.files import FileRefused, encoding_of

HEAD = 65_536
SEPARATORS = (",", ";", "\t", "|")
MOST_BYTES = 512 * 2**20


@dataclass(frozen=True)
class InputFile:
    """A file or folder of examples, or what came from standard input."""

    path: Path | None
    """None for standard input."""
    content: bytes = b""
    """What came from standard input."""

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return self.path.name or str(self.path) if self.path is not None else "standard input"

    def text(self) -> str:
        """Its content as text, in the encoding that is found. Raises FileRefused."""
        if self.path is not None and self.path.is_dir():
            raise FileRefused(f"“{self.name}” is a folder, but a text file is needed.")
        content = self.content
        if self.path is not None:
            try:
                if self.path.stat().st_size > MOST_BYTES:
                    raise FileRefused(f"“{self.name}” has more than {MOST_BYTES // 2**20} MB, which is too much.")
                content = self.path.read_bytes()
            except OSError as error:
                raise FileRefused(f"“{self.name}” cannot be read: {error.strerror or error}.") from error
        encoding = encoding_of(content[:HEAD], self.name)
        text = content.decode(encoding.codec, "replace" if encoding.errors == "strict" else encoding.errors)
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Entries:
    """Entries that were read, with what is repeated of each beside its answer."""

    entries: tuple[Any, ...]
    places: tuple[str, ...]
    """Where each stands, such as “row 3”."""
    columns: tuple[str, ...]
    """Names of what is repeated."""
    cells: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Cells:
    """A table as it stands in a file: names of the columns, and rows with the line each begins at."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def column(self, name: str) -> int | None:
        """The place of a column by its name, small or capital letters alike; None where there is none."""
        if name in self.names:
            return self.names.index(name)
        folded = [known.casefold() for known in self.names]
        return folded.index(name.casefold()) if folded.count(name.casefold()) == 1 else None


def names_column(file: InputFile, name: str) -> bool:
    """Whether the first line of a file names a column. Raises FileRefused."""
    first = next((line for line in file.text().split("\n") if line.strip()), "")
    cells = (cell for sign in SEPARATORS for cell in next(csv.reader([first], delimiter=sign), []))
    return name.casefold() in {cell.strip().casefold() for cell in cells}


def table_of(file: InputFile, wanted: Sequence[str]) -> Cells:
    """The table of a file whose first line names the columns, in any order; `wanted` helps to find what separates.

    Raises FileRefused.
    """
    text = file.text()
    first = next((line for line in text.split("\n") if line.strip()), "")
    if not first:
        raise FileRefused(f"“{file.name}” is empty.")
    folded = {name.casefold() for name in wanted}

    def fitting(sign: str) -> tuple[int, int]:
        names = [name.strip().casefold() for name in next(csv.reader([first], delimiter=sign))]
        return len(folded & set(names)), len(names)

    separator = max(SEPARATORS, key=fitting)
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    names: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names = tuple(cell.strip() for cell in row)
            elif len(row) != len(names):
                raise FileRefused(
                    f"“{file.name}”, line {reader.line_num}: {len(row)} cells stand there, but {len(names)} columns "
                    "have names."
                )
            else:
                rows.append(tuple(row))
                lines.append(reader.line_num)
    except csv.Error as error:
        raise FileRefused(f"“{file.name}”, line {reader.line_num}: it cannot be read ({error}).") from error
    return Cells(names, tuple(rows), tuple(lines))
