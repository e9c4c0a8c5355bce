"""What tells a step where it stands, by itself: the numbers that positions add, and how alike they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table
from playground.analysis.inside.one_cell import inner_values
from playground.analysis.question import Question
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report


@dataclass(frozen=True, eq=False)
class Positions:
    """The positions that one block adds."""

    title: str
    values: NDArray[np.float32]
    """(time, width)."""

    def likeness(self) -> NDArray[np.float32]:
        """Cosine of each position with each, (time, time); 0 for a position without length."""
        lengths = np.linalg.norm(self.values, axis=1, keepdims=True)
        units = self.values / np.where(lengths > 0.0, lengths, 1.0)
        return np.asarray(units @ units.T, dtype=np.float32)

    def table(self) -> Table:
        rows: list[list[Any]] = [[step, *line] for step, line in enumerate(self.values.tolist(), start=1)]
        return ["step", *(str(column) for column in range(1, self.values.shape[1] + 1))], rows


class PositionsAnalysis(Analysis):
    """The picture of positions."""

    id: ClassVar[str] = "positions"
    title: ClassVar[str] = "Positions"
    summary: ClassVar[str] = (
        "The numbers that tell each step where it stands, without the token: a row for each step, or how alike any two "
        "are."
    )
    formula: ClassVar[str] = r"p_{t, 2i} = \sin\left(t / 10000^{2i/d}\right)"

    likeness: bool = parameter(False, drawing=True, help="Show the cosine of each position with each other.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.revealing("positions"):
            return "No positions are added on the canvas. Drag in a Positional encoding."
        return ""

    def compute(self, question: Question) -> Positions:
        subject = question.loaded()
        nodes = subject.report.revealing("positions")
        node = question.node if question.node in nodes else nodes[0]
        assert node is not None
        inner, _ = inner_values(subject, node, question.example)
        return Positions(subject.title(node), inner["positions"][0].detach().numpy().copy())
