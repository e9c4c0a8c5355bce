"""Sentences that must be understood: facts with a question, names with a tag, words with two senses."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import PADDING, UNKNOWN, Signal
from playground.data.base import Examples, target_signal
from playground.data.words.sentences import Words, WordSentences, drawn_sentence, numbered, padded, words_in
from playground.document.declaration import parameter

WHO = ("mary", "john", "sandra", "daniel")
WHERE = ("kitchen", "garden", "office", "hallway", "cellar")
MOVED = ("went", "moved", "ran")
QUESTION_WORDS = (PADDING, UNKNOWN, *sorted({*WHO, *WHERE, *MOVED, "to", "the", "where", "is"}))
FACT_WORDS = 5
NOT_ASKED = -1

TAGS = ("other", "person", "place", "company")
PERSONS = ("mary", "john", "jordan", "paris", "rose", "ford", "sydney")
PLACES_NAMED = ("rome", "berlin", "jordan", "paris", "sydney", "victoria", "india")
COMPANIES = ("apple", "shell", "ford", "amazon", "target", "google", "intel")
THINGS = ("apple", "shell", "rose", "target", "book", "lamp", "coat")
ENTITY_SLOTS = {"PER": PERSONS, "LOC": PLACES_NAMED, "ORG": COMPANIES, "THING": THINGS}
ENTITY_TAGS = {"PER": 1, "LOC": 2, "ORG": 3}
ENTITY_TEMPLATES = (
    "PER lives in LOC", "PER works for ORG in LOC", "shares of ORG fell", "ORG opened a shop in LOC",
    "PER bought a THING", "the THING of PER is red", "PER met PER in LOC", "flights to LOC are cheap",
    "PER sold shares of ORG", "ORG hired PER", "the THING came from LOC", "PER and PER like the THING",
)  # fmt: skip
ENTITY_WORDS = words_in(ENTITY_TEMPLATES, ENTITY_SLOTS)
LONGEST_ENTITY = 7

SENSES = (
    "bank of a river", "bank for money", "bat that flies", "bat for a ball", "bass in the sea", "bass that sounds",
)  # fmt: skip
SENSE_TEMPLATES: dict[str, tuple[int, tuple[str, ...]]] = {
    "bank": (0, ("the WET lies at the bank", "the bank of the river is muddy", "reeds grow on the bank by the WET")),
    "bank ": (1, ("the bank lends RICH to us", "we take RICH to the bank", "the RICH is safe in the bank")),
    "bat": (2, ("the bat sleeps in a DARK", "at night the bat leaves its DARK", "a bat hangs in the DARK")),
    "bat ": (3, ("he hits the GAME with a bat", "the bat breaks in the GAME", "for the GAME he needs a bat")),
    "bass": (4, ("the bass swims in the SEA", "we catch a bass in the SEA", "in the SEA lives a bass")),
    "bass ": (5, ("he plays the bass in a BAND", "the bass of the BAND is loud", "a BAND needs a bass")),
}
"""By the word, with its number among the senses and its sentences."""
SENSE_SLOTS = {
    "WET": ("boat", "duck", "water"), "RICH": ("money", "cash", "gold"), "DARK": ("cave", "barn", "attic"),
    "GAME": ("ball", "match"), "SEA": ("sea", "lake"), "BAND": ("band", "choir"),
}  # fmt: skip
SENSE_WORDS = words_in([text for _, texts in SENSE_TEMPLATES.values() for text in texts], SENSE_SLOTS)
LONGEST_SENSE = 8
Numbers = NDArray[np.int64]


class Questions(WordSentences):
    """Who went where, in a few sentences, and a question about one of them."""

    id: ClassVar[str] = "questions-on-facts"
    title: ClassVar[str] = "Questions on facts"
    summary: ClassVar[str] = (
        "A few sentences of who went where, then a question: “where is mary”. What counts is where she went last."
    )
    source: ClassVar[str] = "After the first of the bAbI tasks, Weston et al. 2015"
    question: ClassVar[str] = "Where is the person that is asked for?"

    facts: int = parameter(2, ge=1, le=6, help="Sentences before the question.")
    examples: int = parameter(
        3_000, ge=100, le=20_000, logarithmic=True, help="How many stories to make for all three parts."
    )

    def vocabulary(self) -> tuple[str, ...]:
        return QUESTION_WORDS

    def words_read(self) -> int:
        return FACT_WORDS * self.facts + 3

    def subtitle(self) -> str:
        return f"{self.examples:,} stories of {self.facts} sentence{'s' if self.facts > 1 else ''}"

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), target_signal("index", WHERE)

    def generate(self, generator: np.random.Generator) -> Examples:
        places = generator.integers(len(WHERE), size=(self.examples, self.facts))
        places[:, 0] = generator.permutation(np.arange(self.examples) % len(WHERE))
        people = generator.integers(len(WHO), size=(self.examples, self.facts))
        asked = people[np.arange(self.examples), generator.integers(self.facts, size=self.examples)]
        told = [
            story(one, other, int(who), generator) for one, other, who in zip(people, places, asked, strict=True)
        ]  # fmt: skip
        last = self.facts - 1 - (people == asked[:, None])[:, ::-1].argmax(axis=1)
        answers = places[np.arange(self.examples), last].astype(np.int64)
        features = padded(numbered(told, QUESTION_WORDS), FACT_WORDS * self.facts + 3, True)
        return Examples(features, answers, (), WHERE)


class Entities(WordSentences):
    """Which words of a sentence are names, and of what."""

    id: ClassVar[str] = "named-entities"
    title: ClassVar[str] = "Named entities"
    summary: ClassVar[str] = (
        "Every word is tagged: person, place, company or none. Paris may be a person, Ford a company: what stands "
        "around a name decides."
    )
    question: ClassVar[str] = "Which words are names, and of what?"
    fill: ClassVar = "end"

    examples: int = parameter(
        1_500, ge=100, le=20_000, logarithmic=True, help="How many sentences to make for all three parts."
    )

    def vocabulary(self) -> tuple[str, ...]:
        return ENTITY_WORDS

    def words_read(self) -> int:
        return LONGEST_ENTITY

    def subtitle(self) -> str:
        return f"{self.examples:,} sentences, {len(TAGS)} tags"

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), tag_signal(LONGEST_ENTITY, TAGS)

    def generate(self, generator: np.random.Generator) -> Examples:
        sentences: list[Words] = []
        tags: list[list[int]] = []
        for place in generator.integers(len(ENTITY_TEMPLATES), size=self.examples).tolist():
            template = ENTITY_TEMPLATES[place]
            sentences.append(drawn_sentence(template, ENTITY_SLOTS, {}, generator))
            tags.append([ENTITY_TAGS.get(word, 0) for word in template.split()])
        features = padded(numbered(sentences, ENTITY_WORDS), LONGEST_ENTITY, False)
        return Examples(features, padded(tags, LONGEST_ENTITY, False, NOT_ASKED))


class WordSenses(WordSentences):
    """Words that mean two things: bank, bat and bass."""

    id: ClassVar[str] = "word-senses"
    title: ClassVar[str] = "Words with two senses"
    summary: ClassVar[str] = (
        "Bank, bat and bass each mean two things. At that word alone is asked which of the two it is in this sentence."
    )
    question: ClassVar[str] = "What does the word mean here?"
    fill: ClassVar = "end"

    examples: int = parameter(
        1_200, ge=100, le=20_000, logarithmic=True, help="How many sentences to make for all three parts."
    )

    def vocabulary(self) -> tuple[str, ...]:
        return SENSE_WORDS

    def words_read(self) -> int:
        return LONGEST_SENSE

    def subtitle(self) -> str:
        return f"{self.examples:,} sentences, {len(SENSES)} senses"

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), tag_signal(LONGEST_SENSE, SENSES)

    def generate(self, generator: np.random.Generator) -> Examples:
        kinds = list(SENSE_TEMPLATES)
        sentences: list[Words] = []
        tags: list[list[int]] = []
        for place in generator.permutation(np.arange(self.examples) % len(kinds)).tolist():
            number, templates = SENSE_TEMPLATES[kinds[place]]
            sentence = drawn_sentence(templates[int(generator.integers(len(templates)))], SENSE_SLOTS, {}, generator)
            sentences.append(sentence)
            tags.append([number if word == kinds[place].strip() else NOT_ASKED for word in sentence])
        features = padded(numbered(sentences, SENSE_WORDS), LONGEST_SENSE, False)
        return Examples(features, padded(tags, LONGEST_SENSE, False, NOT_ASKED))


def tag_signal(length: int, tags: tuple[str, ...]) -> Signal:
    """A class for every word; −1 where there is none."""
    return Signal((length,), kind="tokens", scale="index", axes=("time",), classes=tags, unanswered=True)


def story(people: Numbers, places: Numbers, asked: int, generator: np.random.Generator) -> Words:
    """Who went where, one sentence for each of `people` and `places` (facts,), and where is `asked`."""
    said: Words = []
    for who, where in zip(people.tolist(), places.tolist(), strict=True):
        said.extend([WHO[who], MOVED[int(generator.integers(len(MOVED)))], "to", "the", WHERE[where]])
    return [*said, "where", "is", WHO[asked]]


DATASETS: tuple[type[WordSentences], ...] = (Questions, Entities, WordSenses)
