"""Accuracy against sparsity: what is left of a network's answers when its smallest weights are taken away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.shared.heads import Head, chosen, heads
from playground.analysis.subject import Subject
from playground.blocks.loss import Loss
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.network.flat import Place
from playground.training.model import learning_factor
from playground.training.pruning import Kind, Prunable, Pruned, gone_share, prunable, prune

SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
KINDS: tuple[Kind, ...] = ("weights", "filters")
ACCURACY = "accuracy"


@dataclass(frozen=True)
class BlockSparsity:
    """What is left of one block at the chosen share."""

    title: str
    left: int
    """Weights that are not zero."""
    count: int


@dataclass(frozen=True)
class PruningCurves:
    """Two curves, which grow share by share, and what the chosen share leaves."""

    shares: NDArray[np.float64]
    """Ascending; the first is 0."""
    scores: Mapping[Kind, NDArray[np.float64]]
    """For each way to prune the accuracy or loss at every share; NaN where it is still to come, or cannot be had."""
    measure: str
    """“accuracy” or “loss”."""
    kind: Kind
    sparsity: float
    """The chosen share."""
    score: float
    """At the chosen share."""
    present: float
    """The share of weights that are zero now."""
    blocks: tuple[BlockSparsity, ...]
    part: Part
    count: int
    """Examples that were looked at."""
    pruned: Pruned
    """The weights at the chosen share, for a run to take."""
    cannot: str = ""
    """Why whole units cannot be pruned, in a sentence; empty where they can."""
    title: str = ""
    """Whose answers these are, where several on the canvas answer."""

    @property
    def whole(self) -> bool:
        """Whether nothing is still to come."""
        return all(not np.isnan(self.scores[kind]).any() for kind in self._kinds)

    @property
    def _kinds(self) -> tuple[Kind, ...]:
        return KINDS[:1] if self.cannot else KINDS

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return float(np.mean([np.isfinite(self.scores[kind]).mean() for kind in self._kinds]))

    @property
    def words(self) -> tuple[str, ...]:
        """What pruning does, in a few words."""
        left, count = (sum(getattr(block, name) for block in self.blocks) for name in ("left", "count"))
        found = [f"{self.part} {self.measure} {self._number(self.score)} at {self.sparsity:.0%}"]
        whole = self.scores["weights"][0]
        if np.isfinite(whole):
            found[0] = f"{self.part} {self.measure} {self._number(whole)} → {self._number(self.score)}"
        return (*found, f"{left:,} of {count:,} weights left", f"{self.count:,} examples")

    def _number(self, value: float) -> str:
        return f"{value:.1%}" if self.measure == ACCURACY else f"{value:.3g}"

    def table(self) -> Table:
        columns = zip(self.shares.tolist(), *(self.scores[kind].tolist() for kind in KINDS), strict=True)
        rows: list[list[Any]] = [list(row) for row in columns]
        return ["share", f"{self.measure}, single weights", f"{self.measure}, units and filters"], rows


class PruningAnalysis(Plotted):
    """Takes the smallest weights away and looks what the network still knows."""

    id: ClassVar[str] = "pruning"
    title: ClassVar[str] = "Pruning"
    summary: ClassVar[str] = (
        "Accuracy against sparsity: the smallest weights of the network, or whole units and filters, are taken away, "
        "and what is left answers. The slider chooses a share, and the network can be pruned to it."
    )
    source: ClassVar[str] = "Han, Pool, Tran & Dally 2015; Li et al. 2017"

    kind: Kind = parameter("weights", help="Single weights wherever they are smallest, or whole units and filters.")
    sparsity: float = parameter(0.5, ge=0.0, le=0.99, help="The share that is taken away.")
    part: Part = parameter("test", help="The examples that are answered.")
    count: int = parameter(512, ge=8, le=8_192, logarithmic=True, help="How many examples are answered.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not any(isinstance(head.judge, Loss) for head in heads(report)):
            return "Pruning is measured by a loss block with a prediction and a target."
        return "" if report.total_parameters else "No block on the canvas has weights."

    def compute(self, question: Question) -> PruningCurves:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[PruningCurves]:
        subject = question.loaded()
        if not subject.count(self.part):
            raise NothingToShow(f"The {self.part} part has no examples. Give it a share in the data block.")
        target = Sparse(subject, question.node, self.part, self.count)
        missing = target.what.why_not(self.kind)
        if missing:
            raise NothingToShow(missing)
        cannot = target.what.why_not("filters")
        shares = np.array(SHARES)
        scores = {kind: np.full(len(shares), np.nan) for kind in KINDS}
        score, blocks = target.look(self.kind, self.sparsity), target.blocks(self.kind, self.sparsity)
        present = gone_share(target.values, target.what, "weights")
        for place, share in enumerate(SHARES):
            question.check()
            target.subject = question.loaded()
            for kind in KINDS[:1] if cannot else KINDS:
                scores[kind][place] = target.look(kind, share)
            told = {kind: values.copy() for kind, values in scores.items()}
            yield PruningCurves(
                shares, told, target.measure, self.kind, self.sparsity, score, present, blocks, self.part, target.count,
                Pruned(target.what, self.kind, self.sparsity), cannot, target.title,
            )  # fmt: skip


class Sparse:
    """A network of which weights can be taken away for a look."""

    def __init__(self, subject: Subject, node: str | None, part: Part, count: int) -> None:
        self.subject = subject
        candidates = tuple(head for head in heads(subject.report) if isinstance(head.judge, Loss))
        self._head: Head = chosen(candidates, node)
        self.title = subject.title(self._head.node) if len(candidates) > 1 else ""
        self.measure = ACCURACY if ACCURACY in self._head.metrics.names else "loss"
        self._feeds = subject.feeds(part, count)
        self.count = len(next(iter(self._feeds.values())))
        parameters = dict(subject.network.named_parameters())
        places = [Place(name, 0, tuple(values.shape)) for name, values in parameters.items()]
        frozen = {one.id for one in subject.graph.nodes if learning_factor(one) == 0.0}
        self.what: Prunable = prunable(subject.report, places, frozen)
        names = {*self.what.weights, *self.what.filters.values()} - {""}
        self.values = {name: parameters[name].detach() for name in sorted(names)}

    @contextmanager
    def _without(self, kind: Kind, share: float) -> Iterator[None]:
        """The network with less, as long as it is looked at."""
        kept = {name: values.clone() for name, values in self.values.items()}
        try:
            prune(self.values, self.what, kind, share)
            yield
        finally:
            for name, values in self.values.items():
                values.copy_(kept[name])

    @torch.no_grad()
    def look(self, kind: Kind, share: float) -> float:
        """The accuracy, or the loss, without this share."""
        network, head = self.subject.network, self._head
        with self._without(kind, share):
            self.subject.calm()
            if self.measure != ACCURACY:
                loss = head.node, "loss"
                return float(network.run(self._feeds, network.steps_to([loss], self._feeds))[network.slots[loss]])
            wanted = [head.prediction, head.target]
            values = network.run(self._feeds, network.steps_to(wanted, self._feeds))
            prediction, target = (values[network.slots[output]] for output in wanted)
            flags = [name == ACCURACY for name in head.metrics.names]
            return float(head.metrics.tensors(prediction, target, flags)[0])

    def blocks(self, kind: Kind, share: float) -> tuple[BlockSparsity, ...]:
        """What is left of every block."""
        with self._without(kind, share):
            return tuple(
                BlockSparsity(
                    self.subject.title(name.split(".", 1)[0]), int(self.values[name].count_nonzero()),
                    self.values[name].numel(),
                )
                for name in self.what.weights
            )  # fmt: skip
