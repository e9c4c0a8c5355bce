"""The two numbers to which a network boils its examples down, as points in a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.reconstruction import ReconstructionLoss, as_pixels, redrawings
from playground.analysis.base import NothingToShow, Plotted, Table, example_row
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.pictures import brightness, image_node, pictures
from playground.analysis.subject import Extent, Subject, dependents
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report
from playground.network.naming import title_of

MOST_POINTS = 1_500
MARGIN = 0.06
"""Room around the points, as a share of their width."""


@dataclass(frozen=True)
class DecodedGrid:
    """What the decoder draws at places of the plane, spread evenly over `extent`, each in the middle of its cell."""

    pictures: NDArray[np.float32]
    """(rows, columns, h, w) or (rows, columns, h, w, 3), brightness from 0 to 1; the first row is the lowest."""
    extent: Extent


@dataclass(frozen=True)
class LatentPlane:
    """The codes of some examples of a part: the first n rows."""

    codes: NDArray[np.float32]
    """(n, 2)."""
    axes: tuple[str, str]
    classes: NDArray[np.int64] | None
    """(n,) class numbers, where the data have classes."""
    class_names: tuple[str, ...]
    part: Part
    examples_in_part: int
    pictures: NDArray[np.float32] | None
    """(n, h, w) or (n, h, w, 3), brightness from 0 to 1, where the data are images."""
    decoder: bool
    """Whether pictures can be drawn from the code alone."""
    decoded: DecodedGrid | None
    """Only where it was asked for."""
    chosen: int
    """The row under examination; -1 where it is not among the points."""
    can_choose: bool
    """Whether the examples of this part can be chosen for examination."""
    title: str
    """The block whose numbers these are."""

    def table(self) -> Table:
        columns = ["row", *self.axes]
        rows: list[list[Any]] = [[number, *code] for number, code in enumerate(self.codes.tolist())]
        if self.classes is None:
            return columns, rows
        names = [self.class_names[number] for number in self.classes.tolist()]
        return [*columns, "class"], [[*row, name] for row, name in zip(rows, names, strict=True)]


DECODED = 12
"""Decoded pictures along each side, where nobody has chosen."""


class LatentPlaneAnalysis(Plotted):
    """The plane of a code of two numbers."""

    id: ClassVar[str] = "latent-plane"
    title: ClassVar[str] = "Latent plane"
    summary: ClassVar[str] = (
        "Where a block of two numbers puts every example: what the network finds alike lies close together."
    )

    part: Part = parameter("test", help="The examples that are shown.")
    columns: int = parameter(0, ge=0, le=64, help="Decoded pictures side by side; 0: as usual.")
    rows: int = parameter(0, ge=0, le=64, help="Decoded pictures one above the other; 0: as usual.")
    example: int = example_row()
    decoded: bool = parameter(
        False, label="decoded", help="Show what the decoder draws here, behind the points."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if planes(report):
            return ""
        widths = {output: report.signals[output].size for output in _vectors(report)}
        if not widths:
            return "The latent plane needs a block that gives 2 numbers, on the way from the data to a loss."
        narrowest = min(widths, key=lambda output: widths[output])
        name = title_of(graph, narrowest[0])
        count = widths[narrowest]
        return f"The latent plane needs a block that gives 2 numbers; the narrowest, {name}, gives {count}."

    def compute(self, question: Question) -> LatentPlane:
        subject = question.loaded()
        report = subject.report
        code = _chosen(planes(report), question.node)
        feeds = subject.feeds(self.part, MOST_POINTS)
        values = subject.values(feeds, [code], question.cancelled)
        if not values:
            raise Cancelled
        codes = values[code]
        count = len(codes)
        if not count:
            raise NothingToShow(f"The {self.part} part has no examples. Give it a share in the data block.")
        classes, class_names = _classes(subject, self.part, count)
        drawn = _decoder(report, code)
        title = subject.title(code[0])
        whole = min(prepared.count(self.part) for prepared in subject.prepared.values())
        can_choose = self.part == subject.shown_part
        row = question.example % whole if can_choose else -1
        node = image_node(report)
        return LatentPlane(
            codes=codes,
            axes=_axes(subject, code[0]),
            classes=classes,
            class_names=class_names,
            part=self.part,
            examples_in_part=whole,
            pictures=pictures(subject.prepared[node], self.part, np.arange(count)) if node else None,
            decoder=drawn is not None,
            decoded=self._decoded(subject, code, drawn, codes) if drawn is not None else None,
            chosen=row if row < count else -1,
            can_choose=can_choose,
            title=title,
        )

    def _decoded(
        self, subject: Subject, code: Output, drawn: ReconstructionLoss, codes: NDArray[np.float32]
    ) -> DecodedGrid | None:
        """Pictures for a grid of codes, from the blocks behind the code alone; None where none were asked for."""
        extent = extent_of(codes)
        if not self.decoded or extent is None:
            return None
        columns, rows = self.columns or DECODED, self.rows or DECODED
        places = torch.from_numpy(_cell_middles(extent, columns, rows))
        values = subject.values({code: places}, [drawn.prediction])[drawn.prediction]
        shown = brightness(subject.prepared[drawn.data], as_pixels(subject, drawn, values))
        return DecodedGrid(shown.reshape(rows, columns, *shown.shape[1:]), extent)


def planes(report: Report) -> tuple[Output, ...]:
    """The outputs of exactly two numbers on the way from the data to a loss, the likeliest codes first.

    What a loss looks at is its prediction and not a code, so it comes last.
    """
    predictions = {comparison.prediction for comparison in report.comparisons()}
    found = [output for output in _vectors(report) if report.signals[output].size == 2]
    return tuple(sorted(found, key=lambda output: output in predictions))


def _vectors(report: Report) -> list[Output]:
    """The first outputs of the blocks on the way from the data to a prediction that give a vector, in order."""
    wanted: set[str] = set()
    waiting = [comparison.prediction[0] for comparison in report.comparisons()]
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting.extend(source for source, _ in report.followed(name))
    data = report.data_nodes()
    outputs = [
        (name, report.blocks[name].outputs[0].name) for name in report.order if name in wanted and name not in data
    ]
    return [
        output
        for output in outputs
        if len(report.signals[output].shape) == 1 and report.signals[output].of_kind.numbers
    ]


def _chosen(candidates: tuple[Output, ...], node: str | None) -> Output:
    return next((output for output in candidates if output[0] == node), candidates[0])


def _classes(subject: Subject, part: Part, count: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Class numbers and names from the first data block whose examples have classes.

    None where there are more points than examples, as behind a mixture of real and generated ones.
    """
    for prepared in subject.prepared.values():
        if prepared.class_numbers is not None and len(prepared.class_numbers[part]) >= count:
            return prepared.class_numbers[part][:count], prepared.class_names
    return None, ()


