"""Embeddings that begin with what is known of words: the real vectors that come with the program."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import PrivateAttr
from torch import Tensor, nn

from playground.blocks.code import Code
from playground.data.words.vectors import FOLDER, SOURCE, known_rows, read_vectors, word_vectors
from playground.document.declaration import parameter
from playground.training.initializer_base import Initializer

Numbers = NDArray[np.int64]


class KnownWords(Initializer):
    """Rows of a table of tokens start as the vectors of these words."""

    id: ClassVar[str] = "known-words"
    title: ClassVar[str] = "Known word vectors"
    summary: ClassVar[str] = (
        "An embedding starts with what GloVe has learned of words in 6 billion of them: the row of each word that it "
        "knows is that word’s vector, all else is drawn from a bell curve. Freeze the block to keep them. The vectors "
        "have 50 numbers; with fewer units the first ones are taken."
    )
    formula: ClassVar[str] = r"E_w = c \, v_w"
    source: ClassVar[str] = SOURCE

    scale: float = parameter(1.0, gt=0.0, le=1000.0, label="Factor c", help="What the known vectors are multiplied by.")

    _vocabulary: tuple[str, ...] = PrivateAttr(())
    """The tokens of the rows; none where these are not the weights of an embedding."""

    def of(self, part: nn.Module) -> Initializer:
        found = self.model_copy()
        found._vocabulary = tuple(getattr(part, "vocabulary", ()))
        return found

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        weight.normal_(generator=generator)
        numbers, rows = self._known(weight)
        if len(numbers):
            vectors = torch.from_numpy(word_vectors().vectors[rows])  # (known, 50)
            width = min(weight.shape[1], vectors.shape[1])
            weight[torch.from_numpy(numbers), :width] = self.scale * vectors[:, :width].to(weight)

    def _known(self, weight: Tensor) -> tuple[Numbers, Numbers]:
        return known_rows(self._vocabulary if len(self._vocabulary) == len(weight) else ())

    def to_code(self, weight: Tensor, activation: str) -> Code:
        drawn = "nn.init.normal_({0}, 0.0, 1.0, generator=generator)"
        numbers, rows = self._known(weight)
        if not len(numbers):
            return Code(drawn)
        words = " ".join(word_vectors().words[row] for row in rows)
        width = min(weight.shape[1], word_vectors().vectors.shape[1])
        scaled = "" if self.scale == 1.0 else f"{self.scale!r} * "
        vectors = f"torch.from_numpy({{read_vectors}}({str(FOLDER)!r}, {words!r}))[:, :{width}]"
        statement = f"{drawn}[{numbers.tolist()!r}, :{width}] = {scaled}{vectors}"
        return Code(statement, uses=(read_vectors,))
