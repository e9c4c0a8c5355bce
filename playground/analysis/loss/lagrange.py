"""How slope and constraint hold each other in balance: the condition of Lagrange (Karush 1939; Kuhn, Tucker 1951)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.blocks.landscapes import Constraint

Floats = NDArray[np.float64]
NEAR = 1e-9
"""A place is on the boundary when it is nearer than this share of the radius."""
PARALLEL = 0.1
"""Degrees up to which two arrows are called parallel."""


@dataclass(frozen=True)
class Balance:
    """At the lowest place of a region the slope is -lambda times the constraint's normal, with lambda >= 0."""

    constraint: Constraint
    radius: float
    active: bool
    """Whether the place is on the boundary."""
    normal: Floats
    """The outward normal that is nearest to the way down, of length 1, (n,); at a corner it is one of many. Zeros
    inside, and where the way down leads inside."""
    multiplier: float
    """Lambda, for the constraint |place| <= radius in the norm of the region."""
    angle: float
    """Degrees between the way down and that normal; NaN where there is none."""

    def words(self) -> str:
        """The condition, and how far it is met."""
        if not self.active:
            return "Inside the region the constraint holds nothing back: λ = 0."
        if not self.normal.any():
            return "At the boundary, but the way down leads inside: λ = 0."
        if self.angle <= PARALLEL:
            return (
                "At the boundary the gradient and the constraint's normal are parallel: "
                f"∇f = −λ n with λ = {self.multiplier:.4g}. It is as low as the region allows."
            )
        return (
            f"At the boundary: {self.angle:.3g}° between the way down and the normal, so along the boundary it still "
            f"goes down. λ so far {self.multiplier:.4g}."
        )


def balance(place: Floats, slope: Floats, constraint: Constraint, radius: float) -> Balance | None:
    """How slope and constraint stand at a place, both (n,); None without a constraint."""
    if constraint == "none":
        return None
    down = -slope
    pull = np.zeros_like(down)
    size = {"l1": np.abs(place).sum(), "l2": np.linalg.norm(place), "box": np.abs(place).max()}[constraint]
    active = bool(size >= radius * (1.0 - NEAR))
    if active:
        pull = {"l1": _pull_l1, "l2": _pull_l2, "box": _pull_box}[constraint](place, down, radius)
    length = float(np.linalg.norm(pull))
    # The multiplier is measured in the norm that is dual to that of the region.
    multiplier = {"l1": np.abs(pull).max(), "l2": length, "box": np.abs(pull).sum()}[constraint]
    angle = math.nan
    if length > 0.0:
        across = float(np.linalg.norm(down - pull))
        angle = math.degrees(math.atan2(across, length))
    normal = pull / length if length > 0.0 else pull
    return Balance(constraint, radius, active, normal, float(multiplier), angle)


def _pull_l2(place: Floats, down: Floats, radius: float) -> Floats:
    outward = place / np.linalg.norm(place)
    return outward * max(0.0, float(outward @ down))


def _pull_box(place: Floats, down: Floats, radius: float) -> Floats:
    side = np.where(np.abs(place) >= radius * (1.0 - NEAR), np.sign(place), 0.0)
    return side * np.maximum(0.0, side * down)


def _pull_l1(place: Floats, down: Floats, radius: float) -> Floats:
    """The nearest to `down` of all c * (sign where there is one, else anything from -1 to 1), c >= 0."""
    there = np.abs(place) > NEAR * radius
    along = np.sign(place[there]) * down[there]
    idle = np.sort(np.abs(down[~there]))[::-1]
    # With the k largest idle ones cut to c, c is a mean; the right k is the first whose c cuts no more of them.
    for count in range(len(idle) + 1):
        common = max(0.0, float(np.concatenate([along, idle[:count]]).mean()))
        if count == len(idle) or idle[count] <= common:
            break
    pull = np.clip(down, -common, common)
    pull[there] = np.sign(place[there]) * common
    return pull
