"""A text of a person's own, read character by character."""

from __future__ import annotations

import codecs
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from playground.blocks.base import BlockError
from playground.blocks.code import Code, not_written
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples
from playground.data.inputs.base import Known
from playground.data.inputs.texts import TextForm
from playground.data.own import files as own_files
from playground.data.own.encodings import example_in, single_byte
from playground.data.own.files import CHOOSE, FileRefused, Reading, ReadingStopped, encoding_of, head_of
from playground.data.text.characters import ALPHABET, TextWindows, plain
from playground.document.declaration import parameter

MOST_CHARACTERS = 2_000_000
"""Of a longer text the beginning is used."""
MOST_BYTES = 4 * MOST_CHARACTERS + 4
FEWEST_CHARACTERS = 500
AT_FIRST = 200_000
"""Characters that are used unless a person wants more."""
MOST_SYMBOLS = 120
"""Different characters that are told apart; rarer ones become one."""
RARE = "\ufffd"
"""Stands for every character that is too rare to be told apart."""


class ChosenText(BaseModel):
    """What was found in a file: all that must be known without reading it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    length: int = Field(ge=FEWEST_CHARACTERS, le=MOST_CHARACTERS)
    """Characters that can be used."""
    symbols: tuple[Annotated[str, Field(min_length=1, max_length=1)], ...] = Field(
        min_length=2, max_length=MOST_SYMBOLS + 1
    )
    """The different characters, in order."""
    encoding: str = Field("", max_length=20)
    """A codec that was chosen; empty for the one that is found."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text that was read."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    encoding: str
    text: str
    """The text, or its beginning."""
    whole: bool
    """Whether that is all of it."""
    different: int
    """Different characters of the file, rare ones too."""
    symbols: tuple[str, ...]
    """The characters that are told apart."""
    codec: str = "utf-8"
    chosen: str = ""
    """A codec that was chosen; empty for the one that is found."""
    example: str = ""
    """A word by which one sees whether the encoding is right; empty when all is ASCII."""
    because: str = ""
    """Why it is read as a text although it looks like a table; empty for any other."""


def read_text(path: Path, reading: Reading, codec: str = "") -> TextFile:
    """Read a text, or the beginning of a long one, in the encoding that is found or chosen. The last one is remembered.

    Raises FileRefused with a sentence for what is no text, and ReadingStopped.
    """
    head = head_of(path)
    encoding = encoding_of(head, path.name, codec)
    try:
        status = path.stat()
        key = (str(path), status.st_size, status.st_mtime_ns, codec)
        for known, last in tuple(_LAST):
            if known == key:
                return last
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except OSError as error:
        raise FileRefused(f"“{path.name}” cannot be read: {error.strerror or error}.") from error
    reading.step(0.3)
    if not encoding.wide and b"\0" in content:
        raise own_files.binary(path.name)
    complete = len(content) >= status.st_size
    try:
        decoded = codecs.getincrementaldecoder(encoding.codec)(encoding.errors).decode(content, complete)
    except UnicodeDecodeError:
        encoding = single_byte(content)
        decoded = content.decode(encoding.codec, encoding.errors)
    reading.step(0.6)
    text = decoded.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()
    whole = complete and len(text) <= MOST_CHARACTERS
    text = text[:MOST_CHARACTERS]
    if len(text) < FEWEST_CHARACTERS:
        raise FileRefused(
            f"“{path.name}” has {len(text)} characters; a text to learn from needs {FEWEST_CHARACTERS} or more."
        )
    counts = Counter(text)
    reading.step(0.9)
    if len(counts) < 2:
        raise FileRefused(f"“{path.name}” holds one character only, again and again: there is nothing to learn.")
    found = TextFile(
        path, status.st_size, hashlib.sha256(content).hexdigest(), encoding.title, text, whole, len(counts),
        symbols_of(counts), encoding.codec, codec, example_in(text[:100_000]),
    )  # fmt: skip
    own_files.remember(path, found.sha256)
    _LAST[:] = [(key, found)]
    return found


_LAST: list[tuple[tuple[str, int, int, str], TextFile]] = []
"""The text that was read last."""


def symbols_of(counts: Counter[str]) -> tuple[str, ...]:
    """The characters that are told apart, in order: all, or the most frequent ones and one for the rest."""
    if len(counts) <= MOST_SYMBOLS:
        return tuple(sorted(counts))
    frequent = sorted(counts, key=lambda character: (-counts[character], character))[:MOST_SYMBOLS]
    return (*sorted(character for character in frequent if character != RARE), RARE)


