"""Words as tokens: the most frequent ones have numbers, all others are one and the same unknown word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import UNKNOWN

WORD = r"\w+|[^\w\s]"
"""A word, or a single sign: “don't” is three of them."""


def words_of(text: str) -> list[str]:
    """The words and signs of a text, without the blanks."""
    return re.findall(WORD, text)


def frequent_words(text: str, size: int) -> tuple[str, ...]:
    """The unknown word and the most frequent words of a text, at most `size` together; of equals, by the alphabet."""
    counts = Counter(words_of(text))
    return (UNKNOWN, *sorted(counts, key=lambda word: (-counts[word], word))[: size - 1])


def in_words(text: str, vocabulary: Sequence[str]) -> NDArray[np.int64]:
    """A text as the numbers of its words (N,); 0 for those that are not in the vocabulary."""
    places = {word: number for number, word in enumerate(vocabulary)}
    return np.array([places.get(word, 0) for word in words_of(text)], dtype=np.int64)
