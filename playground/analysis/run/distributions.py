"""How the numbers in a block are distributed, moment by moment: weights, biases, gradients or activations."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Question
from playground.analysis.shared.block_outputs import outputs_of
from playground.analysis.shared.moments import steady
from playground.analysis.shared.unit_health import activation_of, by_units, health, weight_gradients
from playground.analysis.subject import Subject
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.training.phases import active_phases
from playground.training.snapshot import Snapshot

What = Literal["weights", "biases", "gradients", "activations"]
WHATS: tuple[What, ...] = ("weights", "biases", "gradients", "activations")

OUTSIDE = 0.005
"""Share of all values beyond each end of the range: one spike does not flatten the rest."""
MOST_VALUES = 8_192
"""Of more values some are looked at, evenly spread, so that the moments of a long run have room."""
FEWEST_BINS = 12
EXAMPLES = 256
PATIENCE = 0.04
"""Seconds of work between two stages."""
Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Sample:
    """What is kept of one moment."""

    values: NDArray[np.float32]
    """Sorted, without what is not finite."""
    zero: float
    dead: float
    saturated: float


@dataclass(frozen=True)
class Offered:
    """A block with what can be shown of it."""

    node: str
    title: str
    whats: tuple[What, ...]
    path: str = ""
    """Where it lies among groups and their copies, for the list to choose from; empty where that is its title."""


@dataclass(frozen=True, eq=False)
class Distributions:
    """Histograms of one block over time, oldest first."""

    node: str
    title: str
    what: What
    steps: NDArray[np.int64]
    """(moments,)."""
    edges: Numbers
    """(bins + 1,), the same for all moments."""
    counts: Counts
    """(moments, bins). What lies outside the range is counted in the first and the last bin."""
    outside: Counts
    """(moments, 2): how many of these lie below and above."""
    zero: Numbers
    """(moments,): share of values that are exactly 0."""
    dead: Numbers
    """(moments,): share of units that give 0 for all examples; NaN where a unit cannot die."""
    saturated: Numbers
    """(moments,): share of values where the activation is flat; NaN where it is flat nowhere."""
    step: int
    """The moment looked at."""
    offered: tuple[Offered, ...]
    activation: str = ""
    units: int = 0
    pointed: str = ""
    """The block chosen on the canvas."""
    asked: What = "weights"
    """What was asked for; where the block has none of it, `what` is something else."""

    @property
    def now(self) -> int:
        """The row of the moment looked at."""
        return max(0, int(np.searchsorted(self.steps, self.step, side="right")) - 1)

    def table(self) -> Table:
        rows: list[list[Any]] = []
        shares = np.stack([self.zero, self.dead, self.saturated], axis=1).tolist()
        for step, counts, share in zip(self.steps.tolist(), self.counts.tolist(), shares, strict=True):
            ends = zip(self.edges[:-1].tolist(), self.edges[1:].tolist(), counts, strict=True)
            rows += [[step, low, high, count, *share] for low, high, count in ends]
        return ["step", "from", "to", "count", "zero share", "dead share", "saturated share"], rows


class DistributionsAnalysis(Analysis):
    """Histograms over the moments of the run."""

    id: ClassVar[str] = "distributions"
    title: ClassVar[str] = "Distributions"
    summary: ClassVar[str] = (
        "How weights, gradients or activations of a block are spread, moment by moment, and how many are zero, dead or "
        "saturated."
    )
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "trail", "project"})

    node: str = parameter("", help="The block; empty for the one chosen on the canvas, or the first with weights.")
    what: What = parameter("weights", help="Which numbers of the block.")
    moments: int = parameter(40, ge=2, le=400, help="Most moments of the run, the one looked at apart.")
    bins: int = parameter(60, ge=2, le=1_000, help="Most columns of each histogram; fewer where there are few values.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.total_parameters and not outputs_of(report):
            return "No block on the canvas has weights or computes anything."
        return ""

    def compute(self, question: Question) -> Distributions:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[Distributions]:
        subject, now = question.loaded(), question.snapshot
        assert now is not None
        offered = offers(subject)
        if not offered:
            raise NothingToShow("No block on the canvas has weights or computes anything.")
        shown = self._block(offered, question.node)
        what = self.what if self.what in shown.whats else shown.whats[-1]
        kept = steady(question.trail, self.moments)
        moments = sorted({one.step: one for one in (*kept, now)}.values(), key=lambda one: one.step)
        samples: list[_Sample] = []
        began = time.perf_counter()
        for number, moment in enumerate(moments):
            question.check()
            samples.append(_sample(subject, moment, shown.node, what, question.project, keep=moment in kept))
            if time.perf_counter() - began > PATIENCE and number + 1 < len(moments):
                yield self._result(subject, shown, what, moments[: number + 1], samples, question)
                began = time.perf_counter()
        yield self._result(subject, shown, what, moments, samples, question)

    def _block(self, offered: Sequence[Offered], pointed: str | None) -> Offered:
        known = {one.node: one for one in offered}
        first = next((one for one in offered if self.what in one.whats), offered[0])
        return known.get(self.node) or known.get(pointed or "") or first

    def _result(
        self,
        subject: Subject,
        shown: Offered,
        what: What,
        moments: Sequence[Snapshot],
        samples: Sequence[_Sample],
        question: Question,
    ) -> Distributions:
        assert question.snapshot is not None
        low, high = value_range([sample.values for sample in samples])
        fewest = min(len(sample.values) for sample in samples)
        columns = min(self.bins, max(FEWEST_BINS, round(2 * math.sqrt(fewest))))
        edges = np.linspace(low, high, columns + 1)
        signal = subject.report.signals.get(outputs_of(subject.report).get(shown.node, ("", "")))
        axis = 0 if signal is None or not signal.shape else signal.of_kind.unit_axis
        return Distributions(
            node=shown.node,
            title=shown.title,
            what=what,
            steps=np.array([one.step for one in moments], dtype=np.int64),
            edges=edges,
            counts=np.stack([histogram(sample.values, edges) for sample in samples]),
            outside=np.array([_outside(sample.values, low, high) for sample in samples], dtype=np.int64),
            zero=np.array([sample.zero for sample in samples]),
            dead=np.array([sample.dead for sample in samples]),
            saturated=np.array([sample.saturated for sample in samples]),
            step=question.snapshot.step,
            offered=offers(subject),
            activation=activation_of(subject.report.blocks[shown.node]),
            units=signal.shape[axis] if signal is not None and signal.shape else 0,
            pointed=question.node or "",
            asked=self.what,
        )


def offers(subject: Subject) -> tuple[Offered, ...]:
    """The blocks with numbers to look at, in order, and which."""
    report, found = subject.report, []
    learning = {node.id for node in subject.graph.nodes if node.training.trainable} if report.loss_nodes() else set()
    names: dict[str, list[str]] = {}
    for name, _ in subject.network.named_parameters():
        names.setdefault(name.split(".", 1)[0], []).append(name)
    outputs = outputs_of(report)
    for node in report.order:
        own = names.get(node, [])
        weights, biases = [n for n in own if not _is_bias(n)], [n for n in own if _is_bias(n)]
        there: list[What] = ["weights"] if weights else []
        there += ["biases"] if biases else []
        there += ["gradients"] if weights and node in learning else []
        there += ["activations"] if node in outputs else []
        if there:
            found.append(Offered(node, subject.title(node), tuple(there), subject.path(node)))
    return tuple(found)


def _is_bias(name: str) -> bool:
    return "bias" in name.split(".", 1)[1]


def _sample(
    subject: Subject, moment: Snapshot, node: str, what: What, project: Project | None, *, keep: bool
) -> _Sample:
    """The numbers of one moment; computed once for what is looked at again."""

    def make() -> _Sample:
        return sample_of(subject, moment, node, what, project)

    phases = active_phases(project, subject.report) if what == "gradients" and project is not None else ()
    turns = tuple((phase.losses, phase.trains) for phase in phases)
    return subject.remembered(moment, ("distributions", node, what, turns), make) if keep else make()


def sample_of(subject: Subject, moment: Snapshot, node: str, what: What, project: Project | None) -> _Sample:
    if what == "activations":
        subject.load(moment)
        output = outputs_of(subject.report)[node]
        values = subject.values(subject.feeds("train", EXAMPLES), [output])[output].astype(np.float32)
        found = health(by_units(values, subject.report.signals[output]), activation_of(subject.report.blocks[node]))
        return _Sample(_sorted(values), found.zero, found.dead, found.saturated)
    if what == "gradients":
        subject.load(moment)
        arrays = weight_gradients(subject, project, EXAMPLES)
    else:
        arrays = {place.name: moment.array(place.name) for place in moment.layout.of_node(node)}
    parts = [
        array.ravel() for name, array in arrays.items()
        if name.split(".", 1)[0] == node and _is_bias(name) == (what == "biases")
    ]  # fmt: skip
    values = np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
    zero = float((values == 0.0).mean()) if values.size else math.nan
    return _Sample(_sorted(values), zero, math.nan, math.nan)


def _sorted(values: NDArray[np.float32]) -> NDArray[np.float32]:
    flat = values.ravel()
    if flat.size > MOST_VALUES:
        flat = flat[np.linspace(0, flat.size - 1, MOST_VALUES).round().astype(np.intp)]
    return np.sort(flat[np.isfinite(flat)])


def value_range(samples: Sequence[NDArray[np.float32]]) -> tuple[float, float]:
    """The range of most values of all moments together; never empty."""
    together = np.concatenate(samples).astype(np.float64)
    if not together.size:
        return -1.0, 1.0
    low, high = (float(value) for value in np.quantile(together, [OUTSIDE, 1.0 - OUTSIDE]))
    least = max(1e-12, 1e-6 * max(abs(low), abs(high)))
    if high - low < least:
        around = max(abs(low) * 0.1, 1e-6)
        return low - around, high + around
    return low, high


def histogram(values: NDArray[np.float32], edges: Numbers) -> Counts:
    """How many sorted values lie in each bin; what lies outside counts in the bin at that edge."""
    places = np.searchsorted(values, edges[1:-1], side="left")
    return np.diff(places, prepend=0, append=len(values)).astype(np.int64)


def _outside(values: NDArray[np.float32], low: float, high: float) -> tuple[int, int]:
    below = int(np.searchsorted(values, low, side="left"))
    return below, len(values) - int(np.searchsorted(values, high, side="right"))
