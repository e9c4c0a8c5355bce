"""One point of the plane on its way through the network: every number, the answer, and where it would grow."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.decision_boundary import Boundary, DecisionBoundaryAnalysis, drawable
from playground.analysis.base import Table, example_row
from playground.analysis.inside.live_maps import mapped_outputs
from playground.analysis.question import Question
from playground.analysis.shared.asking import sources_of
from playground.analysis.shared.heads import Head, chosen
from playground.analysis.subject import Subject, entrances, plane_node
from playground.document.declaration import parameter


@dataclass(frozen=True)
class ProbeLayer:
    """What one block makes of the point."""

    node: str
    title: str
    values: NDArray[np.float32]
    """(units,)."""


@dataclass(frozen=True)
class Probe:
    """A point with its numbers through the network."""

    place: tuple[float, float]
    """In raw features."""
    seen: tuple[float, float]
    """As the network sees it."""
    feature_names: tuple[str, str]
    layers: tuple[ProbeLayer, ...]
    """Every block between the two features and the answer, in the order in which they compute."""
    names: tuple[str, ...]
    """The classes; “prediction” for a number."""
    answers: NDArray[np.floating]
    """(names,): probabilities, or the number in the unit of the target."""
    classifies: bool
    decided: int
    """The class that is decided for; 0 for a number."""
    slope: tuple[float, float]
    """How the answer that is decided for grows with each raw feature."""

    @property
    def answer(self) -> str:
        """What is decided."""
        return self.names[self.decided]

    def table(self) -> Table:
        """All numbers from the features to the answer and its slope."""
        rows: list[list[Any]] = [
            [what, name, value]
            for what, values in (("features", self.place), ("as the network sees it", self.seen))
            for name, value in zip(self.feature_names, values, strict=True)
        ]
        for layer in self.layers:
            numbers = enumerate(layer.values.tolist(), start=1)
            rows.extend([layer.title, f"unit {unit}", value] for unit, value in numbers)
        rows.extend(["answer", name, value] for name, value in zip(self.names, self.answers.tolist(), strict=True))
        slopes = zip(self.feature_names, self.slope, strict=True)
        rows.extend([f"slope of {self.answer}", name, value] for name, value in slopes)
        return ["block", "number", "value"], rows


@dataclass(frozen=True)
class ProbedBoundary(Boundary):
    """The plane with a point in it; its table has the numbers of the point."""

    probe: Probe | None = None

    def table(self) -> Table:
        return super().table() if self.probe is None else self.probe.table()


class ProbeAnalysis(DecisionBoundaryAnalysis):
    """The decision boundary with a point one can move, and all its numbers through the network."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "probe"
    title: ClassVar[str] = "Probe point"
    summary: ClassVar[str] = (
        "Drag a point over the plane and read its numbers through every block; the arrow shows where the answer grows."
    )

    example: int = example_row()
    placed: bool = parameter(False, help="Whether the point is at x, y; otherwise it is the example looked at.")
    x: float = parameter(0.0, help="The first feature of the point.")
    y: float = parameter(0.0, help="The second feature of the point.")

    def compute(self, question: Question) -> ProbedBoundary:
        plane = super().compute(question)
        subject = question.loaded()
        head = chosen(drawable(subject.report), question.node)
        place = (self.x, self.y) if self.placed else _example(subject, question.example)
        known = {field.name: getattr(plane, field.name) for field in dataclasses.fields(plane)}
        return ProbedBoundary(**known, probe=probed(subject, head, place, plane.feature_names))


def _example(subject: Subject, row: int) -> tuple[float, float]:
    """The raw features of an example; the middle of the plane when there is none."""
    node = plane_node(subject.report)
    features = subject.example(row)[node, "features"].numpy()
    if not len(features):
        left, right, bottom, top = subject.extent()
        return (left + right) / 2, (bottom + top) / 2
    x, y = subject.prepared[node].scaler.unscale(features)[0].tolist()
    return x, y


def probed(subject: Subject, head: Head, place: tuple[float, float], names: tuple[str, str]) -> Probe:
    """Follow a point, in raw features, through the network."""
    report, network = subject.report, subject.network
    node = plane_node(report)
    source = node, "features"
    scaler = subject.prepared[node].scaler
    above = sources_of(report, head.prediction)
    outputs = [output for output in mapped_outputs(report, node) if output in above]
    with torch.enable_grad():
        raw = torch.tensor([place], dtype=torch.float64, requires_grad=True)
        seen = ((raw - torch.tensor(scaler.shift)) * torch.tensor(scaler.factor)).float()
        feeds = dict.fromkeys((source, *entrances(report, source)), seen)
        subject.calm()
        values = network.run(feeds, network.steps_to([*outputs, head.prediction], feeds))
        answers = _answers(subject, head, values[network.slots[head.prediction]])
        decided = _decided(head, values[network.slots[head.prediction]])
        slope = _slope(answers[0, decided], raw)
    found = [
        ProbeLayer(name, subject.title(name), values[network.slots[name, port]][0].detach().numpy().copy())
        for name, port in outputs
    ]
    return Probe(
        place=place,
        seen=_pair(seen[0]),
        feature_names=names,
        layers=tuple(found),
        names=head.class_names(answers.shape[1]) if head.classifies else ("prediction",),
        answers=answers[0].detach().numpy().copy(),
        classifies=head.classifies,
        decided=decided,
        slope=slope,
    )


def _answers(subject: Subject, head: Head, prediction: torch.Tensor) -> torch.Tensor:
    """Probabilities (1, k), or the number (1, 1) in the unit of the target; differentiable."""
    decoder = head.metrics.decoder
    if decoder is not None:
        return decoder.shares(prediction.reshape(-1, decoder.units))
    node, port = head.target
    flat = prediction.reshape(1, -1)[:, :1]
    if port == "target" and node in subject.prepared:
        scaler = subject.prepared[node].target_scaler
        flat = flat / torch.tensor(scaler.factor) + torch.tensor(scaler.shift)
    return flat


def _decided(head: Head, prediction: torch.Tensor) -> int:
    return int(head.classes(prediction.detach().numpy())[0]) if head.classifies else 0


def _slope(answer: torch.Tensor, raw: torch.Tensor) -> tuple[float, float]:
    """The gradient; zero where the answer jumps."""
    if not answer.requires_grad:
        return 0.0, 0.0
    (slope,) = torch.autograd.grad(answer, raw, allow_unused=True)
    return (0.0, 0.0) if slope is None else _pair(slope[0])


def _pair(numbers: torch.Tensor) -> tuple[float, float]:
    first, second = numbers.detach().tolist()
    return first, second
