"""Ways to the weighted sum of the values that never hold the whole matrix of weights, and positions by rotation."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

ROTARY_BASE = 10_000.0
"""The slowest pair of numbers turns so many times slower than the fastest, which turns by one radian a step."""
CHUNK = 32
"""Steps whose matrix linear attention makes at a time where no step sees those after it."""


def rotated(x: torch.Tensor, start: int = 0) -> torch.Tensor:
    """Turns each pair of numbers of each step by an angle that grows with its place (Su et al. 2021, RoFormer).

    x is (batch, heads, time, d_k) with an even d_k, its first step stands at the place `start`. The product of a query
    and a key then depends on how far apart they are, not on where they stand.
    """
    steps, size = x.shape[-2:]
    places = torch.arange(start, start + steps, device=x.device, dtype=x.dtype)
    pairs = torch.arange(0, size, 2, device=x.device, dtype=x.dtype)
    angles = places[:, None] * ROTARY_BASE ** (-pairs / size)  # (time, d_k / 2)
    even, odd, cosine, sine = x[..., 0::2], x[..., 1::2], angles.cos(), angles.sin()
    return torch.stack([even * cosine - odd * sine, even * sine + odd * cosine], dim=-1).flatten(-2)


def positive(x: torch.Tensor) -> torch.Tensor:
    """elu(x) + 1: what linear attention makes of queries and keys, so that no weight is negative."""
    return functional.elu(x) + 1.0


def linear_mixture(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, causal: bool, filler: torch.Tensor | None
) -> torch.Tensor:
    """The values weighed by products of `positive` queries and keys (Katharopoulos et al. 2020), (batch, heads, time,
    d_k).

    Keys and values are added up first, so that twice as many steps cost twice as much, not four times. Keys where
    `filler` (batch, 1, 1, time) is true are not seen; a query that sees none gets 0.
    """
    queries, keys = positive(queries), positive(keys)
    if filler is not None:
        keys = keys.masked_fill(filler.transpose(2, 3), 0.0)
    if causal:
        mixed, sums = _running_mixture(queries, keys, values)
    else:
        mixed = queries @ (keys.transpose(2, 3) @ values)
        sums = queries @ keys.sum(2)[..., None]  # (batch, heads, time, 1)
    return mixed / sums.clamp_min(torch.finfo(sums.dtype).tiny)


def _running_mixture(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sums over the keys up to each query, weighed and not: chunk by chunk, with what was added up in those before."""
    steps, size = queries.shape[2:]
    chunks = -(-steps // CHUNK)
    spare = chunks * CHUNK - steps
    chunked = (functional.pad(x, (0, 0, 0, spare)).reshape(*x.shape[:2], chunks, CHUNK, size) for x in (queries, keys))
    asked, offered = chunked  # (batch, heads, chunks, CHUNK, d_k)
    taken = functional.pad(values, (0, 0, 0, spare)).reshape(*values.shape[:2], chunks, CHUNK, size)
    shares = (asked @ offered.transpose(3, 4)).tril()
    products, sums = offered.transpose(3, 4) @ taken, offered.sum(3)
    before, sums_before = products.cumsum(2) - products, sums.cumsum(2) - sums
    mixed = shares @ taken + asked @ before
    whole = shares.sum(-1, keepdim=True) + asked @ sums_before[..., None]
    return mixed.flatten(2, 3)[:, :, :steps], whole.flatten(2, 3)[:, :, :steps]


def band_mixture(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, reach: int, causal: bool, scale: float
) -> torch.Tensor:
    """The values of at most `reach` steps to each side, weighed by softmax, (batch, heads, time, d_k).

    The sequence is cut into blocks of `reach` steps, which look at themselves and the block beside them (Beltagy et al.
    2020, Longformer): the cost grows with time · reach.
    """
    steps = queries.shape[2]
    blocks = math.ceil(steps / reach)
    spare = blocks * reach - steps
    looking = functional.pad(queries, (0, 0, 0, spare)).reshape(*queries.shape[:2], blocks, reach, -1)
    behind = 0 if causal else reach
    size = 2 * reach + behind
    near_keys, near_values = (
        functional.pad(x, (0, 0, reach, spare + behind)).unfold(2, size, reach).transpose(3, 4)
        for x in (keys, values)
    )  # each (batch, heads, blocks, 2 or 3 reach, d_k)
    scores = looking @ near_keys.transpose(3, 4) * scale
    row = torch.arange(reach, device=queries.device)
    seen = torch.arange(size, device=queries.device) - reach  # from the first step of the block
    place = seen + reach * torch.arange(blocks, device=queries.device)[:, None]  # (blocks, size)
    apart = seen - row[:, None]  # (reach, size)
    far = torch.gt(apart.abs(), reach)
    hidden = far | torch.gt(apart, 0) if causal else far
    outside = (place < 0) | (place >= steps)
    weights = scores.masked_fill(hidden | outside[:, None], -math.inf)
    # What stands behind the end looks nowhere, and is cut off below: no NaN may come from it.
    weights = weights.masked_fill(outside.all(-1)[:, None, None], 0.0).softmax(-1).nan_to_num(0.0)
    mixed: torch.Tensor = (weights @ near_values).flatten(2, 3)[:, :, :steps]
    return mixed
