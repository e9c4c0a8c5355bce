"""Beam search as a tree: the beginnings that are followed side by side, and the sequence that is likeliest in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.heads import heads
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.training.beam_search import Beams, beam_search
from playground.training.free_running import Decoding, decodings, forced

SMALLEST = 1e-30
"""Probabilities below it have the logarithm of it."""


@dataclass(frozen=True)
class BeamTree:
    """The tree for one source, and what is said with and without beams."""

    beams: Beams
    words: tuple[str, ...]
    """The token of each branch."""
    text: str
    """The best sequence."""
    greedy: str
    """What always taking the likeliest token gives."""
    greedy_total: float
    """Its log-probability."""
    right: str
    """What should be said; empty where a person gave the source."""
    width: int
    part: Part
    row: int
    count: int

    @property
    def total(self) -> float:
        """The log-probability of the best sequence."""
        return self.beams.branches[self.beams.best[-1]].total

    def table(self) -> Table:
        best = set(self.beams.best)
        rows: list[list[Any]] = [
            [place, branch.parent, branch.step + 1, word, branch.share, branch.total, branch.kept, place in best]
            for place, (branch, word) in enumerate(zip(self.beams.branches, self.words, strict=True))
        ]
        return ["branch", "after", "step", "token", "log-probability", "sum", "followed", "best"], rows


class BeamSearchAnalysis(Analysis):
    """Beam search over what a decoder may say."""

    id: ClassVar[str] = "beam-search"
    title: ClassVar[str] = "Beam search"
    summary: ClassVar[str] = (
        "What a decoder may say, as a tree: several beginnings are followed at a time, and the sequence that is "
        "likeliest as a whole wins, not the one whose every word is."
    )
    formula: ClassVar[str] = r"\arg\max_y \frac{1}{|y|^\alpha} \sum_t \ln p(y_t \mid y_{<t}, x)"
    source: ClassVar[str] = "Sutskever, Vinyals and Le 2014; divided by the length: Wu et al. 2016"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})

    example: int = example_row()
    width: int = parameter(3, ge=1, le=8, help="Beginnings that are followed at a time; 1 takes the likeliest only.")
    shown: int = parameter(2, ge=0, le=5, label="Shown", help="Tokens that are shown after each beginning, at least.")
    penalty: float = parameter(
        0.0, ge=0.0, le=2.0, label="Length α",
        help="The log-probability of a sequence is divided by its length to this power; at 0 short ones are likelier.",
    )  # fmt: skip

    def why_not(self, report: Report, graph: Graph) -> str:
        if not decodings(report):
            return (
                "No sequence is said token by token here: that takes data with the port “given”, such as English to "
                "German, and a decoder."
            )
        return ""

    def compute(self, question: Question) -> BeamTree:
        subject = question.loaded()
        said = decodings(subject.report)
        decoding = next((one for one in said if question.node in (one.node, one.prediction[0])), said[0])
        head = next(head for head in heads(subject.report) if head.node == decoding.node)
        network = subject.network
        example = dict(subject.example(question.example))
        steps, slot = network.steps_to([decoding.prediction]), network.slots[decoding.prediction]
        subject.calm()

        def expect(told: torch.Tensor) -> torch.Tensor:
            count, done = told.shape
            given = decoding.begun(count)
            given[:, 1 : done + 1] = told
            feeds = {source: values.expand(count, *values.shape[1:]) for source, values in example.items()}
            with torch.no_grad():
                prediction = network.run({**feeds, decoding.given: given}, steps)[slot][:, done]
            shares = torch.from_numpy(head.probabilities(prediction.numpy()))
            return shares.double().clamp_min(SMALLEST).log()

        with forced(network):
            beams = beam_search(expect, decoding.end, decoding.steps, self.width, self.penalty, self.shown)
            greedy = beam_search(expect, decoding.end, decoding.steps, 1)
        count = subject.count(subject.shown_part)
        return BeamTree(
            beams, tuple(decoding.vocabulary[branch.token] for branch in beams.branches), decoding.text(beams.tokens),
            decoding.text(greedy.tokens), greedy.branches[greedy.best[-1]].total,
            "" if subject.given_feeds() else _right(decoding, example[decoding.target]), self.width, subject.shown_part,
            subject.shown_row(question.example, count), count,
        )  # fmt: skip


def _right(decoding: Decoding, target: torch.Tensor) -> str:
    return decoding.text([token for token in target[0].tolist() if token >= 0])
