"""The first guess at a person's file or folder, as the window's dialog would make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playground.data.base import Dataset
from playground.data.own import images as own_images
from playground.data.own import labelled_texts as own_labelled_texts
from playground.data.own import outcome as own_outcome
from playground.data.own import table as own_table
from playground.data.own import text as own_text
from playground.data.own.columns import TableColumn
from playground.data.own.delimited import Table, read_table
from playground.data.own.files import FileRefused, Reading
from playground.data.own.images import PictureFolder, Side
from playground.data.own.labelled_texts import LabelledTexts
from playground.data.own.look import look_at
from playground.data.own.outcome import outcome
from playground.data.own.text import TextFile

SIDE: Side = 32
"""Pixels to which pictures are scaled."""
WINDOW = 32
"""Characters of a text in one example."""


@dataclass(frozen=True, slots=True)
class FirstGuess:
    """A data block, and in sentences what was found and what was made of it."""

    dataset: Dataset
    sentences: tuple[str, ...]


def first_guess(path: Path, *targets: str) -> FirstGuess:
    """Read what lies there and choose as the dialog does; `targets` name the column to predict, or several.

    Raises FileRefused with a sentence for what cannot be used, and for a column that is not there.
    """
    found = look_at(path, Reading())
    if isinstance(found, LabelledTexts):
        if targets in ((), (found.chosen.target,)):
            return _of_labelled_texts(found)
        found = found.table
    if targets and isinstance(found, TextFile) and found.because:
        found = read_table(path)
    if isinstance(found, Table):
        return _of_table(found, targets)
    if targets:
        raise FileRefused(f"“{path.name}” is no table, so it has no column “{targets[0]}”.")
    if isinstance(found, PictureFolder):
        pictures = own_images.pictures_of(found, SIDE, found.colour)
        return FirstGuess(pictures, (own_images.sentence(found, pictures),))
    text = own_text.text_dataset(found, make_plain=False, window=WINDOW)
    return FirstGuess(text, (own_text.sentence(found, text),))


def _of_labelled_texts(found: LabelledTexts) -> FirstGuess:
    length = own_labelled_texts.first_length(found, "words")
    dataset = own_labelled_texts.labelled_texts(found, tokens="words", length=length)
    return FirstGuess(dataset, (own_labelled_texts.sentence(found, dataset),))


def _of_table(table: Table, targets: Sequence[str]) -> FirstGuess:
    dataset = own_table.first_dataset(table, *targets)
    assert dataset.table is not None
    columns = dataset.table.columns
    found = outcome(table, columns, dataset.missing)
    names = [f"“{column.name}”" for column in dataset.table.targets]
    left = [_reasoned(column) for column, chosen in zip(table.columns, columns, strict=True) if chosen.use == "ignored"]
    sentences = [own_outcome.sentence(table, columns, found, picture=dataset.as_pictures)]
    if names:
        sentences.append(f"It predicts the column{'s' if len(names) > 1 else ''} {', '.join(names)}.")
    if left:
        sentences.append(f"Left out: {', '.join(left[:20])}{' …' if len(left) > 20 else ''}.")
    return FirstGuess(dataset, tuple(sentences))


def _reasoned(column: TableColumn) -> str:
    use, reason = column.guess()
    return f"{column.name} ({reason})" if use == "ignored" and reason else column.name
