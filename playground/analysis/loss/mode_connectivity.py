"""The loss on the way from one trained network to another: on the straight line, and around a bend that is trained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.loss.bent_path import BentPath, bend_coefficients, line_coefficients
from playground.analysis.loss.loss_surface import LossSurface, Track
from playground.analysis.loss.second_network import Second, of_another_run, trained
from playground.analysis.progress import Pace
from playground.analysis.question import Question
from playground.analysis.shared.many_losses import ManyLosses, clock
from playground.analysis.shared.surface_directions import line_plane
from playground.analysis.subject import Subject
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.training.phases import active_phases
from playground.training.snapshot import Snapshot

PIECE = 0.04
"""Seconds of work between two pictures."""
PLACES = 41
"""Points along each way."""
SIDE = 51
"""Points along each side of the plane."""
ROOM = 0.25
"""Around the ways on the plane, as a share of their width."""
EXAMPLES = 512
"""Most examples that a loss is of."""
PARTS: tuple[Part, ...] = ("train", "test")


@dataclass(frozen=True)
class Profile:
    """The loss on a way from one network to another."""

    train: NDArray[np.float64]
    """(n,), at places from 0 to 1."""
    test: NDArray[np.float64]
    """(n,), or empty where there are no test examples."""

    @property
    def barrier(self) -> float:
        """How far the training loss rises above the straight connection of its ends. Frankle et al. 2020."""
        return float(self._above().max())

    @property
    def top(self) -> float:
        """Where on the way it rises most, from 0 to 1."""
        return int(self._above().argmax()) / (len(self.train) - 1)

    def _above(self) -> NDArray[np.float64]:
        share = np.linspace(0.0, 1.0, len(self.train))
        above: NDArray[np.float64] = self.train - ((1.0 - share) * self.train[0] + share * self.train[-1])
        return above


@dataclass(frozen=True)
class ModeConnectivity:
    """Two networks and the ways between them; grows while the second one and then the bend are trained."""

    ways: NDArray[np.float64]
    """Places along both ways, (n,), from 0 at this network to 1 at the second."""
    line: Profile
    bend: Profile | None
    """None until the second network has learned as long as this one."""
    second: str
    """What the second network is, in words."""
    second_steps: int
    """Steps that the second network has learned, of as many as `step`."""
    bent: float
    """The share of its steps that the middle of the bend has learned, from 0 to 1."""
    apart: float
    """Distance of the two networks in the space of all parameters."""
    detour: float
    """How far the middle of the bend is from the middle of the line."""
    examples: int
    step: int
    seconds: float = 0.0
    """Time of the processor that it took so far."""
    plane: LossSurface | None = None
    """The plane that holds both networks and the bend, once this is trained: its `path` is the line from the second
    network to this one, and the other track the bend."""

    @property
    def whole(self) -> bool:
        """Whether all is trained."""
        return self.bent >= 1.0

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1: the second network first, then the bend."""
        learned = min(1.0, self.second_steps / max(1, self.step)) if self.bent < 1.0 else 1.0
        return (learned + self.bent) / 2

    def table(self) -> Table:
        columns = ["way", "line train loss", "line test loss", "bend train loss", "bend test loss"]
        nothing = np.full(len(self.ways), np.nan)
        profiles = [self.line.train, self.line.test]
        profiles += [self.bend.train, self.bend.test] if self.bend else [nothing, nothing]
        filled = [values if len(values) else nothing for values in profiles]
        return columns, np.column_stack([self.ways, *filled]).tolist()


