"""Pairs of sequences, one to read and one to say: what encoders and decoders learn from."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Fix, Port
from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import END, PADDING, START, Signal
from playground.data.base import Dataset, Examples
from playground.data.inputs.base import AnyArray, Encoded, Known
from playground.data.inputs.texts import TextForm
from playground.data.inputs.usual import unspaced
from playground.document.declaration import parameter

Numbers = NDArray[np.int64]
Pair = tuple[list[str], list[str]]


@dataclass(frozen=True)
class SourceForm(TextForm):
    """A sequence to be answered by another one, which some networks read from its end."""

    backwards: bool = False

    def encoded(self, entry: str) -> Encoded:
        found = super().encoded(entry)
        return Encoded(self._turned(found.features), found.notes)

    def entry(self, features: AnyArray) -> str:
        return super().entry(self._turned(np.asarray(features).reshape(1, -1)))

    def _turned(self, row: AnyArray) -> AnyArray:
        """(1, length): the tokens in the other order, where they are read so; what fills up stays at the end."""
        if not self.backwards:
            return row
        count = int((row[0] != self.filler).sum()) if self.fill == "end" else row.shape[1]
        return np.concatenate([row[:, :count][:, ::-1], row[:, count:]], axis=1)


class SequencePairs(Dataset):
    """Base of the tasks that answer a sequence with another, of another length.

    Three ports: the source; the target, which ends with [END] and asks nothing behind it; and what has been said so
    far, the target shifted to the right by a [START]. What is shorter is filled up with [PAD] at its end.
    """

    topic: ClassVar[str] = "Sequence to sequence"
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("features", "Source"), Port("target", "Target"), Port("given", "Said so far"),
    )  # fmt: skip

    examples: int = parameter(
        2_000, ge=100, le=50_000, logarithmic=True, help="How many pairs to make for all three parts."
    )
    backwards: bool = parameter(
        False,
        label="Source backwards",
        help="Gives the source from its end to its beginning, so that its first words are the last ones read and lie "
        "near the first words of the answer.",
    )

    def source_words(self) -> tuple[str, ...]:
        """The vocabulary of the source without special tokens."""
        raise NotImplementedError

    def target_words(self) -> tuple[str, ...]:
        """The vocabulary of the answers without special tokens."""
        raise NotImplementedError

    def source_lengths(self) -> tuple[int, int]:
        """The fewest and the most tokens of a source."""
        raise NotImplementedError

    def target_lengths(self) -> tuple[int, int]:
        """The fewest and the most tokens of an answer, without [END]."""
        raise NotImplementedError

    def pairs(self, generator: np.random.Generator) -> list[Pair]:
        """Sources and answers as lists of tokens."""
        raise NotImplementedError

    def source_vocabulary(self) -> tuple[str, ...]:
        """All tokens of the source, in the order of their numbers."""
        fewest, most = self.source_lengths()
        return (*self.source_words(), *((PADDING,) if fewest < most else ()))

    def target_vocabulary(self) -> tuple[str, ...]:
        """All tokens of the answers, in the order of their numbers."""
        fewest, most = self.target_lengths()
        return (*self.target_words(), END, START, *((PADDING,) if fewest < most else ()))

    def signals(self) -> tuple[Signal, ...]:
        steps = self.target_lengths()[1] + 1
        source = Signal(
            (self.source_lengths()[1],), kind="tokens", scale="index", axes=("time",), classes=self.source_vocabulary()
        )
        given = Signal((steps,), kind="tokens", scale="index", axes=("time",), classes=self.target_vocabulary())
        return source, given.but(unanswered=PADDING in given.classes), given

    def input_form(self, known: Known) -> SourceForm:
        single = all(len(word) == 1 for word in self.source_words())
        vocabulary = self.source_vocabulary()
        padded = PADDING in vocabulary
        return SourceForm(
            vocabulary, self.source_lengths()[1], "symbols" if single else "words", self.cut(),
            "" if single else " ", "end" if padded else "none", vocabulary.index(PADDING) if padded else 0,
            backwards=self.backwards,
        )  # fmt: skip

    def cut(self) -> Callable[[str], list[str]]:
        """From a typed source to its tokens."""
        return unspaced if all(len(word) == 1 for word in self.source_words()) else str.split

    def generate(self, generator: np.random.Generator) -> Examples:
        pairs = self.pairs(generator)
        sources = [source[::-1] if self.backwards else source for source, _ in pairs]
        answers = [answer for _, answer in pairs]
        spoken = self.target_vocabulary()
        steps = self.target_lengths()[1] + 1
        return Examples(
            numbered(sources, self.source_vocabulary(), self.source_lengths()[1], PADDING),
            numbered([[*answer, END] for answer in answers], spoken, steps, ""),
            fields={"given": numbered([[START, *answer] for answer in answers], spoken, steps, PADDING)},
        )


def numbered(rows: Sequence[Sequence[str]], vocabulary: Sequence[str], steps: int, filler: str) -> Numbers:
    """Tokens by their numbers, (rows, steps); what is shorter is filled up, where there is no such token by what asks
    for no answer."""
    place = {token: number for number, token in enumerate(vocabulary)}
    found = np.full((len(rows), steps), place.get(filler, NOT_ASKED), dtype=np.int64)
    for row, tokens in enumerate(rows):
        found[row, : len(tokens)] = [place[token] for token in tokens]
    return found


class SayAgain(SequencePairs):
    """Random symbols to be said again, in the same order or from the last to the first."""

    id: ClassVar[str] = "say-again"
    title: ClassVar[str] = "Symbols to say again"
    summary: ClassVar[str] = (
        "Random symbols that a decoder has to say again after all of them have been read, as they were or from the "
        "last to the first, which shows what fits into one vector."
    )
    source: ClassVar[str] = "After Sutskever, Vinyals & Le 2014 and Cho et al. 2014, who ask what one vector can hold"
    question: ClassVar[str] = "Which symbols were read?"

    order: Literal["same", "reversed"] = parameter("same", help="Whether they are said as read, or the last one first.")
    length: int = parameter(10, ge=1, le=100, logarithmic=True, help="Most symbols of a sequence.")
    shortest: int = parameter(
        0, ge=0, le=100, help="Fewest symbols of a sequence, so that their number varies; 0: all have the same length."
    )
    symbols: int = parameter(8, ge=2, le=26, help="How many different symbols there are, from A on.")

    def subtitle(self) -> str:
        fewest, most = self.source_lengths()
        count = f"{fewest} to {most}" if fewest < most else str(most)
        return f"{count} symbols, A to {self.source_words()[-1]}" + (", reversed" if self.order == "reversed" else "")

    def expect(self, *inputs: Signal) -> None:
        """Refuse a shortest sequence that is longer than the longest. Raises BlockError."""
        if self.shortest > self.length:
            raise BlockError(
                f"The shortest sequence of {self.title} has {self.shortest} symbols, but the longest {self.length}.",
                Fix("One length for all", "set", parameters={"shortest": 0}),
            )

    def source_words(self) -> tuple[str, ...]:
        return tuple(string.ascii_uppercase[: self.symbols])

    def target_words(self) -> tuple[str, ...]:
        return self.source_words()

    def source_lengths(self) -> tuple[int, int]:
        return self.shortest or self.length, self.length

    def target_lengths(self) -> tuple[int, int]:
        return self.source_lengths()

    def pairs(self, generator: np.random.Generator) -> list[Pair]:
        fewest, most = self.source_lengths()
        words = self.source_words()
        drawn = generator.integers(self.symbols, size=(self.examples, most)).tolist()
        lengths = generator.integers(fewest, most + 1, size=self.examples).tolist()
        read = [[words[number] for number in row[:length]] for row, length in zip(drawn, lengths, strict=True)]
        return [(row, row[::-1] if self.order == "reversed" else row) for row in read]


DATASETS: tuple[type[Dataset], ...] = (SayAgain,)
