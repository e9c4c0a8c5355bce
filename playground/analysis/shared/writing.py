"""Lets a network of tokens write: what it expects after a text, and tokens drawn from that and fed back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.shared.heads import Head, class_heads
from playground.analysis.shared.step_cache import SAME, StepCache
from playground.analysis.subject import Subject, dependents
from playground.data.base import Dataset
from playground.data.inputs.texts import TextForm
from playground.network.check import Report

MOST_BARS = 12
"""Candidates that are listed, from the likeliest down."""
MOVES = 4
"""A text that outgrows the window loses its first tokens, a window divided by this at a time."""

Shares = NDArray[np.float64]


def text_node(report: Report) -> str:
    """The first data block that asks at each token for the one that follows; empty where there is none."""
    blocks = ((name, report.blocks[name]) for name in report.data_nodes())
    return next((name for name, block in blocks if isinstance(block, Dataset) and block.next_token), "")


def next_token_heads(report: Report) -> tuple[Head, ...]:
    """The losses that ask for the next token of that block."""
    node = text_node(report)
    known = set(dependents(report, (node, "features"))) if node else set()
    return tuple(
        head for head in class_heads(report) if head.target == (node, "target") and head.prediction in known
    )


def tempered(shares: Shares, temperature: float) -> Shares:
    """Probabilities (n,) at another temperature; at 0 all of it lies on the likeliest."""
    if temperature <= 0.0:
        return np.asarray(np.eye(len(shares))[shares.argmax()])
    logarithms = np.log(np.maximum(shares, 1e-30)) / temperature
    raised = np.exp(logarithms - logarithms.max())
    return np.asarray(raised / raised.sum())


class Writer:
    """Reads the end of a text as one window, with the weights that the subject has now, and goes on from there.

    A network in which no step sees those after it reads a text as it has learned to, from the beginning of the window,
    and is asked at the last token; where it can, it keeps what it needs of the tokens before. Others want their windows
    whole: a shorter text is preceded by the filler.
    """

    def __init__(self, subject: Subject, head: Head, node: str, form: TextForm, keeps: bool = True) -> None:
        self._subject, self._head, self._node = subject, head, node
        self.form = form
        subject.calm()
        self._steps = subject.network.steps_to([head.prediction])
        self._slot = subject.network.slots[head.prediction]
        self._forward = self._sees_no_future()
        self._cache = self._cache_that_fits() if keeps and self._forward else None
        self._read: list[int] = []
        """What the cache has read."""

    @property
    def keeps(self) -> bool:
        """Whether a further token costs one step, not a whole window."""
        return self._cache is not None

    def known(self, text: str) -> list[int]:
        """The numbers of the tokens of a text that the network knows."""
        return self.form.numbers(text)[0]

    def written(self, numbers: Sequence[int]) -> str:
        """Numbers as text."""
        return self.form.joined_by.join(self.form.vocabulary[number] for number in numbers)

    def shares(self, numbers: Sequence[int]) -> Shares:
        """Probabilities (n,) of the next token after the end of a text."""
        if not self._forward:
            last = list(numbers[-self.form.length :])
            missing = [self.form.filler] * (self.form.length - len(last))
            return self._probabilities(self._predicted([[*missing, *last]])[:, -1])
        last = list(numbers[self._start(len(numbers)) :])
        if self._cache is not None:
            return self._probabilities(self._continued(self._cache, last)[:, -1])
        missing = [self.form.filler] * (self.form.length - len(last))
        return self._probabilities(self._predicted([[*last, *missing]])[:, len(last) - 1])

    def _start(self, count: int) -> int:
        """The token that stands first in the window of a text of so many."""
        move = max(1, self.form.length // MOVES)
        return max(0, -(-(count - self.form.length) // move)) * move

    def _continued(self, cache: StepCache, last: list[int]) -> torch.Tensor:
        """The predictions at the tokens that the cache has not read, (1, new, tokens)."""
        known = len(self._read)
        if known >= len(last) or last[:known] != self._read:
            cache.forget()
            known = 0
        self._read = last
        return cache.advance(torch.tensor([last[known:]]))

    def grown(
        self, begun: Sequence[int], length: int, temperature: float, draw: int, check: Callable[[], None]
    ) -> tuple[Shares, list[int]]:
        """What is expected after a text (n,), and the text with so many more tokens, each drawn and fed back.

        `check` is asked before each token and raises what shall stop it.
        """
        generator = np.random.default_rng([draw, 20_261_124])
        numbers, first = list(begun), self.shares(begun)
        for _ in range(length):
            check()
            shares = first if len(numbers) == len(begun) else self.shares(numbers)
            numbers.append(int(generator.choice(len(shares), p=tempered(shares, temperature))))
        return first, numbers

    @torch.no_grad()
    def _predicted(self, rows: list[list[int]]) -> torch.Tensor:
        """The prediction at every step of windows: (rows, window, tokens)."""
        return self._subject.network.run({(self._node, "features"): torch.tensor(rows)}, self._steps)[self._slot]

    def _probabilities(self, prediction: torch.Tensor) -> Shares:
        """(n,) of the last of predictions (rows, n)."""
        return np.asarray(self._head.probabilities(prediction.numpy())[-1], dtype=np.float64)

    def _cache_that_fits(self) -> StepCache | None:
        """A cache, if all that stands between the tokens and the prediction can be run step by step."""
        network = self._subject.network
        cache = StepCache(network, self._steps, network.slots[self._node, "features"], self._slot)
        row = np.random.default_rng(2).integers(0, len(self.form.vocabulary), (1, self.form.length))
        with torch.no_grad():
            values = network.run({(self._node, "features"): torch.from_numpy(row)}, self._steps)
        return cache if cache.fits(values) else None

    def _sees_no_future(self) -> bool:
        """Whether other tokens from some place on change nothing before it, found by trying."""
        length, count = self.form.length, len(self.form.vocabulary)
        rows = np.random.default_rng(1).integers(0, count, (2, length))
        places = sorted({1, length // 2, length - 1})
        trials = [rows[0], *(np.concatenate([rows[0, :place], rows[1, place:]]) for place in places)]
        first, *others = self._predicted([row.tolist() for row in trials])
        least = SAME * float(first.abs().max())
        return all(
            float((first[:place] - other[:place]).abs().max()) <= least
            for place, other in zip(places, others, strict=True)
        )
