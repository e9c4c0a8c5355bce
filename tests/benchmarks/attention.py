"""All attention matrices of a small transformer, from the snapshot to the screen, while it learns."""

from __future__ import annotations

import functools
import statistics
import time

from playground.analysis.inside.attention import AttentionAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.graph import Edge, Graph, Node
from playground.document.project import OpenView, Project, TrainingSettings
from playground.training.session.session import Session
from playground.ui.views.inside.attention import AttentionView
from tests.benchmarks.projects import ADAM, place
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Spent, percentile, spent_on
from tests.benchmarks.window import PaintCounter, open_window, pause, play, rest

LAYERS, HEADS, STEPS = 4, 4, 12
FRAMES = 200
SECONDS = 6.0


def transformer() -> Project:
    """Four layers of four heads over twelve tokens, each with a way round it."""
    nodes = [
        Node(id="data", block="reverse", parameters={"length": STEPS}),
        Node(id="embedding", block="embedding", parameters={"units": 16}, position=place(1)),
        Node(id="positions", block="positional-encoding", position=place(2)),
    ]
    edges = [Edge(source="data", source_port="features", target="embedding")]
    for layer in range(1, LAYERS + 1):
        before = nodes[-1].id
        attention, add, norm = (f"{name}-{layer}" for name in ("attention", "add", "norm"))
        parameters = {"heads": HEADS}
        nodes += [
            Node(id=attention, block="multi-head-attention", parameters=parameters, position=place(len(nodes))),
            Node(id=add, block="add", position=place(len(nodes) + 1)),
            Node(id=norm, block="layer-norm", position=place(len(nodes) + 2)),
        ]
        edges += [Edge(source=before, target=attention), Edge(source=before, target=add)]
        edges += [Edge(source=attention, target=add), Edge(source=add, target=norm)]
    last = nodes[-1].id
    nodes += [
        Node(id="symbol", block="dense", parameters={"units": 8, "activation": "identity"}, position=place(len(nodes))),
        Node(id="loss", block="cross-entropy", position=place(len(nodes) + 1)),
    ]
    edges += [
        Edge(source="embedding", target="positions"),
        Edge(source=last, target="symbol"),
        Edge(source="symbol", target="loss", target_port="prediction"),
        Edge(source="data", source_port="target", target="loss", target_port="target"),
    ]
    training = TrainingSettings(optimizer=ADAM, batch_size=32)
    graph = Graph(nodes=tuple(nodes), edges=tuple(edges))
    return Project(title="Transformer", graph=graph, training=training, views=(OpenView(view="attention"),))


def measure() -> list[Row]:
    """Analysis and drawing by themselves, and how often the view is painted while the network learns."""
    project = transformer()
    with open_window(project) as window:
        view = window.views.dock("attention").view
        assert isinstance(view, AttentionView)
        spent = _alone(project, view)
        counter = PaintCounter({"attention": view.canvas})
        play(window)
        rest(1.0)
        counter.counts.clear()
        began = time.perf_counter()
        rest(SECONDS)
        rate = counter.counts["attention"] / (time.perf_counter() - began)
        pause(window)
    words = f"{LAYERS} layers x {HEADS} heads, {STEPS} tokens"
    walls = [each.wall for each in spent]
    detail = f"{statistics.median(each.processor for each in spent):.1f} ms of the processor; "
    detail += f"p95 {percentile(walls, 0.95):.1f} ms; {FRAMES} frames of {view.canvas.width()} x {view.canvas.height()}"
    return [
        Row(f"attention computed and drawn, {words}", statistics.median(walls), "ms", 50.0, detail=detail),
        Row(f"attention painted while it learns, {words}", rate, "frames/s", 20.0, "more", "30 would be every pulse"),
    ]


def _alone(project: Project, view: AttentionView) -> list[Spent]:
    """Time of one frame: from a new snapshot to pixels."""
    session, subject, analysis = Session(project, "cpu"), Subject(project.graph), AttentionAnalysis()
    found: list[Spent] = []
    for frame in range(FRAMES + 10):
        session.advance(1)
        question = Question(subject, session.snapshot(), example=frame)
        found.append(spent_on(functools.partial(_show, analysis, question, view)))
    return found[10:]


def _show(analysis: AttentionAnalysis, question: Question, view: AttentionView) -> None:
    view.show_result(analysis.compute(question))
    view.canvas.grab()
