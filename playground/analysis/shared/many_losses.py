"""The loss of one network at many weights: all of a chunk in one pass, or one after the other, whichever is quicker."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.func import functional_call, vmap

from playground.analysis.shared.dense_trunk import Trunk
from playground.analysis.shared.quick_tanh import QuickTanh
from playground.analysis.shared.weight_points import WeightPoints
from playground.analysis.subject import Subject
from playground.network.check import Output
from playground.network.compiled import Step
from playground.network.flat import Layout, Place

CHUNK_NUMBERS = 3 * 2**18
"""Numbers in the largest tensor of a chunk: what the cache of a processor holds."""
LARGEST_CHUNK = 512
STACK_NUMBERS = 2**22
"""Weights of a stack of networks that are made together."""
GENEROUS = 31 * 2**20
"""Bytes; from 32 MB on glibc learns nothing from it."""
PROBES = 3
"""Points that are computed in both ways, to compare them."""
CHANCES = 3
"""Chunks in which the stack may show that it is the quicker way."""
TOLERANCE = 1e-5

clock = time.thread_time if time.get_clock_info("thread_time").resolution < 1e-6 else time.perf_counter
"""Seconds that this thread has worked, not those that it was held up; by the wall where that is too coarse."""


def uncounted(known: int) -> None:
    """The `count` of work that nobody watches."""


class TotalLoss(nn.Module):
    """The weighted sum of all losses of a subject for fixed examples, as a function of its parameters alone.

    Steps whose results are given need not run.
    """

    def __init__(self, subject: Subject, feeds: Mapping[Output, torch.Tensor]) -> None:
        super().__init__()
        self.network = subject.network
        self._feeds = feeds
        self.steps = self.network.steps_to([(name, "loss") for name in self.network.loss_weights])
        self._shared: Mapping[int, torch.Tensor] = {}

    def forward(self, given: Mapping[int, torch.Tensor] | None = None) -> torch.Tensor:
        """The loss; with what a trunk has made, only the steps that it has left run."""
        if given is None:
            return self.network.total_loss(self.network.run(self._feeds, self.steps))
        return self.network.total_loss(self.network.run_from({**self._shared, **given}, self.rest))

    def leave_to(self, trunk: Trunk) -> None:
        """The trunk runs its steps; what is the same for all weights is taken from it."""
        self.rest = [step for step in self.steps if step.node not in trunk.nodes]
        self._shared = trunk.shared


class ManyLosses:
    """Computes losses at any number of parameter vectors, laid out like `layout`, for the examples in `feeds`.

    The network is in evaluation mode with the subject's present buffers, so each value is that of a plain forward pass
    with these weights. The subject keeps its own weights.
    """

    def __init__(self, subject: Subject, feeds: Mapping[Output, torch.Tensor], layout: Layout) -> None:
        self._subject = subject
        self._layout = layout
        self._total = TotalLoss(subject, feeds)
        rows = next(map(len, feeds.values()), 1)
        self._trunk = Trunk(subject, self._total.steps, feeds, layout)
        self._total.leave_to(self._trunk)
        self._rest = [place for place in layout.places if place.node not in self._trunk.nodes]
        self._stacked = vmap(self._at)
        size = sum(place.size for place in self._rest)
        widest = max(_widest(subject, self._total.rest), *self._trunk.frontier.values(), 1)
        most = (LARGEST_CHUNK, CHUNK_NUMBERS // max(1, rows * widest, size), STACK_NUMBERS // max(1, self._trunk.size))
        self.chunk = max(1, min(most))
        """Parameter vectors in one pass."""
        self.way = ""
        """How the last values were found: "stack", or "loop" where that is quicker or vmap cannot."""

    @torch.no_grad()
    def compute(
        self, points: WeightPoints, check: Callable[[], None], count: Callable[[int], None] = uncounted
    ) -> NDArray[np.float64]:
        """The losses (count,). `check` is called between the parts of the work, `count` with how many of the losses are
        known; both may raise to end it."""
        values = np.empty(points.count)
        _keep_memory()
        self._subject.calm()
        self._trunk.look_at(points)
        done = 0 if self.way else self._probe(points, values, check, count)
        if self.way == "stack":
            for start in range(done, points.count, self.chunk):
                check()
                stop = min(points.count, start + self.chunk)
                values[start:stop] = self._by_stack(points, start, stop)
                count(stop)
        else:
            self._loop(points, values, (done, points.count), check, count)
        return values

    def _probe(
        self, points: WeightPoints, values: NDArray[np.float64], check: Callable[[], None], count: Callable[[int], None]
    ) -> int:
        """Choose the way by trying both; returns how many of the values are known then."""
        self.way = "loop"
        known = min(len(values), PROBES)
        one_by_one = self.chunk < 2
        single = self._loop(points, values, (0, known), check, count if one_by_one else uncounted)
        if one_by_one:
            return known
        # Other programs may hold up one chunk, and the first of all is slow; what it gives is of use anyway.
        for start in range(0, min(len(values), CHANCES * self.chunk), self.chunk):
            check()
            stop = min(len(values), start + self.chunk)
            began = clock()
            try:
                found = self._by_stack(points, start, stop)
            except (RuntimeError, TypeError, ValueError):
                break  # Some layers do not know how to take a stack of weights.
            spent = clock() - began
            if start == 0 and not _agree(found[:known], values[:known]):
                break
            values[start:stop] = found
            known = stop
            if spent < single * (stop - start):
                self.way = "stack"
                break
        return known

    def _by_stack(self, points: WeightPoints, start: int, stop: int) -> NDArray[np.float32]:
        given = self._trunk.run(points, start, stop)
        with QuickTanh(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about layers that vmap takes one by one; the clock tells
            if not self._rest and not given:
                raise ValueError("nothing differs from point to point")
            return self._stacked(_stack(points, start, stop, self._rest), given).numpy()

    def _at(self, parameters: dict[str, torch.Tensor], given: dict[int, torch.Tensor]) -> torch.Tensor:
        return functional_call(self._total, parameters, (given,))  # type: ignore[no-any-return]

    def _loop(
        self, points: WeightPoints, values: NDArray[np.float64], between: tuple[int, int], check: Callable[[], None],
        count: Callable[[int], None],
    ) -> float:
        """Fill in values one by one; returns the seconds of the quickest."""
        quickest = float("inf")
        everything = slice(0, self._layout.size)
        with borrowed(self._total.network) as own:
            for number in range(*between):
                check()
                vector = torch.from_numpy(points.part(number, number + 1, everything)[0])
                began = clock()
                for place in self._layout.places:
                    own[place.name].copy_(vector[place.start : place.stop].view(place.shape))
                self._subject.calm()
                values[number] = float(self._total())
                quickest = min(quickest, clock() - began)
                count(number + 1)
        return quickest


PREFIX = "network."


def _agree(found: NDArray[np.float32], values: NDArray[np.float64]) -> bool:
    return np.allclose(found, values, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def _stack(points: WeightPoints, start: int, stop: int, places: Iterable[Place]) -> dict[str, torch.Tensor]:
    """Some parameters of some points as stacks (k, *shape), by their names in a TotalLoss."""
    return {
        PREFIX + place.name: torch.from_numpy(points.part(start, stop, slice(place.start, place.stop))).view(
            -1, *place.shape
        )
        for place in places
    }


def _widest(subject: Subject, steps: Iterable[Step]) -> int:
    """How many numbers the largest value of some steps has for one example."""
    nodes = {step.node for step in steps}
    return max((signal.size for (node, _), signal in subject.report.signals.items() if node in nodes), default=1)


def _keep_memory() -> None:
    """Once a large block was given back, glibc keeps such memory instead of fetching it anew for every tensor.

    Without it, clearing fresh pages takes longer than the arithmetic: 180 ms instead of 60 for a surface.
    """
    torch.empty(GENEROUS, dtype=torch.uint8)


@contextmanager
def borrowed(network: nn.Module) -> Iterator[dict[str, torch.Tensor]]:
    """The parameters of a network to write into; afterwards they are as they were."""
    own: dict[str, torch.Tensor] = dict(network.named_parameters())
    kept = {name: parameter.clone() for name, parameter in own.items()}
    try:
        yield own
    finally:
        with torch.no_grad():
            for name, parameter in own.items():
                parameter.copy_(kept[name])
