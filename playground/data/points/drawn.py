"""Points drawn by hand: the file itself carries them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import field_validator

from playground.blocks.base import BlockError, Fix
from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples, column_signal
from playground.data.points.shapes import CLASS_NAMES
from playground.document.declaration import parameter

MOST_POINTS = 5_000
FARTHEST = 100.0
"""Largest coordinate; the picture shows ±6, but a file may hold more."""

DrawnPoint = tuple[float, float, int]
"""x1, x2 and the class number."""


class DrawnPoints(ClassDataset):
    """Points set with the mouse."""

    id: ClassVar[str] = "drawn-points"
    title: ClassVar[str] = "Drawn points"
    summary: ClassVar[str] = "Points you set with the mouse, in up to five classes: make the problem yourself."
    question: ClassVar[str] = "To which of your classes does a point belong?"
    licence: ClassVar[str] = "Drawn by you."

    points: tuple[DrawnPoint, ...] = parameter(
        (), max_length=MOST_POINTS, help="The points: x1 and x2 within the picture of ±6, and the class number from 0."
    )
    classes: int = parameter(2, ge=2, le=5, help="How many classes the points can have.")

    @field_validator("points")
    @classmethod
    def _within_bounds(cls, points: tuple[DrawnPoint, ...]) -> tuple[DrawnPoint, ...]:
        for row, (x1, x2, number) in enumerate(points, start=1):
            if not 0 <= number <= 4:
                raise ValueError(f"point {row} has class {number}, but classes go from 0 to 4")
            if max(abs(x1), abs(x2)) > FARTHEST:
                raise ValueError(f"point {row} lies at ({x1:g}, {x2:g}), but coordinates end at ±{FARTHEST:g}")
        return points

    def class_names(self) -> tuple[str, ...]:
        return CLASS_NAMES[: self.classes]

    def feature_signal(self) -> Signal:
        return column_signal(2)

    def subtitle(self) -> str:
        return f"{len(self.points)} points · {self.classes} classes"

    def expect(self, *inputs: Signal) -> None:
        """Refuse an empty picture, and classes that are not there. Raises BlockError."""
        super().expect(*inputs)
        if not self.points:
            raise BlockError(f"{self.title} has no points yet. Draw some in the data tab, or take another data block.")
        used = max(number for _, _, number in self.points) + 1
        if used > self.classes:
            raise BlockError(
                f"{self.title} has points of class {used - 1} (“{CLASS_NAMES[used - 1]}”), "
                f"but only {self.classes} classes, numbered from 0.",
                Fix(f"Set classes to {used}", "set", parameters={"classes": used}),
            )

    def generate(self, generator: np.random.Generator) -> Examples:
        table = np.array(self.points, dtype=np.float64).reshape(-1, 3)
        return Examples(
            table[:, :2].astype(np.float32), table[:, 2].astype(np.int64), ("x1", "x2"), self.class_names()
        )


DATASETS: tuple[type[Dataset], ...] = (DrawnPoints,)
