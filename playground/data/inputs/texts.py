"""Texts: sentences in the vocabulary of the data, and lines whose next character is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from playground.data.inputs.base import AnyArray, Encoded, EntryError, InputForm, listed
from playground.data.inputs.files import Entries, InputFile, names_column, table_of

Fill = Literal["front", "end", "none"]
NOT_KNOWN = "□"
"""Stands for an unknown token in a text that is written out."""


@dataclass(frozen=True)
class TextForm(InputForm):
    """A text that is cut into tokens of a vocabulary and brought to the length of the data."""

    noun: ClassVar[str] = "a text"

    vocabulary: tuple[str, ...]
    length: int
    """Tokens that the network reads at once."""
    tokens: str = "characters"
    """What tokens are called."""
    cut: Callable[[str], list[str]] = field(default=list)
    """From a text to its tokens."""
    joined_by: str = ""
    """What stands between two tokens that are written out."""
    fill: Fill = "none"
    """Where a text that is too short is filled up; “none”: it must have the whole length."""
    filler: int = 0
    """The number of the token that fills up."""
    unknown: int | None = None
    """The number of the token that stands for those which are not in the vocabulary; without one they are left out."""
    learned: frozenset[int] | None = None
    """The tokens of the training part, where all others are unknown; None where all of the vocabulary are known."""
    keeps_end: bool = False
    """Of a text that is too long the end is read, else the beginning."""
    grows: bool = False
    """What is asked for is how the text goes on."""
    column: str = ""
    """The column of a table in which such texts stand."""

    def numbers(self, text: str) -> tuple[list[int], tuple[str, ...]]:
        """The tokens of a text by their numbers, and those that are not known, each once."""
        place = {token: number for number, token in enumerate(self.vocabulary)}
        found: list[int] = []
        odd: dict[str, None] = {}
        for token in self.cut(text):
            number = next((place[one] for one in (token, token.lower(), token.upper()) if one in place), None)
            if number is not None and (self.learned is None or number in self.learned):
                found.append(number)
                continue
            if token != NOT_KNOWN:
                odd[token] = None
            if self.unknown is not None:
                found.append(self.unknown)
        return found, tuple(odd)

    def encoded(self, entry: str) -> Encoded:
        numbers, odd = self.numbers(entry)
        if not numbers:
            some = listed(self.vocabulary, 20)
            raise EntryError(f"Type a text of {self.tokens} that the network knows, such as {some}.")
        if self.fill == "none" and len(numbers) != self.length:
            raise EntryError(f"The network reads exactly {self.length} {self.tokens}, but {len(numbers)} arrived.")
        notes = []
        if odd:
            fate = "left out" if self.unknown is None else f"read as {self.vocabulary[self.unknown]}"
            verb = "is" if len(odd) == 1 else "are"
            notes.append(f"{listed(odd)} {verb} not known to the network and {fate}.")
        if len(numbers) > self.length:
            which = "last" if self.keeps_end else "first"
            if not self.grows:
                notes.append(f"Only the {which} {self.length} of {len(numbers)} {self.tokens} are read.")
            numbers = numbers[-self.length :] if self.keeps_end else numbers[: self.length]
        missing = [self.filler] * (self.length - len(numbers))
        row = [*missing, *numbers] if self.fill == "front" else [*numbers, *missing]
        return Encoded(np.array([row], dtype=np.int64), tuple(notes))

    def entry(self, features: AnyArray) -> str:
        numbers = [int(number) for number in np.asarray(features).reshape(-1)]
        if not self.grows:
            while numbers and self.fill == "front" and numbers[0] == self.filler:
                del numbers[0]
            while numbers and self.fill == "end" and numbers[-1] == self.filler:
                del numbers[-1]
        words = (NOT_KNOWN if number == self.unknown else self.vocabulary[number] for number in numbers)
        return self.joined_by.join(words)

    def read(self, file: InputFile) -> Entries:
        return texts_of(file, self.column)

    def words(self, entry: str) -> str:
        return f"“{entry[:60]}{'…' if len(entry) > 60 else ''}”"


@dataclass(frozen=True)
class LettersForm(TextForm):
    """Letters, each of which is a row of zeros with a one in its place."""

    def encoded(self, entry: str) -> Encoded:
        found = super().encoded(entry)
        return Encoded(np.eye(len(self.vocabulary), dtype=np.float32)[found.features], found.notes)

    def entry(self, features: AnyArray) -> str:
        return super().entry(np.asarray(features).reshape(self.length, -1).argmax(axis=1))


@dataclass(frozen=True)
class VectorsForm(InputForm):
    """A sentence of words that have given vectors."""

    noun: ClassVar[str] = "a sentence"

    vectors: tuple[tuple[str, tuple[float, ...]], ...]
    length: int

    def encoded(self, entry: str) -> Encoded:
        place = dict(self.vectors)
        words = entry.lower().split()
        odd = [word for word in words if word not in place]
        if odd:
            raise EntryError(f"{listed(odd)} has no vector. Known are {listed(tuple(place))}.")
        if len(words) != self.length:
            raise EntryError(f"The network reads exactly {self.length} words, but {len(words)} arrived.")
        return Encoded(np.array([[place[word] for word in words]], dtype=np.float32))

    def entry(self, features: AnyArray) -> str:
        vectors = np.asarray(features, dtype=np.float64).reshape(self.length, -1)
        known = np.array([vector for _, vector in self.vectors])
        nearest = np.square(vectors[:, None] - known[None]).sum(axis=2).argmin(axis=1)
        return " ".join(self.vectors[number][0] for number in nearest.tolist())

    def read(self, file: InputFile) -> Entries:
        return texts_of(file, "")

    def words(self, entry: str) -> str:
        return f"“{entry}”"


def texts_of(file: InputFile, column: str) -> Entries:
    """The texts of a file: those of a column where its first line names it, else one in each line."""
    table = table_of(file, (column,)) if column and names_column(file, column) else None
    place = table.column(column) if table is not None else None
    if table is not None and place is not None:
        texts, lines = [row[place] for row in table.rows], list(table.lines)
        columns, cells = table.names, table.rows
    else:
        numbered = [(number, line) for number, line in enumerate(file.text().split("\n"), start=1) if line.strip()]
        lines, texts = [number for number, _ in numbered], [line for _, line in numbered]
        columns, cells = ("text",), tuple((text,) for text in texts)
    return Entries(tuple(texts), tuple(f"line {line}" for line in lines), columns, cells)
