"""How attention is computed: queries, keys, scores, softmax and the mixture of the values, one by one."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.attention.mixtures import band_mixture, linear_mixture, positive, rotated

LONG = 48
"""From so many steps on training takes the fused kernel: below, it is no faster."""
BAND = 20
"""The band is quicker than a mask where the sequence is so many times as long as the reach."""


class MultiHeadAttentionLayer(nn.Module):
    """Scaled dot-product attention of a sequence to itself, by several heads side by side.

    The steps are computed one by one, as the formula has them, so that what is looked at is what is learned from. Long
    sequences learn by torch's fused kernel, or block by block along the band that a `reach` leaves, which give the same
    numbers to the last figures.
    """

    def __init__(
        self, width: int, heads: int, causal: bool = False, scaled: bool = True, learned: bool = True,
        bias: bool = True, padding: int | None = None, key_heads: int = 0, reach: int = 0, rotary: bool = False,
        linear: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.heads = heads
        self.causal = causal
        self.scaled = scaled
        self.padding = padding
        self.key_heads = key_heads or heads
        self.reach = reach
        self.rotary = rotary
        self.linear = linear
        narrow = width // heads * self.key_heads
        # A bias of the keys would add the same to all scores of a query, which softmax takes away again.
        self.query, self.key, self.value, self.out = (
            nn.Linear(width, size, bias=biased) if learned else nn.Identity()
            for size, biased in ((width, bias), (narrow, False), (narrow, bias), (width, bias))
        )

    def forward(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        queries, keys, values = self.projected(x)
        if self.linear:
            mixed = linear_mixture(queries, keys, values, self.causal, self._filler(tokens))
        elif self.training and x.shape[1] >= LONG and tokens is None:
            mixed = self._fused(queries, keys, values)
        else:
            mixed = self.weights(self._masked(self._compared(queries, keys), self.hidden(x, tokens))) @ values
        return self._joined(mixed)

    def projected(self, x: torch.Tensor, start: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Queries, keys and values of steps from the place `start` on, each (batch, heads, time, d_k)."""
        queries = self._by_head(self.query(x), self.heads)
        keys, values = (self._by_head(made(x), self.key_heads) for made in (self.key, self.value))
        if self.rotary:
            queries, keys = rotated(queries, start), rotated(keys, start)
        if self.key_heads != self.heads:  # several heads of queries share a head of keys and values
            keys, values = (x.repeat_interleave(self.heads // self.key_heads, dim=1) for x in (keys, values))
        return queries, keys, values

    def scores(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor:
        """How well each query (third axis) fits each key (last axis); −∞ where it must not look."""
        queries, keys, _ = self.projected(x)
        return self._masked(self._compared(queries, keys), self.hidden(x, tokens))

    def hidden(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> torch.Tensor | None:
        """Which keys each query must not see, to be broadcast to the scores; None where it sees all."""
        steps = torch.arange(x.shape[1], device=x.device)
        unseen = self._unseen(steps, steps)
        filler = self._filler(tokens)
        if filler is None or unseen is None:
            return unseen if filler is None else filler
        return filler | unseen

    def weights(self, scores: torch.Tensor) -> torch.Tensor:
        """Scores to weights that sum to 1 over the keys; 0 where a query may look at no key at all."""
        if self.padding is None:
            return scores.softmax(-1)
        blind = torch.isneginf(scores).all(-1, keepdim=True)
        return scores.masked_fill(blind, 0.0).softmax(-1).masked_fill(blind, 0.0)

    def inside(self, x: torch.Tensor, tokens: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """`scores` before and `attention` after softmax, both (batch, heads, looking, looked at), and what they come
        from: `queries` and `keys` as they are multiplied, and `values`, each (batch, heads, time, d_k)."""
        queries, keys, values = self.projected(x)
        scores = self._masked(self._compared(queries, keys), self.hidden(x, tokens))
        if self.linear:
            queries, keys = positive(queries), positive(keys)
        return {
            "scores": scores, "attention": self.weights(scores), "queries": queries, "keys": keys, "values": values,
        }  # fmt: skip

    def continued(self, x: torch.Tensor, memory: dict[str, torch.Tensor]) -> torch.Tensor:
        """What new steps (batch, new, width) get, where keys and values of those before are kept in `memory`."""
        start = memory["keys"].shape[2] if memory else 0
        queries, keys, values = self.projected(x, start)
        if memory:
            keys, values = torch.cat([memory["keys"], keys], dim=2), torch.cat([memory["values"], values], dim=2)
        memory.update(keys=keys, values=values)
        places = torch.arange(keys.shape[2], device=x.device)
        scores = self._masked(self._compared(queries, keys), self._unseen(places[start:], places))
        return self._joined(scores.softmax(-1) @ values)

    def _compared(self, queries: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        """Scores (batch, heads, looking, looked at). Softmax of the logarithm gives the shares of linear attention."""
        if self.linear:
            return (positive(queries) @ positive(keys).transpose(2, 3)).log()
        scores = queries @ keys.transpose(2, 3)
        return scores / math.sqrt(queries.shape[-1]) if self.scaled else scores

    @staticmethod
    def _masked(scores: torch.Tensor, hidden: torch.Tensor | None) -> torch.Tensor:
        return scores if hidden is None else scores.masked_fill(hidden, -math.inf)

    def _unseen(self, looking: torch.Tensor, seen: torch.Tensor) -> torch.Tensor | None:
        """Which of the places (k,) must not be seen from each of others (q,), as (q, k); None: all may."""
        future = torch.gt(seen, looking[:, None]) if self.causal else None
        if not self.reach:
            return future
        far = torch.gt((seen - looking[:, None]).abs(), self.reach)
        return far if future is None else future | far

    def _filler(self, tokens: torch.Tensor | None) -> torch.Tensor | None:
        """Which keys only fill the sequence up, (batch, 1, 1, time)."""
        if tokens is None or self.padding is None:
            return None
        return torch.eq(tokens, self.padding)[:, None, None, :]

    def _fused(self, queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        scale = 1.0 / math.sqrt(queries.shape[-1]) if self.scaled else 1.0
        if self.reach and BAND * self.reach <= queries.shape[2]:
            return band_mixture(queries, keys, values, self.reach, self.causal, scale)
        if not self.reach:
            return functional.scaled_dot_product_attention(queries, keys, values, is_causal=self.causal, scale=scale)
        steps = torch.arange(queries.shape[2], device=queries.device)
        unseen = self._unseen(steps, steps)
        assert unseen is not None
        return functional.scaled_dot_product_attention(queries, keys, values, attn_mask=~unseen, scale=scale)

    def _joined(self, mixed: torch.Tensor) -> torch.Tensor:
        """What the heads have found, side by side and mixed by one matrix."""
        return cast(torch.Tensor, self.out(mixed.transpose(1, 2).flatten(2)))

    @staticmethod
    def _by_head(x: torch.Tensor, heads: int) -> torch.Tensor:
        """(batch, time, heads · d_k) -> (batch, heads, time, d_k)"""
        return x.reshape(*x.shape[:2], heads, x.shape[2] // heads).transpose(1, 2)
