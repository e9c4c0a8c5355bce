"""How attention is computed: queries, keys, scores, softmax and the mixture of the values, one by one."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import nn


class MultiHeadAttentionLayer(nn.Module):
    """Scaled dot-product attention of a sequence to itself, by several heads side by side.

    The steps are computed one by one, as the formula has them, so that what is looked at is what is learned from.
    """

    def __init__(
        self, width: int, heads: int, causal: bool = False, scaled: bool = True, learned: bool = True,
        bias: bool = True, padding: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.scaled = scaled
        self.padding = padding
        # A bias of the keys would add the same to all scores of a query, which softmax takes away again.
        self.query, self.key, self.value, self.out = (
            nn.Linear(width, width, bias=biased) if learned else nn.Identity() for biased in (bias, False, bias, bias)
        )

    def forward(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        weights = self.weights(self.scores(x, tokens))
        mixed = weights @ self._by_head(self.value(x))  # (batch, heads, time, d_k)
        return cast(torch.Tensor, self.out(mixed.transpose(1, 2).flatten(2)))

    def scores(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        """How well each query (third axis) fits each key (last axis); −∞ where it must not look."""
        queries, keys = self._by_head(self.query(x)), self._by_head(self.key(x))
        scores = queries @ keys.transpose(2, 3)  # (batch, heads, time, time)
        if self.scaled:
            scores = scores / math.sqrt(queries.shape[-1])
        hidden = self.hidden(x, tokens)
        return scores if hidden is None else scores.masked_fill(hidden, -math.inf)

    def hidden(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor | None:
        """Which keys each query must not see, to be broadcast to the scores; None where it sees all."""
        future = None
        if self.causal:
            steps = torch.arange(x.shape[1], device=x.device)
            future = torch.gt(steps, steps[:, None])  # (time, time)
        if tokens is None or self.padding is None:
            return future
        filler = torch.eq(tokens, self.padding)[:, None, None, :]  # (batch, 1, 1, time)
        return filler if future is None else filler | future

    def weights(self, scores: torch.Tensor) -> torch.Tensor:
        """Scores to weights that sum to 1 over the keys; 0 where a query may look at no key at all."""
        if self.padding is None:
            return scores.softmax(-1)
        blind = torch.isneginf(scores).all(-1, keepdim=True)
        return scores.masked_fill(blind, 0.0).softmax(-1).masked_fill(blind, 0.0)

    def inside(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """`scores` before and `attention` after softmax, both (batch, heads, looking, looked at)."""
        scores = self.scores(x, tokens)
        return {"scores": scores, "attention": self.weights(scores)}

    def _by_head(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, time, width) -> (batch, heads, time, d_k)"""
        return x.reshape(*x.shape[:2], self.heads, x.shape[2] // self.heads).transpose(1, 2)
