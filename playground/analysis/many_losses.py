"""The loss of one network at many weights: all of a chunk in one pass, or one after the other, whichever is quicker."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.func import functional_call, vmap

from playground.analysis.quick_tanh import QuickTanh
from playground.analysis.subject import Subject
from playground.network.check import Output
from playground.network.flat import Layout

CHUNK_NUMBERS = 3 * 2**18
"""Numbers in the largest tensor of a chunk: what the cache of a processor holds."""
LARGEST_CHUNK = 512
GENEROUS = 31 * 2**20
"""Bytes; from 32 MB on glibc learns nothing from it."""
PROBES = 3
"""Points that are computed in both ways, to compare them."""
CHANCES = 3
"""Chunks in which the stack may show that it is the quicker way."""
TOLERANCE = 1e-5

clock = time.thread_time if time.get_clock_info("thread_time").resolution < 1e-6 else time.perf_counter
"""Seconds that this thread has worked, not those that it was held up; by the wall where that is too coarse."""

Vectors = Callable[[int, int], NDArray[np.float32]]
"""The parameter vectors from one number up to another, (stop - start, P): made when needed, as all are too large."""


class TotalLoss(nn.Module):
    """The weighted sum of all losses of a subject for fixed examples, as a function of its parameters alone."""

    def __init__(self, subject: Subject, feeds: Mapping[Output, torch.Tensor]) -> None:
        super().__init__()
        self.network = subject.network
        self._feeds = feeds
        self._steps = self.network.steps_to([(name, "loss") for name in self.network.loss_weights])

    def forward(self) -> torch.Tensor:
        return self.network.total_loss(self.network.run(self._feeds, self._steps))


class ManyLosses:
    """Computes losses at any number of parameter vectors, laid out like `layout`, for the examples in `feeds`.

    The network is in evaluation mode with the subject's present buffers, so each value is that of a plain forward pass
    with these weights. The subject keeps its own weights.
    """

    def __init__(self, subject: Subject, feeds: Mapping[Output, torch.Tensor], layout: Layout) -> None:
        self._subject = subject
        self._layout = layout
        self._total = TotalLoss(subject, feeds)
        self._stacked = vmap(self._at)
        self.chunk = _chunk(subject, len(next(iter(feeds.values()))), layout.size)
        """Parameter vectors in one pass."""
        self.way = ""
        """How the last values were found: "vmap", or "loop" where that is quicker or vmap cannot."""

    @torch.no_grad()
    def compute(self, vectors: Vectors, count: int, check: Callable[[], None]) -> NDArray[np.float64]:
        """The losses (count,). `check` is called between the parts of the work and may raise to end it."""
        values = np.empty(count)
        _keep_memory()
        self._subject.calm()
        done = self._probe(vectors, values, check)
        if self.way == "vmap":
            for start in range(done, count, self.chunk):
                check()
                stop = min(count, start + self.chunk)
                values[start:stop] = self._by_vmap(vectors(start, stop))
        else:
            self._loop(vectors, values, done, count, check)
        return values

    def _probe(self, vectors: Vectors, values: NDArray[np.float64], check: Callable[[], None]) -> int:
        """Choose the way by trying both; returns how many of the values are known then."""
        self.way = "loop"
        known = min(len(values), PROBES)
        single = self._loop(vectors, values, 0, known, check)
        if self.chunk < 2:
            return known
        # Other programs may hold up one chunk, and the first of all is slow; what it gives is of use anyway.
        for start in range(0, min(len(values), CHANCES * self.chunk), self.chunk):
            check()
            stop = min(len(values), start + self.chunk)
            stack = vectors(start, stop)
            began = clock()
            try:
                found = self._by_vmap(stack)
            except (RuntimeError, TypeError, ValueError):
                break  # Some layers do not know how to take a stack of weights.
            spent = clock() - began
            if start == 0 and not _agree(found[:known], values[:known]):
                break
            values[start:stop] = found
            known = stop
            if spent < single * (stop - start):
                self.way = "vmap"
                break
        return known

    def _by_vmap(self, stack: NDArray[np.float32]) -> NDArray[np.float32]:
        with QuickTanh(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about layers that vmap takes one by one; the clock tells
            return self._stacked(_views(self._layout, torch.from_numpy(stack))).numpy()

    def _at(self, parameters: dict[str, torch.Tensor]) -> torch.Tensor:
        return functional_call(self._total, parameters, ())  # type: ignore[no-any-return]

    def _loop(
        self, vectors: Vectors, values: NDArray[np.float64], start: int, stop: int, check: Callable[[], None]
    ) -> float:
        """Fill in values one by one; returns the seconds of the quickest."""
        quickest = float("inf")
        with _borrowed(self._total.network) as own:
            for number in range(start, stop):
                check()
                vector = torch.from_numpy(vectors(number, number + 1))
                began = clock()
                for name, view in _views(self._layout, vector).items():
                    own[name.removeprefix(PREFIX)].copy_(view[0])
                self._subject.calm()
                values[number] = float(self._total())
                quickest = min(quickest, clock() - began)
        return quickest


PREFIX = "network."


def _agree(found: NDArray[np.float32], values: NDArray[np.float64]) -> bool:
    return np.allclose(found, values, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def _views(layout: Layout, stack: torch.Tensor) -> dict[str, torch.Tensor]:
    """A stack of vectors (k, P) as stacks of parameters (k, *shape), by their names in a TotalLoss."""
    return {
        PREFIX + place.name: stack[:, place.start : place.stop].reshape(len(stack), *place.shape)
        for place in layout.places
    }


def _chunk(subject: Subject, rows: int, size: int) -> int:
    """How many networks fit into one pass."""
    report = subject.report
    data = set(report.data_nodes())
    widest = max((signal.size for (node, _), signal in report.signals.items() if node not in data), default=1)
    return max(1, min(LARGEST_CHUNK, CHUNK_NUMBERS // max(1, rows * widest, size)))


def _keep_memory() -> None:
    """Once a large block was given back, glibc keeps such memory instead of fetching it anew for every tensor.

    Without it, clearing fresh pages takes longer than the arithmetic: 180 ms instead of 60 for a surface.
    """
    torch.empty(GENEROUS, dtype=torch.uint8)


@contextmanager
def _borrowed(network: nn.Module) -> Iterator[dict[str, torch.Tensor]]:
    """The parameters of a network to write into; afterwards they are as they were."""
    own: dict[str, torch.Tensor] = dict(network.named_parameters())
    kept = {name: parameter.clone() for name, parameter in own.items()}
    try:
        yield own
    finally:
        for name, parameter in own.items():
            parameter.copy_(kept[name])
