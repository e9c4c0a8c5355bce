"""Single words with the kind of thing that they name: what is known of a word tells it, its letters do not."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import PADDING, UNKNOWN, Signal
from playground.data.base import Dataset, Examples, target_signal
from playground.data.words.sentences import Numbers, WordSentences

CATEGORIES = {
    "animal": "dog cat horse cow pig sheep goat wolf fox bear lion tiger elephant monkey rabbit mouse snake frog eagle "
    "duck whale shark bee spider",
    "food": "bread cheese butter milk rice pasta soup salad beef chicken sugar salt honey chocolate cake pie potato "
    "tomato onion garlic apple lemon banana egg",
    "country": "france germany italy spain portugal greece poland sweden norway finland denmark ireland japan china "
    "india brazil mexico canada egypt turkey russia chile peru kenya",
    "city": "paris london berlin rome madrid vienna moscow tokyo beijing chicago boston seattle houston dallas toronto "
    "sydney melbourne cairo mumbai milan munich prague warsaw oslo",
    "profession": "doctor nurse teacher lawyer engineer farmer soldier pilot actor singer painter writer judge "
    "carpenter chef journalist scientist professor accountant architect dentist surgeon butcher librarian",
    "sport": "football soccer basketball baseball tennis golf hockey rugby cricket swimming cycling skiing boxing "
    "wrestling volleyball badminton rowing sailing fencing gymnastics skating judo softball polo",
    "family": "mother father sister brother daughter son uncle aunt cousin grandmother grandfather niece nephew wife "
    "husband parents grandson granddaughter widow bride sibling mom dad twin",
    "body": "head hand arm leg foot knee elbow shoulder neck chest stomach heart lung liver kidney skin bone muscle "
    "finger toe ear nose mouth tongue",
}
"""Twenty-four words of each kind, all of them among the real word vectors."""
KINDS = tuple(CATEGORIES)
WORDS = (PADDING, UNKNOWN, *sorted(word for words in CATEGORIES.values() for word in words.split()))


class WordCategories(WordSentences):
    """Words of eight kinds, every word once."""

    id: ClassVar[str] = "word-categories"
    title: ClassVar[str] = "Kinds of words"
    summary: ClassVar[str] = (
        "192 words of eight kinds: animals, food, countries, cities, professions, sports, family, parts of the body. "
        "Every word comes once, so that those of the test were never learned from."
    )
    question: ClassVar[str] = "What kind of thing does a word name?"

    def vocabulary(self) -> tuple[str, ...]:
        return WORDS

    def words_read(self) -> int:
        return 1

    def subtitle(self) -> str:
        return f"{len(WORDS) - 2} words · {len(KINDS)} kinds"

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), target_signal("index", KINDS)

    def generate(self, generator: np.random.Generator) -> Examples:
        features, target = words_and_kinds()
        return Examples(features, target, (), KINDS)


def words_and_kinds() -> tuple[Numbers, Numbers]:
    """The number of every word (N, 1), and that of its kind (N,)."""
    places = {word: number for number, word in enumerate(WORDS)}
    pairs = [(places[word], kind) for kind, words in enumerate(CATEGORIES.values()) for word in words.split()]
    found = np.array(pairs, dtype=np.int64)
    return found[:, :1], found[:, 1]


DATASETS: tuple[type[Dataset], ...] = (WordCategories,)
