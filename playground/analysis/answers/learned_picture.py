"""A picture whose pixels learn, beside the pictures of the data that it learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.pictures import brightness, is_image
from playground.analysis.subject import Subject
from playground.document.graph import Graph
from playground.network.check import Output, Report


@dataclass(frozen=True)
class LearnedPictures:
    """Pictures (h, w) or (h, w, 3) with brightness from 0 to 1, of the data first, then those that learn."""

    names: tuple[str, ...]
    pictures: tuple[NDArray[np.float32], ...]
    learned: int
    """How many of them learn, the last ones."""
    differences: NDArray[np.float64]
    """(learned, others): the root of the mean squared difference to each picture of the data; NaN for another shape."""

    def table(self) -> Table:
        others = self.names[: -self.learned]
        rows: list[list[Any]] = [
            [name, other, float(difference)]
            for name, line in zip(self.names[-self.learned :], self.differences, strict=True)
            for other, difference in zip(others, line, strict=True)
        ]
        return ["picture", "compared with", "difference"], rows


class LearnedPictureAnalysis(Analysis):
    """What becomes of a picture whose pixels learn."""

    id: ClassVar[str] = "learned-picture"
    title: ClassVar[str] = "Learned picture"
    summary: ClassVar[str] = "The picture whose pixels learn, as it is by now, beside the pictures of the data."

    example: int = example_row()

    def why_not(self, report: Report, graph: Graph) -> str:
        if learned_outputs(report):
            return ""
        return "No picture learns. Drag in a Learned picture and wire pictures into it."

    def compute(self, question: Question) -> LearnedPictures:
        subject = question.loaded()
        outputs, given = learned_outputs(subject.report), data_outputs(subject.report)
        if not subject.count(subject.shown_part):
            raise NothingToShow(f"The {subject.shown_part} part has no examples. Give it a share in the data block.")
        feeds = subject.example(question.example)
        values = subject.values(feeds, list(outputs), question.cancelled)
        if not values:
            raise Cancelled
        shown = [bright(subject, one, feeds[one].numpy()) for one in given]
        learned = [bright(subject, one, values[one]) for one in outputs]
        return LearnedPictures(
            names=(*(port_title(subject, one) for one in given), *(subject.title(node) for node, _ in outputs)),
            pictures=(*shown, *learned),
            learned=len(learned),
            differences=np.array([[difference(one, other) for other in shown] for one in learned]),
        )


def learned_outputs(report: Report) -> tuple[Output, ...]:
    """The pictures that learn."""
    found = ((node, report.blocks[node].outputs[0].name) for node in report.revealing("learned picture"))
    return tuple(output for output in found if is_image(report.signals.get(output)))


def data_outputs(report: Report) -> tuple[Output, ...]:
    """The pictures that the data blocks give."""
    ports = ((node, port.name) for node in report.data_nodes() for port in report.blocks[node].outputs)
    return tuple(output for output in ports if is_image(report.signals.get(output)))


def port_title(subject: Subject, output: Output) -> str:
    """What a port of a data block is called."""
    return next(port.title for port in subject.report.blocks[output[0]].outputs if port.name == output[1])


def bright(subject: Subject, output: Output, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The first of some pictures (n, channels, h, w) with brightness from 0 to 1."""
    signal, prepared = subject.report.signals[output], subject.prepared.get(output[0])
    bounded = np.isfinite([signal.low, signal.high]).all()
    if prepared is not None and output[1] == "features" and not bounded:
        return np.asarray(brightness(prepared, values[:1])[0])
    low, high = (signal.low, signal.high) if bounded else (float(values.min()), float(values.max()))
    shown = np.clip((values[0] - low) / max(high - low, 1e-12), 0.0, 1.0).astype(np.float32)
    return np.ascontiguousarray(shown[0] if len(shown) == 1 else np.moveaxis(shown, 0, -1))


def difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The root of the mean squared difference; NaN where the shapes are others."""
    if one.shape != other.shape:
        return float("nan")
    return float(np.sqrt(np.square(one.astype(np.float64) - other).mean()))
