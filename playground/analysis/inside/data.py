"""The data before any network: how many of each class, the points, the first rows, some pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.analysis.shared.pictures import is_image, pictures
from playground.data.base import PARTS, Part
from playground.data.preparation import Prepared
from playground.data.preview import SeriesPreview, preview
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report


@dataclass(frozen=True)
class DataSummary:
    """The first examples of one data block, in raw units."""

    title: str
    part: Part
    counts: Mapping[Part, int]
    class_names: tuple[str, ...]
    """Empty for regression."""
    class_counts: NDArray[np.int64] | None
    """(classes, parts); None for regression."""
    columns: tuple[str, ...]
    """Features, then targets; for pictures only the target."""
    rows: tuple[tuple[float | str, ...], ...]
    points: NDArray[np.float32] | None
    """(n, 3) for data with two features: both, and the class number or the target."""
    pictures: NDArray[np.float32] | None
    """(n, h, w) or (n, h, w, 3), brightness from 0 to 1."""
    series: SeriesPreview | None = None
    """The series of which the examples are windows; None for all other data."""

    def table(self) -> Table:
        """The rows; for pictures how many of each class every part has."""
        if self.pictures is None or self.class_counts is None:
            return list(self.columns), [list(row) for row in self.rows]
        counts = self.class_counts.tolist()
        rows: list[list[Any]] = [[name, *row] for name, row in zip(self.class_names, counts, strict=True)]
        return ["class", *PARTS], rows


class DataAnalysis(Analysis):
    """The examples of a data block."""

    id: ClassVar[str] = "data"
    title: ClassVar[str] = "Data"
    summary: ClassVar[str] = "The examples themselves: how many of each class, points, rows, pictures, a series."
    needs: ClassVar[frozenset[str]] = frozenset()

    part: Part = parameter("train", help="The examples that are shown.")
    count: int = parameter(200, ge=1, le=20_000, help="Most examples shown.")
    table: bool = parameter(False, drawing=True, label="table", help="Show the examples as numbers.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.data_nodes():
            return "There is no data on the canvas. Drag a data block in."
        return ""

    def compute(self, question: Question) -> DataSummary:
        if question.subject is None:
            raise ValueError("this analysis needs a network with data")
        prepared = question.subject.prepared
        node = question.node if question.node in prepared else next(iter(prepared))
        return summarize(prepared[str(node)], self.part, self.count)


def summarize(prepared: Prepared, part: Part, limit: int) -> DataSummary:
    """A data block at a glance; needs no network."""
    first = preview(prepared, part, limit)
    counts = [first.class_counts[name] for name in PARTS]
    return DataSummary(
        title=prepared.dataset.title,
        part=part,
        counts=first.counts,
        class_names=first.class_names,
        class_counts=np.array(counts, dtype=np.int64).T if first.class_names else None,
        columns=first.columns,
        rows=first.rows,
        points=first.points,
        pictures=pictures(prepared, part, np.arange(limit)) if is_image(prepared.signals[0]) else None,
        series=first.series,
    )
