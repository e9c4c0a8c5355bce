"""The loss over a plane through the space of weights, with the path that training has taken and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.loss.loss_gradient import LossGradient
from playground.analysis.loss.path_losses import PathLosses
from playground.analysis.loss.surface_planes import AROUND, Directions, Kind, PlaneSources, Projection
from playground.analysis.progress import Pace, Progress, TooLong, duration
from playground.analysis.question import Question
from playground.analysis.shared import chosen_weights
from playground.analysis.shared.many_losses import ManyLosses, clock
from playground.analysis.shared.penalty import Penalty, left_out
from playground.analysis.shared.surface_directions import Plane, alike, later_points, path_points
from playground.analysis.shared.weight_points import WeightPoints
from playground.analysis.subject import Subject
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.training.snapshot import Snapshot

MARGIN = 0.25
"""Room around the path, as a share of its width."""
LONGEST = 60.0
"""Seconds that a grid which nobody has named may take."""
FEWEST = 5
SLIMMEST = 0.4
"""Least width of the shorter side of a plane around a path, as a share of the longer one."""


@dataclass(frozen=True)
class Track:
    """A path seen from the plane."""

    title: str
    places: NDArray[np.float64]
    """The points of the plane that are nearest to those of the path, (m, 2), oldest first."""
    losses: NDArray[np.float64]
    """The true loss at each point, (m,), wherever the plane lies."""
    steps: NDArray[np.int64]
    distances: NDArray[np.float64]
    """How far each point is from the plane, (m,), in the Euclidean distance of all parameters."""

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True)
class LossSurface:
    """Losses on a grid, and the paths projected onto its plane.

    `values[row, column]` is the loss at the place (alphas[column], betas[row]), whose weights `plane.at` gives.
    """

    kind: Kind
    """What spans the plane; where there is no path yet or only two parameters, another kind than was asked for."""
    plane: Plane
    axes: tuple[str, str]
    """What the two directions are, in words."""
    alphas: NDArray[np.float64]
    betas: NDArray[np.float64]
    """Places along the first and the second direction, (n,), ascending."""
    values: NDArray[np.float64]
    """Losses, (n, n)."""
    path: Track
    """The run up to the present, whose point is the last."""
    later: Track
    """When a person looks back: what came after, beginning at the present. Else the present alone."""
    others: tuple[Track, ...]
    """Other runs of the same network."""
    explained: tuple[float, float] | None
    """Shares of the variance of the paths along the two directions, where they are its components."""
    part: Part
    examples: int
    """How many examples of the part the loss is of."""
    penalty: float | None
    """What the penalty of L1 and L2 adds at the present point; None where the surface is without it."""
    step: int
    epoch: float
    seconds: float
    """Time of the processor that the computation took."""
    way: str
    """How it was computed: "stack" for many networks at once, or "loop"."""
    weights: tuple[str, str] = ("", "")
    """The two single weights that span the plane, if they do, as words such as `dense-1.weight[0, 1]`."""
    without: tuple[str, ...] = ()
    """Titles of the objectives that training minimizes, too, and that are not in it."""
    choices: tuple[tuple[str, str], ...] = ()
    """The single weights to choose from, each as such a word and in words for people."""

    @property
    def present(self) -> tuple[float, float]:
        """Where the network stands now."""
        return float(self.path.places[-1, 0]), float(self.path.places[-1, 1])

    @property
    def loss(self) -> float:
        """The loss of the network as it is now."""
        return float(self.path.losses[-1])

    @property
    def minimum(self) -> tuple[float, float, float]:
        """The lowest point of the grid, and its loss."""
        safe = np.where(np.isfinite(self.values), self.values, np.inf)
        row, column = np.unravel_index(int(safe.argmin()), safe.shape)
        return float(self.alphas[column]), float(self.betas[row]), float(self.values[row, column])

    def table(self) -> Table:
        columns = ["what", "step", *self.axes, "loss", "distance from the plane"]
        a, b = np.meshgrid(self.alphas, self.betas)
        grid = zip(a.ravel().tolist(), b.ravel().tolist(), self.values.ravel().tolist(), strict=True)
        rows: list[list[Any]] = [["surface", self.step, *numbers, 0.0] for numbers in grid]
        for track, first in ((self.path, 0), (self.later, 1), *((other, 0) for other in self.others)):
            for number in range(first, len(track)):
                losses, distances = float(track.losses[number]), float(track.distances[number])
                rows.append([track.title, int(track.steps[number]), *track.places[number].tolist(), losses, distances])
        return columns, rows


class LossSurfaceAnalysis(Plotted):
    """The loss around the present weights, in two directions of all that there are."""

    id: ClassVar[str] = "loss-surface"
    title: ClassVar[str] = "Loss surface"
    summary: ClassVar[str] = (
        "The loss of the network at other weights, on a plane through the space of all weights: along the path of the "
        "run, along the gradient, over two single weights, between two runs or in random directions."
    )
    formula: ClassVar[str] = r"f(a, b) = L(\theta + a\,\delta + b\,\eta)"
    source: ClassVar[str] = "Li et al. 2018, Visualizing the Loss Landscape of Neural Nets"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "trail", "weights", "others", "project"})

    directions: Directions = parameter(
        "path",
        help="The principal components of the path, or of the paths of all runs; random directions scaled like the "
        "weights; the gradient and where it turns; two single weights; the line from start to end, or to another run.",
    )
    resolution: int = parameter(51, ge=3, le=201, help="Grid points along each side.")
    span: float = parameter(
        1.0, gt=0.0, le=100.0, logarithmic=True,
        help="How far to look: 1 is the whole path, or in random directions as far as the weights are long.",
    )  # fmt: skip
    part: Part = parameter("train", help="Examples that the loss is of.")
    examples: int = parameter(256, ge=1, le=65_536, logarithmic=True, help="Most examples that the loss is of.")
    penalty: bool = parameter(False, help="Whether L1 and L2 count too: what training really goes down.")
    seed: int = parameter(0, ge=0, le=999_999, help="Another number gives other random directions.")
    first: str = parameter("", help="The weight along the first side, as dense-1.weight[0, 1]; empty: pointed at.")
    second: str = parameter("", help="The weight along the second side; empty: pointed at.")
    three_dimensional: bool = parameter(
        False, drawing=True, label="3-D", help="Show the surface as a landscape; drag it to turn it."
    )
    logarithmic: bool = parameter(
        True, drawing=True, label="Logarithmic loss", help="Colours and heights by the logarithm of the loss."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "There is no surface without a loss. Wire a loss block to the network."
        if report.total_parameters == 0:
            return "No block on the canvas has weights, so the loss is the same everywhere. Drag in a Dense block."
        return ""

    def compute(self, question: Question) -> LossSurface:
        began = clock()
        subject = question.loaded()
        snapshot = question.snapshot
        assert snapshot is not None
        feeds = subject.feeds(self.part, self.examples)
        count = min(self.examples, subject.count(self.part))
        if not count:
            raise NothingToShow(f"The {self.part} part has no examples. Choose another part.")
        ways = _ways(question, snapshot)
        added = self._penalty(question, subject, snapshot)
        gradient = LossGradient(subject, feeds, snapshot.layout, added)
        projection = self._plane_sources(question, subject, ways, gradient).projection(self.directions)
        seen = [projection.plane.project(way.points) for way in ways]
        losses = ManyLosses(subject, feeds, snapshot.layout)
        alphas, betas, values, pace = self._grid(question, losses, projection, seen)
        if added:
            values += added.at(_grid_points(projection, alphas, betas))

        def check() -> None:
            question.check()
            pace.count(pace.done + 1)

        known = PathLosses(subject, losses, feeds, (self.part, self.examples), added)
        path, later, *others = [
            _track(way, *on_plane, known.of(way.snapshots, way.points, check))
            for way, on_plane in zip(ways, seen, strict=True)
        ]
        question.loaded()
        return LossSurface(
            kind=projection.kind,
            plane=projection.plane,
            axes=projection.axes,
            alphas=alphas,
            betas=betas,
            values=values.reshape(len(betas), len(alphas)),
            path=path,
            later=later,
            others=tuple(others),
            explained=projection.shares,
            part=self.part,
            examples=count,
            penalty=None if added is None else added.of_one(snapshot.parameters),
            step=snapshot.step,
            epoch=snapshot.epoch,
            seconds=clock() - began,
            way=losses.way,
            weights=projection.weights,
            without=left_out(question.project),
            choices=projection.choices,
        )

    def _grid(
        self, question: Question, losses: ManyLosses, projection: Projection, seen: Sequence[Seen]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], Pace]:
        """Places along both directions and the losses there, on a smaller grid where nobody has named one and all its
        points would take too long."""
        places, resolution = np.concatenate([places for places, _ in seen]), self.resolution
        longest = np.inf if "resolution" in self.model_fields_set else LONGEST
        while True:
            alphas, betas = self._sides(projection, places, resolution)
            pace = Pace(resolution**2 + len(places), question.tell, longest)
            try:
                values = losses.compute(_grid_points(projection, alphas, betas), question.check, pace.count)
                return alphas, betas, values, pace
            except TooLong as slow:
                resolution, longest = _within(LONGEST / slow.each - len(places)), np.inf
                question.tell(_fewer(self.resolution, resolution, slow.each, len(places)))

    def _penalty(self, question: Question, subject: Subject, snapshot: Snapshot) -> Penalty | None:
        if not self.penalty or question.project is None:
            return None
        return Penalty.of(question.project, subject.report, snapshot.layout)

    def _plane_sources(
        self, question: Question, subject: Subject, ways: Sequence[RunPath], gradient: LossGradient
    ) -> PlaneSources:
        path, later, *others = ways
        frozen = frozenset(node.id for node in subject.graph.nodes if not node.training.trainable)
        return PlaneSources(
            subject=subject,
            layout=path.snapshots[-1].layout,
            present=path.points[-1],
            points=np.concatenate([path.points, later.points[1:]]),
            others=tuple((way.title, way.points) for way in others),
            frozen=frozen,
            seed=self.seed,
            pointed=question.weights,
            chosen=(chosen_weights.read(self.first), chosen_weights.read(self.second)),
            gradient=gradient,
        )

    def _sides(
        self, projection: Projection, places: NDArray[np.float64], resolution: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places along both directions, (n,)."""
        if projection.kind in AROUND:
            side = np.linspace(-self.span * projection.unit, self.span * projection.unit, resolution)
            return side, side
        low, high = places.min(axis=0), places.max(axis=0)
        half = (high - low) * (0.5 + MARGIN)
        if projection.kind in ("parameters", "weights"):
            half = np.maximum(half, 1.0)
        half = np.maximum(half, half.max() * SLIMMEST) * self.span
        first, second = (
            np.linspace(middle - width, middle + width, resolution)
            for middle, width in zip((low + high) / 2, half, strict=True)
        )
        return first, second


