"""Text with hidden characters, two pieces at a time, and pieces of two texts: what is learned from both sides."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from playground.blocks.base import BlockError, Fix, Port
from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.code import Code
from playground.blocks.signal import MASK, SEPARATOR, Signal
from playground.data.base import Dataset, Examples, Part
from playground.data.inputs.base import Known
from playground.data.inputs.texts import TextForm
from playground.data.text.characters import (
    ALPHABET,
    PythonManual,
    Tokens,
    descriptions,
    encoded,
    manual,
    windows_of,
)
from playground.document.declaration import parameter

VOCABULARY = (*ALPHABET, MASK, SEPARATOR)
FOLLOWS = ("from elsewhere", "follows")
ORIGINS = ("Python manual", "descriptions of data")


def marked_characters(text: str) -> list[str]:
    """The characters of a text, in which [MASK] and [SEP] are one token each."""
    return re.findall(rf"{re.escape(MASK)}|{re.escape(SEPARATOR)}|.", text, re.DOTALL)


def marked_pieces(text: str, cut: Callable[[str], list[str]]) -> list[str]:
    """The same for longer tokens, into which the text between the marks is cut."""
    parts = re.split(rf"({re.escape(MASK)}|{re.escape(SEPARATOR)})", text)
    return [token for part in parts for token in ([part] if part in (MASK, SEPARATOR) else cut(part))]


def marked_form(window: int) -> TextForm:
    """A text of a window's length in which a person may hide characters."""
    return TextForm(VOCABULARY, window, cut=marked_characters, fill="end", filler=ALPHABET.index(" "))


class MaskedManual(PythonManual):
    """Two pieces of the manual in one window, some characters of which are hidden."""

    id: ClassVar[str] = "masked-manual"
    title: ClassVar[str] = "Manual with masks"
    summary: ClassVar[str] = (
        "Two pieces of Python's manual with hidden characters: what stood there, and does the second piece follow the "
        "first? That is how BERT is trained."
    )
    question: ClassVar[str] = "Which characters are hidden, and does the second piece follow the first?"
    source: ClassVar[str] = (
        "Devlin, Chang, Lee and Toutanova 2019, BERT: of the chosen characters 8 of 10 become [MASK], 1 another "
        "character and 1 stays"
    )
    outputs: ClassVar[tuple[Port, ...]] = (*Dataset.outputs, Port("follows", "Follows"))
    next_token: ClassVar[bool] = False

    masked: float = parameter(0.15, ge=0.01, le=0.9, label="Masked share", help="Share of characters to be guessed.")
    repeats: int = parameter(
        1, ge=1, le=20, help="How often each place of the text comes, each time with other characters hidden."
    )

    def subtitle(self) -> str:
        return f"{self.characters:,} characters · {self.masked:.0%} hidden"

    def signals(self) -> tuple[Signal, ...]:
        tokens = self.vocabulary().tokens
        return (
            Signal((self.window,), kind="tokens", scale="index", classes=(*tokens, MASK, SEPARATOR)),
            Signal((self.window,), kind="tokens", scale="index", classes=tokens, unanswered=True),
            Signal((), "classes", "index", classes=FOLLOWS),
        )

    def input_form(self, known: Known) -> TextForm:
        if self.tokens == "characters":
            return marked_form(self.window)
        form = super().input_form(known)
        cut = functools.partial(marked_pieces, cut=form.cut)
        vocabulary = (*form.vocabulary, MASK, SEPARATOR)
        return replace(form, vocabulary=vocabulary, cut=cut, fill="end", keeps_end=False, grows=False)

    def generate(self, generator: np.random.Generator) -> Examples:
        features, targets, fields, rows = masked_pairs(
            self.numbers(), self.window, self.masked, self.repeats, len(self.vocabulary().tokens), generator
        )
        return Examples(features, targets, fields=fields, rows=rows)

    def to_code(self, *inputs: Signal) -> Code:
        usual = super().to_code(*inputs)
        tokens = len(self.vocabulary().tokens)
        make = f"{{masked_pairs}}(parts, {self.window}, {self.masked!r}, {self.repeats}, {tokens}, generator)"
        uses = (*(one for one in usual.uses if one is not windows_of), masked_pairs)
        return Code(make, imports=usual.imports, uses=uses, start=usual.start)


