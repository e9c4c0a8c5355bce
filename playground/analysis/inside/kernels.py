"""The kernels of the convolutions: what each filter looks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.document.graph import Graph
from playground.network.check import Report

MOST_FILTERS = 64
MOST_CHANNELS = 32
"""Kernels of one block that are shown: those of the first filters, for the first channels."""


@dataclass(frozen=True)
class LayerKernels:
    """The kernels of one block."""

    node: str
    title: str
    kernels: NDArray[np.float32]
    """(filters, channels, k, k)."""
    biases: NDArray[np.float32] | None
    """(filters,)."""
    filters: int
    channels: int
    """How many there are; `kernels` may hold fewer."""

    @property
    def limit(self) -> float:
        """The largest magnitude of a weight, which has the full colour."""
        return float(np.nan_to_num(np.abs(self.kernels), posinf=0.0).max(initial=0.0)) or 1.0

    @property
    def words(self) -> str:
        """Such as “Conv2D 1 · 6 filters of 1 × 5 × 5”."""
        side = self.kernels.shape[-1]
        filters = f"{self.filters} filter{'s' if self.filters > 1 else ''}"
        return f"{self.title} · {filters} of {self.channels} × {side} × {side}"


@dataclass(frozen=True)
class Kernels:
    """The kernels of all convolutions, in the order in which they compute."""

    layers: tuple[LayerKernels, ...]
    chosen: str
    """The chosen node if it is one of them; else empty."""
    step: int

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for layer in self.layers:
            where = (np.indices(layer.kernels.shape).reshape(4, -1) + 1).tolist()
            rows.extend([layer.node, *numbers] for numbers in zip(*where, layer.kernels.ravel().tolist(), strict=True))
            if layer.biases is not None:
                rows.extend(
                    [layer.node, number, "bias", "", "", value]
                    for number, value in enumerate(layer.biases.tolist(), start=1)
                )
        return ["block", "filter", "channel", "row", "column", "value"], rows


class KernelsAnalysis(Analysis):
    """The weights of the convolutions, as small pictures."""

    id: ClassVar[str] = "kernels"
    title: ClassVar[str] = "Kernels"
    summary: ClassVar[str] = (
        "What each filter of a convolution looks for, one small picture for each channel that arrives: blue wants "
        "much there, orange wants little."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not convolutions(report):
            return "No convolution on the canvas. Drag in a Conv2D."
        return ""

    def compute(self, question: Question) -> Kernels:
        subject, snapshot = question.loaded(), question.snapshot
        assert snapshot is not None
        nodes = convolutions(subject.report)
        layers: list[LayerKernels] = []
        for name in nodes:
            parameters = snapshot.of_node(name)
            weight, bias = parameters["weight"], parameters.get("bias")
            shown = np.ascontiguousarray(weight[:MOST_FILTERS, :MOST_CHANNELS])
            biases = None if bias is None else bias[:MOST_FILTERS]
            layers.append(LayerKernels(name, subject.title(name), shown, biases, *weight.shape[:2]))
        return Kernels(tuple(layers), question.node if question.node in nodes else "", snapshot.step)


def convolutions(report: Report) -> tuple[str, ...]:
    """The nodes that have kernels, in order."""
    return report.revealing("kernels")
