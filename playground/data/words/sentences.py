"""Sentences drawn from templates, and how their words become numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import PADDING, UNKNOWN, Signal
from playground.data.base import Dataset
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.texts import TextForm

Words = list[str]
Numbers = NDArray[np.int64]
Slots = Mapping[str, Sequence[str]]
"""The fillings of each word in capitals; words with | between are equally good."""
Links = Mapping[str, str]
"""Words in capitals of one name take fillings of one place in a sentence: a capital and its own country."""


def drawn_sentence(template: str, slots: Slots, links: Links, generator: np.random.Generator) -> Words:
    """A template such as “the ANIMAL sleeps” with its words in capitals filled by chance."""
    places: dict[str, int] = {}
    found: Words = []
    for word in template.split():
        fillings = slots.get(word)
        if fillings is None:
            found.append(word)
            continue
        place = int(generator.integers(len(fillings)))
        if word in links:
            place = places.setdefault(links[word], place)
        alike = fillings[place].split("|")
        found.extend(alike[int(generator.integers(len(alike)))].split())
    return found


def words_in(templates: Sequence[str], slots: Slots) -> tuple[str, ...]:
    """Every word that sentences from these templates may hold, in order, behind the padding and the unknown word."""
    texts = [slots.get(word, (word,)) for template in templates for word in template.split()]
    words = {word for fillings in texts for filling in fillings for word in filling.replace("|", " ").split()}
    return (PADDING, UNKNOWN, *sorted(words))


def numbered(sentences: Sequence[Words], vocabulary: Sequence[str]) -> list[list[int]]:
    """The words by their numbers; those that are not in the vocabulary are unknown."""
    place = {word: number for number, word in enumerate(vocabulary)}
    return [[place.get(word, place[UNKNOWN]) for word in sentence] for sentence in sentences]


def padded(rows: Sequence[Sequence[int]], length: int, front: bool, filler: int = 0) -> Numbers:
    """Rows of numbers cut, or filled up in front or at the end, to one length: (N, length)."""
    found = np.full((len(rows), length), filler, dtype=np.int64)
    for place, row in enumerate(rows):
        kept = row[:length]
        if kept:
            found[place, length - len(kept) if front else 0 : None if front else len(kept)] = kept
    return found


class WordSentences(Dataset):
    """Base of the data whose features are sentences of words."""

    fill: ClassVar[Literal["front", "end"]] = "front"
    """Where a short sentence is filled up: in front, so that the last state of a recurrent net has read its end."""

    def vocabulary(self) -> tuple[str, ...]:
        """The words in the order of their numbers, the padding first."""
        raise NotImplementedError

    def words_read(self) -> int:
        """Words of a sentence that are read."""
        raise NotImplementedError

    def word_signal(self) -> Signal:
        """The sentences."""
        words = self.vocabulary()
        return Signal((self.words_read(),), kind="tokens", scale="index", axes=("time",), classes=words)

    def input_form(self, known: Known) -> InputForm | None:
        words = self.vocabulary()
        return TextForm(
            words, self.words_read(), tokens="words", cut=str.split, joined_by=" ", fill=self.fill,
            unknown=words.index(UNKNOWN),
        )  # fmt: skip
