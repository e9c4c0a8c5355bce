"""One token's vector on its way through the layers: how long it is, what each block adds, and how far it has turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.step_words import words_at
from playground.analysis.subject import Subject
from playground.blocks.families import role_of
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report

LEAST = 1e-12
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Station:
    """The stream behind one block."""

    node: str
    title: str
    norm: float
    """Length of the vector of the token."""
    added: float
    """Length of what has come since the station before."""
    turned: float
    """Cosine with the vector at the first station: 1 where only its length has changed."""
    likeness: float
    """Cosine with the vector of the other token at the same station."""


@dataclass(frozen=True)
class ResidualStream:
    """All stations of one token, and the other token that it is compared with."""

    stations: tuple[Station, ...]
    words: tuple[str, ...]
    token: int
    other: int

    def label(self, step: int) -> str:
        """A step by its token and number."""
        return f"“{self.words[step]}” ({step + 1})" if self.words else f"step {step + 1}"

    def table(self) -> Table:
        columns = ["block", "length", "added", "cosine with the start", f"cosine with {self.label(self.other)}"]
        rows: list[list[Any]] = [
            [one.title, one.norm, one.added, one.turned, one.likeness] for one in self.stations
        ]
        return columns, rows


class ResidualStreamAnalysis(Analysis):
    """A token's vector through the layers."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "residual-stream"
    title: ClassVar[str] = "A vector through the layers"
    summary: ClassVar[str] = (
        "The vector of one token behind every Add: its length, what was added, and how far it has turned from where it "
        "began. The same word at two places begins alike and drifts apart, as its neighbours are mixed in."
    )
    formula: ClassVar[str] = r"\cos(u, v) = \frac{u \cdot v}{\lVert u \rVert \lVert v \rVert}"

    example: int = example_row()
    token: int = parameter(1, ge=1, le=100_000, help="The step whose vector is followed, from 1.")
    other: int = parameter(2, ge=1, le=100_000, help="The step that it is compared with, from 1.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if len(stream_of(report)) < 2:
            return "No stream to follow: this needs an attention block with a way around it, joined by an Add."
        return ""

    def compute(self, question: Question) -> ResidualStream:
        subject = question.loaded()
        stream = stream_of(subject.report)
        vectors, words = vectors_of(subject, stream, question.example)  # (stations, time, width)
        if not vectors.shape[1]:
            raise NothingToShow("There is no step to follow.")
        token, other = (min(place, vectors.shape[1]) - 1 for place in (self.token, self.other))
        return ResidualStream(stations(subject, stream, vectors, token, other), words, token, other)


def stream_of(report: Report) -> tuple[Output, ...]:
    """The outputs along which the vector of a token goes: what enters the first Add beside an attention block, and all
    joints behind it that keep the shape, in order."""
    looking = set(report.revealing("attention"))
    joints = [
        name for name in report.order
        if report.blocks[name].family == "merge" and len(report.inputs.get(name, ())) > 1
        and report.signals[name, "output"].kind == "series"
    ]  # fmt: skip
    first = next((name for name in joints if any(source[0] in looking for source in report.inputs[name])), None)
    if first is None:
        return ()
    shape = report.signals[first, "output"].shape
    begin = next((source for source in report.inputs[first] if source[0] not in looking), None)
    behind = [
        (name, "output") for name in joints[joints.index(first) :] if report.signals[name, "output"].shape == shape
    ]
    return (_origin(report, begin), *behind) if begin is not None else ()


def _origin(report: Report, output: Output) -> Output:
    """Where a vector comes from that blocks only pass on."""
    while output[0] in report.inputs and role_of(report.blocks[output[0]].family) == "activation":
        output = report.inputs[output[0]][0]
    return output


@torch.no_grad()
def vectors_of(subject: Subject, stream: Sequence[Output], example: int) -> tuple[Numbers, tuple[str, ...]]:
    """The stream of one example, (stations, time, width), and the tokens of its steps."""
    network = subject.network
    feeds = subject.example(example)
    subject.calm()
    values = network.run(feeds, network.steps_to(list(stream)))
    found = np.stack([values[network.slots[output]][0].double().numpy() for output in stream])
    return found, words_at(subject, stream[1][0], values)


def stations(
    subject: Subject, stream: Sequence[Output], vectors: Numbers, token: int, other: int
) -> tuple[Station, ...]:
    """What is to be told of a token behind each block, from vectors (stations, time, width)."""
    found: list[Station] = []
    for number, (node, _) in enumerate(stream):
        own, before = vectors[number, token], vectors[max(0, number - 1), token]
        found.append(Station(
            node, subject.title(node), float(np.linalg.norm(own)), float(np.linalg.norm(own - before)),
            cosine(own, vectors[0, token]), cosine(own, vectors[number, other]),
        ))  # fmt: skip
    return tuple(found)


def cosine(one: Numbers, other: Numbers) -> float:
    """How far two vectors (n,) point the same way, from −1 to 1; 0 where one of them is 0."""
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), LEAST))
