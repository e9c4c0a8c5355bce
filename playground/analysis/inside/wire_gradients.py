"""The gradient that flows back through every wire: where it fades, the layers before it learn nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.blocks.measure import Measure
from playground.document.declaration import parameter
from playground.document.graph import EdgeKey, Graph
from playground.network.check import Output, Report

Turns = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
"""Losses, and the blocks that they train: one pair for each phase."""


@dataclass(frozen=True)
class GradientFlow:
    """For every wire that a gradient comes back through, the size of that gradient."""

    sizes: Mapping[EdgeKey, float]
    """Euclidean norm of the gradient of the loss with respect to what the wire carries, over the examples."""

    def table(self) -> Table:
        rows: list[list[Any]] = [[*key, size] for key, size in self.sizes.items()]
        return ["source", "source port", "target", "target port", "gradient"], rows


class WireGradientsAnalysis(Analysis):
    """Sizes of the gradients on the wires; with phases the largest that a wire carries back in one of them."""

    id: ClassVar[str] = "wire-gradients"
    title: ClassVar[str] = "Gradients on the wires"
    summary: ClassVar[str] = "How strong the gradient is that comes back through each wire; thin where it vanishes."
    formula: ClassVar[str] = r"\left\lVert \frac{\partial L}{\partial x} \right\rVert_2"

    examples: int = parameter(64, ge=1, le=4_096, help="Training examples that are sent forward and back.")
    turns: Turns = parameter((), help="Which losses train which blocks, phase by phase; empty where all train all.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "No gradient without a loss. Wire a loss block to the network."
        return ""

    def compute(self, question: Question) -> GradientFlow:
        subject = question.loaded()
        network = subject.network
        feeds = subject.feeds("train", self.examples)
        subject.calm()
        with torch.enable_grad():
            values = network.run(feeds)
            carried = {
                output: values[slot]
                for output, slot in network.slots.items()
                if values[slot].requires_grad and subject.report.signals[output].kind != "loss"
            }
            if not carried:
                return GradientFlow({})
            sizes: dict[Output, float] = {}
            for losses, learning in self.turns or ((None, None),):
                taught = _before(subject.report, carried, learning)
                total = network.total_loss(values, losses)
                if not taught or not total.requires_grad:
                    continue
                gradients = torch.autograd.grad(
                    total, [carried[output] for output in taught],
                    retain_graph=True, allow_unused=True, materialize_grads=True,
                )  # fmt: skip
                norms = torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients]).tolist()
                for output, norm in zip(taught, norms, strict=True):
                    sizes[output] = max(norm, sizes.get(output, 0.0))
        return GradientFlow({
            edge.key: sizes[edge.source, edge.source_port]
            for edge in subject.graph.edges
            if (edge.source, edge.source_port) in sizes
            and not isinstance(subject.report.blocks[edge.target], Measure)
        })


def _before(report: Report, outputs: Iterable[Output], learning: Collection[str] | None) -> list[Output]:
    """The outputs that a block which is learning (any block for None) has a part in."""
    if learning is None:
        return list(outputs)
    reached: set[str] = set()
    for name in report.order:
        sources = report.inputs.get(name, ())
        if name in learning or any(source in reached for source, _ in sources):
            reached.add(name)
    return [output for output in outputs if output[0] in reached]