def masked_pairs(
    parts: Mapping[Part, Tokens], window: int, share: float, repeats: int, letters: int, generator: np.random.Generator
) -> tuple[Tokens, Tokens, dict[str, Tokens], dict[Part, Tokens]]:
    """Pieces of each part with hidden characters, (N, window); what was hidden, −1 elsewhere; whether the second piece
    follows the first, (N,); and the rows of the parts.

    The number `letters` is [MASK], the one behind it [SEP], which stands between the pieces.
    """
    first = (window - 1) // 2
    second = window - 1 - first
    shown: list[Tokens] = []
    hidden: list[Tokens] = []
    follows: list[Tokens] = []
    rows: dict[Part, Tokens] = {}
    count = 0
    for part, numbers in parts.items():
        starts = np.tile(np.arange(0, max(0, len(numbers) - window + 2), max(1, first)), repeats)
        together = generator.random(len(starts)) < 0.5
        elsewhere = generator.integers(0, max(1, len(numbers) - second + 1), len(starts))
        behind = np.where(together, starts + first, elsewhere)
        between = np.full((len(starts), 1), letters + 1)
        pieces = [numbers[at[:, None] + np.arange(size)] for at, size in ((starts, first), (behind, second))]
        whole = np.concatenate([pieces[0], between, pieces[1]], axis=1)  # (windows, window)
        chosen = generator.random(whole.shape) < share
        chosen[np.arange(len(starts)), generator.integers(0, max(1, first), len(starts))] = True  # one at least
        chosen[:, first] = False
        fate, others = generator.random(whole.shape), generator.integers(0, letters, whole.shape)
        changed = np.where(fate < 0.8, letters, np.where(fate < 0.9, others, whole))
        shown.append(np.where(chosen, changed, whole))
        hidden.append(np.where(chosen, whole, NOT_ASKED))
        follows.append(together.astype(np.int64))
        rows[part] = generator.permutation(np.arange(count, count + len(starts))).astype(np.int64)
        count += len(starts)
    return np.concatenate(shown), np.concatenate(hidden), {"follows": np.concatenate(follows)}, rows


class WhichText(Dataset):
    """Short pieces of two texts."""

    id: ClassVar[str] = "which-text"
    title: ClassVar[str] = "Which text is it?"
    summary: ClassVar[str] = (
        "Pieces of Python's manual and of scikit-learn's descriptions of data, in the same plain letters, to be told "
        "apart."
    )
    question: ClassVar[str] = "From which of two texts is a piece?"
    licence: ClassVar[str] = "Python Software Foundation License and BSD 3-Clause, parts of installed packages."
    source: ClassVar[str] = "The help of Python and the descriptions of data sets that the package scikit-learn carries"

    examples: int = parameter(400, ge=10, le=1_000, logarithmic=True, help="Pieces, half of them from each text.")
    window: int = parameter(33, ge=8, le=128, logarithmic=True, help="Characters in each piece.")

    def subtitle(self) -> str:
        return f"{self.examples} pieces of {self.window} characters"

    def expect(self, *inputs: Signal) -> None:
        """Refuse pieces that would overlap. Raises BlockError."""
        length = len(descriptions())
        if self.examples * self.window > 2 * length:
            fitting = 2 * length // self.window // 10 * 10
            raise BlockError(
                f"The shorter text has {length:,} characters, too few for {self.examples // 2} pieces.",
                Fix(f"Take {fitting} pieces", "set", parameters={"examples": fitting}),
            )

    def signals(self) -> tuple[Signal, ...]:
        features = Signal((self.window,), kind="tokens", scale="index", classes=VOCABULARY)
        return features, Signal((), "classes", "index", classes=ORIGINS)

    def input_form(self, known: Known) -> TextForm:
        return marked_form(self.window)

    def generate(self, generator: np.random.Generator) -> Examples:
        texts = [encoded(text, ALPHABET) for text in (manual(), descriptions())]
        features, origins = pieces_of(texts, self.examples, self.window, generator)
        return Examples(features, origins, (), ORIGINS)

    def to_code(self, *inputs: Signal) -> Code:
        start = (
            f"alphabet = {''.join(ALPHABET)!r}".replace("{", "{{").replace("}", "}}"),
            "texts = [{encoded}(text, alphabet) for text in ({manual}(), {descriptions}())]",
        )
        return Code(
            f"{{pieces_of}}(texts, {self.examples}, {self.window}, generator)",
            uses=(encoded, manual, descriptions, pieces_of), start=start,
        )  # fmt: skip


def pieces_of(texts: list[Tokens], count: int, window: int, generator: np.random.Generator) -> tuple[Tokens, Tokens]:
    """Pieces (count, window) that do not overlap, in turn of each text, and the number of the text (count,)."""
    numbers = np.arange(count) % len(texts)
    features = np.empty((count, window), dtype=np.int64)
    for number, text in enumerate(texts):
        places = generator.permutation(len(text) // window)[: int((numbers == number).sum())] * window
        features[numbers == number] = text[places[:, None] + np.arange(window)]
    return features, numbers.astype(np.int64)


DATASETS: tuple[type[Dataset], ...] = (MaskedManual, WhichText)
