"""Text as characters: windows of it, and at every character the one that follows."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Fix
from playground.blocks.code import Code
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, Part
from playground.data.division import folds_in_time, parts_of_time
from playground.data.inputs.base import Known
from playground.data.inputs.texts import TextForm
from playground.data.packaged import packaged_file
from playground.document.declaration import parameter

ALPHABET = tuple("abcdefghijklmnopqrstuvwxyz .,:;'\"()-_=0")
"""What plain text is reduced to: small letters, a few signs, and 0 for every digit."""
BIGRAM_SMOOTHING = 0.1
"""Added to every count of a bigram table, so that no pair is impossible."""

Tokens = NDArray[np.int64]


class TextWindows(Dataset):
    """Base of the texts. Subclasses give the text and its alphabet; it is cut in order: the last share is for testing.

    Windows do not reach across the cuts, so that no part sees a character of another.
    """

    question: ClassVar[str] = "Which character comes next?"
    divides: ClassVar[bool] = True
    next_token: ClassVar[bool] = True

    window: int = parameter(32, ge=2, le=512, logarithmic=True, help="Characters in one example.")
    characters: int = parameter(
        60_000, ge=500, le=2_000_000, logarithmic=True, help="How much of the text is used, from its beginning."
    )

    def alphabet(self) -> tuple[str, ...]:
        """The characters that there are, in the order of their numbers."""
        raise NotImplementedError

    def text(self) -> str:
        """The whole text, of characters of the alphabet alone."""
        raise NotImplementedError

    def subtitle(self) -> str:
        return f"{self.characters:,} characters · windows of {self.window}"

    def signals(self) -> tuple[Signal, ...]:
        whole = Signal((self.window,), kind="tokens", scale="index", classes=self.alphabet())
        return whole, whole

    def expect(self, *inputs: Signal) -> None:
        """Refuse a window for which the parts of the text are too short. Raises BlockError."""
        first, second, third = self.cuts(self.characters)
        least = min(size for size in (first, second - first, self.characters - third) if size)
        if least < 2 * self.window + 2:
            raise BlockError(
                f"{self.title} has parts of {least} characters, too few for windows of {self.window}.",
                Fix("Set window to 8", "set", parameters={"window": 8}),
                Fix("Set characters to 60,000", "set", parameters={"characters": 60_000}),
            )

    def input_form(self, known: Known) -> TextForm:
        # Some networks want their windows whole: a shorter text is preceded by blanks, or the first character.
        alphabet = self.alphabet()
        blank = alphabet.index(" ") if " " in alphabet else 0
        return TextForm(alphabet, self.window, fill="front", filler=blank, keeps_end=True, grows=True)

    def tokens(self) -> dict[Part, Tokens]:
        """The text of each part as numbers, in order."""
        numbers = encoded(self.text()[: self.characters], self.alphabet())
        return cut_in_order(numbers, *self.cuts(len(numbers)))

    def in_time(self) -> bool:
        return True

    def most_folds(self, rows: Mapping[Part, NDArray[np.int64]]) -> int:
        plain = self.model_copy(update={"folds": 0})
        return plain.cuts(self.characters)[1] // (2 * self.window + 2) - 1

    def parts_in_order(self, rows: Mapping[Part, NDArray[np.int64]]) -> NDArray[np.int8]:
        count = len(self.text()[: self.characters])
        return parts_of_time(count, self.cuts(count))

    def cuts(self, count: int) -> tuple[int, int, int]:
        """The first character of the validation part, the first behind it, and the first of the test part.

        Raises BlockError for more folds than there are characters.
        """
        self.refuse_test_folds()
        first = round(count * self.train_share)
        second = first + round(count * min(self.validation_share, 1.0 - self.train_share))
        unit = 2 * self.window + 2
        title = f"{self.title}, {unit} characters at a time,"
        return folds_in_time(first, second, self.folds, self.fold, unit, title)

    def generate(self, generator: np.random.Generator) -> Examples:
        features, targets, rows = windows_of(self.tokens(), self.window, generator)
        return Examples(features, targets, rows=rows)

    def to_code(self, *inputs: Signal) -> Code:
        text = self.text_code()
        if text.cannot:
            return text
        places = ", ".join(map(str, self.cuts(len(self.text()[: self.characters]))))
        start = (
            f"alphabet = {''.join(self.alphabet())!r}".replace("{", "{{").replace("}", "}}"),
            *text.start,
            f"numbers = {{encoded}}(text[:{self.characters}], alphabet)",
            f"parts = {{cut_in_order}}(numbers, {places})",
        )
        uses = (*text.uses, encoded, cut_in_order, windows_of)
        return Code(f"{{windows_of}}(parts, {self.window}, generator)", imports=text.imports, uses=uses, start=start)

    def text_code(self) -> Code:
        """How the whole text comes into the variable `text`, as statements in `start`."""
        raise NotImplementedError


class PythonManual(TextWindows):
    """The texts of Python's own help."""

    id: ClassVar[str] = "python-manual"
    title: ClassVar[str] = "Python manual"
    summary: ClassVar[str] = (
        "The help texts that come with Python, 400,000 characters of English, made plain: small letters, few signs."
    )
    source: ClassVar[str] = "The Python Language Reference, as the module pydoc_data.topics carries it"
    licence: ClassVar[str] = "Python Software Foundation License, part of every Python."

    skip: int = parameter(
        0, ge=0, le=300_000, advanced=True, help="Characters at the beginning of the manual that are passed over."
    )

    def alphabet(self) -> tuple[str, ...]:
        return ALPHABET

    def text(self) -> str:
        return manual()[self.skip :]

    def text_code(self) -> Code:
        joined = r'text = {plain}("\n".join(topics[name] for name in sorted(topics)))'
        if self.skip:
            joined += f"[{self.skip}:]"
        return Code(imports=("from pydoc_data.topics import topics",), uses=(plain,), start=(joined,))


