"""The kernels of the convolutions: what each filter looks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.blocks.images.arriving import sides
from playground.blocks.reveals import SlidesWindow
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
    """(filters, channels, rows, columns): one row for a series; of a volume each slice of a channel counts as one."""
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
        filters = f"{self.filters} filter{'s' if self.filters > 1 else ''}"
        return f"{self.title} · {filters} of {sides((self.channels, *self.kernels.shape[2:]))}"


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
        modules = {step.node: step.module for step in subject.network.steps}
        for name in nodes:
            block = subject.report.blocks[name]
            assert isinstance(block, SlidesWindow)
            window = block.window(modules[name])
            assert window.weight is not None
            weight, bias = _as_pictures(window.weight.detach()), window.bias
            shown = np.ascontiguousarray(weight[:MOST_FILTERS, :MOST_CHANNELS].float().numpy())
            biases = None if bias is None else bias.detach()[:MOST_FILTERS].numpy().copy()
            layers.append(LayerKernels(name, subject.title(name), shown, biases, *weight.shape[:2]))
        return Kernels(tuple(layers), question.node if question.node in nodes else "", snapshot.step)


def _as_pictures(weight: torch.Tensor) -> torch.Tensor:
    """Kernels (filters, channels, ...) as pictures (filters, channels, rows, columns)."""
    if weight.dim() == 3:
        return weight[:, :, None]
    return weight.flatten(1, 2) if weight.dim() == 5 else weight


def convolutions(report: Report) -> tuple[str, ...]:
    """The nodes that have kernels, in order."""
    return report.revealing("kernels")
