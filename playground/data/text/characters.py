"""Text as characters, words or byte pairs: windows of it, and at every token the one that follows."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, TypeVar

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
from playground.data.tokenizers.pairs import in_pairs, learned_pairs, merged, pieces_of
from playground.data.tokenizers.whole_words import frequent_words, in_words, words_of
from playground.document.declaration import parameter

ALPHABET = tuple("abcdefghijklmnopqrstuvwxyz .,:;'\"()-_=0")
"""What plain text is reduced to: small letters, a few signs, and 0 for every digit."""
BIGRAM_SMOOTHING = 0.1
"""Added to every count of a bigram table, so that no pair is impossible."""

Tokens = NDArray[np.int64]
Text = TypeVar("Text", str, NDArray[np.int64])
TokenKind = Literal["characters", "words", "byte-pairs"]
CALLED = {"characters": "characters", "words": "words", "byte-pairs": "tokens"}
PIECES_A_FOLD = 8
"""Characters that are counted on for a token that may be longer than one, where folds are cut."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens of a text, and how it is cut into them."""

    tokens: tuple[str, ...]
    merges: tuple[tuple[str, str], ...] = ()
    characters: float = 1.0
    """Of a token, on average over the test part."""


class TextWindows(Dataset):
    """Base of the texts. Subclasses give the text and its alphabet; it is cut in order: the last share is for testing.

    Windows do not reach across the cuts, so that no part sees a character of another.
    """

    question: ClassVar[str] = "Which character comes next?"
    divides: ClassVar[bool] = True
    next_token: ClassVar[bool] = True

    window: int = parameter(32, ge=2, le=512, logarithmic=True, help="Tokens in one example.")
    characters: int = parameter(
        60_000, ge=500, le=2_000_000, logarithmic=True, help="How much of the text is used, from its beginning."
    )
    tokens: TokenKind = parameter(
        "characters",
        help="What the text is cut into: characters, whole words, or byte pairs, which are learned from the training "
        "part: the most frequent pair of neighbours becomes one token, again and again.",
    )
    vocabulary_size: int = parameter(
        256, ge=8, le=16_384, logarithmic=True, label="Vocabulary size",
        help="Of words, the most frequent and one for all others; of byte pairs, the characters and what they are "
        "merged into. There are always as many characters as the text has.",
    )  # fmt: skip

    def alphabet(self) -> tuple[str, ...]:
        """The characters that there are, in the order of their numbers."""
        raise NotImplementedError

    def text(self) -> str:
        """The whole text, of characters of the alphabet alone."""
        raise NotImplementedError

    def vocabulary(self) -> Vocabulary:
        """The tokens that there are, in the order of their numbers."""
        if self.tokens == "characters":
            return Vocabulary(self.alphabet())
        plain = {"window": 32, "data_seed": 0} if max(self.folds, self.test_folds) < 2 else {"data_seed": 0}
        return _learned(self.model_copy(update=plain))

    def subtitle(self) -> str:
        return f"{self.characters:,} characters · {self.window_words()}"

    def window_words(self) -> str:
        """How long a window is, such as “windows of 32 words”."""
        return f"windows of {self.window}{'' if self.tokens == 'characters' else f' {CALLED[self.tokens]}'}"

    def signals(self) -> tuple[Signal, ...]:
        known = self.vocabulary()
        one = Signal(
            (self.window,), kind="tokens", scale="index", classes=known.tokens, characters=known.characters
        )
        return one, one

    def expect(self, *inputs: Signal) -> None:
        """Refuse a window for which the parts of the text are too short. Raises BlockError."""
        if self.tokens == "characters":
            first, second, third = self.cuts(self.characters)
            sizes = [first, second - first, self.characters - third]
        else:
            sizes = [len(part) for part in self.numbers().values()]
        least = min(size for size in sizes if size)
        if least < 2 * self.window + 2:
            raise BlockError(
                f"{self.title} has parts of {least} {CALLED[self.tokens]}, too few for windows of {self.window}.",
                Fix("Set window to 8", "set", parameters={"window": 8}),
                Fix("Set characters to 60,000", "set", parameters={"characters": 60_000}),
            )

    def input_form(self, known: Known) -> TextForm:
        # Some networks want their windows whole: a shorter text is preceded by blanks, or the first token.
        vocabulary = self.vocabulary()
        blank = vocabulary.tokens.index(" ") if " " in vocabulary.tokens else 0
        form = TextForm(
            vocabulary.tokens, self.window, CALLED[self.tokens], fill="front", filler=blank, keeps_end=True, grows=True
        )
        if self.tokens == "words":
            return replace(form, cut=words_of, joined_by=" ", unknown=0)
        if self.tokens == "byte-pairs":
            return replace(form, cut=functools.partial(cut_into_pairs, vocabulary=vocabulary))
        return form

    def numbers(self) -> dict[Part, Tokens]:
        """The text of each part as numbers, in order."""
        text = self.text()[: self.characters]
        parts = cut_in_order(text, *self.cuts(len(text)))
        known = self.vocabulary()
        return {part: as_numbers(one, known, self.tokens) for part, one in parts.items()}

    def in_time(self) -> bool:
        return True

    def most_folds(self, rows: Mapping[Part, NDArray[np.int64]]) -> int:
        plain = self.model_copy(update={"folds": 0})
        return plain.cuts(self.characters)[1] // self._unit() - 1

    def _unit(self) -> int:
        """Characters that a fold must have at least."""
        return (2 * self.window + 2) * (1 if self.tokens == "characters" else PIECES_A_FOLD)

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
        unit = self._unit()
        title = f"{self.title}, {unit} characters at a time,"
        return folds_in_time(first, second, self.folds, self.fold, unit, title)

    def generate(self, generator: np.random.Generator) -> Examples:
        features, targets, rows = windows_of(self.numbers(), self.window, generator)
        return Examples(features, targets, rows=rows)

    def to_code(self, *inputs: Signal) -> Code:
        text = self.text_code()
        if text.cannot:
            return text
        places = ", ".join(map(str, self.cuts(len(self.text()[: self.characters]))))
        alphabet = f"alphabet = {''.join(self.alphabet())!r}".replace("{", "{{").replace("}", "}}")
        steps, functions = self._vocabulary_code(places)
        call = f"{{windows_of}}(parts, {self.window}, generator)"
        uses = (*text.uses, *functions, windows_of)
        return Code(call, imports=text.imports, uses=uses, start=(alphabet, *text.start, *steps))

    def _vocabulary_code(self, places: str) -> tuple[tuple[str, ...], tuple[Callable[..., object], ...]]:
        """How the parts are cut into tokens, whose vocabulary is learned from the training part."""
        if self.tokens == "characters":
            numbers = f"numbers = {{encoded}}(text[:{self.characters}], alphabet)"
            return (numbers, f"parts = {{cut_in_order}}(numbers, {places})"), (encoded, cut_in_order)
        cut = f"parts = {{cut_in_order}}(text[:{self.characters}], {places})"
        if self.tokens == "words":
            learned = f"vocabulary = {{frequent_words}}(parts['train'], {self.vocabulary_size})"
            into = "parts = {{part: {in_words}(one, vocabulary) for part, one in parts.items()}}"
            return (cut, learned, into), (cut_in_order, frequent_words, in_words)
        learned = f"vocabulary, merges = {{learned_pairs}}(parts['train'], alphabet, {self.vocabulary_size})"
        into = "parts = {{part: {in_pairs}(one, vocabulary, merges) for part, one in parts.items()}}"
        return (cut, learned, into), (cut_in_order, learned_pairs, in_pairs)

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


