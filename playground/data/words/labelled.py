"""Sentences with a class each: what somebody thought of it, and whether a message is spam."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import Examples, target_signal
from playground.data.words.sentences import Words, WordSentences, drawn_sentence, numbered, padded, words_in
from playground.document.declaration import parameter

OPINION_SLOTS = {
    "GOOD": ("good", "great", "lovely", "superb", "fine", "delightful"),
    "BAD": ("bad", "awful", "boring", "terrible", "poor", "dreadful"),
    "THING": ("film", "food", "room", "book", "play", "service"),
    "NOT": ("not", "never", "hardly"),
    "VERY": ("very", "really", "quite", "so"),
}
PLAIN = {
    "positive": ("the THING was GOOD", "a GOOD THING", "i found the THING VERY GOOD", "what a GOOD THING it was"),
    "negative": ("the THING was BAD", "a BAD THING", "i found the THING VERY BAD", "what a BAD THING it was"),
}
NEGATED = {
    "positive": ("the THING was NOT BAD", "the THING was GOOD and NOT BAD", "the THING was NOT BAD but GOOD",
                 "i found the THING NOT BAD", "the THING was NOT VERY BAD but VERY GOOD"),
    "negative": ("the THING was NOT GOOD", "the THING was BAD and NOT GOOD", "the THING was NOT GOOD but BAD",
                 "i found the THING NOT GOOD", "the THING was NOT VERY GOOD but VERY BAD"),
}  # fmt: skip
"""Where both words stand in one sentence, their order alone says which of them is denied."""
OPINIONS = ("negative", "positive")
OPINION_TEXTS = [text for kinds in (PLAIN, NEGATED) for texts in kinds.values() for text in texts]
OPINION_WORDS = words_in(OPINION_TEXTS, OPINION_SLOTS)
LONGEST_OPINION = 10

SPAM_SLOTS = {
    "PRIZE": ("a free prize", "free cash", "a cheap watch", "free tickets", "a free loan", "cheap pills"),
    "NOW": ("now", "today", "at once", "before midnight"),
    "CLICK": ("click", "call", "reply", "order"),
    "NAME": ("anna", "peter", "mum", "the team", "our neighbour", "tom"),
    "PLAN": ("lunch", "the meeting", "the report", "dinner", "the train", "the match"),
    "WHEN": ("today", "tomorrow", "at noon", "on monday", "now", "tonight"),
}
MESSAGES = {
    "ham": ("i will call you WHEN about PLAN", "NAME asks if PLAN is WHEN", "are you free for PLAN WHEN",
            "please order tickets for PLAN WHEN", "thanks NAME for PLAN", "could you reply to NAME about PLAN",
            "the watch of NAME was cheap", "NAME won a prize at the match"),
    "spam": ("you won PRIZE CLICK NOW", "CLICK NOW for PRIZE", "PRIZE is waiting for you", "claim PRIZE NOW",
             "last chance CLICK NOW to win PRIZE", "winner you can claim PRIZE WHEN", "lose weight NOW with PRIZE",
             "no risk PRIZE for you CLICK NOW"),
}  # fmt: skip
"""Both hold “free”, “call”, “prize” and “now”: no word alone tells them apart."""
KINDS_OF_MESSAGE = ("ham", "spam")
SPAM_WORDS = words_in([text for texts in MESSAGES.values() for text in texts], SPAM_SLOTS)
FILLERS = ("hi", "hello", "ok", "well", "dear friend", "hey", "please", "thanks")
LONGEST_MESSAGE = 14
MESSAGE_WORDS = (*SPAM_WORDS, *sorted({word for text in FILLERS for word in text.split()} - set(SPAM_WORDS)))


class LabelledSentences(WordSentences):
    """Base of the sentences with a class."""

    examples: int = parameter(
        1_500, ge=100, le=20_000, logarithmic=True, help="How many sentences to make for all three parts."
    )


class Opinions(LabelledSentences):
    """What somebody says of a thing: good, bad, or not bad."""

    id: ClassVar[str] = "opinions"
    title: ClassVar[str] = "Opinions"
    summary: ClassVar[str] = (
        "Short opinions, positive or negative, some with a negation: “the film was not bad but good”. Where good and "
        "bad stand in one sentence, only their order tells."
    )
    question: ClassVar[str] = "Is an opinion positive or negative?"

    negated: float = parameter(
        0.6, ge=0.0, le=1.0, label="With a negation", help="The share of opinions that deny something."
    )

    def vocabulary(self) -> tuple[str, ...]:
        return OPINION_WORDS

    def words_read(self) -> int:
        return LONGEST_OPINION

    def subtitle(self) -> str:
        return f"{self.examples:,} opinions, {100 * self.negated:.0f}% with a negation"

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), target_signal("index", OPINIONS)

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = generator.permutation(np.arange(self.examples) % 2).astype(np.int64)
        said = [opinion(OPINIONS[number], self.negated, generator) for number in numbers.tolist()]
        features = padded(numbered(said, OPINION_WORDS), LONGEST_OPINION, True)
        return Examples(features, numbers, (), OPINIONS)


class SpamMessages(LabelledSentences):
    """Short messages, half of them spam."""

    id: ClassVar[str] = "spam-messages"
    title: ClassVar[str] = "Spam"
    summary: ClassVar[str] = (
        "Short messages, half of them spam. Many words come in both kinds, so that no single one decides."
    )
    question: ClassVar[str] = "Is a message spam?"

    def vocabulary(self) -> tuple[str, ...]:
        return MESSAGE_WORDS

    def words_read(self) -> int:
        return LONGEST_MESSAGE

    def subtitle(self) -> str:
        return f"{self.examples:,} messages"

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), target_signal("index", KINDS_OF_MESSAGE)

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = generator.permutation(np.arange(self.examples) % 2).astype(np.int64)
        said = [message(KINDS_OF_MESSAGE[number], generator) for number in numbers.tolist()]
        features = padded(numbered(said, MESSAGE_WORDS), LONGEST_MESSAGE, True)
        return Examples(features, numbers, (), KINDS_OF_MESSAGE)


def opinion(kind: str, negated: float, generator: np.random.Generator) -> Words:
    """An opinion of a kind, which denies something with the probability `negated`."""
    templates = (NEGATED if generator.random() < negated else PLAIN)[kind]
    return drawn_sentence(templates[int(generator.integers(len(templates)))], OPINION_SLOTS, {}, generator)


def message(kind: str, generator: np.random.Generator) -> Words:
    """A message of a kind, half of the time with a greeting before it."""
    templates = MESSAGES[kind]
    said = drawn_sentence(templates[int(generator.integers(len(templates)))], SPAM_SLOTS, {}, generator)
    greeting = FILLERS[int(generator.integers(len(FILLERS)))].split() if generator.random() < 0.5 else []
    return [*greeting, *said]


DATASETS: tuple[type[LabelledSentences], ...] = (Opinions, SpamMessages)
