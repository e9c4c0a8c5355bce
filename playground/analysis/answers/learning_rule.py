"""How a rule learns in the plane: the line of a perceptron that turns at each mistake, centroids on their way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.answers.decision_boundary import is_square, widened
from playground.analysis.base import Plotted, Table
from playground.analysis.question import Question
from playground.analysis.subject import Extent, plane_node
from playground.data.preparation import Scaler
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.network.naming import title_of
from playground.training.snapshot import Snapshot
from playground.training.trail import spread_out

MOST_LINES = 24
"""Earlier lines that are kept in the picture."""

MOST_LOOKED_AT = 256
"""Snapshots of the way among which they are looked for."""


@dataclass(frozen=True)
class LearningRule:
    """A perceptron or a clustering over the plane of its two features, now and on the way; all in raw features."""

    rule: Literal["perceptron", "k-means"]
    title: str
    xy: NDArray[np.float32]
    """(n, 2) training points."""
    classes: NDArray[np.int64] | None
    """(n,) class numbers, where the data have classes."""
    answers: NDArray[np.int64]
    """(n,) what the rule says: class or cluster numbers."""
    wrong: NDArray[np.bool_]
    """(n,) misclassified by the perceptron; all false for clusters, which are never told the classes."""
    lines: NDArray[np.float64]
    """(m, 3) earlier lines and the present one, oldest first: a x + b y + c = 0; (0, 3) for clusters."""
    centroids: NDArray[np.float64]
    """(m, k, 2) earlier places and the present ones, oldest first; (0, 0, 2) for a perceptron."""
    field: NDArray[np.int64]
    """(h, w) what the rule says at every point of the plane, rows upwards."""
    extent: Extent
    same_scale: bool
    feature_names: tuple[str, str]
    class_names: tuple[str, ...]
    step: int

    def table(self) -> Table:
        if self.rule == "perceptron":
            return ["line", "a", "b", "c"], [[number, *line] for number, line in enumerate(self.lines.tolist())]
        rows: list[list[Any]] = [
            [number, cluster, *place]
            for number, places in enumerate(self.centroids.tolist())
            for cluster, place in enumerate(places)
        ]
        return ["moment", "cluster", *self.feature_names], rows


class LearningRuleAnalysis(Plotted):
    """Lines and centroids in the plane."""

    id: ClassVar[str] = "learning-rule"
    title: ClassVar[str] = "Learning rule"
    summary: ClassVar[str] = "How a perceptron's line turns at each mistake, or how centroids move to their points."
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "trail"})

    resolution: int = parameter(120, ge=8, le=512, help="Grid points along each side of the background.")
    aspect: float = parameter(1.0, ge=0.2, le=5.0, help="Width by height of the picture.")
    past: bool = parameter(
        True, drawing=True, label="History", help="Show where the line or the centroids were before."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not rule_nodes(report):
            return "This view needs a perceptron rule or k-means that reads two features straight from the data."
        return ""

    def compute(self, question: Question) -> LearningRule:
        subject = question.loaded()
        nodes = rule_nodes(subject.report)
        name = question.node if question.node in nodes else nodes[0]
        data = plane_node(subject.report)
        scaler = subject.prepared[data].scaler
        extent = widened(subject.extent(), self.aspect)
        feeds, xs, ys = subject.grid(self.resolution, extent)
        points = subject.points("train")
        block = subject.report.blocks[name]
        output = name, block.outputs[0].name
        over_plane = subject.values(feeds, [output])[output]
        at_points = subject.values(subject.feeds("train"), [output])[output]
        now = question.snapshot
        trail = [one for one in question.trail if now is None or one.step < now.step]
        trail = [*spread_out(trail, MOST_LOOKED_AT), *([now] if now else [])]
        question.check()
        perceptron = "boundary line" in block.reveals
        answers = _answers(at_points, perceptron)
        classes = points.classes
        names = subject.prepared[data].feature_names
        return LearningRule(
            rule="perceptron" if perceptron else "k-means",
            title=title_of(subject.graph, name),
            xy=points.xy,
            classes=classes,
            answers=answers,
            wrong=answers != classes if perceptron and classes is not None else np.zeros(len(answers), dtype=np.bool_),
            lines=_lines(trail, name, scaler) if perceptron else np.zeros((0, 3)),
            centroids=np.zeros((0, 0, 2)) if perceptron else _centroids(trail, name, scaler),
            field=_answers(over_plane, perceptron).reshape(len(ys), len(xs)),
            extent=extent,
            same_scale=is_square(subject.extent()),
            feature_names=(names[0], names[1]) if len(names) == 2 else ("x1", "x2"),
            class_names=subject.prepared[data].class_names,
            step=question.snapshot.step if question.snapshot else 0,
        )


def rule_nodes(report: Report) -> list[str]:
    """Perceptrons and clusterings that read the two features of a data block, in order."""
    source = plane_node(report), "features"
    return [
        name
        for name in report.estimator_nodes()
        if report.blocks[name].reveals & {"boundary line", "centroids"} and report.followed(name) == (source,)
    ]


def _answers(values: NDArray[np.float32], perceptron: bool) -> NDArray[np.int64]:
    return (values[:, 0] > 0.0).astype(np.int64) if perceptron else values.argmax(axis=1).astype(np.int64)


def _lines(trail: list[Snapshot], name: str, scaler: Scaler) -> NDArray[np.float64]:
    """The lines of the snapshots, each that differs from the one before, for raw features."""
    shift, factor = (np.broadcast_to(part, (2,)).astype(np.float64) for part in (scaler.shift, scaler.factor))
    found: list[NDArray[np.float64]] = []
    for snapshot in trail:
        weights = np.asarray(snapshot.buffers[f"{name}.weight"][0], dtype=np.float64) * factor
        line = np.array([*weights, float(snapshot.buffers[f"{name}.bias"][0]) - float(weights @ shift)])
        if weights.any() and not (found and np.array_equal(found[-1], line)):
            found.append(line)
    return np.array(found[-MOST_LINES:]).reshape(-1, 3)


def _centroids(trail: list[Snapshot], name: str, scaler: Scaler) -> NDArray[np.float64]:
    """Where the centroids were, whenever they had moved, in raw features."""
    found: list[NDArray[np.float64]] = []
    for snapshot in trail:
        raw = scaler.unscale(np.asarray(snapshot.buffers[f"{name}.centroids"], dtype=np.float32))
        places = raw.astype(np.float64)
        if not (found and np.array_equal(found[-1], places)):
            found.append(places)
    return np.stack(found)


