"""The operations of a graph convolution: weigh, mix with the neighbours, activate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.parts import Axis, Index, Part, Term, Values, at, inner_function, times

NODES: tuple[Axis, ...] = ("node", "unit")


Near = Callable[[torch.Tensor], torch.Tensor]


class Mixing(Protocol):
    """What the operations need of the layer."""

    function: nn.Module


def graph_convolution_parts(
    module: nn.Linear, near: Near, edges: torch.Tensor, function: str, elementwise: bool
) -> tuple[Part, ...]:
    """`near` makes the normalized adjacency with each node itself, (1, nodes, nodes), from the edges."""
    adjacency = near(edges)[0]
    biased = module.bias is not None

    def mix(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        mixed = near(inputs[1]) @ inputs[0]
        return (mixed + parameters["bias"] if biased else mixed,)

    def mixed_terms(index: Index) -> Sequence[Term]:
        node, unit = index
        shares = adjacency[node].tolist()
        found: list[Term] = [(times(share), at(0, other, unit)) for other, share in enumerate(shares) if share]
        return [*found, (at("bias", unit),)] if biased else found

    def weighed_terms(index: Index) -> Sequence[Term]:
        return [(at("weight", index[1], j), at(0, index[0], j)) for j in range(module.in_features)]

    weigh = Part(
        "sum", lambda x, p: (functional.linear(x[0], p["weight"]),), (0,), "m", ("weight",), axes=NODES,
        terms=weighed_terms,
        sentence="The features of every node are weighed, with the same weights for all.",
    )  # fmt: skip
    mixing = Part(
        "terms", mix, (-1, 1), "z", ("bias",) if biased else (), title="mixed with the neighbours", axes=NODES,
        terms=mixed_terms, formula=r"z_n = \sum_m \hat{A}_{nm} \, m_m + b",
        backward=r"\frac{\partial L}{\partial m_m} = \sum_n \hat{A}_{nm} \frac{\partial L}{\partial z_n}",
        sentence="A node takes a share of each neighbour and of itself: 1 / √(d d′), by how many neighbours both have.",
        backward_sentence="The gradient goes back along the same edges, with the same shares.",
    )  # fmt: skip
    return weigh, mixing, inner_function(cast(Mixing, module).function, function, elementwise, NODES)
