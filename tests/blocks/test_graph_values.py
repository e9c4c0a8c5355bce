"""Graph convolution by hand, and what it refuses."""

from __future__ import annotations

import pytest
import torch

from playground.blocks.graph import GraphConvolution, neighbourhood
from playground.blocks.signal import Signal
from playground.network.check import infer
from tests.blocks.cases_graph import EDGES, NODES

PATH = torch.tensor([[[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]])
"""Three nodes in a row."""


def test_the_normalized_neighbourhood_of_three_nodes_in_a_row() -> None:
    # Degrees with self-loops: 2, 3, 2.
    middle = 1 / 6**0.5
    expected = torch.tensor([[[1 / 2, middle, 0.0], [middle, 1 / 3, middle], [0.0, middle, 1 / 2]]])
    torch.testing.assert_close(neighbourhood(PATH), expected)


def test_each_layer_reaches_one_step_farther() -> None:
    nodes = torch.tensor([[[1.0], [0.0], [0.0]]])
    signals = Signal((3, 1), kind="nodes"), Signal((3, 3), kind="graph")
    layer = GraphConvolution(units=1, activation="identity", bias=False).build(*signals)
    torch.nn.init.ones_(layer.weight)
    once = layer(nodes, PATH).detach()
    assert once[0, 2, 0] == 0.0 and once[0, 1, 0] == pytest.approx(6**-0.5)
    twice = layer(once, PATH).detach()
    assert twice[0, 2, 0] == pytest.approx(1 / 6)


def test_an_order_of_the_nodes_means_nothing() -> None:
    layer = GraphConvolution(units=3).build(NODES, EDGES)
    nodes, edges = torch.randn(1, 5, 4), torch.triu((torch.rand(1, 5, 5) < 0.5).float(), 1)
    edges = edges + edges.transpose(1, 2)
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(layer(nodes[:, order], edges[:, order][:, :, order]), layer(nodes, edges)[:, order])


@pytest.mark.parametrize(
    ("inputs", "port", "words"),
    [
        ((Signal((4,)), EDGES), "input", "features for every node"),
        ((Signal((5, 4), kind="series"), EDGES), "input", "a series of time 5 × features 4"),
        ((NODES, Signal((5, 4), kind="nodes")), "edges", "the edges between the 5 nodes"),
        ((NODES, Signal((6, 6), kind="graph")), "edges", "a graph of nodes 6 × nodes 6"),
    ],
)
def test_what_is_no_graph_is_refused(inputs: tuple[Signal, Signal], port: str, words: str) -> None:
    found = infer(GraphConvolution(), inputs)
    assert found.port == port and words in found.error
