"""Texts of a person's own with a class each: a column of texts and a column of classes of a table."""

from __future__ import annotations

import csv
import functools
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from playground.blocks.base import BlockError
from playground.blocks.code import Code, not_written
from playground.blocks.signal import PADDING, Signal
from playground.data.base import Dataset, Examples, target_signal
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.texts import TextForm
from playground.data.own import files as own_files
from playground.data.own.choice import Name, Value
from playground.data.own.columns import MOST_CATEGORIES, TableColumn
from playground.data.own.delimited import MOST_COLUMNS, Table, read_table
from playground.data.own.files import CHOOSE, FileRefused, Reading, ReadingStopped
from playground.data.own.layout import SEPARATORS, Layout
from playground.data.own.outcome import numbered
from playground.data.own.text_code import division_lines, labelled_rows, numbered_tokens, texts_code
from playground.document.declaration import parameter

TokenKind = Literal["words", "letters"]
UNKNOWN = "[UNK]"
"""Stands for every word that is not in the vocabulary."""
MOST_WORDS = 5_000
MOST_LETTERS = 200
LONGEST_TOKEN = 40
FEWEST_ROWS = 3
LONGEST: dict[TokenKind, int] = {"words": 64, "letters": 128}
"""Tokens of a text that are read at first, at most."""
USUAL = 95
"""At first so many per cent of the texts are read whole."""
_WORDS = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]")
Token = Annotated[str, Field(min_length=1, max_length=LONGEST_TOKEN)]


