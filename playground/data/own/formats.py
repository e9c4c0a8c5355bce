"""Tables that are not laid out in lines of fields: Weka's ARFF, and records in JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from playground.data.own.columns import Use
from playground.data.own.files import FileRefused

MOST_BYTES = 64 * 2**20
"""JSON is read in one piece."""
MOST_ATTRIBUTES = 5_000
_ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^'\\]|\\.)*'|\"[^\"]*\"|\S+)\s+(.*)", re.IGNORECASE)
_NUMBERS = ("numeric", "real", "integer")


def arff_heading(lines: Iterator[str], name: str) -> tuple[list[str], list[Use | None], int]:
    """Names and kinds of the columns of an ARFF file, and how many lines there are up to its data.

    Raises FileRefused for a file without data.
    """
    names: list[str] = []
    kinds: list[Use | None] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.lower().startswith("@data"):
            return names, kinds, number
        found = _ATTRIBUTE.match(text)
        if found is None:
            continue
        if len(names) >= MOST_ATTRIBUTES:
            break
        names.append(found[1].strip("'\"").replace("\\'", "'"))
        kind = found[2].strip().lower()
        kinds.append("category" if kind.startswith("{") else "number" if kind.startswith(_NUMBERS) else None)
    raise FileRefused(f"“{name}” is an ARFF file without data: there is no line “@data”.")


def arff_row(row: list[str], line: str = "") -> list[str]:
    """The fields of a row without the blanks around them. Raises csv.Error for a sparse row."""
    if row and row[0].lstrip().startswith("{"):
        raise csv.Error("a sparse row of ARFF; save it as a dense one")
    return [cell.strip() for cell in row]


def looks_like_json(text: str) -> bool:
    """Whether a text begins like records in JSON."""
    return re.match(r"\s*(\[\s*[\[{]|\{\s*\")", text) is not None


def is_project(text: str) -> bool:
    """Whether a JSON text is a project of this program, by its beginning, rather than a table of records.

    What is neither counts as a project, whose reader says what is wrong with it.
    """
    if not looks_like_json(text):
        return True
    return text.lstrip().startswith("{") and re.search(r'"playground-project"|"schema_version"\s*:', text) is not None


def json_table(text: str, name: str) -> tuple[list[str], list[list[str]]]:
    """Names of the columns and rows of fields from a list of records, a record a line, columns, or rows and names.

    What lies deeper in a record gets a name with a point. Raises FileRefused with a sentence for what is no table.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = _records_by_line(text, name)
    except RecursionError:
        raise FileRefused(f"“{name}” is nested too deeply for a table.") from None
    records = _records_in(found)
    if not records:
        raise FileRefused(
            f"“{name}” is JSON, but no table: a list of records is expected, such as "
            '[{"length": 1.5, "kind": "a"}, …], or one record a line.'
        )
    from pandas import json_normalize

    try:
        frame = json_normalize(records)
    except (ValueError, TypeError, AttributeError, NotImplementedError) as error:
        raise FileRefused(f"“{name}” is JSON, but its records do not make a table.") from error
    columns = [str(column) for column in frame.columns]
    cells = [[_cell(value) for value in frame.iloc[:, number].tolist()] for number in range(len(columns))]
    return columns, [list(row) for row in zip(*cells, strict=True)]


def _records_by_line(text: str, name: str) -> list[Any]:
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                records.append(json.loads(line))
            except (ValueError, RecursionError):
                raise FileRefused(f"“{name}” begins like JSON, but line {number:,} cannot be read.") from None
    return records


def _records_in(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict):
        lists = {key: value for key, value in found.items() if isinstance(value, list)}
        if len(lists) > 1 and len({len(value) for value in lists.values()}) == 1 and len(lists) == len(found):
            return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
        rows = next((value for value in lists.values() if _records_in(value)), None)
        names = next((value for key, value in lists.items() if key in ("columns", "names", "header")), None)
        if rows is not None and names is not None and isinstance(rows[0], list):
            return [dict(zip(map(str, names), row, strict=False)) for row in rows]
        return _records_in(rows) if rows is not None else []
    if not isinstance(found, list) or not found:
        return []
    if all(isinstance(record, dict) for record in found):
        return found
    if all(isinstance(record, list) for record in found) and len(found) > 1:
        first = found[0]
        if all(isinstance(cell, str) for cell in first) and not all(isinstance(cell, str) for cell in found[1]):
            return [dict(zip(first, row, strict=False)) for row in found[1:]]
        return [{f"column {place}": cell for place, cell in enumerate(row, start=1)} for row in found]
    return []


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "|".join(map(str, value))
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)
