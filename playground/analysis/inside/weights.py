"""The weights of the network as matrices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Question, Weight
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report


@dataclass(frozen=True)
class WeightMatrix:
    """One parameter of one node. `values` is (units, inputs); the axes of a kernel are laid out along the inputs."""

    node: str
    title: str
    name: str
    values: NDArray[np.float32]
    bias: NDArray[np.float32] | None
    """(units,), shown beside the matrix it belongs to."""
    axes: tuple[int, ...] = ()
    """Of kernels, (channels, rows, columns): the sizes of what is laid out along the inputs."""
    shape: tuple[int, ...] = ()
    """Of the parameter itself, where it is not that of `values`."""
    path: str = ""
    """Where the node lies among groups and their copies, for the list to choose from; empty where that is its title."""

    def weight(self, unit: int, column: int) -> Weight:
        """The single weight in a cell of the matrix; with the column -1 in the bias beside it."""
        if column < 0:
            return f"{self.node}.bias", (unit,)
        shape = self.shape or self.values.shape
        index = np.unravel_index(unit * self.values.shape[1] + column, shape)
        return f"{self.node}.{self.name}", tuple(int(number) for number in index)

    def cell(self, weight: Weight) -> tuple[int, int] | None:
        """The cell of a single weight, with the column -1 in the bias beside it; None when it is of another matrix."""
        name, index = weight
        if self.bias is not None and name == f"{self.node}.bias" and len(index) == 1 and index[0] < len(self.bias):
            return index[0], -1
        shape = self.shape or self.values.shape
        if name != f"{self.node}.{self.name}" or len(index) != len(shape):
            return None
        if any(number >= size for number, size in zip(index, shape, strict=True)):
            return None
        unit, column = divmod(int(np.ravel_multi_index(index, shape)), self.values.shape[1])
        return unit, column


@dataclass(frozen=True)
class Weights:
    """The matrices of all nodes in order."""

    matrices: tuple[WeightMatrix, ...]
    chosen: str
    """The chosen node if it has weights; else empty."""
    step: int
    pointed: tuple[Weight, ...] = ()
    """The single weights that a person has pointed at, newest last."""

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for matrix in self.matrices:
            name = f"{matrix.node}.{matrix.name}"
            units, inputs = matrix.values.shape
            for unit in range(units):
                values = matrix.values[unit].tolist()
                rows.extend([name, unit, column, values[column]] for column in range(inputs))
            if matrix.bias is not None:
                rows.extend([f"{matrix.node}.bias", unit, "", value] for unit, value in enumerate(matrix.bias.tolist()))
        return ["parameter", "unit", "input", "value"], rows


class WeightsAnalysis(Analysis):
    """Heat maps of the weights."""

    id: ClassVar[str] = "weights"
    title: ClassVar[str] = "Weights"
    summary: ClassVar[str] = "Each row is a unit, each column one of its inputs: blue positive, orange negative."
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "weights"})

    node: str = parameter(
        "", max_length=400, drawing=True, label="Block", help="The block whose weights are shown; empty for all."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if report.total_parameters == 0:
            return "No block on the canvas has weights. Drag in a Dense block."
        return ""

    def compute(self, question: Question) -> Weights:
        if question.snapshot is None:
            raise ValueError("this analysis needs a snapshot of the weights")
        snapshot = question.snapshot
        nodes = list(dict.fromkeys(place.node for place in snapshot.layout.places))
        if question.subject is not None:
            rank = {name: index for index, name in enumerate(question.subject.report.order)}
            nodes.sort(key=lambda name: rank.get(name, len(rank)))
        if not nodes:
            raise NothingToShow("No block on the canvas has weights.")
        subject = question.subject
        matrices = [
            matrix if subject is None else replace(matrix, path=subject.path(node))
            for node in nodes
            for matrix in _matrices(node, _title(question, node), snapshot.of_node(node))
        ]
        chosen = question.node if question.node is not None and question.node in nodes else ""
        return Weights(tuple(matrices), chosen, snapshot.step, question.weights)


def _title(question: Question, node: str) -> str:
    return node if question.subject is None else question.subject.title(node)


def _matrices(node: str, title: str, parameters: dict[str, NDArray[np.float32]]) -> list[WeightMatrix]:
    """Every parameter with at least two axes with the bias beside it; lone vectors become one row."""
    found: list[WeightMatrix] = []
    bias = parameters.get("bias")
    for name, values in parameters.items():
        if values.ndim >= 2:
            beside = bias if name == "weight" and bias is not None and len(bias) == len(values) else None
            axes = values.shape[1:] if values.ndim == 4 else ()
            found.append(WeightMatrix(node, title, name, values.reshape(len(values), -1), beside, axes, values.shape))
    shown = any(matrix.bias is not None for matrix in found)
    for name, values in parameters.items():
        if values.ndim < 2 and not (shown and name == "bias"):
            found.append(WeightMatrix(node, title, name, values.reshape(1, -1), None, (), values.shape))
    return found
