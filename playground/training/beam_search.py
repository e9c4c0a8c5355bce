"""Beam search: the sequences that are likeliest as a whole, followed several at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

Expect = Callable[[torch.Tensor], torch.Tensor]
"""From tokens said so far (k, said), all of one length, to the log-probabilities of the next one (k, vocabulary)."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A token in the tree of beams."""

    parent: int
    """The branch before it; −1 at the root."""
    token: int
    step: int
    """From 0."""
    share: float
    """The log-probability of this token after those before it."""
    total: float
    """The sum of those of all tokens up to it."""
    kept: bool
    """Whether it was followed further, or ended as a whole sequence."""
    ended: bool
    """Whether it is the end of a sequence."""


@dataclass(frozen=True, slots=True)
class Beams:
    """The tree of all tokens that were looked at, and the best way through it."""

    branches: tuple[Branch, ...]
    best: tuple[int, ...]
    """The branches of the best sequence, from the first token."""
    score: float
    """What the best is best by: its log-probability, divided by its length to the power of the penalty."""

    @property
    def tokens(self) -> tuple[int, ...]:
        """The best sequence."""
        return tuple(self.branches[place].token for place in self.best)


def beam_search(expect: Expect, end: int, steps: int, width: int, penalty: float = 0.0, shown: int = 0) -> Beams:
    """Follow the `width` likeliest beginnings, step by step, until so many have ended or `steps` are taken.

    Of the sequences that have ended, or of those still open where none has, the one with the greatest log-probability
    divided by length ** `penalty` is best. `shown` tokens after each beginning are noted in the tree, at least those
    that are followed. With a width of 1 it is what always taking the likeliest token gives.
    """
    branches: list[Branch] = []
    open_ways: list[tuple[tuple[int, ...], float]] = [((), 0.0)]  # branches so far, log-probability
    ended: list[tuple[tuple[int, ...], float]] = []
    for step in range(steps):
        told = torch.tensor([[branches[place].token for place in way] for way, _ in open_ways], dtype=torch.int64)
        shares = expect(told.reshape(len(open_ways), step)).double()  # (ways, vocabulary)
        totals = shares + torch.tensor([total for _, total in open_ways], dtype=torch.float64)[:, None]
        likely = totals.flatten().topk(min(width - len(ended), totals.numel())).indices.tolist()
        looked = [*likely, *_beside(totals, shown, set(likely))]
        grown: list[tuple[tuple[int, ...], float]] = []
        for number, place in enumerate(looked):
            row, token = divmod(place, shares.shape[1])
            way, _ = open_ways[row]
            total, kept = float(totals[row, token]), number < len(likely)
            parent = way[-1] if way else -1
            branches.append(Branch(parent, token, step, float(shares[row, token]), total, kept, token == end))
            if kept:
                (ended if token == end else grown).append(((*way, len(branches) - 1), total))
        open_ways = grown
        if not open_ways:
            break
    best, total = max(ended or open_ways, key=lambda one: one[1] / len(one[0]) ** penalty)
    return Beams(tuple(branches), best, total / len(best) ** penalty)


def _beside(totals: torch.Tensor, shown: int, likely: set[int]) -> list[int]:
    """The likeliest tokens after each beginning that are not followed, by their places in `totals`."""
    if not shown:
        return []
    each = totals.topk(min(shown, totals.shape[1]), dim=1).indices  # (ways, shown)
    rows = torch.arange(len(totals))[:, None] * totals.shape[1]
    return [place for place in (each + rows).flatten().tolist() if place not in likely]
