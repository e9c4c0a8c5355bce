"""The loss over a plane through the space of weights, with the path that training has taken and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Context, NothingToShow, Table
from playground.analysis.many_losses import ManyLosses, TotalLoss, clock
from playground.analysis.subject import Subject
from playground.analysis.surface_directions import (
    Plane,
    learning,
    parameter_names,
    path_plane,
    path_points,
    random_plane,
    two_parameter_plane,
)
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report
from playground.network.flat import Layout
from playground.training.snapshot import Snapshot

Directions = Literal["path", "random"]
Kind = Literal["path", "random", "parameters"]
Feeds = dict[Output, torch.Tensor]

MARGIN = 0.25
"""Room around the path, as a share of its width."""
SLIMMEST = 0.4
"""Least width of the shorter side of a plane around a path, as a share of the longer one."""


@dataclass(frozen=True)
class LossSurface:
    """Losses on a grid, and the path projected onto its plane.

    `values[row, column]` is the loss at the place (alphas[column], betas[row]), whose weights `plane.at` gives.
    """

    kind: Kind
    """What spans the plane: components of the path, random directions, or the only two parameters there are."""
    plane: Plane
    axes: tuple[str, str]
    """What the two directions are, in words."""
    alphas: NDArray[np.float64]
    betas: NDArray[np.float64]
    """Places along the first and the second direction, (n,), ascending."""
    values: NDArray[np.float64]
    """Losses, (n, n)."""
    path: NDArray[np.float64]
    """The snapshots of the run, oldest first, (m, 2); the last is the present one."""
    path_losses: NDArray[np.float64]
    """The true loss at each point of the path, (m,), wherever the plane lies."""
    path_steps: NDArray[np.int64]
    distances: NDArray[np.float64]
    """How far each point of the path is from the plane, (m,), in the Euclidean distance of all parameters."""
    explained: tuple[float, float] | None
    """Shares of the variance of the path along the two directions, where they are its components."""
    part: Part
    examples: int
    """How many examples of the part the loss is of."""
    step: int
    epoch: float
    seconds: float
    """Time of the processor that the computation took."""
    way: str
    """How it was computed: "vmap" or "loop"."""

    @property
    def present(self) -> tuple[float, float]:
        """Where the network stands now."""
        return float(self.path[-1, 0]), float(self.path[-1, 1])

    @property
    def loss(self) -> float:
        """The loss of the network as it is now."""
        return float(self.path_losses[-1])

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
        path = zip(
            self.path_steps.tolist(), self.path.tolist(), self.path_losses.tolist(), self.distances.tolist(),
            strict=True,
        )  # fmt: skip
        rows: list[list[Any]] = [["surface", self.step, *numbers, 0.0] for numbers in grid]
        rows += [["path", step, *place, loss, distance] for step, place, loss, distance in path]
        return columns, rows


class LossSurfaceAnalysis(Analysis):
    """The loss around the present weights, in two directions of all that there are."""

    id: ClassVar[str] = "loss-surface"
    title: ClassVar[str] = "Loss surface"
    summary: ClassVar[str] = (
        "The loss of the network at other weights: on a plane that holds the path of the run as well as a plane can, "
        "or in two random directions around the present point."
    )
    formula: ClassVar[str] = r"f(a, b) = L(\theta + a\,\delta + b\,\eta)"
    source: ClassVar[str] = "Li et al. 2018, Visualizing the Loss Landscape of Neural Nets"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "trail"})

    directions: Directions = parameter(
        "path", help="The principal components of the path, or two random directions scaled like the weights."
    )
    resolution: int = parameter(51, ge=3, le=201, help="Grid points along each side.")
    span: float = parameter(
        1.0, gt=0.0, le=100.0, logarithmic=True,
        help="How far to look: 1 is the whole path, or in random directions as far as the weights are long.",
    )  # fmt: skip
    part: Part = parameter("train", help="Examples that the loss is of.")
    examples: int = parameter(256, ge=1, le=65_536, logarithmic=True, help="Most examples that the loss is of.")
    seed: int = parameter(0, ge=0, le=999_999, help="Another number gives other random directions.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "There is no surface without a loss. Wire a loss block to the network."
        if report.total_parameters == 0:
            return "No block on the canvas has weights, so the loss is the same everywhere. Drag in a Dense block."
        return ""

    def compute(self, context: Context) -> LossSurface:
        began = clock()
        subject = context.loaded()
        snapshot = context.snapshot
        assert snapshot is not None
        feeds = subject.feeds(self.part, self.examples)
        count = len(next(iter(feeds.values())))
        if not count:
            raise NothingToShow(f"The {self.part} part has no examples. Choose another part.")
        kept, points = path_points(context.trail, snapshot)
        plane, kind, axes, explained = self._plane(subject, snapshot.layout, points)
        path, distances = plane.project(points)
        alphas, betas = self._sides(kind, path)
        grid = np.stack(np.meshgrid(alphas, betas), axis=-1).reshape(-1, 2)

        # Running statistics belong to one moment: with some, each point of the path is looked at with its own.
        alike = not snapshot.buffers

        def vectors(start: int, stop: int) -> NDArray[np.float32]:
            here = plane.at(grid[start:stop])
            if stop <= len(grid):
                return here
            return np.concatenate([here, points[max(0, start - len(grid)) : stop - len(grid)]])

        losses = ManyLosses(subject, feeds, snapshot.layout)
        found = losses.compute(vectors, len(grid) + (len(points) if alike else 0), context.check)
        values, path_losses = found[: len(grid)], found[len(grid) :]
        if not alike:
            path_losses = _losses_of(context, subject, kept, feeds)
        return LossSurface(
            kind=kind,
            plane=plane,
            axes=axes,
            alphas=alphas,
            betas=betas,
            values=values.reshape(len(betas), len(alphas)),
            path=path,
            path_losses=path_losses,
            path_steps=np.array([one.step for one in kept]),
            distances=distances,
            explained=explained,
            part=self.part,
            examples=count,
            step=snapshot.step,
            epoch=snapshot.epoch,
            seconds=clock() - began,
            way=losses.way,
        )

    def _plane(
        self, subject: Subject, layout: Layout, points: NDArray[np.float32]
    ) -> tuple[Plane, Kind, tuple[str, str], tuple[float, float] | None]:
        """The plane, what spans it, the names of its axes, and the shares of the path along them."""
        frozen = {node.id for node in subject.graph.nodes if not node.training.trainable}
        plane = two_parameter_plane(points[-1], layout, frozen)
        if plane is not None:
            first, second = parameter_names(layout, frozen)
            return plane, "parameters", (first, second), None
        if learning(layout, frozen).sum() < 2:
            raise NothingToShow("One weight alone has a curve and no surface. Let another block learn too.")
        found = path_plane(points) if self.directions == "path" else None
        if found is not None:
            plane, shares = found
            return plane, "path", (_component(1, shares[0]), _component(2, shares[1])), shares
        # A path of one or two points spans no plane yet.
        plane = random_plane(points[-1], layout, self.seed, frozen)
        if plane is None:
            raise NothingToShow("The weights that learn are too few for two random directions. Choose the path.")
        return plane, "random", ("random direction 1", "random direction 2"), None

    def _sides(self, kind: Kind, path: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places along both directions, (n,)."""
        if kind == "random":
            side = np.linspace(-self.span, self.span, self.resolution)
            return side, side
        low, high = path.min(axis=0), path.max(axis=0)
        half = (high - low) * (0.5 + MARGIN)
        if kind == "parameters":
            half = np.maximum(half, 1.0)
        half = np.maximum(half, half.max() * SLIMMEST) * self.span
        first, second = (
            np.linspace(middle - width, middle + width, self.resolution)
            for middle, width in zip((low + high) / 2, half, strict=True)
        )
        return first, second


def _component(number: int, share: float) -> str:
    percent = f"{100.0 * share:.0f}" if share >= 0.01 else "< 1"
    return f"component {number} ({percent} % of the path)"


def _losses_of(
    context: Context, subject: Subject, snapshots: Sequence[Snapshot], feeds: Feeds
) -> NDArray[np.float64]:
    """The losses of snapshots as they are, running statistics included; the last one stays loaded."""
    total = TotalLoss(subject, feeds)
    found = np.empty(len(snapshots))
    with torch.no_grad():
        for number, snapshot in enumerate(snapshots):
            context.check()
            subject.load(snapshot)
            subject.calm()
            found[number] = float(total())
    return found
