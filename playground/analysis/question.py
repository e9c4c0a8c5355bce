"""What an analysis is asked: everything that it may look at, and which of it makes two questions differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from playground.analysis.progress import Tell, nobody
from playground.analysis.shared.given import Given
from playground.analysis.subject import Subject
from playground.blocks.interruption import never
from playground.document.graph import Graph
from playground.document.project import Project
from playground.training.history import CurveData, Mark, Moment
from playground.training.snapshot import Snapshot

Weight = tuple[str, tuple[int, ...]]
"""One number among the parameters: `dense-1.weight` and its index in that array."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "snapshot": ("snapshot",),
    "history": ("history", "marks"),
    "trail": ("trail",),
    "weights": ("weights",),
    "others": ("others",),
    "runs": ("runs", "gone"),
    "moment": ("moment",),
    "project": ("project",),
    "given": ("given",),
}
"""What an analysis may need, and the fields of the question that hold it. Node and example are always given."""
OF_A_RUN = frozenset({"snapshot", "history", "trail", "runs"})
"""What is not there before a run is."""
GROWING = frozenset({"history", "trail", "runs"})
"""What grows while the network learns, also while one looks back: too long to be compared, so `grown` stands for it."""


@dataclass(frozen=True, eq=False)
class OtherRun:
    """A run of the session: one that is compared with that on screen, or a row of the table of runs."""

    title: str
    trail: tuple[Snapshot, ...]
    """The way it has come, oldest first; its last snapshot is where it stands. It may be of another network."""
    history: Mapping[str, CurveData] = field(default_factory=dict)
    number: int = 0
    project: Project | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Losses and metrics measured last."""
    seconds: float = 0.0
    """Time spent learning."""
    origin: tuple[int, int] | None = None
    """The number of the run it branched off from, and the step."""
    pinned: bool = False
    shown: bool = False
    """Whether a person wants it drawn beside the run on screen."""
    current: bool = False
    """Whether it is the run on screen."""


class Cancelled(Exception):
    """A newer request made this computation needless."""


@dataclass(frozen=True)
class Question:
    """Everything an analysis may look at. What it does not need may be missing.

    The one who asks says what is looked at: `graph` is that on the canvas; `node` the node chosen in the window, if
    any; `example` the row of the part under examination, that views which look at a single example show, and `given`
    one that a person has given by hand, which stands before it; `trail` are the snapshots kept of the way that the run
    has come, oldest first, also of what came after `snapshot` when a person looks back. `weights` are the weights a
    person has pointed at, newest last; `others` are other runs to compare with, `runs` all of the session, of which the
    oldest `gone` are no longer kept; `moment` is when the snapshot was, if a person looks back; `project` has the
    settings, for what trains networks of its own; `grown` is a number that grows with the run.

    The one who answers adds the network: `subject` is that of the graph; `cancelled` is asked between the parts of a
    long computation, and `tell` hears how far it is.
    """

    subject: Subject | None = None
    snapshot: Snapshot | None = None
    history: dict[str, CurveData] | None = None
    marks: tuple[Mark, ...] = field(default=())
    node: str | None = None
    trail: tuple[Snapshot, ...] = ()
    example: int = 0
    weights: tuple[Weight, ...] = ()
    others: tuple[OtherRun, ...] = ()
    runs: tuple[OtherRun, ...] = ()
    gone: int = 0
    moment: Moment | None = None
    project: Project | None = None
    graph: Graph | None = None
    given: Given | None = None
    grown: int = 0
    cancelled: Callable[[], bool] = never
    tell: Tell = nobody

    def limited_to(self, needs: frozenset[str]) -> Question:
        """The same question without what an analysis with these needs does not read. Raises KeyError for others."""
        known = {name for need in NEEDS for name in NEEDS[need]}
        kept = {name for need in needs for name in NEEDS[need]}
        nothing: dict[str, Any] = {one.name: one.default for one in fields(self) if one.name in known - kept}
        return replace(self, **nothing)

    def compared(self, needs: frozenset[str]) -> tuple[Any, ...]:
        """What must be equal in two questions for an analysis with these needs to answer both alike."""
        settled = (name for need in sorted(needs - GROWING) for name in NEEDS[need])
        return (
            self.graph, self.node, self.example, self.grown if needs & GROWING else 0,
            *(getattr(self, name) for name in settled),
        )  # fmt: skip

    def loaded(self) -> Subject:
        """The subject with the weights of the snapshot. Raises ValueError when either is missing."""
        if self.subject is None or self.snapshot is None:
            raise ValueError("this analysis needs a network and a snapshot of its weights")
        self.subject.load(self.snapshot)
        return self.subject.using(self.given)

    def check(self) -> None:
        """Raises Cancelled when the result is no longer wanted."""
        if self.cancelled():
            raise Cancelled
