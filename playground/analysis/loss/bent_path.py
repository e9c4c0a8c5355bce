"""A bent way between two networks, whose middle is trained so that the loss stays low all along."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.shared.weight_points import Combined, Vector
from playground.document.graph import Graph
from playground.network.check import Output
from playground.network.compiled import compile_graph
from playground.network.flat import FlatParameters, Layout
from playground.network.lean import leave_compiler_out
from playground.training.engine import step_of

BATCH = 128
"""Examples that one step of the training looks at."""
RATE = 0.03
"""Learning rate of Adam at first; it falls evenly to zero."""


def line_coefficients(ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of first end, middle and second end there is in points of the straight line, (n, 3)."""
    return np.stack([1.0 - ways, np.zeros_like(ways), ways], axis=1)


def bend_coefficients(ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same for points of the quadratic Bezier curve, from 0 to 1."""
    return np.stack([(1.0 - ways) ** 2, 2.0 * ways * (1.0 - ways), ways**2], axis=1)


class BentPath:
    """The curve (1 - t)^2 first + 2 t (1 - t) middle + t^2 second between two parameter vectors.

    The middle begins halfway and learns by Adam to make the mean loss along the curve small: at each step at a place t
    drawn by lot. It has a network of its own.
    All vectors are laid out like `layout`.

    Source: Garipov et al. 2018, Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs.
    """

    def __init__(
        self, graph: Graph, feeds: Mapping[Output, torch.Tensor], layout: Layout, first: Vector, second: Vector,
        steps: int, seed: int,
    ) -> None:  # fmt: skip
        self._network = compile_graph(graph).eval()
        self._noise = torch.Generator()
        self._network.draw_from(self._noise)
        self._flat = FlatParameters(self._network)
        self._feeds = feeds
        self._rows = len(next(iter(feeds.values())))
        self._order = _order(layout, self._flat.layout)
        self._ends = torch.from_numpy(np.stack([first[self._order], second[self._order]]))
        self._middle = self._ends.mean(dim=0).requires_grad_()
        self._generator = torch.Generator().manual_seed(seed)
        leave_compiler_out()
        self._optimizer = torch.optim.Adam([self._middle], RATE)
        self._take_step = step_of(self._optimizer)
        self.steps = steps
        """Steps that the training takes altogether."""
        self.done = 0

    @property
    def middle(self) -> Vector:
        """The middle point of the curve, (P,), laid out like the ends."""
        found = np.empty(len(self._order), dtype=np.float32)
        found[self._order] = self._middle.detach().numpy()
        return found

    def points(self, coefficients: NDArray[np.float64]) -> Combined:
        """Combinations (n, 3) of the first end, the middle and the second end."""
        ends = np.empty((2, len(self._order)), dtype=np.float32)
        ends[:, self._order] = self._ends.numpy()
        return Combined(coefficients, np.stack([ends[0], self.middle, ends[1]]))

    def bend(self, seconds: float) -> None:
        """Let the middle learn for a while, or until it has taken all its steps."""
        until = time.perf_counter() + seconds
        while self.done < self.steps and time.perf_counter() < until:
            self._step()

    def _step(self) -> None:
        way = float(torch.rand((), generator=self._generator))
        of_first, of_middle, of_second = (1.0 - way) ** 2, 2.0 * way * (1.0 - way), way**2
        with torch.no_grad():
            torch.add(self._ends[0] * of_first, self._ends[1], alpha=of_second, out=self._flat.values)
            self._flat.values.add_(self._middle, alpha=of_middle)
        self._flat.gradients.zero_()
        self._noise.manual_seed(1)
        with torch.enable_grad():
            self._network(self._batch()).backward()
        self._middle.grad = self._flat.gradients * of_middle
        for group in self._optimizer.param_groups:
            group["lr"] = RATE * (1.0 - self.done / self.steps)
        with torch.no_grad():
            self._take_step()
        self.done += 1

    def _batch(self) -> Mapping[Output, torch.Tensor]:
        if self._rows <= BATCH:
            return self._feeds
        rows = torch.randint(self._rows, (BATCH,), generator=self._generator)
        return {output: whole[rows] for output, whole in self._feeds.items()}


def _order(layout: Layout, own: Layout) -> NDArray[np.int64]:
    """For each parameter of the own layout its place in the other one, (P,)."""
    places = layout.by_name()
    parts = [np.arange(places[place.name].start, places[place.name].stop) for place in own.places]
    return np.concatenate(parts)
