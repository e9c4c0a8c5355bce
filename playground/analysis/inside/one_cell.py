"""The arithmetic of one cell of an attention matrix: query times key, softmax over the row, and the mixed values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.inside.attention import attention_nodes
from playground.analysis.question import Question
from playground.analysis.shared.step_words import words_at
from playground.analysis.subject import Subject
from playground.blocks.reveals import Transparent
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

PARTS = ("queries", "keys", "values", "scores", "attention")
Scaling = Literal["none", "root", "logarithm"]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OneCell:
    """One head, seen from one step: what it asks, what all steps offer, and what it takes from them."""

    title: str
    head: int
    heads: int
    looking: int
    """The step that looks, from 0."""
    seen: int
    """The step that is looked at, from 0."""
    words: tuple[str, ...]
    """The token of each step; empty where the sequence was not made of tokens."""
    query: Numbers
    """(d_k,)"""
    keys: Numbers
    """(time, d_k)"""
    values: Numbers
    """(time, d_k)"""
    scores: Numbers
    """(time,); −∞ where it must not look."""
    weights: Numbers
    """(time,), softmax of the scores."""
    scaling: Scaling
    """How a product becomes a score: as it is, divided by √d_k, or by its logarithm."""

    @property
    def products(self) -> Numbers:
        """Number times number of the query and the chosen key, (d_k,)."""
        numbers: Numbers = self.query * self.keys[self.seen]
        return numbers

    @property
    def mixed(self) -> Numbers:
        """The sum of all values, each as much as its weight says, (d_k,)."""
        return self.weights @ self.values

    def label(self, step: int) -> str:
        """A step by its token, else by its number."""
        return f"“{self.words[step]}”" if self.words else f"step {step + 1}"

    def table(self) -> Table:
        numbered = [f"{part} {place + 1}" for part in ("key", "value") for place in range(len(self.query))]
        rows: list[list[Any]] = []
        for step, (score, weight) in enumerate(zip(self.scores.tolist(), self.weights.tolist(), strict=True)):
            word = self.words[step] if self.words else ""
            rows.append([step + 1, word, score, weight, *self.keys[step].tolist(), *self.values[step].tolist()])
        return ["step", "token", "score", "weight", *numbered], rows


class OneCellAnalysis(Analysis):
    """Query, key, score, softmax and value of one cell."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "one-cell"
    title: ClassVar[str] = "One cell of attention"
    summary: ClassVar[str] = (
        "How one step looks at another, number by number: query times key, the score, softmax over the row, and the "
        "values that are taken."
    )
    formula: ClassVar[str] = (
        r"\alpha_{ij} = \frac{e^{q_i \cdot k_j / \sqrt{d_k}}}{\sum_l e^{q_i \cdot k_l / \sqrt{d_k}}}"
    )

    example: int = example_row()
    layer: int = parameter(1, ge=1, le=10_000, help="Which attention block, in order; a chosen one comes first.")
    head: int = parameter(1, ge=1, le=64, help="Which head.")
    looking: int = parameter(3, ge=1, le=100_000, label="looks from", help="The step that looks, from 1.")
    seen: int = parameter(2, ge=1, le=100_000, label="looks at", help="The step that is looked at, from 1.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not attention_nodes(report):
            return "No attention block on the canvas. Drag in a Multi-head attention."
        return ""

    def compute(self, question: Question) -> OneCell:
        subject = question.loaded()
        nodes = attention_nodes(subject.report)
        node = question.node if question.node in nodes else nodes[min(self.layer, len(nodes)) - 1]
        assert node is not None
        found, words = inner_values(subject, node, question.example)
        if not all(name in found for name in PARTS):
            raise NothingToShow(f"{subject.title(node)} does not show its queries, keys and values.")
        heads, looking_steps = found["scores"].shape[1:3]
        steps = found["keys"].shape[2]
        head = min(self.head, heads) - 1
        looking, seen = min(self.looking, looking_steps) - 1, min(self.seen, steps) - 1
        query, keys, values, scores, weights = (found[name][0, head].double().numpy() for name in PARTS)
        return OneCell(
            subject.title(node), head, heads, looking, seen, words if len(words) == steps else (), query[looking], keys,
            values, scores[looking], weights[looking], scaling_of(query[looking], keys, scores[looking]),
        )  # fmt: skip


@torch.no_grad()
def inner_values(subject: Subject, node: str, example: int) -> tuple[dict[str, torch.Tensor], tuple[str, ...]]:
    """What a transparent block computes on the way for one example, and the tokens of its steps."""
    network = subject.network
    feeds = subject.example(example)
    subject.calm()
    values = network.run(feeds, network.steps_to(subject.report.inputs[node]))
    step = next(step for step in network.steps if step.node == node)
    assert isinstance(step.module, Transparent)
    return dict(step.module.inside(*(values[slot] for slot in step.inputs))), words_at(subject, node, values)


def scaling_of(query: Numbers, keys: Numbers, scores: Numbers) -> Scaling:
    """How the products of a query (d_k,) with keys (time, d_k) become scores (time,), found by comparing."""
    finite = np.isfinite(scores)
    products = (keys @ query)[finite]
    least = 1e-4 * max(1.0, float(np.abs(products).max(initial=0.0)))
    for scaling, scored in (("none", products), ("root", products / math.sqrt(len(query)))):
        if np.abs(scored - scores[finite]).max(initial=0.0) <= least:
            return cast(Scaling, scaling)
    return "logarithm"
