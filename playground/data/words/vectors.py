"""Real word vectors: the 20,000 most frequent words of GloVe 6B, which come with the program."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from playground.paths import RESOURCES

FOLDER = RESOURCES / "word-vectors"
UNITS = 50
"""Numbers of a vector."""
TITLE = "GloVe 6B"
SOURCE = "Pennington, Socher and Manning 2014, GloVe: global vectors for word representation"
LICENCE = "Public domain (PDDL 1.0)."


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words and their vectors, the most frequent word first."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    """(words, UNITS), read only."""
    places: Mapping[str, int]
    """The row of each word."""

    def place(self, word: str) -> int | None:
        """The row of a word, in small letters as all of them are; None for one that is not there."""
        found = self.places.get(word)
        return self.places.get(word.lower()) if found is None else found


@functools.lru_cache(maxsize=1)
def word_vectors() -> WordVectors:
    """All of them, read when first asked for. Raises OSError with a sentence when the files are missing or broken."""
    try:
        words = tuple((FOLDER / "words.txt").read_text(encoding="utf-8").split("\n")[:-1])
        vectors = np.load(FOLDER / "vectors.npy", allow_pickle=False).astype(np.float32)  # (words, UNITS)
    except (OSError, ValueError) as error:
        raise OSError(f"The word vectors in {FOLDER} cannot be read ({error}). Install Playground again.") from error
    if vectors.shape != (len(words), UNITS):
        raise OSError(f"The word vectors in {FOLDER} do not fit their words. Install Playground again.")
    vectors.setflags(write=False)
    return WordVectors(words, vectors, MappingProxyType({word: row for row, word in enumerate(words)}))


def known_rows(vocabulary: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which words of a vocabulary have a vector (n,), and the row of each among the real ones (n,)."""
    known = word_vectors()
    pairs = [(number, known.place(word)) for number, word in enumerate(vocabulary)]
    found = np.array([pair for pair in pairs if pair[1] is not None], dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def read_vectors(folder: str, words: str) -> NDArray[np.float32]:
    """The vectors (words, UNITS) of words with blanks between them, from the two files of a folder. Raises KeyError."""
    lines = (Path(folder) / "words.txt").read_text(encoding="utf-8").split("\n")
    places = {word: row for row, word in enumerate(lines)}
    vectors = np.load(Path(folder) / "vectors.npy", mmap_mode="r", allow_pickle=False)
    return np.asarray(vectors[[places[word] for word in words.split()]], dtype=np.float32)
