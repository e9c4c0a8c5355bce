"""Graphs: nodes with features, edges between them, and a class for every node, of which few are known.

The whole graph is one example. Its train row asks for the known nodes alone, its test row for all others: the target
of a node that is not asked for is −1.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Port
from playground.blocks.class_loss_layers import NOT_ASKED
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, Part
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.graphs import NodeForm
from playground.document.declaration import parameter

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


class NodeClasses(Dataset):
    """Base of the graphs whose nodes have a class. Subclasses give edges, classes and, if they have any, features."""

    divides: ClassVar[bool] = True
    unfolded: ClassVar[str] = "it is one graph, some answers of which are told"
    outputs: ClassVar[tuple[Port, ...]] = (Port("features", "Nodes"), Port("target", "Target"), Port("edges", "Edges"))

    known: int = parameter(1, ge=1, le=20, label="Known per class", help="Nodes of each class whose answer is told.")

    def node_count(self) -> int:
        """Number of nodes."""
        raise NotImplementedError

    def feature_count(self) -> int:
        """Numbers for each node; by default each node has a number that says which one it is."""
        return self.node_count()

    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in the order of their numbers."""
        raise NotImplementedError

    def graph(self, generator: np.random.Generator) -> tuple[Floats, Numbers, Floats | None]:
        """Adjacency matrix (n, n) of zeros and ones, class numbers (n,), and features (n, f) or None."""
        raise NotImplementedError

    def first_known(self, classes: Numbers, generator: np.random.Generator) -> Numbers:
        """The nodes in the order in which their answers are told."""
        return generator.permutation(len(classes))

    def node_name(self, node: int) -> str:
        """What a node is called."""
        return f"node {node + 1}"

    def input_form(self, known: Known) -> InputForm:
        return NodeForm(tuple(self.node_name(node) for node in range(self.node_count())), known.features[:1])

    def signals(self) -> tuple[Signal, ...]:
        count = self.node_count()
        return (
            Signal((count, self.feature_count()), kind="nodes"),
            Signal(
                (count,), kind="classes", scale="index", axes=("nodes",), classes=self.class_names(), unanswered=True
            ),
            Signal((count, count), kind="graph"),
        )

    def generate(self, generator: np.random.Generator) -> Examples:
        edges, classes, features = self.graph(generator)
        order = self.first_known(classes, generator)
        told = [order[classes[order] == number][: self.known] for number in range(len(self.class_names()))]
        known = np.isin(np.arange(len(classes)), np.concatenate(told))
        targets = np.stack([np.where(known, classes, NOT_ASKED), np.where(known, NOT_ASKED, classes)])
        shown = np.eye(len(classes), dtype=np.float32) if features is None else features
        rows: dict[Part, Numbers] = {
            "train": np.zeros(1, dtype=np.int64),
            "validation": np.zeros(0, dtype=np.int64),
            "test": np.ones(1, dtype=np.int64),
        }
        return Examples(
            np.stack([shown, shown]), targets.astype(np.int64), fields={"edges": np.stack([edges, edges])}, rows=rows
        )

    def subtitle(self) -> str:
        return f"{self.node_count()} nodes · {self.known} known per class"


class KarateClub(NodeClasses):
    """The karate club that split in two."""

    id: ClassVar[str] = "karate-club"
    title: ClassVar[str] = "Karate club"
    summary: ClassVar[str] = (
        "34 members of a karate club and who met whom outside it. The club split in two; only the leaders' sides are "
        "known."
    )
    question: ClassVar[str] = "With whom does a member go when the club splits?"
    source: ClassVar[str] = "Zachary 1977, An information flow model for conflict and fission in small groups"
    licence: ClassVar[str] = "Published with the paper, from the package networkx (BSD-3)."

    def node_count(self) -> int:
        return 34

    def class_names(self) -> tuple[str, ...]:
        return "Mr. Hi", "Officer"

    def graph(self, generator: np.random.Generator) -> tuple[Floats, Numbers, Floats | None]:
        import networkx

        club = networkx.karate_club_graph()
        edges = networkx.to_numpy_array(club, weight=None, dtype=np.float32)
        names = self.class_names()
        classes = np.array([names.index(club.nodes[node]["club"]) for node in club], dtype=np.int64)
        return edges, classes, None

    def first_known(self, classes: Numbers, generator: np.random.Generator) -> Numbers:
        # The two leaders first: the instructor is the first member, the president the last.
        between = generator.permutation(np.arange(1, len(classes) - 1))
        return np.concatenate([[0, len(classes) - 1], between]).astype(np.int64)

    def node_name(self, node: int) -> str:
        return {0: "Mr. Hi", 33: "the officer"}.get(node, f"member {node + 1}")


class Communities(NodeClasses):
    """A random graph whose nodes prefer their own kind."""

    id: ClassVar[str] = "communities"
    title: ClassVar[str] = "Communities"
    summary: ClassVar[str] = (
        "A random graph in which nodes of one community know each other more often. The closer the two chances, the "
        "harder."
    )
    question: ClassVar[str] = "To which community does a node belong?"
    formula: ClassVar[str] = r"P(i \sim j) = p \text{ within a community}, \; q \text{ between two}"
    source: ClassVar[str] = "Holland, Laskey and Leinhardt 1983, Stochastic blockmodels: first steps"

    nodes: int = parameter(60, ge=6, le=500, logarithmic=True, help="Number of nodes, spread evenly.")
    communities: int = parameter(3, ge=2, le=8, help="Number of communities, one class each.")
    within: float = parameter(0.3, ge=0.0, le=1.0, help="Chance of an edge between two nodes of one community.")
    between: float = parameter(0.02, ge=0.0, le=1.0, help="Chance of an edge between nodes of different communities.")

    def node_count(self) -> int:
        return self.nodes

    def class_names(self) -> tuple[str, ...]:
        return tuple(f"community {number + 1}" for number in range(self.communities))

    def graph(self, generator: np.random.Generator) -> tuple[Floats, Numbers, Floats | None]:
        classes = np.sort(np.arange(self.nodes) % self.communities).astype(np.int64)
        chance = np.where(classes[:, None] == classes[None, :], self.within, self.between)
        upper = np.triu(generator.uniform(size=(self.nodes, self.nodes)) < chance, k=1)
        return (upper | upper.T).astype(np.float32), classes, None


DATASETS: tuple[type[Dataset], ...] = (KarateClub, Communities)