class DataDescriptions(TextWindows):
    """What scikit-learn tells about its sets of data."""

    id: ClassVar[str] = "data-descriptions"
    title: ClassVar[str] = "Descriptions of data"
    summary: ClassVar[str] = (
        "What scikit-learn tells about its sets of data: 36,000 characters of English, in the alphabet of the manual."
    )
    source: ClassVar[str] = "The descriptions of its data sets that the package scikit-learn carries"
    licence: ClassVar[str] = "BSD 3-Clause, part of scikit-learn."

    characters: int = parameter(
        36_000, ge=500, le=2_000_000, logarithmic=True, help="How much of the text is used, from its beginning."
    )

    def alphabet(self) -> tuple[str, ...]:
        return ALPHABET

    def text(self) -> str:
        return descriptions()

    def text_code(self) -> Code:
        return Code(uses=(descriptions,), start=("text = {descriptions}()",))


@functools.lru_cache(maxsize=1)
def descriptions() -> str:
    """All descriptions of data in scikit-learn, one after the other, in the plain alphabet."""
    folder = packaged_file("sklearn", "datasets/descr")
    return plain("\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.rst"))))


@functools.lru_cache(maxsize=1)
def manual() -> str:
    """All help texts of Python, one after the other, in the plain alphabet."""
    from pydoc_data.topics import topics

    return plain("\n".join(topics[name] for name in sorted(topics)))


def plain(text: str) -> str:
    """Any text in the plain alphabet: what does not belong to it becomes a space, and spaces in a row become one."""
    small = text.lower().translate(str.maketrans("’‘“”–—", "''\"\"--"))
    small = re.sub(r"[0-9]+", "0", small)
    small = re.sub(r"[^" + re.escape("".join(ALPHABET)) + r"]+", " ", small)
    return re.sub(r"([^a-z])\1+", r"\1", small).strip()


def cut_in_order(numbers: Tokens, first: int, second: int, third: int) -> dict[Part, Tokens]:
    """The three parts of a text: the beginning is learned from, the end is for testing."""
    return {"train": numbers[:first], "validation": numbers[first:second], "test": numbers[third:]}


def windows_of(
    parts: dict[Part, Tokens], window: int, generator: np.random.Generator
) -> tuple[Tokens, Tokens, dict[Part, Tokens]]:
    """Windows that overlap by half (N, window), the characters that follow in each (N, window), and rows of the parts.

    No window reaches from one part into another.
    """
    features: list[Tokens] = []
    targets: list[Tokens] = []
    rows: dict[Part, Tokens] = {}
    count = 0
    for part, numbers in parts.items():
        starts = np.arange(0, max(0, len(numbers) - window), max(1, window // 2))
        places = starts[:, None] + np.arange(window)  # (windows, window)
        features.append(numbers[places] if len(starts) else numbers[:0].reshape(0, window))
        targets.append(numbers[places + 1] if len(starts) else numbers[:0].reshape(0, window))
        rows[part] = generator.permutation(np.arange(count, count + len(starts))).astype(np.int64)
        count += len(starts)
    return np.concatenate(features), np.concatenate(targets), rows


def encoded(text: str, alphabet: Iterable[str]) -> Tokens:
    """The characters of a text as numbers (N,). Raises KeyError for one that is not in the alphabet."""
    numbers = {character: number for number, character in enumerate(alphabet)}
    return np.array([numbers[character] for character in text], dtype=np.int64)


def bigram_perplexity(dataset: TextWindows) -> float:
    """How well a table of pairs foretells the test part: what every network has to beat.

    The table counts which character followed which in the training part (Shannon 1948); perplexity is e to the mean
    surprise.
    """
    parts, count = dataset.tokens(), len(dataset.alphabet())
    train, test = parts["train"], parts["test"]
    table = np.full((count, count), BIGRAM_SMOOTHING)
    np.add.at(table, (train[:-1], train[1:]), 1.0)
    shares = table / table.sum(axis=1, keepdims=True)
    return float(np.exp(-np.log(shares[test[:-1], test[1:]]).mean()))


DATASETS: tuple[type[Dataset], ...] = (PythonManual, DataDescriptions)