def _decoder(report: Report, code: Output) -> ReconstructionLoss | None:
    """The drawing that follows from the code alone, if there is one."""
    reached = set(dependents(report, code))
    return next((drawn for drawn in redrawings(report) if drawn.prediction in reached), None)


def _axes(subject: Subject, node: str) -> tuple[str, str]:
    """The names of the two numbers: “Code 1” after the name that a person gave, else “Dense 3, unit 1”."""
    title = subject.title(node)
    between = " " if subject.graph.node(node).title else ", unit "
    return f"{title}{between}1", f"{title}{between}2"


def extent_of(codes: NDArray[np.float32]) -> Extent | None:
    """The rectangle around all points, with a margin; None when one of them is not finite."""
    low, high = codes.min(axis=0).astype(np.float64), codes.max(axis=0).astype(np.float64)
    if not np.isfinite([low, high]).all():
        return None
    room = np.maximum((high - low) * MARGIN, 1e-6)
    (left, bottom), (right, top) = low - room, high + room
    return float(left), float(right), float(bottom), float(top)


def _cell_middles(extent: Extent, columns: int, rows: int) -> NDArray[np.float32]:
    """(rows * columns, 2), the lowest row first."""
    left, right, bottom, top = extent
    xs = left + (np.arange(columns) + 0.5) * (right - left) / columns
    ys = bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows
    x, y = np.meshgrid(xs, ys)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
