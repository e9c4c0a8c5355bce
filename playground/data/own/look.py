"""Find out what a person has dropped: a table, a folder of pictures, or a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from playground.data.base import Dataset
from playground.data.own.delimited import Table, decoded, first_lines, read_table
from playground.data.own.files import FileRefused, Reading, encoding_of, head_of
from playground.data.own.formats import looks_like_json
from playground.data.own.images import PictureFolder, look_at_pictures
from playground.data.own.labelled_texts import (
    LabelledTexts,
    OwnLabelledTexts,
    class_columns,
    first_columns,
    read_labelled_texts,
    text_columns,
)
from playground.data.own.layout import regularity
from playground.data.own.outcome import nothing_repeats
from playground.data.own.picture_sources import is_picture, is_picture_list, is_picture_source
from playground.data.own.table import OwnTable
from playground.data.own.text import TextFile, read_text

Found = Table | PictureFolder | TextFile | LabelledTexts
TABLE_ENDINGS = frozenset({".csv", ".tsv", ".tab", ".psv", ".arff", ".json", ".jsonl", ".ndjson"})
REGULAR = 0.95
"""Share of lines that must look like the rows of one table in a file whose name does not tell."""
FEWEST_ROWS = 3
MOSTLY_WORDS = 0.9
"""Share of the parts between commas that have several words in lines of a text."""


def look_at(path: Path, reading: Reading, earlier: Dataset | None = None) -> Found:
    """Read what lies there; a table as the block `earlier` reads it. Raises FileRefused with a sentence, and
    ReadingStopped."""
    if path.exists() and (is_picture_source(path) or is_picture_list(path)):
        return look_at_pictures(path, reading)
    if is_picture(path):
        return look_at_pictures(path, reading)
    if path.suffix.lower() in TABLE_ENDINGS or looks_like_a_table(path):
        table = read_table(path, None, reading)
        columns = _text_and_class(table, earlier)
        if columns is not None:
            return read_labelled_texts(table, *columns, reading)
        return (None if isinstance(earlier, OwnTable) else _as_text(table, reading)) or table
    return read_text(path, reading)


def _as_text(table: Table, reading: Reading) -> TextFile | None:
    """The file as a text where its columns hold nothing to predict but letters, and enough of them; else None."""
    because = nothing_repeats(table)
    if not because:
        return None
    try:
        return replace(read_text(table.path, reading, table.layout.encoding), because=because)
    except FileRefused:
        return None


def looks_like_a_table(path: Path) -> bool:
    """Whether the first lines of a file are all cut into the same number of fields. Raises FileRefused."""
    head = head_of(path)
    text = decoded(head, encoding_of(head, path.name))
    if looks_like_json(text):
        return True
    lines = first_lines(text)
    if is_verse(lines):
        return False
    share, width, rows = regularity(lines)
    return share >= REGULAR and width > 1 and rows >= FEWEST_ROWS


def is_verse(lines: Sequence[str]) -> bool:
    """Whether lines are cut by commas as a text is: with a blank behind each, between several words, and no number."""
    written = [line.strip() for line in lines if line.strip()]
    parts = [part.strip() for line in written for part in line.rstrip(",.;:!?").split(",")]
    commas = sum(line.rstrip(",").count(",") for line in written)
    if not commas or any(any(map(str.isdigit, part)) for part in parts) or '"' in "".join(written):
        return False
    followed = sum(line.count(", ") for line in written)
    return followed >= REGULAR * commas and sum(" " in part for part in parts) >= MOSTLY_WORDS * len(parts)


def _text_and_class(table: Table, earlier: Dataset | None) -> tuple[int, int] | None:
    """The columns to read as labelled texts, if that was chosen before or is likely."""
    if isinstance(earlier, OwnTable):
        return None
    chosen = earlier.texts if isinstance(earlier, OwnLabelledTexts) else None
    if chosen is None:
        return first_columns(table)
    names = {column.name: number for number, column in enumerate(table.columns)}
    text, target = names.get(chosen.text), names.get(chosen.target)
    if text in text_columns(table) and target in class_columns(table):
        return text, target
    return first_columns(table)
