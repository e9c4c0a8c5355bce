"""Sentences and dates in two languages or two ways of writing: other words, in another order, of another number."""

from __future__ import annotations

import calendar
import functools
import itertools
from collections.abc import Callable
from typing import ClassVar

import numpy as np

from playground.data.base import Dataset
from playground.data.sequences.pairs import Pair, SequencePairs
from playground.document.declaration import parameter

NOUNS = (
    ("dog", "hund", "der"), ("cat", "katze", "die"), ("child", "kind", "das"), ("man", "mann", "der"),
    ("woman", "frau", "die"), ("horse", "pferd", "das"), ("bird", "vogel", "der"), ("mouse", "maus", "die"),
)  # fmt: skip
"""English, German, and its article as a subject: der, die or das."""
ADJECTIVES = (("", ""), ("small", "klein"), ("old", "alt"), ("white", "weiß"))
"""In German without an ending."""
VERBS = (
    ("sees", "see", "seen", "sieht", "sehen", "gesehen"), ("hears", "hear", "heard", "hört", "hören", "gehört"),
    ("loves", "love", "loved", "liebt", "lieben", "geliebt"),
    ("finds", "find", "found", "findet", "finden", "gefunden"),
    ("looks for", "look for", "looked for", "sucht", "suchen", "gesucht"),
)  # fmt: skip
"""The present, the plain form and the participle, in English and in German."""
TIMES = (("", ""), ("today", "heute"), ("often", "oft"))
"""At the end of an English sentence; at the beginning of a German one, whose verb then comes before the subject."""
MODALS = (("can", "kann"), ("must", "muss"))
FORMS = ("plain", "not", "has", "asked", *(english for english, _ in MODALS))
"""She sees it; does not see it; has seen it; does she see it; can, must see it."""


def noun_phrase(noun: int, adjective: int, is_object: bool) -> Pair:
    """“the small dog” and “der kleine hund”, as an object “den kleinen hund”."""
    english, german, article = NOUNS[noun]
    said, stem = ADJECTIVES[adjective]
    accusative = is_object and article == "der"
    ending = stem + ("en" if accusative else "e") if stem else ""
    words = ["den" if accusative else article, *([ending] if ending else []), german]
    return ["the", *([said] if said else []), english], words


def sentence(form: str, who: Pair, what: Pair, verb: int, time: int) -> Pair:
    """A sentence in both languages: `who` does something with `what`."""
    present, plain, done, finite, infinitive, participle = VERBS[verb]
    when, wann = TIMES[time]
    if form == "asked":
        return ["does", *who[0], *plain.split(), *what[0], "?"], [finite, *who[1], *what[1], "?"]
    english, first, last = {
        "plain": (present, finite, ""),
        "not": (f"does not {plain}", finite, "nicht"),
        "has": (f"has {done}", "hat", participle),
        **{said: (f"{said} {plain}", gesagt, infinitive) for said, gesagt in MODALS},
    }[form]
    front = [wann, first, *who[1]] if wann else [*who[1], first]
    return (
        [*who[0], *english.split(), *what[0], *([when] if when else [])],
        [*front, *what[1], *([last] if last else [])],
    )


@functools.lru_cache(maxsize=1)
def all_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every word of both languages, in the order in which sentences first have it."""
    found: tuple[dict[str, None], dict[str, None]] = ({}, {})
    kinds = (range(len(NOUNS)), range(len(ADJECTIVES)), range(len(VERBS)), range(len(TIMES)), FORMS)
    for noun, how, verb, time, form in itertools.product(*kinds):
        said = sentence(form, noun_phrase(noun, how, False), noun_phrase(noun, how, True), verb, time)
        for words, known in zip(said, found, strict=True):
            known.update(dict.fromkeys(words))
    return tuple(found[0]), tuple(found[1])


def translated(count: int, generator: np.random.Generator) -> list[Pair]:
    """Sentences by chance in both languages, whose subject and object are different nouns."""
    kinds = (len(NOUNS), len(ADJECTIVES), len(NOUNS) - 1, len(ADJECTIVES), len(VERBS), len(TIMES), len(FORMS))
    found: list[Pair] = []
    for one, how, step, other, verb, time, form in generator.integers(kinds, size=(count, len(kinds))).tolist():
        what = noun_phrase((one + 1 + step) % len(NOUNS), other, True)
        found.append(sentence(FORMS[form], noun_phrase(one, how, False), what, verb, time))
    return found


class ToyTranslation(SequencePairs):
    """Small English sentences and their German."""

    id: ClassVar[str] = "toy-translation"
    title: ClassVar[str] = "English to German"
    summary: ClassVar[str] = (
        "Small English sentences from a grammar, and their German: verbs move to the end, times to the beginning, "
        "articles follow gender and case, and the number of words differs."
    )
    question: ClassVar[str] = "What does an English sentence say in German?"

    examples: int = parameter(
        3_000, ge=100, le=50_000, logarithmic=True, help="How many sentences to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"{self.examples:,} sentences" + (", backwards" if self.backwards else "")

    def source_words(self) -> tuple[str, ...]:
        return all_words()[0]

    def target_words(self) -> tuple[str, ...]:
        return all_words()[1]

    def source_lengths(self) -> tuple[int, int]:
        return 5, 11

    def target_lengths(self) -> tuple[int, int]:
        return 5, 9

    def pairs(self, generator: np.random.Generator) -> list[Pair]:
        return translated(self.examples, generator)


MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
FORMATS = ("{day} {month} {year}", "{month} {day}, {year}", "{day} {short} {year}", "{day}.{number}.{year}")
FIRST_YEAR, LAST_YEAR = 1950, 2049


def written_dates(count: int, generator: np.random.Generator) -> list[Pair]:
    """Dates by chance, each in one of the formats, and as the standard ISO 8601 writes them; as characters."""
    drawn = generator.integers((LAST_YEAR - FIRST_YEAR + 1, 12, 28, len(FORMATS)), size=(count, 4)).tolist()
    found: list[Pair] = []
    for years, month, day, how in drawn:
        year = FIRST_YEAR + years
        text = FORMATS[how].format(
            day=day + 1, month=MONTHS[month], short=MONTHS[month][:3], number=month + 1, year=year
        )
        found.append((list(text), list(f"{year}-{month + 1:02}-{day + 1:02}")))
    return found


class DateFormats(SequencePairs):
    """Dates as people write them, to be written as the standard has them."""

    id: ClassVar[str] = "date-formats"
    title: ClassVar[str] = "Dates in one format"
    summary: ClassVar[str] = (
        "Dates as people write them, “3 march 2021” or “3.3.2021”, to be written as the standard has them, character "
        "by character: 2021-03-03."
    )
    question: ClassVar[str] = "How is a date written in the standard format?"

    def subtitle(self) -> str:
        return f"{self.examples:,} dates, {FIRST_YEAR} to {LAST_YEAR}"

    def source_words(self) -> tuple[str, ...]:
        letters = sorted(set("".join(MONTHS)))
        return (*"0123456789", *" ,.", *letters)

    def target_words(self) -> tuple[str, ...]:
        return (*"0123456789", "-")

    def source_lengths(self) -> tuple[int, int]:
        return 8, 18

    def target_lengths(self) -> tuple[int, int]:
        return 10, 10

    def cut(self) -> Callable[[str], list[str]]:
        return list

    def pairs(self, generator: np.random.Generator) -> list[Pair]:
        return written_dates(self.examples, generator)


DATASETS: tuple[type[Dataset], ...] = (ToyTranslation, DateFormats)
