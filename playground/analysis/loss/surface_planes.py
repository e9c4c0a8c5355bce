"""Which plane a loss surface is seen on: what a person asks for, and what can be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow
from playground.analysis.loss.loss_gradient import LossGradient
from playground.analysis.question import Weight
from playground.analysis.shared import chosen_weights
from playground.analysis.shared.surface_directions import (
    Plane,
    learning,
    line_plane,
    parameter_names,
    path_plane,
    random_plane,
    two_parameter_plane,
)
from playground.analysis.shared.weight_points import Vector
from playground.analysis.subject import Subject
from playground.network.flat import Layout

Directions = Literal["path", "random", "gradient", "weights", "ends", "runs", "between"]
Kind = Literal["path", "random", "gradient", "weights", "parameters", "ends", "runs", "between"]

AROUND = frozenset({"random", "gradient"})
"""Kinds whose plane is seen as far around the present point as the weights are long, and not as far as a path goes."""
NO_OTHER_RUN = (
    "There is no second run of this network yet. Look back and choose “Branch from here”, or tick a run in the table "
    "of runs."
)


@dataclass(frozen=True)
class Projection:
    """A plane, and how it is seen."""

    kind: Kind
    plane: Plane
    axes: tuple[str, str]
    """What the two directions are, in words."""
    shares: tuple[float, float] | None = None
    """Shares of the variance of the paths along the two directions, where they are its components."""
    unit: float = 1.0
    """How far a span of 1 reaches around the present point, for the kinds in `AROUND`."""
    weights: tuple[str, str] = ("", "")
    """The two single weights, as words."""
    choices: tuple[tuple[str, str], ...] = ()
    """The weights to choose from, each as a word and as words for people."""


@dataclass(frozen=True)
class PlaneSources:
    """All that a plane is chosen from."""

    subject: Subject
    layout: Layout
    present: Vector
    points: NDArray[np.float32]
    """The whole path of the run, (m, P), with what came after the present when a person looks back."""
    others: tuple[tuple[str, NDArray[np.float32]], ...]
    """Other runs of the same network: their names and paths, (m, P) each."""
    frozen: frozenset[str]
    seed: int
    pointed: tuple[Weight, ...]
    """Single weights that a person has pointed at, newest last."""
    chosen: tuple[Weight | None, Weight | None]
    """Single weights that a person has chosen from the lists."""
    gradient: LossGradient

    def projection(self, directions: Directions) -> Projection:
        """What is asked for, else what is nearest to it. Raises NothingToShow with a sentence."""
        only = self._only_two()
        if only is not None:
            return only
        if learning(self.layout, self.frozen).sum() < 2:
            raise NothingToShow("One weight alone has a curve and no surface. Let another block learn too.")
        ways: dict[Directions, Callable[[], Projection | None]] = {
            "path": self._path, "random": self._random, "gradient": self._gradient, "weights": self._weights,
            "ends": self._ends, "runs": self._runs, "between": self._between,
        }  # fmt: skip
        # A path of one or two points spans no plane yet.
        found = ways[directions]() or self._random()
        if found is None:
            raise NothingToShow("The weights that learn are too few for two random directions. Choose the path.")
        return found

    def _only_two(self) -> Projection | None:
        plane = two_parameter_plane(self.present, self.layout, self.frozen)
        if plane is None:
            return None
        first, second = parameter_names(self.layout, self.frozen)
        return Projection("parameters", plane, (first, second))

    def _random(self) -> Projection | None:
        plane = random_plane(self.present, self.layout, self.seed, self.frozen)
        return None if plane is None else Projection("random", plane, ("random direction 1", "random direction 2"))

    def _path(self) -> Projection | None:
        found = path_plane(self.points, self.present)
        if found is None:
            return None
        plane, shares = found
        return Projection("path", plane, (_component(1, shares[0], "path"), _component(2, shares[1], "path")), shares)

    def _runs(self) -> Projection | None:
        if not self.others:
            raise NothingToShow(NO_OTHER_RUN)
        found = path_plane(np.concatenate([*(points for _, points in self.others), self.points]), self.present)
        if found is None:
            return None
        plane, shares = found
        return Projection("runs", plane, (_component(1, shares[0], "paths"), _component(2, shares[1], "paths")), shares)

    def _ends(self) -> Projection | None:
        plane = line_plane(self.points[0], self.points[-1], self.points, self.present)
        return None if plane is None else Projection("ends", plane, ("from start (0) to end (1)", "beside the line"))

    def _between(self) -> Projection | None:
        if not self.others:
            raise NothingToShow(NO_OTHER_RUN)
        title, points = self.others[-1]
        cloud = np.concatenate([points, self.points])
        plane = line_plane(self.points[-1], points[-1], cloud, self.present)
        axes = f"from this run (0) to {title} (1)", "beside the line"
        return None if plane is None else Projection("between", plane, axes)

    def _gradient(self) -> Projection:
        """Downhill, and the direction into which the slope turns on that way.

        The second is the part of the product of Hessian and gradient that is orthogonal to the gradient: both span the
        plane in which the first steps of gradient descent lie. Where the slope does not turn, it is the part of the
        last movement beside the gradient, else a random direction.
        """
        mask = learning(self.layout, self.frozen)
        gradient = self.gradient.at(self.present) * mask
        length = float(np.linalg.norm(gradient))
        if not 0.0 < length < np.inf:
            raise NothingToShow("The gradient is zero here or no number, so it has no direction. Choose another one.")
        down = -gradient.astype(np.float64) / length
        name, second = self._beside(down, gradient, mask)
        plane = Plane(self.present, down.astype(np.float32), second.astype(np.float32))
        reach = GRADIENT_REACH * max(float(np.linalg.norm(self.present[mask])), 1e-6)
        return Projection("gradient", plane, ("downhill, against the gradient", name), unit=reach)

    def _beside(
        self, down: NDArray[np.float64], gradient: Vector, mask: NDArray[np.bool_]
    ) -> tuple[str, NDArray[np.float64]]:
        """The second direction beside the gradient, of length 1, and what it is."""
        turn = self.gradient.turn(self.present, gradient) * mask
        moved = self.present - self.points[-2] if len(self.points) > 1 else np.zeros_like(gradient)
        chance = np.random.default_rng(self.seed).standard_normal(len(gradient)) * mask
        ways = {"where the slope turns": -turn, "last movement beside it": moved, "a random direction": chance}
        for name, direction in ways.items():
            second = _orthogonal(np.asarray(direction, dtype=np.float64), down)
            if second is not None:
                return name, second
        raise NothingToShow("There is no second direction beside the gradient. Choose another one.")

    def _weights(self) -> Projection:
        mask = learning(self.layout, self.frozen)
        order = chosen_weights.farthest(self.points, mask)
        fixed = [self._number(weight) for weight in self.chosen]
        if fixed[0] == fixed[1]:
            fixed[1] = None
        pointed = [self._number(weight) for weight in self.pointed[-2:]]
        pool = [number for number in dict.fromkeys([*pointed, *order.tolist()]) if number not in (None, *fixed)]
        first, second = (pool.pop(0) if number is None else number for number in fixed)
        origin, one, other = self.present.copy(), np.zeros_like(self.present), np.zeros_like(self.present)
        origin[[first, second]] = 0.0
        one[first] = other[second] = 1.0
        pair = [chosen_weights.weight_at(number, self.layout) for number in (first, second)]
        axes = [chosen_weights.words(weight, self.subject, self.layout) for weight in pair]
        return Projection(
            "weights",
            Plane(origin, one, other),
            (axes[0], axes[1]),
            weights=(chosen_weights.spelled(pair[0]), chosen_weights.spelled(pair[1])),
            choices=chosen_weights.choices(order, (first, second), self.subject, self.layout),
        )


    def _number(self, weight: Weight | None) -> int | None:
        return None if weight is None else chosen_weights.place_of(weight, self.layout)


GRADIENT_REACH = 0.25
"""How far the plane of the gradient reaches at a span of 1, as a share of the length of all weights."""
LEAST_PART = 1e-3
"""Least part of a direction that has to be orthogonal to the gradient, to be no rounding."""


def _orthogonal(direction: NDArray[np.float64], unit: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The part of a direction orthogonal to another, with length 1; None when there is none."""
    size = float(np.linalg.norm(direction))
    if not 0.0 < size < np.inf:
        return None
    beside: NDArray[np.float64] = direction / size - (direction @ unit / size) * unit
    left = float(np.linalg.norm(beside))
    return beside / left if left > LEAST_PART else None


def _component(number: int, share: float, what: str) -> str:
    percent = f"{100.0 * share:.0f}" if share >= 0.01 else "< 1"
    return f"component {number} ({percent} % of the {what})"
