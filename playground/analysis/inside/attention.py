"""Where every head of every attention block looks while the network reads one example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.step_words import memory_and_looking, words_at, words_before
from playground.analysis.subject import Subject
from playground.blocks.reveals import Transparent
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.training.free_running import forced


@dataclass(frozen=True)
class AttentionLayer:
    """The matrices of one block. Row: the step that looks; column: the step that is looked at."""

    node: str
    title: str
    weights: NDArray[np.float32]
    """(heads, looking, looked at), from 0 to 1; each row sums to 1, or to 0 where a step may look nowhere."""
    scores: NDArray[np.float32]
    """(heads, looking, looked at), before softmax; −∞ where a step must not look."""
    words: tuple[str, ...]
    """The token of each step; empty where the sequence was not made of tokens."""
    seen: tuple[str, ...] | None = None
    """The tokens that are looked at, where they are those of another sequence."""

    def habit(self, head: int) -> Habit:
        """What a head does, in numbers."""
        return habit_of(self.weights[head])


@dataclass(frozen=True)
class Habit:
    """What one head does over a whole sequence."""

    entropy: float
    """Of the weights of a row, in bits, the mean over the rows: 0 where each step looks at one place alone."""
    distance: float
    """How many steps away what is looked at stands, by weight."""
    offset: int
    """How far ahead, or, below 0, behind, the one place stands that gets most."""
    share: float
    """The weight that lies there, a mean over the rows that have such a place: near 1 where a head does one thing."""


def habit_of(weights: NDArray[np.float32]) -> Habit:
    """The habit of one head, from its weights (looking, looked at)."""
    rows = weights.astype(np.float64)
    rows = rows[rows.sum(axis=1) > 0] if rows.sum() else rows
    bits = -(rows * np.log2(np.where(rows > 0, rows, 1.0))).sum(axis=1)
    looking, seen = np.indices(weights.shape)
    away = (weights * np.abs(seen - looking)).sum() / max(float(weights.sum()), 1e-12)
    offsets = range(1 - weights.shape[0], weights.shape[1])
    # Far offsets have few places: half of the rows at least must have one, so that it is a habit.
    shares = {
        offset: float(np.diagonal(weights, offset).mean())
        for offset in offsets if 2 * len(np.diagonal(weights, offset)) >= weights.shape[0]
    }  # fmt: skip
    favourite = max(shares, key=lambda offset: shares[offset])
    return Habit(float(bits.mean()), float(away), favourite, shares[favourite])


@dataclass(frozen=True)
class AttentionMaps:
    """The matrices of all attention blocks, in the order in which they compute."""

    layers: tuple[AttentionLayer, ...]
    chosen: str
    """The chosen node if it is one of them; else empty."""
    part: Part
    row: int
    """The example, in its part."""
    count: int
    """Examples in the part."""

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for layer in self.layers:
            for head, (weights, scores) in enumerate(zip(layer.weights, layer.scores, strict=True), start=1):
                for looking, (line, raw) in enumerate(zip(weights.tolist(), scores.tolist(), strict=True)):
                    rows.extend(
                        [layer.node, head, looking + 1, _word(layer, looking), at + 1, _seen(layer, at), score, weight]
                        for at, (score, weight) in enumerate(zip(raw, line, strict=True))
                    )
        columns = ["block", "head", "step", "token", "looks at step", "looks at token", "score", "weight"]
        return columns, rows


def _word(layer: AttentionLayer, step: int) -> str:
    return layer.words[step] if layer.words else ""


def _seen(layer: AttentionLayer, step: int) -> str:
    words = layer.words if layer.seen is None else layer.seen
    return words[step] if words else ""


class AttentionAnalysis(Analysis):
    """The attention matrices of all heads of all layers."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "attention"
    title: ClassVar[str] = "Attention"
    summary: ClassVar[str] = (
        "Where each head looks while the network reads one example: a row is a step that looks, a column a step that "
        "is looked at, and bright means much."
    )

    example: int = example_row()
    scores: bool = parameter(False, drawing=True, help="Show the scores that softmax turns into weights.")
    arcs: bool = parameter(False, drawing=True, help="Show the large one as arcs over the sentence.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not attention_nodes(report):
            return "No attention block on the canvas. Drag in a Multi-head attention."
        return ""

    def compute(self, question: Question) -> AttentionMaps:
        subject = question.loaded()
        nodes = attention_nodes(subject.report)
        part = subject.shown_part
        count = min(prepared.count(part) for prepared in subject.prepared.values())
        return AttentionMaps(
            layers=_layers(subject, nodes, question.example),
            chosen=question.node if question.node in nodes else "",
            part=part,
            row=subject.shown_row(question.example, count),
            count=count,
        )


def attention_nodes(report: Report) -> tuple[str, ...]:
    """The nodes that have attention matrices, in order."""
    return report.revealing("attention")


@torch.no_grad()
def _layers(subject: Subject, nodes: Sequence[str], example: int) -> tuple[AttentionLayer, ...]:
    network = subject.network
    sources = [source for node in nodes for source in subject.report.inputs[node]]
    feeds = subject.example(example)
    subject.calm()
    found: list[AttentionLayer] = []
    with forced(network):  # so that the tokens of the rows are those that were heard
        values = network.run(feeds, network.steps_to(sources))
        for step in network.steps:
            if step.node in nodes and isinstance(step.module, Transparent):
                inner = step.module.inside(*(values[slot] for slot in step.inputs))
                weights, scores = inner["attention"][0].numpy(), inner["scores"][0].numpy()
                words, seen = _words(subject, step.node, values)
                found.append(AttentionLayer(step.node, subject.title(step.node), weights, scores, words, seen))
    return tuple(found)


def _words(
    subject: Subject, node: str, values: Sequence[torch.Tensor]
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The tokens that look, and those that are looked at where these are others."""
    if node not in subject.report.revealing("two sequences"):
        return words_at(subject, node, values), None
    memory, looking = memory_and_looking(subject.report, node)
    return words_before(subject, looking, values), words_before(subject, memory, values)
