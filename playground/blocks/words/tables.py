"""Tables of vectors beside the plain embedding: the mean over a sentence, and words as the sum of their parts."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix
from playground.blocks.code import Code, kept
from playground.blocks.embedding import tokens_only
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.blocks.words.counting import padding_of
from playground.document.declaration import parameter


class MeanOfWordsLayer(nn.Module):
    """The mean of the rows of (batch, time) tokens that are no padding, (batch, units); 0 where all are padding.

    `padding` is its number, or −1 where there is none.
    """

    def __init__(self, words: int, units: int, padding: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(words, units).normal_())
        self.padding = padding

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        vectors = functional.embedding(tokens, self.weight)  # (batch, time, units)
        read = (tokens != self.padding).unsqueeze(-1).to(vectors.dtype)  # (batch, time, 1)
        return (vectors * read).sum(dim=1) / read.sum(dim=1).clamp_min(1.0)


class NamedMeanOfWords(MeanOfWordsLayer):
    """The same, which knows the words of its rows."""

    def __init__(self, vocabulary: tuple[str, ...], units: int) -> None:
        super().__init__(len(vocabulary), units, padding_of(vocabulary))
        self.vocabulary = vocabulary


class MeanOfWords(Block):
    """The mean of a learned vector for each word."""

    id: ClassVar[str] = "mean-of-words"
    family: ClassVar[str] = "words"
    title: ClassVar[str] = "Mean of words"
    summary: ClassVar[str] = (
        "Every word has a learned vector, and a sentence is the mean of its words. Order is lost; padding is left out."
    )
    formula: ClassVar[str] = r"a = \frac{1}{n} \sum_{t=1}^{n} E_{x_t}"
    source: ClassVar[str] = "Mikolov, Chen, Corrado and Dean 2013; Iyyer et al. 2015, Deep averaging networks"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"word vectors"})

    units: int = parameter(8, ge=1, le=65_536, logarithmic=True, help="Numbers in the vector of each word.")

    def subtitle(self) -> str:
        return f"{self.units} number{'s' if self.units > 1 else ''}"

    def expect(self, *inputs: Signal) -> None:
        tokens_only(self.title, inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        return NamedMeanOfWords(inputs[0].classes, self.units)

    def to_code(self, *inputs: Signal) -> Code:
        words = inputs[0].classes
        return kept(f"MeanOfWordsLayer({len(words)}, {self.units}, {padding_of(words)})", uses=(MeanOfWordsLayer,))

    def live_formula(self, *inputs: Signal) -> str:
        return f"E is {len(inputs[0].classes)} × {self.units}; n counts the words that are no padding"


def word_parts(word: str, least: int, most: int) -> list[str]:
    """The pieces of `least` to `most` letters of a word between marks: “cat” has “<ca”, “cat”, “at>”, and itself."""
    if word.startswith("["):  # a padding or another sign that is no word
        return [f"<{word}>"]
    marked = f"<{word}>"
    pieces = {
        marked[start : start + size] for size in range(least, most + 1) for start in range(len(marked) - size + 1)
    }  # fmt: skip
    return sorted(pieces | {marked})


def parts_table(words: tuple[str, ...], least: int, most: int) -> tuple[list[list[int]], list[int], int]:
    """The numbers of the pieces of each word, (words, most pieces of one), how many each has, and all together.

    Short rows are filled up with that last number, which is no piece.
    """
    pieces = [word_parts(word, least, most) for word in words]
    number = {piece: place for place, piece in enumerate(sorted({piece for row in pieces for piece in row}))}
    longest = max(map(len, pieces))
    table = [[number[piece] for piece in row] + [len(number)] * (longest - len(row)) for row in pieces]
    return table, list(map(len, pieces)), len(number)


class SubwordEmbeddingLayer(nn.Module):
    """The mean of the rows of all pieces of each word: (batch, time) tokens to (batch, time, units)."""

    table: torch.Tensor
    counts: torch.Tensor

    def __init__(self, words: tuple[str, ...], units: int, least: int, most: int) -> None:
        super().__init__()
        table, counts, count = parts_table(words, least, most)
        self.weight = nn.Parameter(torch.empty(count, units).normal_())
        self.register_buffer("table", torch.tensor(table), persistent=False)
        self.register_buffer("counts", torch.tensor([[float(one)] for one in counts]), persistent=False)  # (words, 1)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        rows = functional.pad(self.weight, (0, 0, 0, 1))  # a last row of zeros, for what is no piece
        return functional.embedding(self.table[tokens], rows).sum(dim=-2) / self.counts[tokens]


class SubwordEmbedding(Block):
    """FastText's vectors: a word is the mean of its pieces."""

    id: ClassVar[str] = "subword-embedding"
    family: ClassVar[str] = "words"
    title: ClassVar[str] = "Subword embedding"
    summary: ClassVar[str] = (
        "As in FastText, every piece of a few letters has a learned vector, and a word is the mean of its pieces. So "
        "words that were never read have a vector too, near those that share pieces."
    )
    formula: ClassVar[str] = r"e_t = \frac{1}{|G_{x_t}|} \sum_{g \in G_{x_t}} E_g"
    source: ClassVar[str] = "Bojanowski, Grave, Joulin and Mikolov 2017, Enriching word vectors with subwords"

    units: int = parameter(16, ge=1, le=4_096, logarithmic=True, help="Numbers in the vector of each piece.")
    least: int = parameter(3, ge=1, le=10, label="Shortest piece", help="Letters of the shortest pieces, with marks.")
    most: int = parameter(5, ge=1, le=10, label="Longest piece", help="Letters of the longest pieces.")

    def subtitle(self) -> str:
        return f"{self.units} numbers · {self.least} to {self.most} letters"

    def expect(self, *inputs: Signal) -> None:
        if self.most < self.least:
            raise BlockError(
                f"The longest piece has {self.most} letters, fewer than the shortest with {self.least}.",
                Fix(f"Set the longest to {self.least}", "set", parameters={"most": self.least}),
            )
        tokens_only(self.title, inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        return SubwordEmbeddingLayer(inputs[0].classes, self.units, self.least, self.most)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal(tuple(outputs[0][1:]), kind="series"),)

    def to_code(self, *inputs: Signal) -> Code:
        made = f"SubwordEmbeddingLayer({inputs[0].classes!r}, {self.units}, {self.least}, {self.most})"
        return kept(made.replace("{", "{{").replace("}", "}}"), uses=(SubwordEmbeddingLayer,))


BLOCKS: tuple[type[Block], ...] = (MeanOfWords, SubwordEmbedding)
