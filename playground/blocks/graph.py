"""Graph layers: every node looks at its neighbours."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.activation import ActivationName, activation
from playground.blocks.base import Block, BlockError, Port, numbers_only
from playground.blocks.code import Code, kept
from playground.blocks.copied import Copied, weighed
from playground.blocks.graph_parts import graph_convolution_parts
from playground.blocks.parts import Part
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter


class GraphConvolutionLayer(nn.Linear):
    """An affine map of each node's features, averaged over the node and its neighbours, and its activation."""

    def __init__(self, inputs: int, units: int, bias: bool, function: nn.Module) -> None:
        super().__init__(inputs, units, bias=bias)
        self.function = function

    def forward(self, nodes: torch.Tensor, edges: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        mapped = functional.linear(nodes, self.weight)  # (batch, nodes, features) -> (batch, nodes, units)
        mixed = neighbourhood(edges) @ mapped
        return self.function(mixed if self.bias is None else mixed + self.bias)  # type: ignore[no-any-return]


def neighbourhood(edges: torch.Tensor) -> torch.Tensor:
    """Symmetrically normalized adjacency with self-loops, D^(-1/2) (A + I) D^(-1/2), (batch, nodes, nodes)."""
    with_self = edges + torch.eye(edges.shape[-1], dtype=edges.dtype, device=edges.device)
    scale = with_self.sum(dim=-1).rsqrt()  # (batch, nodes)
    return scale[..., :, None] * with_self * scale[..., None, :]


class GraphConvolution(Block):
    """Graph convolution."""

    id: ClassVar[str] = "graph-convolution"
    family: ClassVar[str] = "graph"
    title: ClassVar[str] = "Graph convolution"
    summary: ClassVar[str] = (
        "Every node averages what its neighbours and it itself have, then weighs the result like a Dense layer. "
        "Each further layer widens the reach by one step."
    )
    formula: ClassVar[str] = r"H' = f\left(\hat{D}^{-1/2} (A + I) \hat{D}^{-1/2} H W + b\right)"
    source: ClassVar[str] = "Kipf and Welling 2017, Semi-supervised classification with graph convolutional networks"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Nodes"), Port("edges", "Edges"))

    units: int = parameter(8, ge=1, le=4_096, logarithmic=True, help="Numbers that each node has afterwards.")
    activation: ActivationName = parameter("tanh", help="The function applied to each number.")
    bias: bool = parameter(True, help="Whether each unit has a bias.")

    def subtitle(self) -> str:
        return f"{self.units} unit{'s' if self.units > 1 else ''} · {self.activation}"

    def expect(self, *inputs: Signal) -> None:
        nodes, edges = inputs
        numbers_only(self.title, nodes)
        if nodes.kind != "nodes" or len(nodes.shape) != 2:
            raise BlockError(
                f"{self.title} expects features for every node of a graph, but {nodes.words()} arrives. "
                "Wire the nodes of a graph here.",
                port="input",
            )
        if edges.kind != "graph" or edges.shape != (nodes.shape[0], nodes.shape[0]):
            raise BlockError(
                f"{self.title} expects the edges between the {nodes.shape[0]} nodes, but {edges.words()} arrives. "
                "Wire the edges of the same graph here.",
                port="edges",
            )

    def copied(self, *inputs: Signal) -> Copied:
        return weighed("weight")

    def build(self, *inputs: Signal) -> nn.Module:
        return GraphConvolutionLayer(
            inputs[0].shape[-1], self.units, self.bias, activation(self.activation).build()
        )

    def to_code(self, *inputs: Signal) -> Code:
        bias = "" if self.bias else ", bias=False"
        make = f"nn.Linear({inputs[0].shape[-1]}, {self.units}{bias})"
        layer = kept(make, "{module}(neighbourhood({1}) @ {0})", uses=(neighbourhood,))
        return activation(self.activation).to_code().behind(layer)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (activation(self.activation).mark(self._plain(outputs[0], *inputs)),)

    def output_scale(self) -> Scale:
        return activation(self.activation).output_scale()

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, GraphConvolutionLayer)
        elementwise = activation(self.activation).elementwise
        return graph_convolution_parts(module, neighbourhood, inputs[1], self.activation, elementwise)

    def live_formula(self, *inputs: Signal) -> str:
        nodes, width = inputs[0].shape
        return f"A is {nodes} × {nodes}, H is {nodes} × {width}, W is {width} × {self.units}"


BLOCKS: tuple[type[Block], ...] = (GraphConvolution,)