class OwnText(TextWindows):
    """A person's text, cut into windows."""

    id: ClassVar[str] = "own-text"
    title: ClassVar[str] = "My text"
    summary: ClassVar[str] = "A text file of yours, character by character. Drop it on the window."
    licence: ClassVar[str] = "From a file of yours."
    own: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("file",)

    file: str = parameter("", max_length=4_096, help="Where the text file is.")
    content: ChosenText | None = parameter(None, help="What was found in the file: its length and its characters.")
    plain: bool = parameter(
        False, help="Small letters and few signs only: fewer characters to tell apart, which are learned sooner."
    )

    def alphabet(self) -> tuple[str, ...]:
        return ALPHABET if self.plain or self.content is None else self.content.symbols

    def input_form(self, known: Known) -> TextForm:
        form = super().input_form(known)
        vocabulary = form.vocabulary
        return replace(form, unknown=vocabulary.index(RARE)) if self.tokens != "words" and RARE in vocabulary else form

    def subtitle(self) -> str:
        if self.content is None:
            return "no file yet"
        return f"{min(self.characters, self.content.length):,} characters · {self.window_words()}"

    def expect(self, *inputs: Signal) -> None:
        """Refuse a file that is missing, has changed or was not looked at. Raises BlockError."""
        if not self.file:
            raise BlockError(f"{self.title} has no file yet. Choose a text file of yours.", CHOOSE)
        if self.content is None:
            raise BlockError(f"The characters of “{Path(self.file).name}” are not known yet. Choose it again.", CHOOSE)
        own_files.expect_file(self.title, self.file, self.content.size, self.content.sha256)
        # A text may be shorter than what is asked of it.
        used = self.model_copy(update={"characters": min(self.characters, self.content.length)})
        super(OwnText, used).expect(*inputs)

    def text(self) -> str:
        """The text, of characters of the alphabet alone. Raises BlockError when the file is not what it was."""
        assert self.content is not None
        try:
            found = read_text(Path(self.file), Reading(), self.content.encoding)
        except FileRefused as error:
            raise BlockError(str(error), CHOOSE) from error
        if found.sha256 != self.content.sha256:
            raise own_files.changed(Path(self.file), CHOOSE)
        return prepared(found.text[: self.characters], self.content.symbols, make_plain=self.plain)

    def text_code(self) -> Code:
        assert self.content is not None
        try:
            codec = read_text(Path(self.file), Reading(), self.content.encoding).codec
        except (FileRefused, ReadingStopped) as error:
            return not_written(str(error))
        read = f"text = Path({self.file!r}).read_text(encoding={codec!r}, errors='replace')"
        start = (
            read.replace("{", "{{").replace("}", "}}"),
            f"text = text.replace('\\t', ' ').strip()[:{min(self.characters, MOST_CHARACTERS)}]",
            "text = {plain}(text)" if self.plain else "text = {prepared}(text, alphabet, make_plain=False)",
        )
        uses: tuple[Callable[..., str], ...] = (plain,) if self.plain else (prepared,)
        return Code(imports=("from pathlib import Path",), uses=uses, start=start)

    def generate(self, generator: np.random.Generator) -> Examples:
        examples = super().generate(generator)
        if examples.rows is None or not len(examples.rows["train"]):
            raise BlockError(f"“{Path(self.file).name}” is too short for windows of {self.window}.", CHOOSE)
        return examples


def prepared(text: str, symbols: tuple[str, ...], *, make_plain: bool) -> str:
    """A text in the characters that are told apart, or made plain."""
    if make_plain:
        return plain(text)
    known = set(symbols)
    rare = {ord(character): RARE if RARE in known else symbols[0] for character in set(text) - known}
    return text.translate(rare) if rare else text


def text_dataset(found: TextFile, *, make_plain: bool, window: int) -> OwnText:
    """The block for a text that was read."""
    chosen = ChosenText(
        size=found.size, sha256=found.sha256, length=len(found.text), symbols=found.symbols, encoding=found.chosen
    )
    used = min(len(found.text), AT_FIRST)
    return OwnText(file=str(found.path), content=chosen, plain=make_plain, window=window, characters=used)


def sentence(found: TextFile, dataset: OwnText) -> str:
    """What will be made of a text, in words."""
    words = (
        f"{min(dataset.characters, len(found.text)):,} characters in windows of {dataset.window}: "
        f"at each of them, which of {len(dataset.alphabet())} characters comes next?"
    )
    if not dataset.plain and found.different > len(found.symbols):
        words += f" The rarest of the {found.different:,} different ones are not told apart."
    if not found.whole:
        words += f" Of the text the first {len(found.text):,} characters are read."
    return f"{found.because} So it is read as a text: {words}" if found.because else words


DATASETS: tuple[type[Dataset], ...] = (OwnText,)
