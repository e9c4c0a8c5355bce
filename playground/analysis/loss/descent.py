"""The way down a landscape: the function around it, every place with height and slope, and the step that comes next."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Plotted, Table
from playground.analysis.loss.lagrange import Balance, balance
from playground.analysis.question import Question
from playground.blocks.landscapes import Extent, Landscape
from playground.blocks.reveals import HasLandscape
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain
from playground.training.divergence import Diverged
from playground.training.history import History
from playground.training.optimizers import optimizer_of
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot

Floats = NDArray[np.float64]
MOST_WALKS = 4
ROOM = 0.08
"""Around a way that leaves what is worth looking at."""
FARTHEST = 4.0
"""So many widths of the landscape the picture may grow; what runs away farther is not followed."""
ALIKE = 2.0
"""Up to this ratio of width and height both axes have the same scale."""
ARROWS = 10
"""Arrows along the shorter side."""


@dataclass(frozen=True)
class NextStep:
    """Where the optimizer goes from here."""

    place: Floats
    """(n,)."""
    plain: bool
    """Whether it is the place minus the rate times the slope."""


@dataclass(frozen=True)
class Trajectory:
    """One block: its landscape, and the way down it."""

    node: str
    title: str
    words: str
    """The function as a person writes it."""
    extent: Extent
    xs: Floats
    """(w,)."""
    ys: Floats
    """(h,); empty where the function is of one number."""
    heights: Floats
    """(w,), or (h, w)."""
    field_places: Floats
    """Places of the arrows, (k, n)."""
    field_slopes: Floats
    """The slope at each, (k, n); the way down is minus this."""
    minima: Floats
    """Known ones, (m, n)."""
    start: Floats
    """(n,)."""
    steps: NDArray[np.int64]
    """(s,), oldest first."""
    places: Floats
    """(s, n)."""
    losses: Floats
    """(s,)."""
    slopes: Floats
    """(s, n)."""
    now: int
    """Which of them is looked at; those after it are still to come when a person looks back."""
    rate: float
    next: NextStep | None
    best: Floats | None
    """The best place so far, where the optimizer remembers it, (n,)."""
    curvatures: Floats
    """Eigenvalues of the Hessian at the present place, ascending, (n,)."""
    balance: Balance | None

    @property
    def dimensions(self) -> int:
        """Numbers of a place."""
        return int(self.places.shape[1])

    def level_words(self) -> str:
        """What the Hessian says of the present place."""
        numbers = " and ".join(f"{value:.4g}" for value in self.curvatures).replace("-", "−")
        least, greatest = self.curvatures[0], self.curvatures[-1]
        if not np.isfinite(self.curvatures).all():
            return "There is no second derivative here."
        if self.dimensions == 1:
            kind = "a bowl" if least > 0.0 else "a hill" if least < 0.0 else "a straight line"
            return f"f″(x) = {numbers}: curved like {kind}."
        if least > 0.0:
            return f"Curvatures {numbers}: the Hessian is positive definite, like a bowl."
        saddle = least < 0.0 < greatest
        kind = "bent up one way and down the other, as at a saddle" if saddle else "bent up nowhere, like a hill"
        return f"Curvatures {numbers}: the Hessian is not positive definite: {kind}."


@dataclass(frozen=True)
class Descent:
    """All trajectories that are shown, and by which optimizer."""

    trajectories: tuple[Trajectory, ...]
    optimizer: str
    step: int

    def table(self) -> Table:
        several, two = len(self.trajectories) > 1, any(trajectory.dimensions > 1 for trajectory in self.trajectories)
        columns = [*(["block"] if several else []), "step", "x", *(["y"] if two else []), "f", "slope"]
        rows: list[list[Any]] = []
        for trajectory in self.trajectories:
            sizes = np.linalg.norm(trajectory.slopes, axis=1)
            for number, step in enumerate(trajectory.steps.tolist()):
                place: list[Any] = trajectory.places[number].tolist()
                if two and trajectory.dimensions == 1:
                    place.append("")
                row = [step, *place, float(trajectory.losses[number]), float(sizes[number])]
                rows.append([trajectory.title, *row] if several else row)
        return columns, rows


class DescentAnalysis(Plotted):
    """The landscape of a test function and the way down it."""

    id: ClassVar[str] = "descent"
    title: ClassVar[str] = "Descent"
    summary: ClassVar[str] = (
        "The landscape of a test function, the way down it so far, the slope here and the step that comes next. "
        "Click to begin elsewhere."
    )
    formula: ClassVar[str] = r"x \leftarrow x - \eta \, f'(x)"
    source: ClassVar[str] = "Cauchy (1847), Méthode générale pour la résolution des systèmes d'équations simultanées"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "trail", "project"})

    resolution: int = parameter(101, ge=3, le=401, help="Grid points along each side of a landscape of two numbers.")
    aspect: float = parameter(1.0, ge=0.1, le=10.0, help="Width of the picture by its height, for two alike numbers.")
    field: bool = parameter(True, drawing=True, help="Arrows that point straight down the slope, everywhere.")
    table: bool = parameter(
        True, drawing=True, help="Every iteration with all its digits, where the view is large enough."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if _functions(report):
            return ""
        return "There is no landscape to walk down. Drag in a Test function."

    def compute(self, question: Question) -> Descent:
        subject, snapshot = question.loaded(), question.snapshot
        assert snapshot is not None
        trail = way(question.trail, snapshot)
        following = _next(question.project, snapshot, subject.report)
        trajectories = []
        for node, block in _functions(subject.report)[:MOST_WALKS]:
            question.check()
            training = subject.graph.node(node).training
            factor = training.learning_rate_factor if training.trainable else 0.0
            trajectories.append(self._walk(node, subject.title(node), block, trail, snapshot, following, factor))
        project = question.project
        optimizer = optimizer_of(project.training.optimizer).title if project is not None else ""
        return Descent(tuple(trajectories), optimizer, snapshot.step)

    def _walk(
        self, node: str, title: str, block: HasLandscape, trail: Sequence[Snapshot], snapshot: Snapshot,
        following: tuple[Snapshot, float] | None, factor: float,
    ) -> Trajectory:  # fmt: skip
        landscape = block.landscape
        places = _places(trail, node)
        now = next(number for number, one in enumerate(trail) if one is snapshot)
        losses, slopes = heights_and_slopes(landscape, places)
        extent = _extent(landscape, places[: now + 1])
        if alike(extent):
            extent = _filling(extent, self.aspect)
        xs, ys, heights, field_places, field_slopes = _surroundings(landscape, extent, self.resolution)
        rate, step = math.nan, None
        if following is not None:
            after, learning_rate = following
            rate = learning_rate * factor
            place = _places([after], node)[0]
            with np.errstate(over="ignore", invalid="ignore"):
                plain = places[now] - rate * slopes[now]
            step = NextStep(place, bool(np.allclose(place, plain, rtol=1e-9, atol=1e-300)))
        best = snapshot.memory.get("best")
        return Trajectory(
            node=node, title=title, words=landscape.words, extent=extent, xs=xs, ys=ys, heights=heights,
            field_places=field_places, field_slopes=field_slopes,
            minima=np.array(landscape.minima, dtype=np.float64).reshape(-1, landscape.dimensions),
            start=np.array(block.start), steps=np.array([one.step for one in trail]), places=places, losses=losses,
            slopes=slopes, now=now, rate=rate, next=step,
            best=None if best is None else _part(snapshot, node, best).astype(np.float64),
            curvatures=curvatures(landscape, places[now]),
            balance=balance(places[now], slopes[now], block.constraint, block.radius),
        )  # fmt: skip


def _functions(report: Report) -> list[tuple[str, HasLandscape]]:
    found = ((name, report.blocks[name]) for name in report.revealing("landscape"))
    return [(name, block) for name, block in found if isinstance(block, HasLandscape)]


def way(trail: Sequence[Snapshot], snapshot: Snapshot) -> list[Snapshot]:
    """All snapshots of the run in order, the one that is looked at among them."""
    others = [one for one in trail if one.step != snapshot.step and one.layout == snapshot.layout]
    before = [one for one in others if one.step < snapshot.step]
    return [*before, snapshot, *others[len(before) :]]


def _part(snapshot: Snapshot, node: str, values: NDArray[Any]) -> NDArray[Any]:
    (place,) = snapshot.layout.of_node(node)
    return values[place.start : place.stop]


def _places(trail: Sequence[Snapshot], node: str) -> Floats:
    (place,) = trail[0].layout.of_node(node)
    return np.array([one.parameters[place.start : place.stop] for one in trail], dtype=np.float64)


def heights_and_slopes(landscape: Landscape, places: Floats) -> tuple[Floats, Floats]:
    """The function (s,) and its gradient (s, n) at places (s, n)."""
    with torch.enable_grad():
        tensor = torch.tensor(places, requires_grad=True)
        heights = landscape.value(*tensor.unbind(dim=1))
        (slopes,) = torch.autograd.grad(heights.sum(), tensor)
    return heights.detach().numpy(), slopes.numpy()


def curvatures(landscape: Landscape, place: Floats) -> Floats:
    """Eigenvalues of the Hessian at a place (n,), ascending, (n,); NaN where it has none."""

    def height(tensor: torch.Tensor) -> torch.Tensor:
        return landscape.value(*tensor.unbind())

    with torch.enable_grad():
        hessian = torch.autograd.functional.hessian(height, torch.tensor(place))  # type: ignore[no-untyped-call]
    matrix: Floats = hessian.numpy()
    if not np.isfinite(matrix).all():
        return np.full(len(place), math.nan)
    return np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)


def _extent(landscape: Landscape, places: Floats) -> Extent:
    """What is worth looking at, and as much of the way as is not too far off: in steps, so that it seldom changes."""
    found = list(landscape.extent)
    for axis in range(landscape.dimensions):
        low, high = landscape.extent[2 * axis], landscape.extent[2 * axis + 1]
        width = high - low
        near = places[np.abs(places[:, axis] - (low + high) / 2) <= (0.5 + FARTHEST) * width, axis]
        if not len(near):
            continue
        quarter = width / 4
        if near.min() < low:
            found[2 * axis] = low - quarter * math.ceil((low - near.min()) / quarter + ROOM)
        if near.max() > high:
            found[2 * axis + 1] = high + quarter * math.ceil((near.max() - high) / quarter + ROOM)
    return found[0], found[1], found[2], found[3]


def alike(extent: Extent) -> bool:
    """Whether both numbers of a place should have the same scale: then circles are round and arrows cross at right
    angles what they should."""
    left, right, bottom, top = extent
    return bottom < top and 1.0 / ALIKE <= (right - left) / (top - bottom) <= ALIKE


def _filling(extent: Extent, aspect: float) -> Extent:
    """The extent made wider or higher, until it has this ratio."""
    left, right, bottom, top = extent
    more = max(right - left, aspect * (top - bottom)) - (right - left)
    higher = max(top - bottom, (right - left) / aspect) - (top - bottom)
    return left - more / 2, right + more / 2, bottom - higher / 2, top + higher / 2


@functools.lru_cache(maxsize=16)
def _surroundings(
    landscape: Landscape, extent: Extent, resolution: int
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Grid, heights, and places and slopes of the arrows; read-only, as they are shared."""
    left, right, bottom, top = extent
    if landscape.dimensions == 1:
        xs, ys = np.linspace(left, right, 4 * resolution), np.zeros(0)
        heights, _ = heights_and_slopes(landscape, xs[:, None])
        found = (xs, ys, heights, np.zeros((0, 1)), np.zeros((0, 1)))
    else:
        xs, ys = np.linspace(left, right, resolution), np.linspace(bottom, top, resolution)
        grid = np.stack(np.meshgrid(xs, ys), axis=-1)
        heights, _ = heights_and_slopes(landscape, grid.reshape(-1, 2))
        counts = [ARROWS, ARROWS]
        if alike(extent):
            shorter = min(right - left, top - bottom)
            counts = [round(ARROWS * (right - left) / shorter), round(ARROWS * (top - bottom) / shorter)]
        sides = [
            (np.arange(count) + 0.5) / count * (high - low) + low
            for count, low, high in zip(counts, (left, bottom), (right, top), strict=True)
        ]
        places = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
        found = (xs, ys, heights.reshape(grid.shape[:2]), places, heights_and_slopes(landscape, places)[1])
    for array in found:
        array.flags.writeable = False
    return found


def _next(project: Project | None, snapshot: Snapshot, report: Report) -> tuple[Snapshot, float] | None:
    """The run one step later and the learning rate of that step, where it is cheap to know: without data."""
    if project is None or report.data_nodes():
        return None
    try:
        session = Session(project, "cpu")
        session.branch_from(snapshot, History())
        session.advance(1)
    except (Diverged, CannotCompile, CannotTrain, ValueError, RuntimeError):
        return None
    return session.snapshot(), session.learning_rate