class ChosenTexts(BaseModel):
    """What was found in a file, and chosen of it: all that must be known without reading it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(ge=FEWEST_ROWS)
    """Rows with a text and a class."""
    layout: Layout = Layout()
    text: Name
    """The column of texts."""
    place: int = Field(ge=0, lt=MOST_COLUMNS)
    """Its number in the file, from 0."""
    target: Name
    """The column of classes."""
    classes: tuple[Value, ...] = Field(min_length=2, max_length=MOST_CATEGORIES)
    counts: tuple[int, ...] = Field((), max_length=MOST_CATEGORIES)
    """Rows of each class."""
    words: tuple[Token, ...] = Field(max_length=MOST_WORDS)
    """The words that are there twice or more, the most frequent first."""
    letters: tuple[Token, ...] = Field(max_length=MOST_LETTERS)
    """Its letters and signs, the most frequent first."""


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """A table that was read, with the columns of texts and of classes that were chosen in it."""

    table: Table
    text: int
    """The number of the column of texts."""
    target: int
    """The number of the column of classes."""
    chosen: ChosenTexts
    beginning: tuple[tuple[str, str], ...]
    """The first few texts with their classes."""
    lengths: dict[TokenKind, NDArray[np.int64]]
    """Tokens in each text, (rows,)."""


def tokens_of(text: str, kind: TokenKind) -> list[str]:
    """A text cut into words and signs in small letters, or into its letters."""
    small = text.lower()
    if kind == "words":
        return [token[:LONGEST_TOKEN] for token in _WORDS.findall(small)]
    return list(" ".join(small.split()))


# Finding out ----------------------------------------------------------------------------------------------------------


def text_columns(table: Table) -> list[int]:
    """The columns whose cells are texts of several words."""
    return [number for number, column in enumerate(table.columns) if column.prose]


def class_columns(table: Table) -> list[int]:
    """The columns that can say which class a text belongs to."""
    return [
        number for number, column in enumerate(table.columns)
        if not column.prose and "category" in column.uses()
    ]  # fmt: skip


def first_columns(table: Table) -> tuple[int, int] | None:
    """The columns of texts and of classes of a table that holds nothing else to learn from; None for any other."""
    texts = text_columns(table)
    used = [
        number for number, column in enumerate(table.columns)
        if not column.prose and column.guess()[0] != "ignored"
    ]  # fmt: skip
    if not texts or len(used) != 1 or not _names_classes(table.columns[used[0]]):
        return None
    return max(texts, key=lambda number: table.columns[number].prose), used[0]


def _names_classes(column: TableColumn) -> bool:
    return column.guess()[0] == "category" or column.few_whole_numbers()


def read_labelled_texts(table: Table, text: int, target: int, reading: Reading) -> LabelledTexts:
    """Read the texts of a table; their vocabulary is counted. Raises FileRefused and ReadingStopped."""
    whole = read_table(table.path, table.layout, reading, texts=(text,))
    column = whole.columns[target]
    name = whole.columns[text].name
    texts, classes = whole.texts[text], column.classes()
    numbers = numbered(column, classes)
    rows = [row for row in np.flatnonzero(numbers >= 0).tolist() if texts[row].strip()]
    counts = np.bincount(numbers[rows], minlength=len(classes))
    there = [number for number in range(len(classes)) if counts[number]]
    if len(rows) < FEWEST_ROWS or len(there) < 2:
        raise FileRefused(f"“{name}” and “{column.name}” have too few rows with a text and a class, or one class only.")
    words: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    lengths: dict[TokenKind, list[int]] = {"words": [], "letters": []}
    for row in rows:
        for kind, counter in (("words", words), ("letters", letters)):
            found = tokens_of(texts[row], kind)  # type: ignore[arg-type]
            counter.update(found)
            lengths[kind].append(len(found))  # type: ignore[index]
    chosen = ChosenTexts(
        size=whole.size, sha256=whole.sha256, rows=len(rows), layout=whole.layout, text=name, place=text,
        target=column.name, classes=tuple(classes[number] for number in there),
        counts=tuple(int(counts[number]) for number in there),
        words=_frequent(words, MOST_WORDS), letters=_frequent(letters, MOST_LETTERS),
    )  # fmt: skip
    beginning = tuple((texts[row], classes[int(numbers[row])]) for row in rows[:12])
    arrays = {kind: np.array(found, dtype=np.int64) for kind, found in lengths.items()}
    return LabelledTexts(whole, text, target, chosen, beginning, arrays)


def _frequent(counts: Counter[str], most: int) -> tuple[str, ...]:
    """The most frequent tokens; what is there once only cannot be learned from, unless all are."""
    repeated = [token for token in counts if counts[token] > 1]
    return tuple(sorted(repeated or counts, key=lambda token: (-counts[token], token))[:most])


def first_length(found: LabelledTexts, kind: TokenKind) -> int:
    """So many tokens that nearly every text is read whole."""
    usual = int(np.ceil(np.percentile(found.lengths[kind], USUAL)))
    return min(LONGEST[kind], max(2, usual))


def labelled_texts(found: LabelledTexts, *, tokens: TokenKind, length: int) -> OwnLabelledTexts:
    """The block for the texts that were read."""
    return OwnLabelledTexts(file=str(found.table.path), texts=found.chosen, tokens=tokens, length=length)


def sentence(found: LabelledTexts, dataset: OwnLabelledTexts) -> str:
    """What will be made of the texts, in words."""
    chosen = found.chosen
    known = len(dataset.vocabulary()) - 2
    words = (
        f"{chosen.rows:,} texts from “{chosen.text}”: to which of {len(chosen.classes)} classes in “{chosen.target}” "
        f"does each belong? {known:,} {dataset.tokens} are told apart, {dataset.length} of each text are read."
    )
    longer = int((found.lengths[dataset.tokens] > dataset.length).sum())
    if longer:
        words += f" {longer:,} {'texts are' if longer > 1 else 'text is'} longer and cut at the end."
    if found.table.kept < found.table.rows:
        words += f" Of the {found.table.rows:,} rows of the file {found.table.kept:,} are read, drawn at random."
    return words


# The block ------------------------------------------------------------------------------------------------------------


class OwnLabelledTexts(Dataset):
    """A person's texts, with a class to predict for each.

    Texts are filled up at their beginning, so that the last state of a recurrent layer has just read the last word.
    """

    id: ClassVar[str] = "own-labelled-texts"
    title: ClassVar[str] = "My labelled texts"
    summary: ClassVar[str] = "A table of yours with a column of texts and their classes. Drop the file on the window."
    question: ClassVar[str] = "Which class does a text of yours belong to?"
    licence: ClassVar[str] = "From a file of yours."
    own: ClassVar[bool] = True
    divides: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("file",)

    file: str = parameter("", max_length=4_096, help="Where the file is.")
    texts: ChosenTexts | None = parameter(None, help="What was found in the file: its texts, classes and words.")
    tokens: TokenKind = parameter(
        "words", help="Words and signs in small letters, or letters: fewer to tell apart, but longer to read."
    )
    length: int = parameter(
        32, ge=2, le=512, logarithmic=True,
        help=f"Tokens of a text that are read, from its beginning; a shorter one is filled up with {PADDING} in front.",
    )  # fmt: skip
    most_tokens: int = parameter(
        1_000, ge=10, le=MOST_WORDS, logarithmic=True, label="Vocabulary",
        help=f"So many of the most frequent tokens are told apart; all others, and those that are not in the training "
        f"part, are {UNKNOWN}.",
    )  # fmt: skip

    def vocabulary(self) -> tuple[str, ...]:
        """The tokens, in the order of their numbers."""
        if self.texts is None:
            return PADDING, UNKNOWN
        found = self.texts.words if self.tokens == "words" else self.texts.letters
        return PADDING, UNKNOWN, *found[: self.most_tokens]

    def subtitle(self) -> str:
        if self.texts is None:
            return "no file yet"
        return f"{self.texts.rows:,} texts of {self.length} {self.tokens}"

    def signals(self) -> tuple[Signal, ...]:
        features = Signal((self.length,), kind="tokens", scale="index", axes=("time",), classes=self.vocabulary())
        if self.texts is None:
            return features, target_signal("index", ())
        return features, target_signal("index", self.texts.classes).but(counts=self.texts.counts)

    def expect(self, *inputs: Signal) -> None:
        """Refuse a file that is missing, has changed or was not looked at. Raises BlockError."""
        if not self.file:
            raise BlockError(f"{self.title} has no file yet. Choose a table of yours.", CHOOSE)
        if self.texts is None:
            raise BlockError(f"The texts of “{Path(self.file).name}” are not known yet. Choose it again.", CHOOSE)
        own_files.expect_file(self.title, self.file, self.texts.size, self.texts.sha256)

    def input_form(self, known: Known) -> InputForm:
        words = self.tokens == "words"
        return TextForm(
            self.vocabulary(), self.length, self.tokens, functools.partial(tokens_of, kind=self.tokens),
            " " if words else "", "front", 0, 1, frozenset(np.unique(known.features).tolist()),
            column=self.texts.text if self.texts is not None else "",
        )  # fmt: skip

    def to_code(self, *inputs: Signal) -> Code:
        name = Path(self.file).name
        found = _reading(self.file, self.texts) if self.texts is not None else None
        if found is None:
            return not_written(f"“{name}” is no plain table of rows, which only Playground’s own reader reads.")
        shares, folds = (self.train_share, self.validation_share), (self.folds, self.fold)
        division = division_lines(shares, folds, (self.test_folds, self.test_fold), self.data_seed)
        return texts_code(found, tokens_of, self.tokens, self.vocabulary(), self.length, division)

    def generate(self, generator: np.random.Generator) -> Examples:
        texts, target = self._read()
        cut = [tokens_of(text, self.tokens)[: self.length] for text in texts]
        assert self.texts is not None
        examples = Examples(np.zeros((len(cut), self.length), dtype=np.int64), target, (), self.texts.classes)
        parts = self.divided(examples.strata, generator)
        numbers = numbered_tokens(cut, self.vocabulary(), parts["train"].tolist(), self.length)
        return Examples(numbers, target, (), self.texts.classes, rows=parts)

    def _read(self) -> tuple[list[str], NDArray[np.int64]]:
        """The texts that have a class, and its number. Raises BlockError when the file is not what it was."""
        assert self.texts is not None
        return _read(self.file, self.texts)[1:]


def _read(file: str, chosen: ChosenTexts) -> tuple[Table, list[str], NDArray[np.int64]]:
    """The table, its texts that have a class, and the number of that. Raises BlockError when it is not what it was."""
    try:
        table = read_table(Path(file), chosen.layout, Reading(), texts=(chosen.place,))
    except FileRefused as error:
        raise BlockError(str(error), CHOOSE) from error
    except ReadingStopped as error:
        raise BlockError("Reading was stopped.", CHOOSE) from error
    if table.sha256 != chosen.sha256:
        raise own_files.changed(Path(file), CHOOSE)
    column = next((column for column in table.columns if column.name == chosen.target), None)
    if column is None or chosen.place not in table.texts:
        raise BlockError(f"“{table.path.name}” has other columns. Choose the file again.", CHOOSE)
    numbers, texts = numbered(column, chosen.classes), table.texts[chosen.place]
    rows = [row for row in np.flatnonzero(numbers >= 0).tolist() if texts[row].strip()]
    if not rows:
        raise BlockError(f"No row of “{table.path.name}” can be used. Choose its columns again.", CHOOSE)
    return table, [texts[row] for row in rows], numbers[rows]


Plain = tuple[str, str, str, int, tuple[int, int], tuple[str, ...]]


@functools.lru_cache(maxsize=4)
def _reading(file: str, chosen: ChosenTexts) -> Plain | None:
    """What `labelled_rows` is to be given; None where it would not read the same texts and classes."""
    try:
        table, texts, numbers = _read(file, chosen)
    except BlockError:
        return None
    layout = chosen.layout
    place = next(number for number, column in enumerate(table.columns) if column.name == chosen.target)
    separator = SEPARATORS.get(layout.separator, "")
    skipped = layout.skipped + (layout.below + 1 if layout.header else 0)
    asked = file, table.codec, separator, skipped, (chosen.place, place), chosen.classes
    try:
        found = labelled_rows(*asked)
    except (OSError, ValueError, TypeError, csv.Error):
        return None
    known = [(tokens_of(text, "words"), int(number)) for text, number in zip(texts, numbers, strict=True)]
    return asked if [(tokens_of(text, "words"), number) for text, number in found] == known else None


DATASETS: tuple[type[Dataset], ...] = (OwnLabelledTexts,)