def cut_in_order(text: Text, first: int, second: int, third: int) -> dict[Part, Text]:
    """The three parts of a text: the beginning is learned from, the end is for testing."""
    return {"train": text[:first], "validation": text[first:second], "test": text[third:]}


@functools.lru_cache(maxsize=16)
def _learned(dataset: TextWindows) -> Vocabulary:
    """The vocabulary that the training part of a text teaches."""
    text = dataset.text()[: dataset.characters]
    parts = cut_in_order(text, *dataset.cuts(len(text)))
    if dataset.tokens == "words":
        known = Vocabulary(frequent_words(parts["train"], dataset.vocabulary_size))
    else:
        known = Vocabulary(*learned_pairs(parts["train"], dataset.alphabet(), dataset.vocabulary_size))
    judged = parts["test"] or parts["train"]
    return replace(known, characters=len(judged) / max(1, len(as_numbers(judged, known, dataset.tokens))))


def as_numbers(text: str, vocabulary: Vocabulary, kind: TokenKind) -> Tokens:
    """A text as the numbers of its tokens (N,)."""
    if kind == "words":
        return in_words(text, vocabulary.tokens)
    if kind == "byte-pairs":
        return in_pairs(text, vocabulary.tokens, vocabulary.merges)
    return encoded(text, vocabulary.tokens)


def cut_into_pairs(text: str, vocabulary: Vocabulary) -> list[str]:
    """The tokens of a text that a person types, small where only small letters are known, with unknown characters."""
    known = set(vocabulary.tokens)
    text = "".join(one if one in known or one.lower() not in known else one.lower() for one in text)
    ranks = {pair: rank for rank, pair in enumerate(vocabulary.merges)}
    return [token for piece in pieces_of(text) for token in merged(piece, ranks)]


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
    parts, count = dataset.numbers(), len(dataset.vocabulary().tokens)
    train, test = parts["train"], parts["test"]
    table = np.full((count, count), BIGRAM_SMOOTHING)
    np.add.at(table, (train[:-1], train[1:]), 1.0)
    shares = table / table.sum(axis=1, keepdims=True)
    return float(np.exp(-np.log(shares[test[:-1], test[1:]]).mean()))


DATASETS: tuple[type[Dataset], ...] = (PythonManual, DataDescriptions)
