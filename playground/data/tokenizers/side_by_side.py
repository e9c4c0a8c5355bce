"""One text, five ways to cut it: words, characters, byte pairs, WordPiece and Unigram, each learned from the same text.

The first three are our own, to be read; the last two are those of the library `tokenizers`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.blocks.signal import UNKNOWN
from playground.data.tokenizers.pairs import Merge, learned_pairs, merged, pieces_of
from playground.data.tokenizers.whole_words import frequent_words, words_of

Kind = Literal["words", "characters", "byte-pairs", "wordpiece", "unigram"]
TITLES: dict[Kind, str] = {
    "words": "Words", "characters": "Characters", "byte-pairs": "Byte pairs", "wordpiece": "WordPiece",
    "unigram": "Unigram",
}  # fmt: skip
SOURCES: dict[Kind, str] = {
    "words": "", "characters": "",
    "byte-pairs": "Sennrich, Haddow and Birch 2016",
    "wordpiece": "Schuster and Nakajima 2012; the library learns it as byte pairs and cuts from the longest piece",
    "unigram": "Kudo 2018, Subword regularization",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tokenizer:
    """A vocabulary, and how a text is cut with it."""

    kind: Kind
    vocabulary: tuple[str, ...]
    cut: Callable[[str], list[str]]
    """The tokens of a text, of which some may not be in the vocabulary."""
    merges: tuple[Merge, ...] = ()

    def numbers(self, tokens: Sequence[str]) -> list[int]:
        """The number of each token; −1 for what is unknown."""
        places = {token: number for number, token in enumerate(self.vocabulary)}
        return [places.get(token, -1) if token != UNKNOWN else -1 for token in tokens]


@functools.lru_cache(maxsize=64)
def learned(kind: Kind, text: str, size: int) -> Tokenizer:
    """The tokenizer that a text teaches, with at most `size` tokens; characters have as many as there are."""
    if kind == "words":
        return Tokenizer(kind, frequent_words(text, size), words_of)
    alphabet = tuple(sorted(set(text)))
    if kind == "characters":
        return Tokenizer(kind, alphabet, list)
    if kind == "byte-pairs":
        vocabulary, merges = learned_pairs(text, alphabet, size)
        return Tokenizer(kind, vocabulary, functools.partial(cut_by_merges, merges=merges), merges)
    library = _by_the_library(kind, text, size)
    vocabulary = tuple(sorted(library.get_vocab(), key=library.get_vocab().get))
    return Tokenizer(kind, vocabulary, functools.partial(_cut_by_the_library, library))


def cut_by_merges(text: str, merges: Sequence[Merge]) -> list[str]:
    """The tokens of a text after these merges."""
    ranks = {pair: rank for rank, pair in reversed(list(enumerate(merges)))}
    return [token for piece in pieces_of(text) for token in merged(piece, ranks)]


def _by_the_library(kind: Kind, text: str, size: int) -> Any:
    from tokenizers import Tokenizer as Library
    from tokenizers import models, trainers

    if kind == "wordpiece":
        found = Library(models.WordPiece(unk_token=UNKNOWN))
        trainer: Any = trainers.WordPieceTrainer(vocab_size=size, special_tokens=[UNKNOWN], show_progress=False)
    else:
        found = Library(models.Unigram())
        trainer = trainers.UnigramTrainer(
            vocab_size=size, special_tokens=[UNKNOWN], unk_token=UNKNOWN, show_progress=False
        )
    found.train_from_iterator(words_of(text), trainer)
    return found


def _cut_by_the_library(library: Any, text: str) -> list[str]:
    return [token for word in words_of(text) for token in library.encode(word).tokens]
