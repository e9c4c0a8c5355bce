"""Which part of the source a decoder looks at while it says each token: a row for each token said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.step_words import memory_and_looking, words_before
from playground.blocks.reveals import Transparent
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report
from playground.training.free_running import Decoding, decodings, forced, free_run


@dataclass(frozen=True)
class Alignment:
    """Weights of a block of attention between two sequences, for what the network says of one example."""

    node: str
    title: str
    heads: int
    head: int
    """Which head is shown, from 1; 0 for the mean of all."""
    weights: NDArray[np.float32]
    """(said, source), from 0 to 1."""
    source: tuple[str, ...]
    """The tokens of the source."""
    said: tuple[str, ...]
    """The tokens that were said, or that should be, one for each row."""
    right: tuple[str, ...]
    """What should be said; empty where a person gave the source."""
    forced: bool
    """Whether the network was told the right tokens."""
    part: Part
    row: int
    count: int

    @property
    def exact(self) -> bool:
        """Whether all is said as it should be."""
        return self.said[: len(self.right)] == self.right

    def table(self) -> Table:
        rows: list[list[Any]] = [
            [step + 1, said, place + 1, source, weight]
            for step, (said, line) in enumerate(zip(self.said, self.weights.tolist(), strict=True))
            for place, (source, weight) in enumerate(zip(self.source, line, strict=True))
        ]
        return ["step", "said", "place", "looks at", "weight"], rows


class AlignmentAnalysis(Analysis):
    """The alignment of what is said with the source."""

    id: ClassVar[str] = "alignment"
    title: ClassVar[str] = "Alignment"
    summary: ClassVar[str] = (
        "Which words of the source a decoder looks at while it says each word: a row for each word said, a column for "
        "each word read."
    )
    source: ClassVar[str] = "Bahdanau, Cho and Bengio 2015, Neural machine translation by jointly learning to align"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})

    example: int = example_row()
    says: Literal["itself", "the right tokens"] = parameter(
        "itself", label="It hears",
        help="What it has said before, as when it is used, or the tokens it should have said.",
    )  # fmt: skip
    head: int = parameter(0, ge=0, le=64, help="Which head is shown, from 1; 0 for the mean of all.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not looking(report):
            return "No block looks from one sequence at another. Drag in a Decoder or a Cross-attention."
        return ""

    def compute(self, question: Question) -> Alignment:
        subject = question.loaded()
        report, network = subject.report, subject.network
        candidates = looking(report)
        node = question.node if question.node in candidates else next(iter(candidates))
        decoding = candidates[node]
        feeds = dict(subject.example(question.example))
        subject.calm()
        told = self.says != "itself" and not subject.given_feeds()
        if decoding is not None and not told:
            _, tokens = free_run(network, feeds, decoding)
            feeds[decoding.given] = given_of(decoding, tokens)
        with torch.no_grad(), forced(network):
            values = network.run(feeds, network.steps_before(report.loss_nodes()))
            step = next(one for one in network.steps if one.node == node)
            assert isinstance(step.module, Transparent)
            weights = step.module.inside(*(values[slot] for slot in step.inputs))["attention"][0].numpy()
        head = min(self.head, len(weights))
        shown = weights.mean(axis=0) if head == 0 else weights[head - 1]
        memory, looker = memory_and_looking(report, node)
        source = words_before(subject, memory, values) or tuple(map(str, range(1, shown.shape[1] + 1)))
        right = _right(decoding, feeds) if decoding is not None else ()
        if decoding is None:
            said = words_before(subject, looker, values) or tuple(map(str, range(1, shown.shape[0] + 1)))
        else:
            said = right if told else _with_end(decoding, tokens[0].tolist())
        count = subject.count(subject.shown_part)
        return Alignment(
            node, subject.title(node), len(weights), head, np.ascontiguousarray(shown[: len(said)]), source, said,
            () if subject.given_feeds() else right, told, subject.shown_part,
            subject.shown_row(question.example, count), count,
        )  # fmt: skip


def looking(report: Report) -> dict[str, Decoding | None]:
    """The blocks that look from one sequence at another, each with how the network says the one that looks."""
    said = decodings(report)
    return dict.fromkeys(report.revealing("two sequences", "attention"), said[0] if said else None)


def given_of(decoding: Decoding, tokens: torch.Tensor) -> torch.Tensor:
    """What has been said before each step, (N, steps), where these tokens are said."""
    given = decoding.begun(len(tokens))
    given[:, 1:] = tokens[:, :-1]
    return given


def _with_end(decoding: Decoding, tokens: list[int]) -> tuple[str, ...]:
    """The tokens up to the end, which is among them."""
    stop = tokens.index(decoding.end) + 1 if decoding.end in tokens else len(tokens)
    return tuple(decoding.vocabulary[token] for token in tokens[:stop])


def _right(decoding: Decoding, feeds: dict[Output, torch.Tensor]) -> tuple[str, ...]:
    target = feeds.get(decoding.target)
    if target is None:
        return ()
    return tuple(decoding.vocabulary[token] for token in target[0].tolist() if token >= 0)
