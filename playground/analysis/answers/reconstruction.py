"""Pictures beside what the network makes of them: an autoencoder's originals and reconstructions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.pictures import brightness, is_image, pictures
from playground.analysis.subject import Subject
from playground.blocks.loss import Loss
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report


@dataclass(frozen=True)
class ReconstructionLoss:
    """A loss that compares what the network draws with the images of a data block."""

    loss: str
    data: str
    prediction: Output


@dataclass(frozen=True)
class Reconstruction:
    """Some examples of a part; all arrays have the same length n.

    Pictures are (n, h, w) or (n, h, w, 3), with brightness from 0 to 1.
    """

    originals: NDArray[np.float32]
    reconstructions: NDArray[np.float32]
    errors: NDArray[np.float32]
    """(n,) mean squared difference over the pixels, in the numbers that the loss compares."""
    rows: NDArray[np.int64]
    """Row numbers in the part."""
    classes: NDArray[np.int64] | None
    """(n,) class numbers, where the data have classes."""
    class_names: tuple[str, ...]
    part: Part
    mean_error: float
    """The mean of the errors over the whole part."""
    examples_in_part: int
    chosen: int
    """The row under examination, if it is one of this part; else -1."""
    title: str = ""
    """Whose drawing this is, where several losses look at one."""

    def table(self) -> Table:
        rows: list[list[Any]] = list(map(list, zip(self.rows.tolist(), self.errors.tolist(), strict=True)))
        if self.classes is None:
            return ["row", "mean_squared_error"], rows
        names = [self.class_names[number] for number in self.classes.tolist()]
        return ["row", "mean_squared_error", "class"], [[*row, name] for row, name in zip(rows, names, strict=True)]


class ReconstructionAnalysis(Analysis):
    """Originals and reconstructions, with the squared error of each."""

    id: ClassVar[str] = "reconstruction"
    title: ClassVar[str] = "Reconstruction"
    summary: ClassVar[str] = "Pictures, and below each what the network makes of it: what is kept is what it learned."

    part: Part = parameter("test", help="The examples to choose from.")
    worst_first: bool = parameter(False, label="Worst first", help="Show the pictures with the largest errors first.")
    count: int = parameter(24, ge=1, le=256, help="Most pictures that are shown.")
    example: int = example_row()

    def why_not(self, report: Report, graph: Graph) -> str:
        if not redrawings(report):
            return "A reconstruction needs a loss that compares what the network draws with the images of a data block."
        return ""

    def compute(self, question: Question) -> Reconstruction:
        subject = question.loaded()
        candidates = redrawings(subject.report)
        drawn = next((one for one in candidates if one.loss == question.node), candidates[0])
        prepared = subject.prepared[drawn.data]
        feeds = subject.looked_at(self.part)
        count = len(next(iter(feeds.values())))
        if not count:
            raise NothingToShow(f"The {self.part} part has no examples. Give it a share in the data block.")
        values = subject.values(feeds, [drawn.prediction], question.cancelled)
        if not values:
            raise Cancelled
        wanted = np.asarray(prepared.parts[self.part]["features"][:count], dtype=np.float32)
        given = as_pixels(subject, drawn, values[drawn.prediction])
        errors = np.square(given - wanted).reshape(count, -1).mean(axis=1)
        chosen = question.example % count if self.part == subject.shown_part else -1
        rows = self._rows(errors, chosen)
        numbers = prepared.class_numbers
        return Reconstruction(
            originals=pictures(prepared, self.part, rows),
            reconstructions=brightness(prepared, given[rows]),
            errors=errors[rows],
            rows=rows,
            classes=None if numbers is None else numbers[self.part][rows],
            class_names=prepared.class_names,
            part=self.part,
            mean_error=float(errors.mean()),
            examples_in_part=count,
            chosen=chosen,
            title=subject.title(drawn.loss) if len(candidates) > 1 else "",
        )

    def _rows(self, errors: NDArray[np.float32], chosen: int) -> NDArray[np.int64]:
        """The rows that are shown. In the order of the part the one under examination is never left out."""
        if self.worst_first:
            return np.argsort(-np.nan_to_num(errors, nan=np.inf), kind="stable").astype(np.int64)[: self.count]
        rows = np.arange(min(self.count, len(errors)), dtype=np.int64)
        if chosen >= 0 and chosen not in rows:
            rows = np.concatenate([[chosen], rows[:-1]]).astype(np.int64)
        return rows


def redrawings(report: Report) -> tuple[ReconstructionLoss, ...]:
    """All losses that compare numbers with the images of a data block, in order."""
    found: list[ReconstructionLoss] = []
    for comparison in report.comparisons():
        judge, target = comparison.judge, comparison.target
        if not isinstance(judge, Loss) or judge.task(report.signals[target]) != "regression":
            continue
        node, port = source_of(report, target)
        if port == "features" and node in report.data_nodes() and is_image(report.signals[node, port]):
            found.append(ReconstructionLoss(comparison.node, node, comparison.prediction))
    return tuple(found)


def source_of(report: Report, output: Output) -> Output:
    """Where the numbers of an output come from, beyond blocks that only rearrange them."""
    while report.blocks[output[0]].rearranges and output[0] in report.inputs:
        output = report.inputs[output[0]][0]
    return output


def as_pixels(subject: Subject, drawn: ReconstructionLoss, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the network draws (n, ...) as images (n, channels, h, w), in the scale of the data block."""
    report = subject.report
    shape = report.signals[drawn.data, "features"].shape
    judge = report.blocks[drawn.loss]
    logits = isinstance(judge, Loss) and judge.free == "logits"
    if logits and report.signals[drawn.prediction].scale != "probability":
        values = torch.sigmoid(torch.from_numpy(values)).numpy()
    return np.ascontiguousarray(values.reshape(len(values), *shape))
