"""Cases of the graph layers."""

from __future__ import annotations

from playground.blocks import graph
from playground.blocks.signal import Signal
from tests.blocks.case import Case

NODES = Signal((5, 4), kind="nodes")
EDGES = Signal((5, 5), kind="graph")

CASES: tuple[Case, ...] = (
    Case(graph.GraphConvolution(), (NODES, EDGES), (5, 8), 40),
    Case(graph.GraphConvolution(units=3, activation="identity", bias=False), (NODES, EDGES), (5, 3), 12),
)
