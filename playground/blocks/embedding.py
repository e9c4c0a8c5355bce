"""A learned vector for each token."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from playground.blocks.base import Block, BlockError
from playground.blocks.code import Code, kept
from playground.blocks.lookup_operations import plan_embedding
from playground.blocks.operations import Operations
from playground.blocks.parts import Part, added_up, at, running
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


def tokens_only(title: str, arriving: Signal) -> None:
    """Refuse anything but a sequence of tokens of a known vocabulary. Raises BlockError."""
    if arriving.kind != "tokens" or len(arriving.shape) != 1:
        raise BlockError(f"{title} expects a sequence of tokens, but {arriving.words()} arrives.")
    if not arriving.classes:
        raise BlockError(f"{title} needs to know the vocabulary, but these tokens come without one.")
    if arriving.unanswered:
        raise BlockError(
            f"{title} has a vector for every token, but a target arrives in which some steps have no answer. "
            "Wire the features here."
        )


class Embedding(Block):
    """A learned vector for each word of the vocabulary, whose size comes with the tokens."""

    id: ClassVar[str] = "embedding"
    family: ClassVar[str] = "recurrent"
    title: ClassVar[str] = "Embedding"
    summary: ClassVar[str] = (
        "Gives every token of the vocabulary a vector of its own, which is learned. Tokens that act alike end up close "
        "together."
    )
    formula: ClassVar[str] = r"e_t = E_{x_t}, \quad E \in \mathbb{R}^{V \times d}"
    source: ClassVar[str] = "Bengio, Ducharme, Vincent and Jauvin 2003, A neural probabilistic language model"

    reveals: ClassVar[frozenset[Reveal]] = frozenset({"word vectors"})

    units: int = parameter(8, ge=1, le=65_536, logarithmic=True, help="Numbers in the vector of each token.")

    def subtitle(self) -> str:
        return f"{self.units} number{'s' if self.units > 1 else ''} a token"

    def expect(self, *inputs: Signal) -> None:
        tokens_only(self.title, inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        return TokenTable(inputs[0].classes, self.units)

    def to_code(self, *inputs: Signal) -> Code:
        return kept(f"nn.Embedding({len(inputs[0].classes)}, {self.units})")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_embedding(operations)
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return embedding_parts(module, inputs[0])

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal(tuple(outputs[0][1:]), kind="series"),)

    def live_formula(self, *inputs: Signal) -> str:
        return f"E is {len(inputs[0].classes)} × {self.units}; each token takes its row"


class TokenTable(nn.Embedding):
    """torch's embedding, which knows the tokens of its rows."""

    def __init__(self, vocabulary: tuple[str, ...], units: int) -> None:
        super().__init__(len(vocabulary), units)
        self.vocabulary = vocabulary


def embedding_parts(module: nn.Module, tokens: torch.Tensor) -> tuple[Part, ...]:
    """The row of each token."""
    numbers: list[int] = tokens[0].tolist()
    return (
        added_up(
            lambda index: ((at("weight", numbers[index[0]], index[1]),),), running(module), (0,), ("time", "unit"),
            parameters=("weight",), title="the row of a token",
            sentence="Each token takes its row of the matrix. Nothing is calculated.",
            backward=r"\frac{\partial L}{\partial E_v} = \sum_{t:\, x_t = v} \frac{\partial L}{\partial a_t}",
            backward_sentence="Each row gets the gradients of all steps at which its token was read; other rows get 0.",
        ),
    )  # fmt: skip


BLOCKS: tuple[type[Block], ...] = (Embedding,)
