"""Byte pair encoding, to be read: the most frequent pair of neighbours becomes one token, again and again.

Sennrich, Haddow and Birch 2016, Neural machine translation of rare words with subword units. It starts from characters,
not bytes. A pair never reaches from one piece of the text into another, and a piece is a word with the blank before it,
so that the tokens one after the other are the text again. Merges and tokens are those of the library `tokenizers`.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

PIECE = r"\s?\w+|\s?[^\w\s]+|\s+"
"""A word or some signs, with one blank before them; what is left are blanks in a row."""
LEAST = 2
"""A pair that occurs less often becomes no token."""

Merge = tuple[str, str]
Numbers = NDArray[np.int64]


def pieces_of(text: str) -> list[str]:
    """The pieces of a text, which one after the other are the text."""
    return re.findall(PIECE, text)


def learned_pairs(
    text: str, alphabet: Sequence[str], size: int, told: Callable[[float], None] | None = None
) -> tuple[tuple[str, ...], tuple[Merge, ...]]:
    """The vocabulary, characters first, and the merges in order; fewer than `size` tokens where no pair is left.

    `told` hears the share that is done.
    """
    return learn_merges(Counter(pieces_of(text)), alphabet, size, told)


def learn_merges(
    pieces: Mapping[str, int], alphabet: Sequence[str], size: int, told: Callable[[float], None] | None = None
) -> tuple[tuple[str, ...], tuple[Merge, ...]]:
    """The same of pieces and how often each occurs.

    Of pairs that are equally frequent, the one whose tokens have been in the vocabulary longest comes first.
    """
    numbers = {token: number for number, token in enumerate(alphabet)}
    words = [([character for character in piece if character in numbers], count) for piece, count in pieces.items()]
    counts: Counter[Merge] = Counter()
    places: defaultdict[Merge, set[int]] = defaultdict(set)
    for place, (tokens, count) in enumerate(words):
        for pair in pairwise(tokens):
            counts[pair] += count
            places[pair].add(place)
    merges: list[Merge] = []
    waiting = [(-count, numbers[pair[0]], numbers[pair[1]], pair) for pair, count in counts.items()]
    heapq.heapify(waiting)
    while len(numbers) < size and waiting:
        negative, *_, best = heapq.heappop(waiting)
        if counts[best] != -negative:  # other merges have taken some away: it waits anew, with what is left
            if counts[best] > 0:
                heapq.heappush(waiting, (-counts[best], numbers[best[0]], numbers[best[1]], best))
            continue
        if counts[best] < LEAST:
            break
        merges.append(best)
        joined = best[0] + best[1]
        numbers.setdefault(joined, len(numbers))
        more: set[Merge] = set()
        for place in places.pop(best):
            tokens, count = words[place]
            shorter = with_merge(tokens, best)
            words[place] = shorter, count
            for pair in pairwise(tokens):
                counts[pair] -= count
            for pair in pairwise(shorter):
                counts[pair] += count
                places[pair].add(place)
                if joined in pair:
                    more.add(pair)
        for pair in more:
            heapq.heappush(waiting, (-counts[pair], numbers[pair[0]], numbers[pair[1]], pair))
        if told is not None:
            told(len(numbers) / size)
    return tuple(numbers), tuple(merges)


def with_merge(tokens: Sequence[str], pair: Merge) -> list[str]:
    """Tokens in which a pair of neighbours has become one, from the left."""
    found: list[str] = []
    place = 0
    while place < len(tokens):
        if place + 1 < len(tokens) and (tokens[place], tokens[place + 1]) == pair:
            found.append(tokens[place] + tokens[place + 1])
            place += 2
        else:
            found.append(tokens[place])
            place += 1
    return found


def merged(piece: Iterable[str], ranks: Mapping[Merge, int]) -> list[str]:
    """The tokens of a piece: of all pairs in it, the one that was learned first is merged, until there is none."""
    tokens = list(piece)
    while True:
        known = [(ranks[pair], place) for place, pair in enumerate(pairwise(tokens)) if pair in ranks]
        if not known:
            return tokens
        place = min(known)[1]
        tokens[place : place + 2] = [tokens[place] + tokens[place + 1]]


def in_pairs(text: str, vocabulary: Sequence[str], merges: Sequence[Merge]) -> Numbers:
    """A text as the numbers of its tokens (N,). Characters that are not in the vocabulary are left out."""
    places = {token: number for number, token in enumerate(vocabulary)}
    ranks = {pair: rank for rank, pair in reversed(list(enumerate(merges)))}
    known: dict[str, list[int]] = {}
    found: list[int] = []
    for piece in pieces_of(text):
        if piece not in known:
            tokens = merged((character for character in piece if character in places), ranks)
            known[piece] = [places[token] for token in tokens]
        found += known[piece]
    return np.array(found, dtype=np.int64)
