"""Classes divided by a formula that a person types."""

from __future__ import annotations

import functools
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from playground.blocks.base import BlockError, Fix
from playground.blocks.expressions import LONGEST, Expression, parse
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.points.shapes import EXTENT, Floats, Numbers, PointClasses
from playground.document.declaration import parameter

VARIABLES = ("x", "x1", "x2")
ROUNDS = 40
"""How often points are thrown at the picture before those of a rare class are used several times."""


class TypedBoundary(PointClasses):
    """Points above or below a curve y = f(x), or where a formula in x1 and x2 is positive or not.

    Points where the formula has no value (log of a negative number) are left out.
    """

    id: ClassVar[str] = "expression"
    title: ClassVar[str] = "Typed formula"
    summary: ClassVar[str] = (
        "Type f(x): points above the curve y = f(x) are blue, those below orange. "
        "Or type a formula in x1 and x2: blue where it is positive."
    )
    question: ClassVar[str] = "Does a point lie above the curve (blue) or below (orange)?"
    formula: ClassVar[str] = r"\text{blue: } y > f(x) \quad \text{or} \quad f(x_1, x_2) > 0"

    expression: str = parameter(
        "2*sin(x)",
        max_length=LONGEST,
        label="Formula",
        help="In x, or in x1 and x2. It knows + - * / ^, brackets, sin, cos, tan, exp, log, sqrt, abs, tanh, sign, "
        "min, max, pi and e.",
    )

    @field_validator("expression")
    @classmethod
    def _readable(cls, text: str) -> str:
        used = parse(text, VARIABLES).variables
        if "x" in used and len(used) > 1:
            raise ValueError("use either x alone, for y > f(x), or x1 and x2, but not both")
        return text

    def subtitle(self) -> str:
        text = self.expression if len(self.expression) <= 24 else self.expression[:23] + "…"
        return f"{text} > 0" if self._in_the_plane() else f"y > {text}"

    def expect(self, *inputs: Signal) -> None:
        """Refuse a formula that leaves a class without points. Raises BlockError."""
        super().expect(*inputs)
        orange, blue = _grid_points(self.expression)
        if len(orange) and len(blue):
            return
        fix = Fix("Set formula to 2*sin(x)", "set", parameters={"expression": "2*sin(x)"})
        if not len(orange) and not len(blue):
            raise BlockError(f"The formula “{self.expression}” has no value anywhere in the picture of ±6.", fix)
        where = "positive" if self._in_the_plane() else "below every point"
        other = "nowhere positive" if self._in_the_plane() else "above every point"
        raise BlockError(
            f"The formula “{self.expression}” leaves one class without points: "
            f"in the picture of ±6 it is {where if len(blue) else other}.",
            fix,
        )

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        points = np.empty((len(numbers), 2))
        for number, found in enumerate(self._found(np.bincount(numbers, minlength=2), generator)):
            points[numbers == number] = found
        return points

    def _in_the_plane(self) -> bool:
        return bool(_read(self.expression).variables & {"x1", "x2"})

    def _found(self, wanted: NDArray[np.intp], generator: np.random.Generator) -> list[Floats]:
        """So many points of both classes, thrown evenly at the picture; those of a very rare class repeat."""
        found: list[list[Floats]] = [[], []]
        have = np.zeros(2, dtype=np.intp)
        for _ in range(ROUNDS):
            thrown = generator.uniform(-EXTENT, EXTENT, (max(512, 2 * int(wanted.sum())), 2))
            for number, points in enumerate(divide(self.expression, thrown)):
                found[number].append(points)
                have[number] += len(points)
            if (have >= wanted).all():
                break
        chosen: list[Floats] = []
        for number, grid in enumerate(_grid_points(self.expression)):
            points = np.concatenate(found[number])
            if len(points) < wanted[number]:
                points = generator.permutation(np.concatenate([points, grid]))
            chosen.append(points[np.arange(wanted[number]) % len(points)])
        return chosen


def divide(expression: str, points: Floats) -> tuple[Floats, Floats]:
    """The points (N, 2) that lie in class 0 and in class 1; those without a value are in neither."""
    formula = _read(expression)
    x1, x2 = points[:, 0], points[:, 1]
    value = formula.evaluate({"x": x1, "x1": x1, "x2": x2})
    blue = value > 0.0 if formula.variables & {"x1", "x2"} else x2 > value
    valued = ~np.isnan(value)
    return points[valued & ~blue], points[valued & blue]


@functools.lru_cache(maxsize=64)
def _read(expression: str) -> Expression:
    return parse(expression, VARIABLES)


@functools.lru_cache(maxsize=64)
def _grid_points(expression: str) -> tuple[Floats, Floats]:
    """The points of a fine grid over the picture, by class: what classes there are, without chance."""
    ticks = np.linspace(-EXTENT, EXTENT, 121)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    orange, blue = divide(expression, grid)
    for points in (orange, blue):
        points.flags.writeable = False
    return orange, blue


DATASETS: tuple[type[Dataset], ...] = (TypedBoundary,)
