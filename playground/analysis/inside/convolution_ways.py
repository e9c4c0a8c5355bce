"""One convolution computed in several ways: how many milliseconds each takes, kernel size by kernel size."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.analysis.shared.convolving import Floats, by_fourier, by_loops, by_matrix, by_winograd
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

SIZES = (1, 3, 5, 7, 9, 11)
REPEATS, ENOUGH = 7, 0.05
Way = Callable[[Floats, Floats], Floats]


def by_torch(x: Floats, w: Floats) -> Floats:
    """As torch computes it, which chooses a way of its own."""
    with torch.no_grad():
        found = torch.nn.functional.conv2d(torch.from_numpy(x)[None], torch.from_numpy(w))[0]
    return np.asarray(found.numpy())


WAYS: Mapping[str, Way] = {
    "naive loops": by_loops, "im2col": by_matrix, "FFT": by_fourier, "Winograd": by_winograd, "torch": by_torch,
}  # fmt: skip


@dataclass(frozen=True)
class ConvolutionWays:
    """The times of each way."""

    sizes: NDArray[np.int64]
    """(k,): rows and columns of the kernel."""
    times: Mapping[str, NDArray[np.float64]]
    """(k,) milliseconds of each way; NaN where it is not measured or cannot be had."""
    difference: float
    """The largest difference of any result from that of torch, as a share of its largest number."""
    words: str
    share: float

    def table(self) -> Table:
        rows: list[list[Any]] = [
            [int(size), *(float(self.times[way][index]) for way in self.times)] for index, size in enumerate(self.sizes)
        ]
        return ["kernel size", *(f"{way} ms" for way in self.times)], rows


class ConvolutionWaysAnalysis(Analysis):
    """Naive loops, im2col, FFT and Winograd on one layer."""

    needs: ClassVar[frozenset[str]] = frozenset()
    id: ClassVar[str] = "convolution-ways"
    title: ClassVar[str] = "Ways to convolve"
    summary: ClassVar[str] = (
        "The same convolution by loops, by one matrix product (im2col), by Fourier transforms and by Winograd's "
        "algorithm: the same numbers, and how long each takes for each size of the kernel."
    )

    side: int = parameter(20, ge=12, le=128, label="Pixels", help="Rows and columns of the picture.")
    channels: int = parameter(3, ge=1, le=64, help="Channels that arrive.")
    filters: int = parameter(4, ge=1, le=64, help="Maps that come out.")
    again: int = parameter(0, ge=0, le=2**31 - 1, help="Another number measures again.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.revealing("kernels"):
            return "No convolution on the canvas. Drag in a Conv2D."
        return ""

    def compute(self, question: Question) -> ConvolutionWays:
        *_, last = self.stages(question)
        return last

    def stages(self, question: Question) -> Iterator[ConvolutionWays]:
        generator = np.random.default_rng(1)
        x = generator.standard_normal((self.channels, self.side, self.side)).astype(np.float32)
        times = {way: np.full(len(SIZES), np.nan) for way in WAYS}
        worst, done = 0.0, 0
        for index, size in enumerate(SIZES):
            w = generator.standard_normal((self.filters, self.channels, size, size)).astype(np.float32)
            right = by_torch(x, w)
            for name, way in WAYS.items():
                question.check()
                done += 1
                if name == "Winograd" and size != 3:
                    continue
                found, times[name][index] = timed(way, x, w)
                worst = max(worst, float(np.abs(found - right).max() / np.abs(right).max()))
                shown = {one: values.copy() for one, values in times.items()}
                yield ConvolutionWays(np.array(SIZES), shown, worst, self._words(), done / (len(SIZES) * len(WAYS)))
        yield ConvolutionWays(np.array(SIZES), times, worst, self._words(), 1.0)

    def _words(self) -> str:
        return f"{self.channels} × {self.side} × {self.side} to {self.filters} maps"


def timed(way: Way, x: Floats, w: Floats) -> tuple[Floats, float]:
    """What it gives, and the shortest of some runs in milliseconds."""
    found, shortest = way(x, w), float("inf")
    end = time.perf_counter() + ENOUGH
    for _ in range(REPEATS):
        began = time.perf_counter()
        found = way(x, w)
        shortest = min(shortest, time.perf_counter() - began)
        if time.perf_counter() > end:
            break
    return found, 1_000.0 * shortest
