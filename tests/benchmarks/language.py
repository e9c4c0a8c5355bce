"""A decoder-only language model: tokens a second against a plain loop in torch with SDPA, and text that is written."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from playground.analysis.question import Question
from playground.analysis.shared.writing import Writer, next_token_heads
from playground.analysis.subject import Subject
from playground.data.inputs.texts import TextForm
from playground.document.graph import Edge, Graph
from playground.document.project import Project, TrainingSettings
from playground.training.session.session import Session
from tests.benchmarks.deep_networks import Drawing
from tests.benchmarks.projects import ADAM
from tests.benchmarks.table import Row

LAYERS, WIDTH, HEADS, CONTEXT, BATCH, LETTERS = 4, 128, 4, 64, 32, 39
ROUNDS, STEPS = 6, 6
WRITTEN = 64


def language_model() -> Project:
    """Blocks with the norm first, learned positions, and a mask before the future."""
    drawing = Drawing()
    drawing.put("data", "python-manual", window=CONTEXT)
    drawing.last = ("data", "features")
    drawing.put("embedding", "embedding", units=WIDTH)
    drawing.put("positions", "positional-encoding", kind="learned")
    before = len(drawing.nodes)
    drawing.put("input", "identity")
    drawing.put("norm-1", "layer-norm")
    drawing.put("attention", "multi-head-attention", heads=HEADS, causal=True)
    drawing.put("add-1", "add", "attention", "input")
    drawing.put("norm-2", "layer-norm")
    drawing.put("wide", "dense", units=4 * WIDTH, activation="gelu")
    drawing.put("back", "dense", units=WIDTH, activation="identity")
    drawing.put("add-2", "add", "back", "add-1")
    drawing.group("block", "Decoder block", drawing.since(before), repeat=LAYERS)
    drawing.put("norm", "layer-norm")
    drawing.put("logits", "dense", units=LETTERS, activation="identity")
    loss = drawing.put("loss", "cross-entropy")
    graph = drawing.graph(Edge(source="data", source_port="target", target=loss, target_port="target"))
    wires = [edge.replace(target_port="prediction") if edge.source == "logits" else edge for edge in graph.edges]
    graph = Graph(nodes=graph.nodes, edges=tuple(wires), groups=graph.groups)
    return Project(title="Language model", graph=graph, training=TrainingSettings(optimizer=ADAM, batch_size=BATCH))


class TextbookBlock(nn.Module):
    """As one writes it: one matrix for queries, keys and values, and torch's fused attention."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))
        self.projections, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.back = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, steps, _ = x.shape
        split = self.projections(self.norms[0](x)).split(WIDTH, dim=2)
        queries, keys, values = (one.view(batch, steps, HEADS, WIDTH // HEADS).transpose(1, 2) for one in split)
        mixed = functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, steps, WIDTH))
        return x + self.back(functional.gelu(self.wide(self.norms[1](x))))


class Textbook(nn.Module):
    """The whole model."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(LETTERS, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(TextbookBlock() for _ in range(LAYERS)))
        self.norm, self.logits = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, LETTERS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.logits(self.norm(self.blocks(self.tokens(x) + self.places.weight)))


def textbook_steps(features: torch.Tensor, target: torch.Tensor) -> Callable[[], None]:
    """Some steps of the plain loop."""
    torch.manual_seed(0)
    model = Textbook()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

    def run() -> None:
        for rows in torch.randperm(len(features))[: STEPS * BATCH].split(BATCH):
            optimizer.zero_grad()
            logits = model(features[rows])
            loss = functional.cross_entropy(logits.flatten(0, 1), target[rows].flatten())
            loss.backward()
            optimizer.step()

    return run


def measure() -> list[Row]:
    """Both loops in turn, so that a busy machine slows both; then the writing."""
    session = Session(language_model(), "cpu")
    part = next(iter(session.prepared.values())).parts["train"]
    arrays = (torch.from_numpy(np.array(part[port])) for port in ("features", "target"))
    loops: tuple[Callable[[], object], ...] = (lambda: session.advance(STEPS), textbook_steps(*arrays))
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for loop, found in zip(loops, times, strict=True):
            began = time.perf_counter()
            loop()
            if number:  # the first round warms up
                found.append(time.perf_counter() - began)
    own, plain = (BATCH * CONTEXT * STEPS / statistics.median(found) for found in times)
    words = f"decoder-only model, {LAYERS} layers, width {WIDTH}, context {CONTEXT}, batch {BATCH}"
    detail = f"{own:,.0f} tokens a second against {plain:,.0f}"
    return [Row(f"{words}, against torch with SDPA", own / plain, "times", 1.15, "more", detail), _written(session)]


def _written(session: Session) -> Row:
    """Seconds for a text, with and without kept keys and values."""
    subject = Subject(session.project.graph)
    Question(subject, session.snapshot()).loaded()
    form = subject.form("data")
    assert isinstance(form, TextForm)
    found = []
    for keeps in (True, False):
        writer = Writer(subject, next_token_heads(subject.report)[0], "data", form, keeps)
        began = time.perf_counter()
        writer.grown(writer.known("the "), WRITTEN, 1.0, 0, lambda: None)
        found.append(time.perf_counter() - began)
    return Row(f"{WRITTEN} tokens written", found[0], "s", 0.5, detail=f"without kept keys and values {found[1]:.2f} s")
