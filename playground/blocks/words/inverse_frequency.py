"""TF-IDF: counts of words, each weighed by how few sentences it comes in."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Port
from playground.blocks.embedding import tokens_only
from playground.blocks.estimator import Estimator, Learning
from playground.blocks.signal import Signal
from playground.blocks.words.counting import counted, padding_of
from playground.document.declaration import parameter


class TfIdfLayer(Learning):
    """Counts (batch, words) of tokens (batch, time), times what was learned of each word."""

    whole: ClassVar[bool] = True
    idf: torch.Tensor
    """(words,) the weight of each."""

    def __init__(self, words: int, padding: int, unit_length: bool) -> None:
        super().__init__()
        self.padding, self.unit_length = padding, unit_length
        self.register_buffer("idf", torch.ones(words))

    def begin(self, *inputs: torch.Tensor) -> None:
        self.idf.fill_(1.0)

    def learn(self, *inputs: torch.Tensor) -> None:
        there = counted(inputs[0], len(self.idf), self.padding, True).sum(dim=0).to(self.idf.dtype)  # (words,)
        self.idf.copy_(torch.log((1.0 + len(inputs[0])) / (1.0 + there)) + 1.0)
        self.settled.fill_(True)

    def settled_words(self) -> str:
        return "The weights of the words are counted."

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        weighed = counted(tokens, len(self.idf), self.padding, False) * self.idf  # (batch, words)
        return functional.normalize(weighed, dim=1) if self.unit_length else weighed


class TfIdf(Estimator):
    """A bag of words in which rare words count more; weights as scikit-learn has them."""

    id: ClassVar[str] = "tf-idf"
    title: ClassVar[str] = "TF-IDF"
    summary: ClassVar[str] = (
        "A bag of words in which a word counts more the fewer sentences it comes in. The weights are counted once, in "
        "the training part. Put a dense layer behind it."
    )
    formula: ClassVar[str] = (
        r"a_v = n_v \left( \ln \frac{1 + N}{1 + N_v} + 1 \right), \quad a \leftarrow \frac{a}{\lVert a \rVert}"
    )
    source: ClassVar[str] = "Spärck Jones 1972, A statistical interpretation of term specificity"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Tokens"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("output", "Weighed counts"),)
    learns_from: ClassVar[tuple[str, ...]] = ()

    unit_length: bool = parameter(
        True, label="Length 1", help="Bring the vector of each sentence to length 1, so that long ones count no more."
    )

    def subtitle(self) -> str:
        return "length 1" if self.unit_length else "as counted"

    def expect(self, *inputs: Signal) -> None:
        tokens_only(self.title, inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        words = inputs[0].classes
        return TfIdfLayer(len(words), padding_of(words), self.unit_length)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, TfIdfLayer)
        module.unit_length = self.unit_length
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal(tuple(outputs[0][1:]), axes=("words",), low=0.0),)


BLOCKS: tuple[type[Estimator], ...] = (TfIdf,)
