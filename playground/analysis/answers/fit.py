"""The answer of a network with one feature as a curve over that feature, with the examples it was learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.attribution import chosen_pair
from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.shared.asking import Asking, InputOutput, answer_pairs
from playground.analysis.shared.heads import Head
from playground.analysis.subject import Subject
from playground.blocks.kinds import KindName
from playground.data.base import PARTS, Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

KINDS: tuple[KindName, ...] = ("vector",)
MOST_POINTS = 2_000
"""Examples of a part that are drawn."""
MARGIN = 0.05
"""Room beside the examples, as a share of their range."""


@dataclass(frozen=True)
class FitPoints:
    """Examples of one part."""

    x: NDArray[np.float64]
    """(n,) the raw feature."""
    wanted: NDArray[np.float64]
    """(n,) the wanted number; of a class 1 where an example belongs to it, else 0."""
    said: NDArray[np.float64]
    """(n,) the number that the network gives, or the probability of the class."""
    classes: NDArray[np.int64]
    """(n,) the numbers of the true classes; of a regression empty."""

    @property
    def residuals(self) -> NDArray[np.float64]:
        """What is wanted less what the network says, (n,)."""
        return self.wanted - self.said


@dataclass(frozen=True)
class Fit:
    """A curve over the range of one feature, in raw numbers, and the examples around it."""

    xs: NDArray[np.float64]
    """(m,) places of the feature, ascending."""
    curve: NDArray[np.float64]
    """(m,) what the network says there."""
    points: Mapping[Part, FitPoints]
    feature: str
    names: tuple[str, ...]
    """The classes, or the numbers of the answer."""
    shown: int
    """Which of the names the curve is of."""
    classifies: bool
    step: int
    title: str = ""
    """Whose answer it is, where several on the canvas answer."""

    @property
    def name(self) -> str:
        """What the curve is of."""
        name = self.names[self.shown]
        return f"probability of {name}" if self.classifies else name

    def table(self) -> Table:
        columns = ["what", self.feature, "wanted", self.name, "residual"]
        rows: list[list[Any]] = [
            ["curve", x, "", y, ""] for x, y in zip(self.xs.tolist(), self.curve.tolist(), strict=True)
        ]
        for part, points in self.points.items():
            numbers = np.column_stack([points.x, points.wanted, points.said, points.residuals]).tolist()
            rows += [[part, *row] for row in numbers]
        return columns, rows


class FitAnalysis(Plotted):
    """Data and curve of a network with one feature."""

    id: ClassVar[str] = "fit"
    title: ClassVar[str] = "Fit"
    summary: ClassVar[str] = (
        "The answer of a network with one feature as a curve over that feature, with the examples of all parts and how "
        "far each is from the curve."
    )

    resolution: int = parameter(257, ge=8, le=4097, help="Places over the range of the feature.")
    output: int = parameter(-1, ge=-1, le=4096, help="Number of the output or class; −1: the first number, class 1.")
    train_points: bool = parameter(True, drawing=True, label="train", help="Show the training examples.")
    validation_points: bool = parameter(True, drawing=True, label="validation", help="Show the validation examples.")
    test_points: bool = parameter(True, drawing=True, label="test", help="Show the test examples.")
    residuals: bool = parameter(
        False, drawing=True, label="Residuals", help="Draw a line from each example to the curve."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.comparisons():
            return "Fit needs a loss block, which tells what the network predicts."
        if not fitting(report):
            return "Fit needs data with exactly one feature, and an answer of classes or numbers for each example."
        return ""

    def compute(self, question: Question) -> Fit:
        subject = question.loaded()
        candidates = fitting(subject.report)
        pair = chosen_pair(candidates, question.node)
        part: Part = next((part for part in PARTS if subject.count(part)), "train")
        if not subject.count(part):
            raise NothingToShow("There is no example to look at: all parts are empty.")
        prepared = subject.prepared[pair.data]
        asking = Asking(subject, pair, np.array([0]))
        names = asking.names
        shown = min(self.output, len(names) - 1) if self.output >= 0 else int(pair.classifies and len(names) > 1)
        points = {part: _points(subject, pair, part, shown, len(names)) for part in PARTS}
        xs = _places(np.concatenate([one.x for one in points.values()]), self.resolution)
        curve = []
        for start in range(0, len(xs), asking.at_once):
            question.check()
            raw = xs[start : start + asking.at_once, None].astype(np.float32)
            with torch.no_grad():
                given = asking.predict(torch.from_numpy(np.asarray(prepared.scaler.scale(raw), dtype=np.float32)))
            curve.append(asking.probabilities(given)[:, shown])
        return Fit(
            xs=xs,
            curve=np.concatenate(curve).astype(np.float64),
            points=points,
            feature=prepared.feature_names[0] if len(prepared.feature_names) == 1 else "x",
            names=names,
            shown=shown,
            classifies=pair.classifies,
            step=question.snapshot.step if question.snapshot else 0,
            title=subject.title(pair.asked[0]) if len(candidates) > 1 else "",
        )


def fitting(report: Report) -> tuple[InputOutput, ...]:
    """The answers that follow from one feature alone."""
    if len(report.data_nodes()) != 1:
        return ()
    return tuple(one for one in answer_pairs(report, KINDS) if report.signals[one.source].shape in ((), (1,)))


def _places(x: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    low, high = float(x.min()), float(x.max())
    room = MARGIN * (high - low) or 1.0
    return np.linspace(low - room, high + room, count)


def _points(subject: Subject, pair: InputOutput, part: Part, shown: int, names: int) -> FitPoints:
    """Examples of a part, evenly thinned where there are many."""
    head = pair.head
    assert head is not None
    feeds = subject.feeds(part)
    count = subject.count(part)
    if not count:
        nothing = np.zeros(0)
        return FitPoints(nothing, nothing, nothing, np.zeros(0, dtype=np.int64))
    rows = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(np.int64))
    some = {output: whole[torch.from_numpy(rows)] for output, whole in feeds.items()}
    values = subject.values(some, [head.prediction, head.target])
    prediction, target = values[head.prediction], values[head.target]
    x = subject.prepared[pair.data].scaler.unscale(some[pair.source].numpy().reshape(len(rows), 1))[:, 0]
    if head.classifies:
        actual = head.actual(target)
        shares = head.probabilities(prediction)[:, shown].astype(np.float64)
        return FitPoints(x.astype(np.float64), (actual == shown).astype(np.float64), shares, actual)
    wanted, said = (_numbers(subject, head, numbers, names)[:, shown] for numbers in (target, prediction))
    return FitPoints(x.astype(np.float64), wanted, said, np.zeros(0, dtype=np.int64))


def _numbers(subject: Subject, head: Head, values: NDArray[np.float32], names: int) -> NDArray[np.float64]:
    """Numbers of a regression (n, names) in the unit of the target."""
    node, port = head.target
    flat = values.reshape(len(values), names)
    if port == "target" and node in subject.prepared:
        return np.asarray(subject.prepared[node].target_scaler.unscale(flat), dtype=np.float64)
    return np.asarray(flat, dtype=np.float64)