class ModeConnectivityAnalysis(Plotted):
    """What lies between two solutions of the same network."""

    id: ClassVar[str] = "mode-connectivity"
    title: ClassVar[str] = "Between two solutions"
    summary: ClassVar[str] = (
        "The loss on the straight line from this network to a second one that began with other weights, and around a "
        "bend whose middle is trained to keep it low."
    )
    formula: ClassVar[str] = r"\phi(t) = (1 - t)^2\,\theta_1 + 2\,t\,(1 - t)\,\theta_m + t^2\,\theta_2"
    source: ClassVar[str] = "Garipov et al. 2018, Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "others", "project"})

    seed: int = parameter(1, ge=1, le=999_999, help="Added to the seed of the project for the second network.")
    other_run: bool = parameter(True, help="Whether a run shown beside this one is the second network.")
    steps: int = parameter(2_000, ge=1, le=100_000, logarithmic=True, help="Steps that the bend is trained for.")
    picture: Literal["profile", "plane"] = parameter(
        "profile", drawing=True,
        help="The loss along both paths, or both paths from above on the plane that holds them.",
    )
    logarithmic: bool = parameter(
        False, drawing=True, label="Logarithmic loss", help="The axis by powers of ten: small losses can be told apart."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "Between two networks there is nothing to see without a loss. Wire a loss block to the network."
        if report.total_parameters == 0:
            return "No block on the canvas has weights, so all networks are the same. Drag in a Dense block."
        if not report.data_nodes():
            return "A second network needs data to learn from. Drag a data block in."
        return ""

    def compute(self, question: Question) -> ModeConnectivity:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[ModeConnectivity]:
        parts, spent = self._parts(question), 0.0
        while True:
            began = clock()
            picture = next(parts, None)
            spent += clock() - began
            if picture is None:
                return
            yield replace(picture, seconds=spent)

    def _parts(self, question: Question) -> Iterator[ModeConnectivity]:
        subject, snapshot = question.loaded(), question.snapshot
        assert snapshot is not None
        if snapshot.step == 0:
            raise NothingToShow("This network has not learned yet. Press play, and it is compared with a second one.")
        if snapshot.buffers:
            raise NothingToShow(
                "A block here keeps running statistics, which would have to be gathered anew at every place between "
                "two networks. Take batch normalization out."
            )
        look = Look(question, subject, snapshot)
        for second in self._seconds(question, subject, snapshot):
            question.check()
            path = BentPath(
                subject.graph, subject.feeds("train"), snapshot.layout, snapshot.parameters, second.parameters,
                self.steps, self.seed,
            )  # fmt: skip
            yield look.picture(second, path)
        picture = look.picture(second, path)
        while path.done < path.steps:
            question.check()
            path.bend(PIECE)
            picture = look.picture(second, path)
            yield picture
        yield replace(picture, plane=look.plane(second, path))

    def _seconds(self, question: Question, subject: Subject, snapshot: Snapshot) -> Iterator[Second]:
        """The second network: another run, or one that is trained now, as it learns."""
        found = of_another_run(question.others, snapshot) if self.other_run else None
        if found is not None:
            yield found
            return
        if question.project is None:
            raise NothingToShow("There is no project to train a second network from.")
        if len(active_phases(question.project, subject.report)) > 1:
            raise NothingToShow("Two players that take turns have no loss in common that could be low between them.")
        yield from trained(question.project, self.seed, snapshot, PIECE)


class Look:
    """Looks at both ways between a snapshot and a second network."""

    def __init__(self, question: Question, subject: Subject, snapshot: Snapshot) -> None:
        self._context = question
        self._snapshot = snapshot
        feeds = {part: subject.feeds(part, EXAMPLES) for part in PARTS}
        self._counts = {part: len(next(iter(given.values()))) for part, given in feeds.items()}
        self._losses = {
            part: ManyLosses(subject, given, snapshot.layout) for part, given in feeds.items() if self._counts[part]
        }

    def picture(self, second: Second, path: BentPath) -> ModeConnectivity:
        """What there is to see now; the bend once its middle has learned."""
        ways = np.linspace(0.0, 1.0, PLACES)
        coefficients = [line_coefficients(ways)]
        if path.done:
            coefficients.append(bend_coefficients(ways))
        points = path.points(np.concatenate(coefficients))
        self._context.loaded()
        found = {part: losses.compute(points, self._context.check) for part, losses in self._losses.items()}
        profiles = [
            Profile(*(found[part][start : start + PLACES] if part in found else np.empty(0) for part in PARTS))
            for start in range(0, points.count, PLACES)
        ]
        halfway = (self._snapshot.parameters.astype(np.float64) + second.parameters) / 2
        return ModeConnectivity(
            ways=ways,
            line=profiles[0],
            bend=profiles[1] if path.done else None,
            second=second.title,
            second_steps=second.steps,
            bent=path.done / path.steps,
            apart=float(np.linalg.norm(second.parameters - self._snapshot.parameters)),
            detour=float(np.linalg.norm(path.middle - halfway)),
            examples=self._counts["train"],
            step=self._snapshot.step,
        )

    def plane(self, second: Second, path: BentPath) -> LossSurface | None:
        """The loss over the plane through both networks and the middle of the bend; None when they span none."""
        began = clock()
        ways = np.linspace(0.0, 1.0, PLACES)
        first, losses = self._snapshot.parameters, self._losses["train"]
        plane = line_plane(first, second.parameters, np.stack([first, second.parameters, path.middle]), path.middle)
        if plane is None:
            return None
        tracks = []
        for title, coefficients in (("straight", line_coefficients(ways[::-1])), ("bend", bend_coefficients(ways))):
            points = path.points(coefficients)
            places, distances = plane.project(points.part(0, PLACES, slice(None)))
            steps = np.full(PLACES, self._snapshot.step)
            tracks.append(Track(title, places, losses.compute(points, self._context.check), steps, distances))
        straight, bend = tracks
        alphas, betas = _around(np.concatenate([straight.places, bend.places]))
        self._context.loaded()
        grid = plane.points(np.stack(np.meshgrid(alphas, betas), axis=-1).reshape(-1, 2))
        values = losses.compute(grid, self._context.check, Pace(grid.count, self._context.tell).count)
        return LossSurface(
            kind="between",
            plane=plane,
            axes=("from this network (0) to the second (1)", "towards the bend"),
            alphas=alphas,
            betas=betas,
            values=values.reshape(SIDE, SIDE),
            path=straight,
            later=Track("later", straight.places[-1:], straight.losses[-1:], straight.steps[-1:], np.zeros(1)),
            others=(bend,),
            explained=None,
            part="train",
            examples=self._counts["train"],
            penalty=None,
            step=self._snapshot.step,
            epoch=self._snapshot.epoch,
            seconds=clock() - began,
            way=losses.way,
        )


def _around(places: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sides of a grid around places (n, 2), with room beside them."""
    low, high = places.min(axis=0), places.max(axis=0)
    room = ROOM * (high - low).max()
    return np.linspace(low[0] - room, high[0] + room, SIDE), np.linspace(low[1] - room, high[1] + room, SIDE)
