"""A contest: runs that differ in their settings or seeds, taken from start to end and looked at on the way.

Runs with the same graph and batch size learn together, in one stack or, where they are few and small, each by a plan of
array operations; others have a stack of their own and take turns.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.document.project import Project
from playground.network.flat import Layout
from playground.training.optimizers import optimizer_of
from playground.training.stacked.singles import Cohort, cohort_of
from playground.training.stacked.stack import CannotStack

CHUNK = 0.01
"""Seconds of learning between two chances to stop."""


@dataclass(frozen=True)
class Look:
    """What all runs are like at one moment."""

    epoch: float
    losses: NDArray[np.float64]
    """Mean training loss of each run since the look before, (K,); at the start that of the first weights."""
    metrics: tuple[dict[str, float], ...]
    """Losses and metrics on all parts, of each run; empty for one that has run away."""
    vectors: NDArray[np.float32]
    """All parameters of each run, (K, P); of networks that are not alike (K, 0)."""


class Contest:
    """Trains all projects for so many epochs. Raises CannotStack, CannotCompile and DataError."""

    def __init__(self, projects: Sequence[Project], epochs: int, looks: int) -> None:
        self.projects = tuple(projects)
        self.epochs = epochs
        self.looks: list[Look] = []
        self.steps = 0
        """Steps of single networks so far."""
        self.seconds = 0.0
        """Time spent learning."""
        self.diverged: list[float] = [math.nan] * len(projects)
        """The epoch after which a run was no longer finite; NaN for those that are."""
        cohorts: dict[tuple[str, int], list[int]] = {}
        for row, project in enumerate(projects):
            key = project.graph.model_dump_json(), project.training.batch_size
            cohorts.setdefault(key, []).append(row)
        self._cohorts = list(cohorts.values())
        self._stacks: list[Cohort] = []
        self._wanted = looks

    @property
    def layout(self) -> Layout:
        """Where each parameter lies in the vectors; that of the first runs where they are not alike."""
        return self._stacks[0].layout

    @property
    def alike(self) -> bool:
        """Whether all have the same weights in the same shapes, so that they share a surface."""
        shapes = [{place.name: place.shape for place in stack.layout.places} for stack in self._stacks]
        return all(one == shapes[0] for one in shapes)

    @property
    def stacks(self) -> int:
        """How many stacks the runs are in: one when all learn in the same step."""
        return len(self._cohorts)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; 1 only when all has been looked at."""
        if len(self.looks) > self._wanted:
            return 1.0
        done = [stack.step / (self.epochs * stack.steps_per_epoch) for stack in self._stacks]
        return min(0.999, sum(done) / len(self._cohorts))

    @property
    def one_after_the_other(self) -> tuple[str, ...]:
        """The nodes that are computed run by run, as there is no operation for all at once."""
        return tuple(node for node, way in self._stacks[0].ways.items() if way == "loop") if self._stacks else ()

    def buffers(self, row: int) -> dict[str, NDArray[np.float32]]:
        """Running statistics and the like of a run as it is now."""
        stack, place = self._place_of(row)
        return dict(stack.buffers(place))

    def _place_of(self, row: int) -> tuple[Cohort, int]:
        for stack, rows in zip(self._stacks, self._cohorts, strict=True):
            if row in rows:
                return stack, rows.index(row)
        raise AssertionError("every run is in a stack")

    def work(self) -> Iterator[None]:
        """Do all of it, in parts of a few hundredths of a second; `looks` grows on the way."""
        for project in self.projects:
            optimizer = optimizer_of(project.training.optimizer)
            if optimizer.evaluates:
                raise CannotStack(
                    f"{optimizer.title} looks at the loss in several places in each step, which runs that learn in one "
                    "stack cannot. Leave it out."
                )
        for rows in self._cohorts:
            self._stacks.append(cohort_of([self.projects[row] for row in rows]))
            yield
        yield from self._look(0.0)
        for share in np.linspace(0.0, 1.0, self._wanted + 1)[1:]:
            for stack in self._stacks:
                yield from self._advance(stack, round(share * self.epochs * stack.steps_per_epoch))
            yield from self._look(share * self.epochs)

    def _advance(self, stack: Cohort, step: int) -> Iterator[None]:
        count = 1
        while stack.step < step:
            count = min(count, step - stack.step)
            began = time.perf_counter()
            stack.advance(count)
            spent = time.perf_counter() - began
            self.seconds += spent
            self.steps += count * len(stack)
            count = max(1, min(4 * count, int(count * CHUNK / max(spent, 1e-9))))
            yield

    def _look(self, epoch: float) -> Iterator[None]:
        rows = len(self.projects)
        losses = np.full(rows, math.nan)
        alike = self.alike
        vectors = np.empty((rows, self.layout.size if alike else 0), dtype=np.float32)
        metrics: list[dict[str, float]] = [{}] * rows
        for stack, members in zip(self._stacks, self._cohorts, strict=True):
            own = stack.vectors()
            if alike:
                vectors[members] = _laid_out(own, stack.layout, self.layout)
            seen = stack.losses()
            if len(seen):
                with np.errstate(over="ignore", invalid="ignore"):
                    losses[members] = seen.mean(axis=0)
            yield
            for place, row in enumerate(members):
                if np.isfinite(own[place]).all():
                    metrics[row] = stack.evaluate(place, full=epoch >= self.epochs)
                    if not len(seen):
                        losses[row] = metrics[row].get("train_loss", math.nan)
                elif math.isnan(self.diverged[row]):
                    self.diverged[row] = self.looks[-1].epoch if self.looks else 0.0
                yield
        self.looks.append(Look(epoch, losses, tuple(metrics), vectors))


def _laid_out(vectors: NDArray[np.float32], own: Layout, wanted: Layout) -> NDArray[np.float32]:
    """Vectors (K, P) in another order of the same parameters: blocks with a rate of their own lie together."""
    if own == wanted:
        return vectors
    places = own.by_name()
    order = np.concatenate([np.arange(places[one.name].start, places[one.name].stop) for one in wanted.places])
    return vectors[:, order]