Seen = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The places of a path on the plane (m, 2), and how far its points are from it (m,)."""


def _grid_points(projection: Projection, alphas: NDArray[np.float64], betas: NDArray[np.float64]) -> WeightPoints:
    return projection.plane.points(np.stack(np.meshgrid(alphas, betas), axis=-1).reshape(-1, 2))


def _within(points: float) -> int:
    """The largest odd side of a grid of so many points, so that its middle is one of them."""
    return max(FEWEST, (int(max(0.0, points) ** 0.5) - 1) // 2 * 2 + 1)


def _fewer(asked: int, taken: int, each: float, others: int) -> Progress:
    seconds = each * (taken**2 + others)
    notice = (
        f"A grid of {asked} × {asked} points would take {duration(each * (asked**2 + others))}, so it has {taken} × "
        f"{taken}. Set resolution={asked} to have them all."
    )
    return Progress(0.0, seconds, notice)


@dataclass(frozen=True)
class RunPath:
    """The snapshots of a path, and their parameters (m, P)."""

    title: str
    snapshots: list[Snapshot]
    points: NDArray[np.float32]


def _ways(question: Question, present: Snapshot) -> list[RunPath]:
    """The path to the present, what came later, and the paths of other runs of the same network."""
    found = [
        RunPath("path", *path_points(question.trail, present)),
        RunPath("later", *later_points(question.trail, present)),
    ]
    for run in question.others:
        kept, rows = alike(run.trail, present.layout)
        if kept:
            found.append(RunPath(run.title, kept, np.stack(rows)))
    return found


def _track(
    way: RunPath, places: NDArray[np.float64], distances: NDArray[np.float64], losses: NDArray[np.float64]
) -> Track:
    return Track(way.title, places, losses, np.array([one.step for one in way.snapshots]), distances)
