"""What the network answers at every point of the plane, and which examples it gets wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Plotted, Table
from playground.analysis.question import Question
from playground.analysis.shared.heads import Head, chosen, heads
from playground.analysis.subject import Extent, Subject, dependents, plane_node
from playground.data.base import PARTS, Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report


@dataclass(frozen=True)
class BoundaryPoints:
    """Examples of one part with what was expected and what the network says."""

    xy: NDArray[np.floating]
    """(n, 2) in raw features."""
    target: NDArray[np.floating] | NDArray[np.int64]
    """(n,) class numbers, or the wanted number."""
    predicted: NDArray[np.floating] | NDArray[np.int64]
    """(n,) class numbers, or the number the network gives."""
    wrong: NDArray[np.bool_]
    """(n,) misclassified; all false for regression."""


@dataclass(frozen=True)
class Boundary:
    """The answer of the network over the plane; rows run upwards, from the least to the greatest second feature."""

    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    field: NDArray[np.floating]
    """(h, w, k) probabilities of the k classes, or (h, w) predicted numbers for regression."""
    classes: NDArray[np.int64] | None
    """(h, w) predicted class numbers; None for regression."""
    extent: Extent
    same_scale: bool
    """Both features have the same range, so that a circle should look like one."""
    class_names: tuple[str, ...]
    """Empty for regression."""
    feature_names: tuple[str, str]
    limits: tuple[float, float]
    """Least and greatest target, for the colours of a regression field; (0, 1) for classes."""
    points: Mapping[Part, BoundaryPoints]
    step: int
    title: str = ""
    """Whose answer this is, where several on the canvas answer."""
    borders: Mapping[str, NDArray[np.float32]] = dataclasses.field(default_factory=dict)
    """What the others say, by their titles: (h, w) probabilities of the second of two classes."""

    def table(self) -> Table:
        """One row per grid point."""
        answers = self.class_names or ("prediction",)
        x, y = np.meshgrid(self.xs, self.ys)
        values = self.field.reshape(x.size, -1)
        rows: list[list[Any]] = np.column_stack([x.ravel(), y.ravel(), values]).tolist()
        return [*self.feature_names, *answers], rows


class DecisionBoundaryAnalysis(Plotted):
    """The decision boundary of a network with two inputs."""

    id: ClassVar[str] = "decision-boundary"
    title: ClassVar[str] = "Decision boundary"
    summary: ClassVar[str] = (
        "What the network answers at every point of the plane: the colour is the class, its strength the probability."
    )

    resolution: int = parameter(100, ge=8, le=512, help="Grid points along each side.")
    aspect: float = parameter(
        1.0, ge=0.2, le=5.0, help="Width by height of the picture, when both features have the same range."
    )
    test_points: bool = parameter(False, drawing=True, label="test", help="Show the test points, with a dark rim.")
    train_points: bool = parameter(True, drawing=True, help="Show the training points, with a light rim.")
    discrete: bool = parameter(
        False, drawing=True, label="Discretize", help="Show the decided class alone, without its probability."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not plane_node(report):
            return "The decision boundary needs data with exactly two features."
        if not report.comparisons():
            return "The decision boundary needs a loss block, which tells what the network predicts."
        if not drawable(report):
            return "The decision boundary needs a prediction of classes or of one number, from the two features alone."
        return ""

    def compute(self, question: Question) -> Boundary:
        subject = question.loaded()
        candidates = drawable(subject.report)
        head = chosen(candidates, question.node)
        node = plane_node(subject.report)
        extent = widened(subject.extent(), self.aspect)
        feeds, xs, ys = subject.grid(self.resolution, extent)
        over_plane = subject.values(feeds, list(dict.fromkeys(other.prediction for other in candidates)))
        answers = over_plane[head.prediction]
        question.check()
        parts = {part: _points(subject, head, part) for part in PARTS}
        names = subject.prepared[node].feature_names
        size = len(ys), len(xs)
        said = head.probabilities(answers) if head.classifies else _numbers(subject, head, answers)
        others = [other for other in candidates if other is not head and other.classifies and head.classifies]
        borders = {subject.title(other.answerer): other.probabilities(over_plane[other.prediction]) for other in others}
        return Boundary(
            xs=xs,
            ys=ys,
            field=said.reshape(*size, -1) if head.classifies else said.reshape(size),
            classes=head.classes(answers).reshape(size) if head.classifies else None,
            extent=extent,
            same_scale=is_square(subject.extent()),
            class_names=head.class_names(said.shape[1]) if head.classifies else (),
            feature_names=(names[0], names[1]) if len(names) == 2 else ("x1", "x2"),
            limits=(0.0, 1.0) if head.classifies else _limits(parts),
            points=parts,
            step=question.snapshot.step if question.snapshot else 0,
            title=subject.title(head.answerer) if len(candidates) > 1 else "",
            borders={name: p[:, 1].reshape(size) for name, p in borders.items() if p.shape[1] == 2},
        )


def widened(extent: Extent, aspect: float) -> Extent:
    """More of the plane to fill a picture of that width by height; only where both axes have the same scale."""
    if not is_square(extent):
        return extent
    left, right, bottom, top = extent
    width, height = right - left, top - bottom
    more_x, more_y = width * (max(aspect, 1.0) - 1.0) / 2, height * (max(1.0 / aspect, 1.0) - 1.0) / 2
    return left - more_x, right + more_x, bottom - more_y, top + more_y


def is_square(extent: Extent) -> bool:
    """Whether width and height are the same."""
    left, right, bottom, top = extent
    return abs((right - left) - (top - bottom)) <= 1e-6 * (right - left)


def drawable(report: Report) -> tuple[Head, ...]:
    """The heads whose prediction can be drawn over the plane of the two features."""
    reached = set(dependents(report, (plane_node(report), "features")))
    return tuple(
        head
        for head in heads(report)
        if head.prediction in reached and (head.classifies or report.signals[head.prediction].shape in ((), (1,)))
    )


def _points(subject: Subject, head: Head, part: Part) -> BoundaryPoints:
    """Examples of a part. Those whose target comes from another block are read through that block's rows."""
    points = subject.points(part)
    feeds = subject.feeds(part)
    if not len(points):
        nothing = np.zeros(0, dtype=np.float32)
        return BoundaryPoints(points.xy, nothing, nothing, np.zeros(0, dtype=np.bool_))
    wanted: list[Output] = [head.prediction, head.target]
    values = subject.values(feeds, wanted)
    prediction, target = values[head.prediction], values[head.target]
    xy = points.xy[: len(prediction)]
    if not head.classifies:
        wanted_numbers, given = _numbers(subject, head, target), _numbers(subject, head, prediction)
        return BoundaryPoints(xy, wanted_numbers, given, np.zeros(len(xy), dtype=np.bool_))
    actual, predicted = head.actual(target), head.classes(prediction)
    return BoundaryPoints(xy, actual, predicted, actual != predicted)


def _numbers(subject: Subject, head: Head, values: NDArray[np.float32]) -> NDArray[np.floating]:
    """Numbers of a regression (N,) as they were before the target was scaled."""
    node, port = head.target
    flat = values.reshape(len(values), -1)
    if port == "target" and node in subject.prepared:
        flat = subject.prepared[node].target_scaler.unscale(flat)
    return np.asarray(flat[:, 0])


def _limits(parts: Mapping[Part, BoundaryPoints]) -> tuple[float, float]:
    targets = np.concatenate([points.target for points in parts.values()])
    return (float(targets.min()), float(targets.max())) if targets.size else (-1.0, 1.0)
