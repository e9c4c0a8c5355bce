"""The declaration of an analysis: what it needs, what it applies to, and how it computes arrays worth looking at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from pydantic import model_validator

from playground.analysis.progress import Tell, nobody
from playground.analysis.subject import Subject
from playground.document.declaration import Declaration, parameter
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.training.history import CurveData, Mark, Moment
from playground.training.snapshot import Snapshot

Table = tuple[list[str], list[list[Any]]]
"""Column names and rows: what a CSV file holds."""


Weight = tuple[str, tuple[int, ...]]
"""One number among the parameters: `dense-1.weight` and its index in that array."""


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


class NothingToShow(Exception):
    """The analysis applies, but this data gives it nothing; the message is one sentence for people."""


class Result(Protocol):
    """What an analysis returns: a frozen dataclass of numpy arrays."""

    def table(self) -> Table:
        """The numbers as columns and rows."""
        ...


def never() -> bool:
    """The `cancelled` of a computation that nobody cancels."""
    return False


@dataclass(frozen=True)
class Context:
    """Everything an analysis may look at. What it does not need may be missing.

    `node` is the node chosen in the window, if any; `example` the row of the part under examination, that views which
    look at a single example show; `trail` are the snapshots kept of the way that the run has come, oldest first, also
    of what came after `snapshot` when a person looks back. `weights` are the weights a person has pointed at, newest
    last; `others` are other runs to compare with, `runs` all of the session; `moment` is when
    the snapshot was, if a person looks back; `project` has the settings, for what trains networks of its own.
    `cancelled` is asked between the parts of a long computation, and `tell` hears how far it is.
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
    moment: Moment | None = None
    project: Project | None = None
    cancelled: Callable[[], bool] = never
    tell: Tell = nobody

    def loaded(self) -> Subject:
        """The subject with the weights of the snapshot. Raises ValueError when either is missing."""
        if self.subject is None or self.snapshot is None:
            raise ValueError("this analysis needs a network and a snapshot of its weights")
        self.subject.load(self.snapshot)
        return self.subject

    def check(self) -> None:
        """Raises Cancelled when the result is no longer wanted."""
        if self.cancelled():
            raise Cancelled


def example_row() -> int:
    """The declared parameter of an analysis that looks at one example; the window has one example for all."""
    return parameter(
        0, ge=0, le=2**31 - 1, help="Row of the example that is looked at, from 0; all views and the canvas share it."
    )


class Analysis(Declaration):
    """Something to look at. An instance is an analysis with its parameters set; `compute` is pure.

    To add one, subclass this in a file of its own, name it in `registry.py`, and give it a widget in `ui/views`.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot"})
    """What `compute` reads: "snapshot", "history", "trail", "weights", "others", "runs", "moment", "project", or
    nothing but the data.

    The window computes anew when something that is needed has changed. What is not named here is not passed.
    """

    @model_validator(mode="before")
    @classmethod
    def _read_lists(cls, arrived: Any) -> Any:
        """A list may come as text, as the options of a saved view hold no lists: `[[0, 1.5]]`."""
        if not isinstance(arrived, dict):
            return arrived
        lists = {info.name for info in cls.parameter_infos() if info.kind == "list"}
        return {name: _list_of(value) if name in lists else value for name, value in arrived.items()}

    def why_not(self, report: Report, graph: Graph) -> str:
        """One line that says why this cannot be shown for the graph; empty when it can."""
        raise NotImplementedError

    def compute(self, context: Context) -> Result:
        """The result. Raises Cancelled, or NothingToShow with a sentence."""
        raise NotImplementedError

    def stages(self, context: Context) -> Iterator[Result]:
        """The result as it grows: one after each part of a long computation, of at most about 50 ms; the last is whole.

        Other views get their turn between the parts, and a newer request ends it. They may load other weights into the
        subject, so call `context.loaded()` again or use copies. Most results have one stage.
        """
        yield self.compute(context)


class Plotted(Analysis):
    """Something whose picture is a plot with a legend inside."""

    legend: bool = parameter(True, drawing=True, label="Legend", help="Show the legend in the plot (K).")
    legend_place: tuple[float, ...] = parameter(
        (), drawing=True, max_length=16,
        help="Where a person has put the legend: shares of the free width and height, two for each legend.",
    )  # fmt: skip


def _list_of(value: Any) -> Any:
    """What a text says of a list; other texts as they are, so that the declaration says what is wrong."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
