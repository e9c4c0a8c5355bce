"""How well a query fits a key: the scores that attention may be made of."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import nn
from torch.nn import functional

Score = Literal["dot", "scaled", "additive", "cosine", "network"]
SHARPNESS = 5.0
"""What a cosine, which is at most 1, is multiplied by at the start: softmax of numbers from -1 to 1 is nearly flat."""


class ScoreLayer(nn.Module):
    """Scores (batch, heads, looking, looked at) of queries and keys, (batch, heads, looking or looked at, d).

    Dot: q·k. Scaled: q·k / √d. Additive (Bahdanau, Cho & Bengio 2015): v·tanh(q + k), of queries and keys that matrices
    have made. Cosine: g q·k / (|q| |k|) with a learned g for each head. Network: two layers with tanh, then one number.
    """

    own_start = frozenset({"sharpness"})

    def __init__(self, kind: str, heads: int, size: int) -> None:
        super().__init__()
        self.kind = kind
        if kind == "additive":
            bound = 1.0 / math.sqrt(size)
            self.vector = nn.Parameter(torch.empty(heads, size).uniform_(-bound, bound))
        elif kind == "cosine":
            self.sharpness = nn.Parameter(torch.full((heads, 1, 1), SHARPNESS))
        elif kind == "network":
            self.both, self.hidden, self.last = (
                nn.Linear(2 * size, size),
                nn.Linear(size, size),
                nn.Linear(size, 1, False),
            )

    def forward(self, queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        if self.kind == "additive":
            pairs = (queries[:, :, :, None] + keys[:, :, None]).tanh()  # (batch, heads, looking, looked at, d)
            return (pairs * self.vector[:, None, None]).sum(-1)
        if self.kind == "cosine":
            return self.sharpness * (functional.normalize(queries, dim=-1) @ functional.normalize(keys, dim=-1).mT)
        if self.kind == "network":
            asked, seen = self.both.weight.chunk(2, dim=1)  # the matrix of [q; k], which need not be written out
            first = (
                functional.linear(queries, asked, self.both.bias)[:, :, :, None]
                + functional.linear(keys, seen)[:, :, None]
            )
            scores: torch.Tensor = self.last(self.hidden(first.tanh()).tanh())
            return scores[..., 0]
        scores = queries @ keys.mT
        return scores / math.sqrt(queries.shape[-1]) if self.kind == "scaled" else scores
