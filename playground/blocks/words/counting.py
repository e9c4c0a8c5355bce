"""Sentences as counts: a one for each word, and a bag of words, in which order is lost."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block
from playground.blocks.code import Code, computed
from playground.blocks.embedding import tokens_only
from playground.blocks.signal import PADDING, Signal
from playground.document.declaration import parameter


def one_hot(tokens: torch.Tensor, words: int) -> torch.Tensor:
    """Zeros with a one at the number of each token: (batch, time) to (batch, time, words)."""
    return functional.one_hot(tokens, words)


def counted(tokens: torch.Tensor, words: int, padding: int, binary: bool) -> torch.Tensor:
    """How often each word comes in (batch, time) tokens, or whether it comes: (batch, words). Padding counts not.

    `padding` is its number, or −1 where there is none.
    """
    counts = functional.one_hot(tokens, words).sum(dim=1)
    if padding >= 0:
        counts = counts * (torch.arange(words, device=tokens.device) != padding)
    return counts.clamp_max(1) if binary else counts


def padding_of(vocabulary: tuple[str, ...]) -> int:
    """The number of the padding in a vocabulary, −1 where it has none."""
    return vocabulary.index(PADDING) if PADDING in vocabulary else -1


class CountsLayer(nn.Module):
    """Counts as numbers of the precision in which the network computes."""

    precision: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("precision", torch.zeros(()), persistent=False)


class OneHotLayer(CountsLayer):
    """(batch, time) tokens to (batch, time, words)."""

    def __init__(self, words: int) -> None:
        super().__init__()
        self.words = words

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return one_hot(tokens, self.words).to(self.precision.dtype)


class BagLayer(CountsLayer):
    """(batch, time) tokens to (batch, words)."""

    def __init__(self, words: int, padding: int, binary: bool) -> None:
        super().__init__()
        self.words, self.padding, self.binary = words, padding, binary

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return counted(tokens, self.words, self.padding, self.binary).to(self.precision.dtype)


class OneHotTokens(Block):
    """A vector of zeros with a one for each token."""

    id: ClassVar[str] = "one-hot-tokens"
    family: ClassVar[str] = "words"
    title: ClassVar[str] = "One-hot tokens"
    summary: ClassVar[str] = (
        "Turns every token into as many numbers as there are words: zeros, and a one in its place. All words are "
        "equally far from each other. Nothing is learned."
    )
    formula: ClassVar[str] = r"a_{t,v} = [\, x_t = v \,]"

    def expect(self, *inputs: Signal) -> None:
        tokens_only(self.title, inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        return OneHotLayer(len(inputs[0].classes))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal(tuple(outputs[0][1:]), kind="series", low=0.0, high=1.0),)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"functional.one_hot({{0}}, {len(inputs[0].classes)}).float()")


class BagOfWords(Block):
    """How often each word comes, whatever the order."""

    id: ClassVar[str] = "bag-of-words"
    family: ClassVar[str] = "words"
    title: ClassVar[str] = "Bag of words"
    summary: ClassVar[str] = (
        "Counts each word of the vocabulary in the sentence. Order is lost: a shuffled sentence gives the same "
        "numbers. Padding is left out, and nothing is learned."
    )
    formula: ClassVar[str] = r"a_v = \sum_t [\, x_t = v \,]"
    source: ClassVar[str] = "Harris 1954, Distributional structure"

    binary: bool = parameter(False, help="Only whether a word comes, not how often.")

    def subtitle(self) -> str:
        return "there or not" if self.binary else "counts"

    def expect(self, *inputs: Signal) -> None:
        tokens_only(self.title, inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        words = inputs[0].classes
        return BagLayer(len(words), padding_of(words), self.binary)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, BagLayer)
        module.binary = self.binary
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        most = 1.0 if self.binary else inputs[0].shape[0]
        return (Signal(tuple(outputs[0][1:]), axes=("words",), low=0.0, high=most),)

    def to_code(self, *inputs: Signal) -> Code:
        words = inputs[0].classes
        call = f"counted({{0}}, {len(words)}, {padding_of(words)}, {self.binary}).float()"
        return computed(call, uses=(counted,))


BLOCKS: tuple[type[Block], ...] = (OneHotTokens, BagOfWords)
