"""The networks of the literature beside the one on the canvas: size, depth, accuracy and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from playground.analysis.base import Analysis, Table
from playground.analysis.inside.cost_table import depth_of
from playground.analysis.question import Question
from playground.document.graph import Graph
from playground.document.network_table import PUBLISHED, Published
from playground.network.check import Report


@dataclass(frozen=True)
class NetworkTable:
    """The published rows, and what is counted of the network on the canvas."""

    rows: tuple[Published, ...]
    parameters: int
    depth: int
    """Layers with weights on the longest way."""

    @property
    def megabytes(self) -> float:
        """Of the parameters on the canvas."""
        return self.parameters * 4 / 2**20

    def table(self) -> Table:
        columns = ["network", "MB", "top-1", "top-5", "parameters", "depth", "ms CPU", "ms GPU"]
        rows: list[list[Any]] = [
            [one.title, one.megabytes, one.top1, one.top5, one.parameters, one.depth, one.processor, one.graphics]
            for one in self.rows
        ]
        return columns, [*rows, ["on the canvas", self.megabytes, "", "", self.parameters, self.depth, "", ""]]


class NetworkTableAnalysis(Analysis):
    """Eighteen networks as published."""

    needs: ClassVar[frozenset[str]] = frozenset()
    id: ClassVar[str] = "network-table"
    title: ClassVar[str] = "Networks compared"
    summary: ClassVar[str] = (
        "Eighteen networks for ImageNet with size, depth, accuracy and time as published, as a table and as accuracy "
        "against size, beside the network on the canvas."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        return "" if report.blocks else "There is no network on the canvas."

    def compute(self, question: Question) -> NetworkTable:
        subject = question.subject
        assert subject is not None
        return NetworkTable(PUBLISHED, subject.report.total_parameters, depth_of(subject.report))
