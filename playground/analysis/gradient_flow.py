"""The gradient that flows back through every wire: where it fades, the layers before it learn nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from playground.analysis.base import Analysis, Context, Table
from playground.document.declaration import parameter
from playground.document.graph import EdgeKey, Graph
from playground.network.check import Report


@dataclass(frozen=True)
class GradientFlow:
    """For every wire that a gradient comes back through, the size of that gradient."""

    sizes: Mapping[EdgeKey, float]
    """Euclidean norm of the gradient of the loss with respect to what the wire carries, over the examples."""

    def table(self) -> Table:
        rows: list[list[Any]] = [[*key, size] for key, size in self.sizes.items()]
        return ["source", "source port", "target", "target port", "gradient"], rows


class GradientFlowAnalysis(Analysis):
    """Sizes of the gradients on the wires."""

    id: ClassVar[str] = "gradient-flow"
    title: ClassVar[str] = "Gradient flow"
    summary: ClassVar[str] = "How strong the gradient is that comes back through each wire; thin where it vanishes."
    formula: ClassVar[str] = r"\left\lVert \frac{\partial L}{\partial x} \right\rVert_2"

    examples: int = parameter(64, ge=1, le=4_096, help="Training examples that are sent forward and back.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "No gradient without a loss. Wire a loss block to the network."
        return ""

    def compute(self, context: Context) -> GradientFlow:
        subject = context.loaded()
        network = subject.network
        feeds = subject.feeds("train", self.examples)
        with torch.enable_grad():
            values = network.run(feeds)
            carried = {
                output: values[slot]
                for output, slot in network.slots.items()
                if values[slot].requires_grad and subject.report.signals[output].kind != "loss"
            }
            if not carried:
                return GradientFlow({})
            gradients = torch.autograd.grad(
                network.total_loss(values), list(carried.values()), allow_unused=True, materialize_grads=True
            )
        norms = torch.stack([torch.linalg.vector_norm(gradient) for gradient in gradients]).tolist()
        by_output = dict(zip(carried, norms, strict=True))
        return GradientFlow({
            edge.key: by_output[edge.source, edge.source_port]
            for edge in subject.graph.edges
            if (edge.source, edge.source_port) in by_output
        })
