"""A graph with what the network answers at every node, and what it knows of the node on the way."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Plotted, Table
from playground.analysis.question import Question
from playground.analysis.shared.heads import Head, chosen, class_heads
from playground.data.graphs.communities import NodeClasses
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report


@dataclass(frozen=True)
class GraphAnswers:
    """Answers and hidden states at the n nodes of a graph."""

    title: str
    names: tuple[str, ...]
    positions: NDArray[np.float64]
    """(n, 2) where neighbours lie near each other (Fruchterman and Reingold 1991), from −1 to 1 along both axes."""
    hidden_positions: NDArray[np.float64]
    """(n, 2) by the last hidden state, its two principal components where it has more numbers; within −1 to 1."""
    hidden_title: str
    edges: NDArray[np.int64]
    """(m, 2) pairs of node numbers."""
    probabilities: NDArray[np.float32]
    """(n, k)."""
    actual: NDArray[np.int64]
    """(n,) true classes."""
    known: NDArray[np.bool_]
    """(n,) whose answer is told."""
    hidden: Mapping[str, NDArray[np.float32]]
    """By the title of a block, what it gives at every node, (n, units)."""
    class_names: tuple[str, ...]
    step: int

    @property
    def predicted(self) -> NDArray[np.int64]:
        """(n,) class numbers."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)

    @property
    def right(self) -> int:
        """Nodes that were not told and are answered rightly."""
        return int(((self.predicted == self.actual) & ~self.known).sum())

    def table(self) -> Table:
        rows: list[list[Any]] = [
            [name, self.class_names[actual], self.class_names[said], "yes" if known else "no", *shares]
            for name, actual, said, known, shares in zip(
                self.names,
                self.actual.tolist(),
                self.predicted.tolist(),
                self.known.tolist(),
                self.probabilities.tolist(),
                strict=True,
            )
        ]
        return ["node", "actual", "predicted", "known", *self.class_names], rows


class GraphAnalysis(Plotted):
    """The graph, coloured."""

    id: ClassVar[str] = "graph"
    title: ClassVar[str] = "Graph"
    summary: ClassVar[str] = "The nodes and edges, coloured by what the network answers or by its hidden states."

    color: str = parameter(
        "answer", max_length=400, drawing=True, label="Colour",
        help="What the colour of a node means: answer, truth, or a hidden unit by its name.",
    )
    layout: Literal["spring", "hidden"] = parameter(
        "spring", drawing=True, label="Place", help="Where a node lies: by its neighbours, or by its hidden state."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not _graph_node(report):
            return "This view needs a graph as data, such as the karate club."
        if not _heads(report):
            return "This view needs a loss that asks for a class at every node."
        return ""

    def compute(self, question: Question) -> GraphAnswers:
        subject = question.loaded()
        node = _graph_node(subject.report)
        dataset = subject.report.blocks[node]
        assert isinstance(dataset, NodeClasses)
        head = chosen(_heads(subject.report), question.node)
        hidden = _hidden(subject.report, head)
        feeds = subject.feeds("train")
        values = subject.values(feeds, [head.prediction, head.target, *hidden])
        told = values[head.target][0].astype(np.int64)
        asked = subject.feeds("test")[head.target][0].numpy() if head.target in feeds else told
        question.check()
        adjacency = feeds[node, "edges"][0].numpy()
        states = {subject.title(output[0]): values[output][0] for output in hidden}
        last = values[hidden[-1]][0] if hidden else values[head.prediction][0]
        probabilities = head.probabilities(values[head.prediction])
        return GraphAnswers(
            title=subject.title(node),
            names=tuple(dataset.node_name(number) for number in range(len(told))),
            positions=spring_positions(adjacency.tobytes(), len(told)),
            hidden_positions=_fitted(_two_numbers(last)),
            hidden_title=subject.title(hidden[-1][0] if hidden else head.answerer),
            edges=np.argwhere(np.triu(adjacency, k=1) > 0).astype(np.int64),
            probabilities=probabilities,
            actual=np.where(told >= 0, told, asked).astype(np.int64),
            known=told >= 0,
            hidden=states,
            class_names=head.class_names(probabilities.shape[1]),
            step=question.snapshot.step if question.snapshot else 0,
        )


def _graph_node(report: Report) -> str:
    return next((name for name in report.data_nodes() if isinstance(report.blocks[name], NodeClasses)), "")


def _heads(report: Report) -> tuple[Head, ...]:
    return tuple(
        head
        for head in class_heads(report)
        if report.signals[head.prediction].kind == "nodes" and isinstance(report.blocks[head.target[0]], NodeClasses)
    )


def _hidden(report: Report, head: Head) -> list[Output]:
    """Outputs of the blocks that give a vector for every node, in order, without data and answer."""
    given = [output for output, signal in report.signals.items() if signal.kind == "nodes"]
    data = {output for output in given if isinstance(report.blocks[output[0]], NodeClasses)}
    return [output for output in given if output not in data and output != head.prediction]


@functools.lru_cache(maxsize=4)
def spring_positions(adjacency: bytes, count: int) -> NDArray[np.float64]:
    """Positions (n, 2) within −1 to 1 for an adjacency matrix (n, n) of float32, the same for the same graph."""
    import networkx

    matrix = np.frombuffer(adjacency, dtype=np.float32).reshape(count, count)
    places = networkx.spring_layout(networkx.from_numpy_array(matrix), seed=4, iterations=120)
    found = np.array([places[number] for number in range(count)])
    _, _, directions = np.linalg.svd(found - found.mean(axis=0), full_matrices=False)
    turned = found @ directions.T  # its longest side lies flat, as screens are wide
    low, high = turned.min(axis=0), turned.max(axis=0)
    return np.asarray((turned - (low + high) / 2.0) / np.maximum((high - low) / 2.0, 1e-9))


def _two_numbers(states: NDArray[np.float32]) -> NDArray[np.float64]:
    """The states (n, f) as two numbers each: as they are, or along their two principal components."""
    wide = states.astype(np.float64)
    if wide.shape[1] == 2:
        return wide
    if wide.shape[1] == 1:
        return np.column_stack([wide[:, 0], np.zeros(len(wide))])
    centred = wide - wide.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    # The sign of a component means nothing: fixed, so that the picture does not jump.
    signs = np.sign(directions[np.arange(2), np.abs(directions[:2]).argmax(axis=1)])
    return np.asarray(centred @ (directions[:2] * signs[:, None]).T)


def _fitted(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The places moved and scaled into −1 to 1, both axes alike."""
    low, high = places.min(axis=0), places.max(axis=0)
    reach = float((high - low).max()) / 2.0
    return np.asarray((places - (low + high) / 2.0) / (reach or 1.0))
