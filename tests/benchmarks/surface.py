"""The loss surface of small networks: the whole analysis, and against one plain pass for every point."""

from __future__ import annotations

import statistics

import numpy as np
import torch

from playground.analysis.loss.loss_surface import LossSurfaceAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.project import Project
from playground.training.session.session import Session
from tests.benchmarks.projects import ADAM, dense_chain, points, spirals
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Spent, spent_on

SIDE, EXAMPLES = 51, 256
REPEATS = 15
STEPS = 400
GOAL = 45.0
LEAST_RATIO = 5.0
"""How much quicker a surface should be than one plain pass for every point."""


def measure() -> list[Row]:
    """For each network a row for the surface, and one for how much quicker it is than pass by pass."""
    torch.set_num_threads(1)
    cases = {
        "spirals": spirals(),
        "2-32-32-1 with tanh": small_network("tanh"),
        "2-32-32-1 with ReLU": small_network("relu"),
    }
    return [row for name, project in cases.items() for row in _rows(name, project)]


def small_network(activation: str) -> Project:
    data = points(labels="zero-one", examples=600)
    return dense_chain(data, [32, 32, 1], "binary-cross-entropy", activation=activation, optimizer=ADAM)


def _rows(name: str, project: Project) -> list[Row]:
    session = Session(project, "cpu")
    for _ in range(STEPS // 10):
        session.advance(10)
    subject = Subject(project.graph)
    question = Question(subject, session.snapshot(), trail=session.trail.snapshots)
    analysis = LossSurfaceAnalysis(directions="random", resolution=SIDE, examples=EXAMPLES)
    first = analysis.compute(question)
    runs = [spent_on(lambda: analysis.compute(question)) for _ in range(REPEATS)]
    plain = [spent_on(lambda: _one_by_one(subject, question)) for _ in range(3)]
    ratio = statistics.median(run.wall for run in plain) / statistics.median(run.wall for run in runs)
    size = len(first.plane.origin)
    title = f"surface of {SIDE} x {SIDE}, {EXAMPLES} examples, {name}, {size:,} parameters"
    detail = f"{_words(runs)}; with {len(first.path)} points of the path, by {first.way}"
    return [
        Row(title, statistics.median(run.wall for run in runs), "ms", GOAL, detail=detail),
        Row(
            f"against a plain pass for every point, {name}", ratio, "x", LEAST_RATIO, better="more",
            detail=f"a pass each: {_words(plain)}",
        ),
    ]  # fmt: skip


def _one_by_one(subject: Subject, question: Question) -> list[float]:
    """The same number of losses in the plainest way: write the weights, run the network."""
    assert question.snapshot is not None
    feeds = subject.feeds("train", EXAMPLES)
    own = dict(subject.network.named_parameters())
    places = question.snapshot.layout.places
    found = []
    with torch.no_grad():
        for scale in np.linspace(0.9, 1.1, SIDE * SIDE, dtype=np.float32):
            vector = torch.from_numpy(question.snapshot.parameters * scale)
            for place in places:
                own[place.name].copy_(vector[place.start : place.stop].view(place.shape))
            found.append(float(subject.network(feeds)))
    return found


def _words(runs: list[Spent]) -> str:
    wall = [run.wall for run in runs]
    processor = statistics.median(run.processor for run in runs)
    return f"{min(wall):.0f} to {max(wall):.0f} ms in {len(runs)} runs, {processor:.0f} ms of processor time"
